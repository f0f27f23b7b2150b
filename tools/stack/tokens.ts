import { NATION, PROVINCES, provinceOf, type Role } from '@yiditong/codes';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const ISSUER = 'https://issuer.dev.yiditong.invalid';
export const AUDIENCE = 'yiditong';
/** A development day. Production tokens come from the nation's or a province's identity provider. */
const LIFETIME = '12h';

/** Bearer tokens of development accounts, by what they may act as. */
export type Tokens = {
  readonly operator: string;
  readonly bureau: Readonly<Record<string, string>>;
  readonly hospital: Readonly<Record<string, string>>;
  readonly insured: Readonly<Record<string, string>>;
};

export type Claims = {
  readonly role: Role;
  readonly region: string;
  readonly institution?: string;
  readonly person?: string;
};

/** An issuer with a key of its own, made anew for each stack. */
export type DevelopmentIssuer = {
  readonly jwks: string;
  readonly sign: (subject: string, claims: Claims, lifetime?: string) => Promise<string>;
};

export async function createIssuer(): Promise<DevelopmentIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'dev', alg: 'EdDSA', use: 'sig' };
  return {
    jwks: JSON.stringify({ keys: [jwk] }),
    sign: (subject, claims, lifetime = LIFETIME) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'dev' })
        .setSubject(subject)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(lifetime)
        .sign(privateKey),
  };
}

type Accounts = {
  readonly institutions: readonly { readonly institutionCode: string; readonly region: string }[];
  readonly persons: readonly { readonly personId: string; readonly insuredRegion: string }[];
};

/** Tokens for the operator, every province's bureau, and the given hospitals and persons. */
export async function issueTokens(issuer: DevelopmentIssuer, { institutions, persons }: Accounts): Promise<Tokens> {
  const bureau = PROVINCES.map(
    async ({ code }) => [code, await issuer.sign(`bureau-${code}`, { role: 'bureau', region: code })] as const,
  );
  const hospital = institutions.map(async ({ institutionCode, region }) => {
    const claims: Claims = { role: 'hospital', region: provinceOf(region), institution: institutionCode };
    return [institutionCode, await issuer.sign(institutionCode, claims)] as const;
  });
  const insured = persons.map(async ({ personId, insuredRegion }) => {
    const claims: Claims = { role: 'insured', region: provinceOf(insuredRegion), person: personId };
    return [personId, await issuer.sign(personId, claims)] as const;
  });
  return {
    operator: await issuer.sign('operator', { role: 'operator', region: NATION }),
    bureau: Object.fromEntries(await Promise.all(bureau)),
    hospital: Object.fromEntries(await Promise.all(hospital)),
    insured: Object.fromEntries(await Promise.all(insured)),
  };
}
