import { encodeInstant, type RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { identityV1 } from '@yiditong/contracts';
import { FixedClock } from '@yiditong/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { Revocations, type CheckedCredential } from './revocations.js';

const NOON = new Date('2026-11-22T04:00:00Z');
const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000);

let listed: identityV1.Revocation[];
let askedAfter: string[];
let reachable: boolean;
let clock: FixedClock;
let revocations: Revocations;

/** The service that knows; the position is how many it had listed. */
const identity = {
  call: async (_: string, { after }: { readonly after: string }) => {
    if (!reachable) throw new Rejection('SERVICE_UNAVAILABLE', { service: 'identity' });
    askedAfter.push(after);
    return { revocations: listed.slice(Number(after)), nextAfter: String(listed.length) };
  },
} as unknown as RpcClient<identityV1.IdentityServiceClient>;

beforeEach(async () => {
  [listed, askedAfter, reachable] = [[], [], true];
  clock = new FixedClock(NOON);
  revocations = new Revocations(identity, clock);
  await revocations.refresh();
});

async function revoke(change: Partial<identityV1.Revocation>): Promise<void> {
  const issuedUntil = change.tokenId === undefined ? encodeInstant(NOON) : undefined;
  listed.push({
    revocationId: String(listed.length),
    region: '110000',
    role: 'hospital',
    subject: '',
    tokenId: '',
    issuedUntil,
    forgottenAt: encodeInstant(at(60)),
    ...change,
  });
  await revocations.refresh();
}

/** Issued ten minutes before noon. */
function credential(change: Partial<CheckedCredential> = {}): CheckedCredential {
  const issuedAt = at(-10).getTime() / 1000;
  return { tokenId: 'token-1', subject: 'account', role: 'hospital', region: '110000', issuedAt, ...change };
}

describe('a revoked subject', () => {
  beforeEach(() => revoke({ subject: 'account' }));

  it.each<[string, Partial<CheckedCredential>, boolean]>([
    ['with any token that it has', { tokenId: 'token-2' }, true],
    ['with a message that it signed', { tokenId: undefined }, true],
    ['with one issued in the second of the revocation', { issuedAt: NOON.getTime() / 1000 }, true],
    ['with one issued after it', { issuedAt: NOON.getTime() / 1000 + 1 }, false],
    ['of that name in another province', { region: '610000' }, false],
    ['of that name in another role', { role: 'bureau' }, false],
    ['by another name', { subject: 'Account' }, false],
  ])('%s: %s', (_, change, expected) => expect(revocations.isRevoked(credential(change))).toBe(expected));

  it('stays so by the revocation that reaches furthest', async () => {
    await revoke({ subject: 'account', issuedUntil: encodeInstant(at(30)) });
    await revoke({ subject: 'account', issuedUntil: encodeInstant(at(-30)) });
    expect(revocations.isRevoked(credential({ issuedAt: at(30).getTime() / 1000 }))).toBe(true);
    expect(revocations.isRevoked(credential({ issuedAt: at(31).getTime() / 1000 }))).toBe(false);
  });
});

describe('a revoked token', () => {
  beforeEach(() => revoke({ tokenId: 'token-1' }));

  it.each<[string, Partial<CheckedCredential>, boolean]>([
    ['whenever it was issued', { issuedAt: at(50).getTime() / 1000 }, true],
    ['and no other of its subject', { tokenId: 'token-2' }, false],
    ['and none of that id in another province', { region: '610000' }, false],
    ['and no subject that is called alike', { tokenId: 'token-2', subject: 'token-1' }, false],
  ])('is refused %s: %s', (_, change, expected) => expect(revocations.isRevoked(credential(change))).toBe(expected));
});

describe('the list', () => {
  it('stays in force as it is while it can’t be asked for, and says since when', async () => {
    await revoke({ subject: 'account' });
    reachable = false;
    clock.moveTo(at(5));
    await expect(revoke({ subject: 'other' })).rejects.toThrow();
    expect(revocations.isRevoked(credential())).toBe(true);
    expect(revocations.isRevoked(credential({ subject: 'other' }))).toBe(false);
    expect(revocations.completeAt).toEqual(NOON);
    reachable = true;
    await revocations.refresh();
    expect(revocations.isRevoked(credential({ subject: 'other' }))).toBe(true);
    expect(revocations.completeAt).toEqual(at(5));
  });

  it('is not complete before it was asked for once', () => {
    expect(new Revocations(identity, clock).completeAt).toBeNull();
  });

  it('is asked for from where it ended, and once a minute as a whole', async () => {
    await revoke({ subject: 'a' });
    await revoke({ subject: 'b' });
    clock.moveTo(at(1));
    listed = listed.slice(1);
    await revocations.refresh();
    expect(askedAfter).toEqual(['', '0', '1', '']);
    expect(revocations.isRevoked(credential({ subject: 'a' }))).toBe(false);
    expect(revocations.isRevoked(credential({ subject: 'b' }))).toBe(true);
  });

  it('forgets what no living credential can mean any more', async () => {
    await revoke({ subject: 'account', forgottenAt: encodeInstant(at(0.5)) });
    expect(revocations.isRevoked(credential())).toBe(true);
    clock.moveTo(at(0.6));
    await revocations.refresh();
    expect(revocations.isRevoked(credential())).toBe(false);
  });
});
