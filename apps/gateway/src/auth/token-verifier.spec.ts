import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Rejection } from '@yiditong/codes';
import { FixedClock } from '@yiditong/testing';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { trustedIssuers } from './issuers.js';
import { TokenVerifier } from './token-verifier.js';

const NOW = 1_800_000_000;
const ISSUER = 'https://id.nhsa.example';
const OPERATOR = { sub: 'operator-1', role: 'operator', region: '000000', rank: 'clerk' };
const BUREAU = { sub: 'bureau-1', role: 'bureau', region: '110000', rank: 'supervisor' };
const HOSPITAL = { sub: 'h-1', role: 'hospital', region: '110000', institution: 'H11010500901' };
const INSURED = { sub: 'p-1', role: 'insured', region: '130000', person: '5f0c6cf6-6f2a-4a39-8c75-0d7a9bd8a6f3' };

const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
const publicJwk: JWK = { ...(await exportJWK(publicKey)), kid: 'one' };

/** A claim that is `undefined` is left out. */
type Claims = Readonly<Record<string, unknown>>;

let clock: FixedClock;
beforeEach(() => {
  clock = new FixedClock(new Date(NOW * 1_000));
});

function verifierOf(...further: readonly object[]): TokenVerifier {
  const nation = { issuer: ISSUER, audience: 'yiditong', jwks: { keys: [publicJwk] } };
  const issuers = further.length === 0 ? [nation] : further.map((one) => ({ ...nation, ...one }));
  return new TokenVerifier(trustedIssuers.parse(JSON.stringify(issuers)), clock);
}

function sign(claims: Claims, header: object = {}, key = privateKey): Promise<string> {
  const whole = { iss: ISSUER, aud: 'yiditong', jti: 'token-1', iat: NOW, exp: NOW + 900, ...claims };
  const present = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
  return new SignJWT(present).setProtectedHeader({ alg: 'EdDSA', kid: 'one', ...header }).sign(key);
}

async function refusalOf(verifier: TokenVerifier, token: string): Promise<string> {
  return verifier.verify(token).then(
    () => 'accepted',
    (error: unknown) => (error instanceof Rejection ? error.reason : String(error)),
  );
}

