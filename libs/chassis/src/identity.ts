import type { Clock } from './clock.js';
import { createLocalJWKSet, importJWK, jwtVerify, SignJWT, type JSONWebKeySet, type JWK } from 'jose';
import { Rejection } from '@yiditong/codes';
import { actorSchema, type Actor } from './actor.js';

const ISSUER = 'gateway';
const AUDIENCE = 'yiditong:services';
const ALGORITHM = 'EdDSA';
/** Longer than the longest exchange that it is forwarded in, short enough to be worth nothing when found. */
const LIFE_SECONDS = 120;
/** A request that begins with an assertion of this age can still be carried to its end. */
const RENEW_AFTER_SECONDS = 60;
const MAX_KEPT = 10_000;

type Kept<T> = { readonly value: T; readonly until: number };

/** The gateway's signed word for who is calling, which every service checks for itself and hands on to those that it calls. */
export class IdentityMint {
  private readonly minted = new Map<string, Kept<string>>();

  private constructor(
    private readonly key: Awaited<ReturnType<typeof importJWK>>,
    private readonly keyId: string,
    private readonly clock: Clock,
  ) {}

  /** From a private Ed25519 JWK with a `kid`. */
  static async of(privateJwk: string, clock: Clock): Promise<IdentityMint> {
    const jwk = JSON.parse(privateJwk) as JWK;
    if (jwk.kid === undefined) throw new Error('the identity key has no kid');
    return new IdentityMint(await importJWK(jwk, ALGORITHM), jwk.kid, clock);
  }

  /** One and the same for an actor's requests of a minute, so that services need not check a new one each time. */
  async assertionFor(actor: Actor): Promise<string> {
    const now = seconds(this.clock);
    const name = JSON.stringify(actor);
    const known = this.minted.get(name);
    if (known && known.until > now) return known.value;
    const assertion = await new SignJWT({ actor })
      .setProtectedHeader({ alg: ALGORITHM, kid: this.keyId })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFE_SECONDS)
      .sign(this.key);
    keep(this.minted, name, { value: assertion, until: now + RENEW_AFTER_SECONDS }, now);
    return assertion;
  }
}

/** Checks the gateway's word, and what services say of themselves. */
export class IdentityVerifier {
  private readonly keys: ReturnType<typeof createLocalJWKSet>;
  private readonly verified = new Map<string, Kept<Actor>>();
  /** A service says the same of itself in every call for a province. */
  private readonly claimed = new Map<string, Kept<Actor>>();

  /** From the public keys as a JWKS; during a change of keys it holds both. */
  constructor(
    publicJwks: string,
    private readonly clock: Clock,
  ) {
    this.keys = createLocalJWKSet(JSON.parse(publicJwks) as JSONWebKeySet);
  }

  /** Who the gateway says is calling. Rejects with CREDENTIAL_INVALID. */
  async actorOf(assertion: string): Promise<Actor> {
    const now = seconds(this.clock);
    const known = this.verified.get(assertion);
    if (known && known.until > now) return known.value;
    const checked = await jwtVerify(assertion, this.keys, {
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: [ALGORITHM],
      requiredClaims: ['exp', 'iat'],
      currentDate: this.clock.now(),
      clockTolerance: 5,
    }).catch(() => null);
    const actor = actorSchema.safeParse(checked?.payload['actor']);
    if (!actor.success || actor.data.role === 'service') throw new Rejection('CREDENTIAL_INVALID');
    keep(this.verified, assertion, { value: actor.data, until: checked?.payload.exp ?? now }, now);
    return actor.data;
  }

  /** The service that a claim names, or null where it names none, or another than the one whose certificate the caller has. */
  serviceOf(claim: string, peer: string): Actor | null {
    const known = this.claimed.get(claim)?.value ?? actorSchema.safeParse(parseJson(claim)).data;
    if (known?.role !== 'service' || known.subject !== peer) return null;
    if (!this.claimed.has(claim)) keep(this.claimed, claim, { value: known, until: Infinity }, seconds(this.clock));
    return known;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Forgets what has run out when there is much, and everything when that doesn't help. */
function keep<T>(memory: Map<string, Kept<T>>, key: string, entry: Kept<T>, now: number): void {
  if (memory.size >= MAX_KEPT) for (const [name, { until }] of memory) if (until <= now) memory.delete(name);
  if (memory.size >= MAX_KEPT) memory.clear();
  memory.set(key, entry);
}

function seconds(clock: Clock): number {
  return Math.floor(clock.now().getTime() / 1000);
}
