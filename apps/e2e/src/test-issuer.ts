import { randomUUID } from 'node:crypto';
import { AUDIENCE, mapAccounts, type ByAccount, type SeededAccount, type Stack, type Tokens } from '@yiditong/tools';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK, type JWTPayload } from 'jose';

/** An identity provider as specs have it: its private key, so that they can sign whatever they like. */
export type TestIssuer = { readonly issuer: string; readonly audience: string; readonly privateJwk: JWK };

/** What a running stack says, with everybody’s tokens at hand. */
export type TestDocument = Stack['document'] & { readonly tokens: Tokens };

const ALGORITHM = 'EdDSA';
/** However long a slow machine takes for all specs, the tokens that they share outlive them. */
const SHARED_LIFE_SECONDS = 12 * 3_600;
const LIFE_SECONDS = 900;

export async function createTestIssuer(name: string): Promise<TestIssuer> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const privateJwk = { ...(await exportJWK(privateKey)), kid: name, alg: ALGORITHM };
  return { issuer: `https://${name}.test.yiditong.invalid`, audience: AUDIENCE, privateJwk };
}

/** How the gateway is told to trust it, with what is to be different. */
export function trusted({ issuer, audience, privateJwk }: TestIssuer, further: object = {}): object {
  const { d: _, ...publicJwk } = privateJwk;
  return { issuer, audience, jwks: { keys: [publicJwk] }, algorithms: [ALGORITHM], ...further };
}

/** Trusted with everything, and for as long as specs may take. */
export function trustedThroughout(issuer: TestIssuer): object {
  return trusted(issuer, { maxLifetimeSeconds: SHARED_LIFE_SECONDS });
}

/** A token with what makes one valid, but for what is given; a claim that is `undefined` is left out. */
export async function signToken(
  { issuer, audience, privateJwk }: TestIssuer,
  claims: JWTPayload,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const iat = Math.floor(Date.now() / 1_000);
  const whole = { iss: issuer, aud: audience, jti: randomUUID(), iat, exp: iat + LIFE_SECONDS, ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(whole)) as JWTPayload)
    .setProtectedHeader({ alg: ALGORITHM, kid: privateJwk.kid ?? '', ...header })
    .sign(await importJWK(privateJwk, ALGORITHM));
}

/** A token for anybody that there could be, however he is called. */
export async function tokenFor(
  issuer: TestIssuer,
  { subject, ...claims }: { readonly subject: string } & Readonly<Record<string, unknown>>,
): Promise<string> {
  const iat = Math.floor(Date.now() / 1_000);
  return signToken(issuer, { ...claims, sub: subject, iat, exp: iat + SHARED_LIFE_SECONDS });
}

/** Everybody's tokens. */
export async function tokensOf(issuer: TestIssuer, accounts: ByAccount<SeededAccount>): Promise<Tokens> {
  const signed = new Map<string, string>();
  const signing: Promise<unknown>[] = [];
  mapAccounts(accounts, ({ id, claims }) =>
    signing.push(tokenFor(issuer, { subject: id, ...claims }).then((token) => signed.set(id, token))),
  );
  await Promise.all(signing);
  return mapAccounts(accounts, ({ id }) => signed.get(id) ?? '');
}