describe('a token', () => {
  it('makes its bearer whom its claims describe, and nothing of what else they say', async () => {
    const token = await sign({ ...BUREAU, area: '110100', scope: 'all', admin: true });
    expect(await verifierOf().verify(token)).toEqual({
      actor: { subject: 'bureau-1', role: 'bureau', region: '110000', rank: 'supervisor', area: '110100' },
      issuer: ISSUER,
      tokenId: 'token-1',
      issuedAt: NOW,
      expiresAt: NOW + 900,
    });
  });

  it.each([OPERATOR, BUREAU, HOSPITAL, INSURED])('of the role $role is accepted', async (claims) => {
    const { actor } = await verifierOf().verify(await sign(claims));
    expect(actor.role).toBe(claims.role);
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt'])('of the type %s is accepted', async (typ) => {
    expect(await refusalOf(verifierOf(), await sign(OPERATOR, { typ }))).toBe('accepted');
  });

  it('for several audiences is accepted where this system is one', async () => {
    expect(await refusalOf(verifierOf(), await sign({ ...OPERATOR, aud: ['x', 'yiditong'] }))).toBe('accepted');
  });

  it.each<[string, string, Claims, object?]>([
    ['that ran out', 'CREDENTIAL_EXPIRED', { ...OPERATOR, iat: NOW - 900, exp: NOW - 31 }],
    ['for another audience', 'CREDENTIAL_WRONG_AUDIENCE', { ...OPERATOR, aud: 'somebody-else' }],
    ['for no audience', 'CREDENTIAL_INVALID', { ...OPERATOR, aud: undefined }],
    ['of an issuer that nobody trusts', 'CREDENTIAL_INVALID', { ...OPERATOR, iss: 'https://id.example' }],
    ['of no issuer', 'CREDENTIAL_INVALID', { ...OPERATOR, iss: undefined }],
    ['without an id', 'CREDENTIAL_INVALID', { ...OPERATOR, jti: undefined }],
    ['with an empty id', 'CREDENTIAL_INVALID', { ...OPERATOR, jti: '' }],
    ['with an id that could be a whole document', 'CREDENTIAL_INVALID', { ...OPERATOR, jti: 'x'.repeat(129) }],
    ['without an expiry', 'CREDENTIAL_INVALID', { ...OPERATOR, exp: undefined }],
    ['without a time of issue', 'CREDENTIAL_INVALID', { ...OPERATOR, iat: undefined }],
    ['without a subject', 'CREDENTIAL_INVALID', { ...OPERATOR, sub: undefined }],
    ['that lives longer than an hour', 'CREDENTIAL_INVALID', { ...OPERATOR, exp: NOW + 3_601 }],
    ['issued in the future', 'CREDENTIAL_INVALID', { ...OPERATOR, iat: NOW + 31 }],
    ['that is not good yet', 'CREDENTIAL_INVALID', { ...OPERATOR, nbf: NOW + 31 }],
    ['that expires before it is issued', 'CREDENTIAL_INVALID', { ...OPERATOR, iat: NOW + 20, exp: NOW + 10 }],
    ['of another type', 'CREDENTIAL_INVALID', OPERATOR, { typ: 'id+jwt' }],
    ['with another key’s name', 'CREDENTIAL_INVALID', OPERATOR, { kid: 'two' }],
    ['with the role of a service', 'CREDENTIAL_INVALID', { sub: 'settlement', role: 'service', region: '110000' }],
    ['without a role', 'CREDENTIAL_INVALID', { ...OPERATOR, role: undefined }],
    ['with a role that there is not', 'CREDENTIAL_INVALID', { ...OPERATOR, role: 'emperor' }],
    ['with two roles', 'CREDENTIAL_INVALID', { ...OPERATOR, role: ['operator', 'bureau'] }],
    ['of an operator who is a province', 'CREDENTIAL_INVALID', { ...OPERATOR, region: '110000' }],
    ['of a bureau of the nation', 'CREDENTIAL_INVALID', { ...BUREAU, region: '000000' }],
    ['of a bureau without a rank', 'CREDENTIAL_INVALID', { ...BUREAU, rank: undefined }],
    ['of a bureau in another province’s area', 'CREDENTIAL_INVALID', { ...BUREAU, area: '131000' }],
    ['of a hospital in another province', 'CREDENTIAL_INVALID', { ...HOSPITAL, region: '130000' }],
    ['of a hospital that is also a person', 'CREDENTIAL_INVALID', { ...HOSPITAL, person: INSURED.person }],
    ['of a person without a number', 'CREDENTIAL_INVALID', { ...INSURED, person: undefined }],
    ['of a person with a rank', 'CREDENTIAL_INVALID', { ...INSURED, rank: 'supervisor' }],
  ])('%s is refused: %s', async (_, reason, claims, header) => {
    expect(await refusalOf(verifierOf(), await sign(claims, header))).toBe(reason);
  });

  it('is told to have run out only if its issuer signed it', async () => {
    const { privateKey: other } = await generateKeyPair('EdDSA');
    const ranOut = { ...OPERATOR, iat: NOW - 900, exp: NOW - 31 };
    expect(await refusalOf(verifierOf(), await sign(ranOut, {}, other))).toBe('CREDENTIAL_INVALID');
    expect(await refusalOf(verifierOf(), await sign({ ...OPERATOR, aud: 'x' }, {}, other))).toBe('CREDENTIAL_INVALID');
  });

  it('is taken for a moment after it ran out, as clocks differ', async () => {
    expect(await refusalOf(verifierOf(), await sign({ ...OPERATOR, iat: NOW - 900, exp: NOW - 29 }))).toBe('accepted');
  });
});

describe('a signature', () => {
  const [header, claims] = [
    { alg: 'none', kid: 'one' },
    { iss: ISSUER, aud: 'yiditong', jti: 'a', iat: NOW, exp: NOW + 900, ...OPERATOR },
  ];
  const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

  it.each(['', 'AA'])('of the algorithm “none” (%j) is none', async (signature) => {
    expect(await refusalOf(verifierOf(), `${encoded(header)}.${encoded(claims)}.${signature}`)).toBe(
      'CREDENTIAL_INVALID',
    );
  });

  it.each(['HS256', 'HS384', 'HS512'])('of %s with the public key for a secret is none', async (alg) => {
    const signed = `${encoded({ alg, kid: 'one' })}.${encoded(claims)}`;
    const secrets = [
      await exportSPKI(publicKey),
      JSON.stringify(publicJwk),
      Buffer.from(publicJwk.x ?? '', 'base64url'),
    ];
    for (const secret of secrets) {
      const signature = createHmac(`sha${alg.slice(2)}`, secret)
        .update(signed)
        .digest('base64url');
      expect(await refusalOf(verifierOf(), `${signed}.${signature}`)).toBe('CREDENTIAL_INVALID');
    }
  });

  it('by a key that the token brings itself is none', async () => {
    const own = await generateKeyPair('EdDSA', { extractable: true });
    const jwk = await exportJWK(own.publicKey);
    expect(await refusalOf(verifierOf(), await sign(OPERATOR, { jwk }, own.privateKey))).toBe('CREDENTIAL_INVALID');
  });

  it('by an algorithm that the issuer isn’t trusted with is none', async () => {
    const rsa = await generateKeyPair('RS256', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(rsa.publicKey)), kid: 'one' }] };
    const token = await sign(OPERATOR, { alg: 'RS256' }, rsa.privateKey);
    expect(await refusalOf(verifierOf({ jwks }), token)).toBe('CREDENTIAL_INVALID');
    expect(await refusalOf(verifierOf({ jwks, algorithms: ['RS256'] }), token)).toBe('accepted');
  });

  it.each(['ES256', 'PS256'])('of %s is taken', async (alg) => {
    const pair = await generateKeyPair(alg, { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one' }] };
    expect(await refusalOf(verifierOf({ jwks }), await sign(OPERATOR, { alg }, pair.privateKey))).toBe('accepted');
  });

  it('of one issuer is none under the name of another', async () => {
    const other = await generateKeyPair('EdDSA', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(other.publicKey)), kid: 'one' }] };
    const verifier = verifierOf({}, { issuer: 'https://id.province.example', jwks });
    expect(await refusalOf(verifier, await sign(OPERATOR, {}, other.privateKey))).toBe('CREDENTIAL_INVALID');
  });

  it.each(['', '.', '..', 'a.b.c', '{}.{}.{}', 'bnVsbA.bnVsbA.AA'])('is not in %j', async (text) => {
    expect(await refusalOf(verifierOf(), text)).toBe('CREDENTIAL_INVALID');
  });
});

