import { businessDateOf, nextDay } from '@yiditong/chassis';
import type { Reason } from '@yiditong/codes';
import type { Credential } from './credential.entity.js';

const HOUR_MS = 3_600_000;
const SHANGHAI_MIDNIGHT = 'T00:00:00+08:00';

/** Somebody shows a token at a counter. */
export type Presentation = {
  readonly institutionCode: string;
  readonly visitNumber: string;
  readonly at: Date;
};

export type Verdict =
  /** Nobody has decoded it: it is bound to this presentation. */
  | { readonly kind: 'first' }
  /** The same counter asks again what it was told. */
  | { readonly kind: 'again' }
  | { readonly kind: 'refused'; readonly reason: Reason };

/**
 * Whether a known token may be decoded. What differs here may be told apart: only who holds a token of 256 random bits gets
 * this far, and nothing that is said is of the person. A token that is unknown never gets here, and is refused with the
 * reason of a malformed one. Checked in the order: used, for another institution, over.
 */
export function judgePresentation(credential: Credential, presentation: Presentation): Verdict {
  const { use, issuedFor, withdrawnAt, expiresAt } = credential;
  if (use) {
    const same = use.institutionCode === presentation.institutionCode && use.visitNumber === presentation.visitNumber;
    if (!same) return refused('E_CREDENTIAL_USED');
    return presentation.at < use.standsUntil ? { kind: 'again' } : refused('E_CREDENTIAL_EXPIRED');
  }
  if (issuedFor !== null && issuedFor !== presentation.institutionCode) return refused('E_CREDENTIAL_ELSEWHERE');
  // One reason for both: at the counter they are the same mistake, an old picture on the screen.
  if (withdrawnAt !== null || presentation.at >= expiresAt) return refused('E_CREDENTIAL_EXPIRED');
  return { kind: 'first' };
}

function refused(reason: Reason): Verdict {
  return { kind: 'refused', reason };
}

/** Somebody who comes in the evening must not lose the decoding at midnight. */
const SHORTEST_SESSION_MS = 4 * HOUR_MS;

/** Until when a decoding stands: to the end of its day in Asia/Shanghai, and four hours at least. */
export function sessionEnd(decodedAt: Date): Date {
  const midnight = Date.parse(`${nextDay(businessDateOf(decodedAt))}${SHANGHAI_MIDNIGHT}`);
  return new Date(Math.max(midnight, decodedAt.getTime() + SHORTEST_SESSION_MS));
}

/** An app that renews its picture every half a minute, and a person who opens it anew now and then. */
export const ISSUES_PER_MINUTE = 5;
const MINUTE_MS = 60_000;

export function minuteBefore(at: Date): Date {
  return new Date(at.getTime() - MINUTE_MS);
}

/** How long to wait for the next one: whole seconds, or null for not at all. Takes when the latest were issued, newest first. */
export function secondsToWait(issuedAt: readonly Date[], now: Date): number | null {
  const limiting = issuedAt[ISSUES_PER_MINUTE - 1];
  if (limiting === undefined) return null;
  const waitMs = limiting.getTime() + MINUTE_MS - now.getTime();
  return waitMs > 0 ? Math.ceil(waitMs / 1_000) : null;
}

const KEPT_AFTER_END_MS = 24 * HOUR_MS;

/**
 * Until when the row of a credential is kept: a day after it, or its decoding, is over. So long a late picture is told apart
 * from an invented one. A dispute about who decoded what needs no row: the audit trail keeps that.
 */
export function keptUntil(over: Date): Date {
  return new Date(over.getTime() + KEPT_AFTER_END_MS);
}
