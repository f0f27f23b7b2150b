import { describe, expect, it } from 'vitest';
import { issuerProblems, trustedIssuers, type Mode } from './issuers.js';

const NAMED = {
  issuer: 'https://id.nhsa.example',
  audience: 'yiditong',
  roles: ['operator'],
  provinces: ['000000'],
};
const OF_NATION = { ...NAMED, jwksUrl: 'https://id.nhsa.example/jwks' };
const PUBLIC_JWK = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'a' };
const INLINE = { ...NAMED, jwks: { keys: [PUBLIC_JWK] } };

function read(...issuers: readonly object[]) {
  return trustedIssuers.safeParse(JSON.stringify(issuers));
}

function problems(mode: Mode, issuer: object): string[] {
  return issuerProblems(mode, read(issuer).data ?? []);
}

describe('the issuers of the environment', () => {
  it('are signatures by key pairs and an hour at most, unless said', () => {
    expect(read(OF_NATION).data).toEqual([
      {
        ...OF_NATION,
        algorithms: ['EdDSA', 'ES256', 'PS256'],
        maxLifetimeSeconds: 3_600,
        jwksCooldownSeconds: 30,
      },
    ]);
  });

  it.each<[string, object]>([
    ['no keys at all', { ...OF_NATION, jwksUrl: undefined }],
    ['keys of two kinds', { ...OF_NATION, jwks: INLINE.jwks }],
    ['the algorithm “none”', { ...OF_NATION, algorithms: ['none'] }],
    ['a shared secret’s algorithm', { ...OF_NATION, algorithms: ['EdDSA', 'HS256'] }],
    ['no algorithm', { ...OF_NATION, algorithms: [] }],
    ['a shared secret for a key', { ...INLINE, jwks: { keys: [{ kty: 'oct', k: 'AA' }] } }],
    ['a private key', { ...INLINE, jwks: { keys: [{ ...PUBLIC_JWK, d: 'AA' }] } }],
    ['the role of a service', { ...OF_NATION, roles: ['service'] }],
    ['a province that there is not', { ...OF_NATION, provinces: ['990000'] }],
    ['a prefecture for a province', { ...OF_NATION, provinces: ['131000'] }],
    ['no audience', { ...OF_NATION, audience: '' }],
    ['a field that nobody reads', { ...OF_NATION, audiences: ['a'] }],
    ['keys from a file', { ...OF_NATION, jwksUrl: 'file:///etc/keys' }],
  ])('with %s are not accepted', (_, issuer) => {
    expect(read(issuer).success).toBe(false);
  });

  it.each(['', '[]', '{}', 'nonsense', '[{]'])('written as %j are not accepted', (text) => {
    expect(trustedIssuers.safeParse(text).success).toBe(false);
  });
});

describe('a production gateway', () => {
  it('starts with issuers that have https on both sides', () => {
    expect(problems('production', OF_NATION)).toEqual([]);
  });

  it.each<[string, object]>([
    ['that is the development issuer', { ...OF_NATION, issuer: 'https://issuer.dev.yiditong.invalid' }],
    ['that is the development issuer, with a dot', { ...OF_NATION, issuer: 'https://issuer.dev.yiditong.invalid./' }],
    ['that is the development issuer, in capitals', { ...OF_NATION, issuer: 'https://ISSUER.DEV.YIDITONG.INVALID' }],
    ['that is the development issuer, at a path', { ...OF_NATION, issuer: 'https://dev.yiditong.invalid/realm?a=b' }],
    ['that is not https', { ...OF_NATION, issuer: 'http://id.nhsa.example' }],
    ['whose keys are not fetched by https', { ...OF_NATION, jwksUrl: 'http://id.nhsa.example/jwks' }],
    ['with inline keys', INLINE],
    ['that may give every role', { ...OF_NATION, roles: undefined }],
    ['that may speak for every province', { ...OF_NATION, provinces: undefined }],
    ['whose tokens live longer than an hour', { ...OF_NATION, maxLifetimeSeconds: 3_601 }],
  ])('does not start with an issuer %s', (_, issuer) => {
    expect(problems('production', issuer)).toHaveLength(1);
  });

  it('does not start with one issuer twice, whose rules would be a matter of chance', () => {
    expect(issuerProblems('production', read(OF_NATION, { ...OF_NATION, roles: ['insured'] }).data ?? [])).toHaveLength(
      1,
    );
  });
});

describe('a development gateway', () => {
  it.each<[string, object]>([
    ['the development issuer', { ...OF_NATION, issuer: 'https://issuer.dev.yiditong.invalid' }],
    ['keys fetched from this machine', { ...OF_NATION, jwksUrl: 'http://127.0.0.1:4000/jwks.json' }],
    ['inline keys', INLINE],
    ['tokens for a day', { ...INLINE, maxLifetimeSeconds: 86_400 }],
  ])('takes %s', (_, issuer) => {
    expect(problems('development', issuer)).toEqual([]);
  });

  it('takes no tokens for longer', () => {
    expect(problems('development', { ...INLINE, maxLifetimeSeconds: 86_401 })).toHaveLength(1);
  });
});
