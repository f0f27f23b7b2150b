import { Rejection, type Reason } from '@yiditong/codes';
import { sm2 } from 'sm-crypto-v2';
import type { InstitutionKey } from './key.entity.js';

/** A key and its successor in use at once, and one to spare: each more is one more to try on every message. */
export const MOST_IN_FORCE = 3;
/** How many keys a verifier is given: those in force, and some that were, so that it can be told of a revoked key. */
export const MOST_TRIED = 6;

/** Why messages signed with the key are not taken on that business date, or null. */
export function refusalOfKey(key: InstitutionKey, businessDate: string): Reason | null {
  if (key.revokedAt !== null) return 'CREDENTIAL_REVOKED';
  return businessDate < key.validFrom || businessDate > key.validTo ? 'CREDENTIAL_EXPIRED' : null;
}

/** Whether it may sign now or later. */
export function isOpen(key: InstitutionKey, businessDate: string): boolean {
  return key.revokedAt === null && key.validTo >= businessDate;
}

/** The keys to try, those that may still sign first, each kind in the order given. */
export function keysToTry(keys: readonly InstitutionKey[], businessDate: string): InstitutionKey[] {
  const open = keys.filter((key) => isOpen(key, businessDate));
  const closed = keys.filter((key) => !isOpen(key, businessDate));
  return [...open, ...closed].slice(0, MOST_TRIED);
}

/** Rejects with REQUEST_MALFORMED where the text is not an uncompressed point of SM2's curve. */
export function checkedPublicKey(text: string): string {
  const publicKey = text.toLowerCase();
  if (!/^04[\da-f]{128}$/.test(publicKey) || !isOnCurve(publicKey))
    throw new Rejection('REQUEST_MALFORMED', {
      problem: 'public_key is not an uncompressed SM2 point, 04 and 128 digits',
    });
  return publicKey;
}

function isOnCurve(publicKey: string): boolean {
  try {
    return sm2.verifyPublicKey(publicKey);
  } catch {
    return false;
  }
}
