import { Rejection } from '@yiditong/codes';
import type { identityV1 } from '@yiditong/contracts';
import { sm2 } from 'sm-crypto-v2';
import { describe, expect, it } from 'vitest';
import { decodeNewKey } from './key/key.codec.js';
import { decodeRefusals } from './refusal/refusal.codec.js';
import { decodeOrder } from './revocation/revocation.codec.js';

/** The problem that a request is refused for, or null. */
function problemOf(decode: () => unknown): string | null {
  try {
    decode();
    return null;
  } catch (error) {
    if (error instanceof Rejection) return error.params['problem'] ?? error.reason;
    throw error;
  }
}

describe('a new key', () => {
  const { publicKey } = sm2.generateKeyPairHex();
  const request: identityV1.RegisterInstitutionKeyRequest = {
    requestId: 'request-1',
    institutionCode: 'H11010100001',
    keyId: 'key-1',
    publicKey,
    validFrom: '2026-01-01',
    validTo: '2026-12-31',
  };

  it('is of the province and the division in the institution’s code, in one spelling', () => {
    const key = decodeNewKey({ ...request, publicKey: publicKey.toUpperCase() });
    expect(key).toMatchObject({ province: '110000', region: '110101', publicKey });
  });

  it.each<[Partial<identityV1.RegisterInstitutionKeyRequest>, string]>([
    [{ institutionCode: 'H99010100001' }, 'INSTITUTION_CODE_INVALID'],
    [{ institutionCode: 'X11010100001' }, 'INSTITUTION_CODE_INVALID'],
    [{ keyId: '' }, 'key_id'],
    [{ keyId: 'a/b' }, 'key_id'],
    [{ validFrom: '2026-02-30' }, 'valid_from'],
    [{ validTo: '2025-12-31' }, 'valid_from'],
    [{ publicKey: sm2.compressPublicKeyHex(publicKey) }, 'public_key'],
    [{ publicKey: publicKey.slice(2) }, 'public_key'],
    [{ publicKey: `04${'0'.repeat(128)}` }, 'public_key'],
    [{ publicKey: `${publicKey.slice(0, -1)}${publicKey.endsWith('0') ? '1' : '0'}` }, 'public_key'],
  ])('may not have %j', (change, problem) => {
    expect(problemOf(() => decodeNewKey({ ...request, ...change }))).toContain(problem);
  });
});

describe('a revocation', () => {
  const request: identityV1.RevokeCredentialRequest = {
    requestId: 'request-1',
    region: '110000',
    role: 'hospital',
    subject: 'H11010100001:001',
    tokenId: '',
    until: undefined,
    reason: 'REVOCATION_REASON_LOST',
  };

  it.each<Partial<identityV1.RevokeCredentialRequest>>([
    {},
    { role: 'operator', region: '000000' },
    { subject: '', tokenId: 'token-1' },
  ])('may have %j', (change) => expect(problemOf(() => decodeOrder({ ...request, ...change }))).toBeNull());

  it.each<[Partial<identityV1.RevokeCredentialRequest>, string]>([
    [{ role: 'service' }, 'role'],
    [{ role: 'operator' }, 'region'],
    [{ region: '000000' }, 'region'],
    [{ region: '110101' }, 'region'],
    [{ region: '990000' }, 'region'],
    [{ subject: '' }, 'exactly one'],
    [{ tokenId: 'token-1' }, 'exactly one'],
    [{ subject: '张三' }, 'exactly one'],
    [{ reason: 'REVOCATION_REASON_UNSPECIFIED' }, 'revocation_reason'],
  ])('may not have %j', (change, problem) => {
    expect(problemOf(() => decodeOrder({ ...request, ...change }))).toContain(problem);
  });
});

describe('a refusal', () => {
  const refusal: identityV1.Refusal = {
    refusalId: '01890a5d-ac96-774b-bcce-b302099a8057',
    refusedAt: { seconds: 1_800_000_000n, nanos: 0 },
    reason: 'CREDENTIAL_EXPIRED',
    credentialKind: 'bearer',
    genuine: true,
    claimedSubject: 'account',
    claimedRole: 'bureau',
    claimedRegion: '610000',
    source: '192.0.2.7',
    route: 'GET /v1/cycles/:date',
    traceId: '',
  };
  const chainOf = (change: Partial<identityV1.Refusal>): string | undefined =>
    decodeRefusals({ refusals: [{ ...refusal, ...change }], dropped: 0n })[0]?.province;

  it.each<[string, Partial<identityV1.Refusal>, string]>([
    ['the province that it is certainly from', {}, '610000'],
    ['the nation where anybody may have said so', { genuine: false }, '000000'],
    ['the nation for the operator', { claimedRole: 'operator', claimedRegion: '000000' }, '000000'],
    ['the nation for what is no province', { claimedRegion: '610100' }, '000000'],
    ['the nation for what says nothing', { claimedRegion: '' }, '000000'],
  ])('belongs into the chain of %s', (_, change, province) => expect(chainOf(change)).toBe(province));

  it.each<[Partial<identityV1.Refusal>, string]>([
    [{ refusalId: 'x' }, 'refusal_id'],
    [{ reason: 'NO_REASON' }, 'reason'],
    [{ refusedAt: undefined }, 'refused_at'],
  ])('may not have %j', (change, problem) => expect(problemOf(() => chainOf(change))).toContain(problem));

  it('comes in batches of 1 to 200', () => {
    expect(problemOf(() => decodeRefusals({ refusals: [], dropped: 0n }))).toContain('1 to 200');
    const many = Array.from({ length: 201 }, () => refusal);
    expect(problemOf(() => decodeRefusals({ refusals: many, dropped: 0n }))).toContain('1 to 200');
  });
});
