import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail, type ThrottlerModuleOptions } from '@nestjs/throttler';
import type { Actor } from '@yiditong/access';
import type { AuthenticatedRequest } from '../auth/bearer.guard.js';
import { TooManyRequests, type RequestLimits } from './request-limits.js';

/** How the throttler counts: all of an actor's requests together, whichever route they are for. */
export function throttling(limits: RequestLimits): ThrottlerModuleOptions {
  return {
    throttlers: [{ ttl: limits.windowSeconds * 1_000, limit: (context) => limitOf(limits, context) }],
    skipIf: (context) => actorOf(context) === undefined,
    getTracker: (_, context) => nameOf(actorOf(context)),
    generateKey: (_, tracker) => tracker,
  };
}

/** Limits each actor's requests. It follows the guard that says who the actor is. Rejects with TOO_MANY_REQUESTS. */
@Injectable()
export class ActorLimitGuard extends ThrottlerGuard {
  protected override throwThrottlingException(_: ExecutionContext, detail: ThrottlerLimitDetail): Promise<void> {
    return Promise.reject(new TooManyRequests(detail.timeToBlockExpire));
  }
}

function limitOf(limits: RequestLimits, context: ExecutionContext): number {
  const role = actorOf(context)?.role;
  return role === undefined || role === 'service' ? 0 : limits[role];
}

function actorOf(context: ExecutionContext): Actor | undefined {
  return context.switchToHttp().getRequest<AuthenticatedRequest>().actor;
}

/** Two accounts of one hospital are two actors; so are accounts of one name in two provinces. */
function nameOf(actor: Actor | undefined): string {
  return actor ? ['actor', actor.role, actor.region, actor.institution ?? '', accountOf(actor)].join(' ') : 'nobody';
}

/** Who signed for the hospital is the sender's own word: a new name for each message would be a new allowance. */
function accountOf({ subject, institution }: Actor): string {
  return institution !== undefined && subject.startsWith(`${institution}:`) ? '' : subject;
}
