import { findProvince, NATION } from '@yiditong/codes';
import { z } from 'zod';

export const MODES = ['development', 'production'] as const;
export type Mode = (typeof MODES)[number];

/** Signatures by key pairs only. A shared secret or no signature at all can't be configured. */
const ALGORITHMS = ['EdDSA', 'ES256', 'PS256', 'RS256'] as const;
/** Services speak gRPC to each other; no issuer makes one. */
const ISSUED_ROLES = ['insured', 'hospital', 'bureau', 'operator'] as const;
const LONGEST_LIFE_SECONDS = 3_600;
/** A test that takes a day needs no new token in between. */
const LONGEST_DEVELOPMENT_LIFE_SECONDS = 86_400;
/** Under a name that can never resolve, so that no provider anywhere has it. */
const DEVELOPMENT_HOSTS = /(^|\.)dev\.yiditong\.invalid\.?$/i;

const publicKey = z
  .looseObject({ kty: z.enum(['OKP', 'EC', 'RSA']), d: z.undefined({ message: 'is private' }).optional() })
  .readonly();

/** An identity provider whose tokens are accepted, and how far its word goes. */
const trustedIssuer = z
  .strictObject({
    /** As in its tokens' `iss`. */
    issuer: z.url(),
    /** What its tokens for this gateway have in `aud`. */
    audience: z.string().min(1),
    jwksUrl: z.url({ protocol: /^https?$/ }).optional(),
    jwks: z.strictObject({ keys: z.array(publicKey).min(1) }).optional(),
    algorithms: z.array(z.enum(ALGORITHMS)).min(1).default(['EdDSA', 'ES256', 'PS256']),
    /** The roles that it may give; in development all that there are unless said. */
    roles: z.array(z.enum(ISSUED_ROLES)).min(1).optional(),
    /** The tenants that it may speak for, such as its own province, or 000000 for the operator; in development all unless said. */
    provinces: z
      .array(z.string().refine((code) => code === NATION || findProvince(code)?.code === code, 'a province'))
      .min(1)
      .optional(),
    /** The longest from issue to expiry. */
    maxLifetimeSeconds: z.int().min(60).default(LONGEST_LIFE_SECONDS),
    /** How long after fetching its keys an unknown one doesn't make them be fetched again. */
    jwksCooldownSeconds: z.int().min(1).max(600).default(30),
  })
  .refine(({ jwksUrl, jwks }) => (jwksUrl === undefined) !== (jwks === undefined), 'either jwksUrl or jwks');
export type TrustedIssuer = z.output<typeof trustedIssuer>;

/** The issuers as the environment has them: a JSON list. */
export const trustedIssuers = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'not readable JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.array(trustedIssuer).min(1));

/** What must not be trusted in this mode. A production gateway with one of them doesn't start. */
export function issuerProblems(mode: Mode, issuers: readonly TrustedIssuer[]): string[] {
  const names = issuers.map(({ issuer }) => issuer);
  const twice = names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} is there twice`);
  return [...twice, ...issuers.flatMap((issuer) => problemsOf(mode, issuer).map((text) => `${issuer.issuer} ${text}`))];
}

function problemsOf(
  mode: Mode,
  { issuer, jwks, jwksUrl, maxLifetimeSeconds, roles, provinces }: TrustedIssuer,
): string[] {
  const longest = mode === 'development' ? LONGEST_DEVELOPMENT_LIFE_SECONDS : LONGEST_LIFE_SECONDS;
  const problems = maxLifetimeSeconds > longest ? [`may not give tokens of more than ${longest} s`] : [];
  if (mode === 'development') return problems;
  if (DEVELOPMENT_HOSTS.test(new URL(issuer).hostname)) problems.push('is the development issuer');
  if (!issuer.startsWith('https://')) problems.push('is not https');
  if (jwksUrl !== undefined && !jwksUrl.startsWith('https://')) problems.push('has keys that are not fetched by https');
  if (roles === undefined || provinces === undefined)
    problems.push('does not say for which roles and provinces it speaks');
  if (jwks !== undefined) problems.push('has inline keys, which can’t be replaced when one is lost');
  return problems;
}
