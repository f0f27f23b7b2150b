import { createHash } from 'node:crypto';
import type { Actor } from '@yiditong/access';
import { actorSchema, type Clock } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import type { TrustedIssuer } from './issuers.js';

/** What a token says that its issuer may say. Times are seconds since 1970, as in the token. */
export type VerifiedToken = {
  readonly actor: Actor;
  readonly issuer: string;
  readonly tokenId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
};

/** Clocks of identity providers and of this machine may differ by so much. */
const TOLERANCE_SECONDS = 30;
/** A key taken out of its JWKS counts for so long in tokens that were verified before. */
const REMEMBERED_SECONDS = 60;
const MAX_REMEMBERED = 10_000;
const TOKEN_TYPES = /^(application\/)?(at\+)?jwt$/i;
/** What a revocation can name. */
const TOKEN_ID = /^[\w:.@/-]{1,128}$/;

type KeyedIssuer = TrustedIssuer & { readonly keys: JWTVerifyGetKey };
type Remembered = { readonly token: VerifiedToken; readonly until: number };

/** Verifies bearer tokens of the trusted issuers: the signature first, so that nothing is told of a token that nobody signed. */
export class TokenVerifier {
  private readonly issuers: ReadonlyMap<string, KeyedIssuer>;
  /** By the hash, so that no memory dump of it holds a credential. */
  private readonly remembered = new Map<string, Remembered>();

  constructor(
    issuers: readonly TrustedIssuer[],
    private readonly clock: Clock,
  ) {
    this.issuers = new Map(issuers.map((issuer) => [issuer.issuer, { ...issuer, keys: keysOf(issuer) }]));
  }

  /**
   * What the token says. Rejects with CREDENTIAL_INVALID, CREDENTIAL_EXPIRED or CREDENTIAL_WRONG_AUDIENCE, and with
   * SERVICE_UNAVAILABLE where the issuer's keys can't be fetched.
   */
  async verify(jwt: string): Promise<VerifiedToken> {
    const now = Math.floor(this.clock.now().getTime() / 1000);
    const hash = createHash('sha256').update(jwt).digest('base64');
    const known = this.remembered.get(hash);
    if (known && known.until > now) return known.token;
    const token = await this.verifyAnew(jwt, now);
    this.remember(hash, { token, until: Math.min(token.expiresAt, now + REMEMBERED_SECONDS) }, now);
    return token;
  }

  private async verifyAnew(jwt: string, now: number): Promise<VerifiedToken> {
    const issuer = this.issuers.get(claimedIssuer(jwt));
    if (!issuer) throw new Rejection('CREDENTIAL_INVALID');
    const { payload, protectedHeader } = await jwtVerify(jwt, issuer.keys, {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: issuer.algorithms,
      requiredClaims: ['exp', 'iat', 'jti', 'sub'],
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: this.clock.now(),
    }).catch((error: unknown) => {
      throw refusalOf(error);
    });
    const { typ = 'JWT' } = protectedHeader;
    const { jti = '', iat = 0, exp = 0 } = payload;
    const actor = actorOfClaims(payload, issuer);
    const inTime = exp > iat && exp - iat <= issuer.maxLifetimeSeconds && iat <= now + TOLERANCE_SECONDS;
    if (actor === null || !inTime || !TOKEN_ID.test(jti) || !TOKEN_TYPES.test(typ))
      throw new Rejection('CREDENTIAL_INVALID');
    return { actor, issuer: issuer.issuer, tokenId: jti, issuedAt: iat, expiresAt: exp };
  }

  /** Never more than so many: what has run out goes first, and everything when that doesn't help. */
  private remember(hash: string, entry: Remembered, now: number): void {
    if (this.remembered.size >= MAX_REMEMBERED)
      for (const [key, { until }] of this.remembered) if (until <= now) this.remembered.delete(key);
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
    this.remembered.set(hash, entry);
  }
}

/** Whom the claims describe, or null where they describe nobody or more than their issuer may say. */
function actorOfClaims(claims: JWTPayload, { roles, provinces }: TrustedIssuer): Actor | null {
  const { sub: subject, role, region, rank, area, institution, person } = claims;
  const actor = actorSchema.safeParse({ subject, role, region, rank, area, institution, person });
  if (!actor.success || actor.data.role === 'service') return null;
  const mayGive = roles?.includes(actor.data.role) ?? true;
  const maySpeakFor = provinces?.includes(actor.data.region) ?? true;
  return mayGive && maySpeakFor ? actor.data : null;
}

/** Chooses the keys to verify with, and is believed only when they do. */
function claimedIssuer(jwt: string): string {
  try {
    return decodeJwt(jwt).iss ?? '';
  } catch {
    return '';
  }
}

function keysOf({ issuer, jwks, jwksUrl, jwksCooldownSeconds }: TrustedIssuer): JWTVerifyGetKey {
  if (jwks) return createLocalJWKSet(jwks as unknown as JSONWebKeySet);
  if (jwksUrl === undefined) throw new Error(`${issuer} has no keys`);
  const keys = createRemoteJWKSet(new URL(jwksUrl), { cooldownDuration: jwksCooldownSeconds * 1_000 });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (isAboutToken(error)) throw error;
      throw new Rejection('SERVICE_UNAVAILABLE', { service: 'identity provider' });
    }
  };
}

function refusalOf(error: unknown): Rejection {
  if (error instanceof Rejection) return error;
  if (error instanceof errors.JWTExpired) return new Rejection('CREDENTIAL_EXPIRED');
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud' && error.reason === 'check_failed')
    return new Rejection('CREDENTIAL_WRONG_AUDIENCE');
  return new Rejection('CREDENTIAL_INVALID');
}

/** Whether the keys are there and none of them is the token's. */
function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