describe('the issuer of a province', () => {
  const verifier = () => verifierOf({ roles: ['hospital', 'bureau'], provinces: ['110000'] });

  it.each([BUREAU, HOSPITAL])('may say who is a $role of its own', async (claims) => {
    expect(await refusalOf(verifier(), await sign(claims))).toBe('accepted');
  });

  it.each<[string, Claims]>([
    ['another province’s bureau', { ...BUREAU, region: '130000' }],
    ['another province’s hospital', { ...HOSPITAL, region: '310000', institution: 'H31010100901' }],
    ['the operator', OPERATOR],
    ['an insured person, whom it may not', { ...INSURED, region: '110000' }],
  ])('may not say who is %s', async (_, claims) => {
    expect(await refusalOf(verifier(), await sign(claims))).toBe('CREDENTIAL_INVALID');
  });
});

describe('a token that was verified before', () => {
  it('is not taken a moment longer', async () => {
    const verifier = verifierOf();
    const token = await sign({ ...OPERATOR, exp: NOW + 40 });
    expect(await refusalOf(verifier, token)).toBe('accepted');
    clock.moveTo(new Date((NOW + 71) * 1_000));
    expect(await refusalOf(verifier, token)).toBe('CREDENTIAL_EXPIRED');
  });
});

describe('keys that are fetched', () => {
  let server: Server;
  let jwksUrl: string;
  let served: { status: number; keys: JWK[] };
  let fetches: number;

  beforeEach(async () => {
    fetches = 0;
    served = { status: 200, keys: [publicJwk] };
    server = createServer((_, answer) => {
      fetches += 1;
      answer.writeHead(served.status, { location: 'http://127.0.0.1:1/' }).end(JSON.stringify({ keys: served.keys }));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  });
  afterEach(() => {
    vi.useRealTimers();
    server.close();
  });

  const remote = () => verifierOf({ jwks: undefined, jwksUrl });

  it('are fetched once for many tokens', async () => {
    const verifier = remote();
    for (const jti of ['a', 'b', 'c'])
      expect(await refusalOf(verifier, await sign({ ...OPERATOR, jti }))).toBe('accepted');
    expect(fetches).toBe(1);
  });

  it('are not fetched again for each unknown key that somebody makes up', async () => {
    const verifier = remote();
    for (const kid of ['x', 'y', 'z'])
      expect(await refusalOf(verifier, await sign(OPERATOR, { kid }))).toBe('CREDENTIAL_INVALID');
    expect(fetches).toBe(1);
  });

  it('are fetched again for a key that is new, once the last fetching is half a minute ago', async () => {
    const verifier = remote();
    const next = await generateKeyPair('EdDSA', { extractable: true });
    expect(await refusalOf(verifier, await sign(OPERATOR))).toBe('accepted');
    served = { status: 200, keys: [{ ...(await exportJWK(next.publicKey)), kid: 'two' }] };
    const renewed = await sign({ ...OPERATOR, jti: 'b' }, { kid: 'two' }, next.privateKey);
    expect(await refusalOf(verifier, renewed)).toBe('CREDENTIAL_INVALID');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    expect(await refusalOf(verifier, renewed)).toBe('accepted');
    // The old key is gone from the set, and with it what it signs.
    expect(await refusalOf(verifier, await sign({ ...OPERATOR, jti: 'c' }))).toBe('CREDENTIAL_INVALID');
    expect(fetches).toBe(2);
  });

  it.each([500, 302, 404])('and can’t be (%i) are nobody’s fault who sends a token', async (status) => {
    served = { status, keys: [] };
    expect(await refusalOf(remote(), await sign(OPERATOR))).toBe('SERVICE_UNAVAILABLE');
  });

  it('are fetched as soon as they can be', async () => {
    const verifier = remote();
    served = { status: 503, keys: [] };
    expect(await refusalOf(verifier, await sign(OPERATOR))).toBe('SERVICE_UNAVAILABLE');
    served = { status: 200, keys: [publicJwk] };
    expect(await refusalOf(verifier, await sign(OPERATOR))).toBe('accepted');
  });
});
