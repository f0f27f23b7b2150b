import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ANYONE } from '@yiditong/access';
import { Clock, currentTraceId } from '@yiditong/chassis';
import { isReason, REASONS, type Reason } from '@yiditong/codes';
import type { FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import type { AuthenticatedRequest } from './bearer.guard.js';
import { RefusalAudit, type Refusal } from './refusal-audit.js';

type Claimant = { readonly subject: string; readonly role: string; readonly region: string };

/** What a request shows to be let in, and what is known of it so far. */
export type CredentialClaim = {
  readonly kind: Refusal['credentialKind'];
  readonly genuine: boolean;
  readonly actor?: Claimant;
};

/** Reasons that a token is given only once its signature held. */
const OF_GENUINE_TOKENS: readonly Reason[] = ['CREDENTIAL_EXPIRED', 'CREDENTIAL_WRONG_AUDIENCE', 'CREDENTIAL_REVOKED'];
/** Anything may stand in a credential that nobody signed, so what isn't an account's name is not written down: a number of a person least of all. */
const NAME = /^(?!.*\d{15})[\w:.@/-]{1,128}$/;

const claims = new WeakMap<FastifyRequest, CredentialClaim>();

const inside = new WeakMap<FastifyRequest, Reason>();

/** Says for what a request was refused whose answer is no problem document. */
export function refusedInside(request: FastifyRequest, reason: Reason): void {
  inside.set(request, reason);
}

/** Says what the request shows; for credentials other than bearer tokens, which speak for themselves. */
export function claimCredential(request: FastifyRequest, claim: CredentialClaim): void {
  claims.set(request, claim);
}

/**
 * Sees to it that each answer of 401 or 403, and of a record that the caller isn't shown, leaves an audit record before it goes
 * out, or shortly after where the record is slow to write.
 */
export function recordRefusals(app: NestFastifyApplication): void {
  const audit = app.get(RefusalAudit);
  const clock = app.get(Clock);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', async (request, reply, payload) => {
      const isProblem = String(reply.getHeader('content-type')).startsWith('application/problem+json');
      const reason = isProblem ? reasonOf(payload) : (inside.get(request) ?? null);
      if (reason !== null && isRecorded(request, reason)) await audit.record(refusalOf(request, reason, clock.now()));
      return payload;
    });
}

/**
 * Refused credentials; and what isn't there but may be another tenant's, or is a person: whoever tries ids or numbers leaves a
 * trace of it. What is nobody's may be looked for.
 */
function isRecorded({ actor, access }: AuthenticatedRequest, reason: Reason): boolean {
  const { http } = REASONS[reason];
  if (http !== 404) return http === 401 || http === 403;
  const ofSomebody =
    actor !== undefined && actor.role !== 'service' && access !== undefined && access[actor.role] !== ANYONE;
  return ofSomebody || reason === 'PERSON_UNKNOWN';
}

/** The reason in a problem document. */
function reasonOf(payload: unknown): Reason | null {
  if (typeof payload !== 'string') return null;
  const { reason } = JSON.parse(payload) as { reason?: unknown };
  return typeof reason === 'string' && isReason(reason) ? reason : null;
}

export function refusalOf(request: AuthenticatedRequest, reason: Reason, refusedAt: Date): Refusal {
  const claim = claims.get(request) ?? bearerClaim(request, reason);
  return {
    refusedAt,
    reason,
    credentialKind: claim.kind,
    genuine: claim.genuine,
    claimedSubject: written(claim.actor?.subject),
    claimedRole: written(claim.actor?.role),
    claimedRegion: written(claim.actor?.region),
    source: request.ip,
    route: `${request.method} ${request.routeOptions.url ?? 'unknown'}`,
    traceId: currentTraceId(),
  };
}

function bearerClaim({ actor, headers }: AuthenticatedRequest, reason: Reason): CredentialClaim {
  if (actor) return { kind: 'bearer', genuine: true, actor };
  const [, token] = /^bearer +(.{1,4096})$/i.exec(headers.authorization ?? '') ?? [];
  return { kind: 'bearer', genuine: OF_GENUINE_TOKENS.includes(reason), actor: claimsOf(token ?? '') };
}

function claimsOf(token: string): Claimant {
  try {
    const { sub, role, region } = decodeJwt(token);
    return { subject: String(sub), role: String(role), region: String(region) };
  } catch {
    return { subject: '', role: '', region: '' };
  }
}

function written(claimed: string | undefined): string {
  return claimed !== undefined && NAME.test(claimed) ? claimed : '';
}
