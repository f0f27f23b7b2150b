import type { Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { getOptionsToken, getStorageToken } from '@nestjs/throttler';
import { Clock } from '@yiditong/chassis';
import { AccessGuard } from '../auth/access.guard.js';
import { Authenticator, REVOCATIONS, type RevocationCheck } from '../auth/authenticator.js';
import { BearerGuard } from '../auth/bearer.guard.js';
import type { TrustedIssuer } from '../auth/issuers.js';
import { TokenVerifier } from '../auth/token-verifier.js';
import { ProblemFilter } from '../problem.filter.js';
import { ActorLimitGuard, throttling } from './actor-limit.guard.js';
import { Admission } from './admission.js';
import { DeclaredInputOnly } from './declared-input.js';
import { RequestCounter, SourceLimits, type RequestLimits } from './request-limits.js';
import { RequestPipe } from './request-pipe.js';

export type EdgeSettings = { readonly issuers: readonly TrustedIssuer[]; readonly limits: RequestLimits };

/**
 * What every request goes through, in this order: who is it, does he ask too often, may he do this, is there more in it than
 * the route takes, does what it takes fit. Needs a Clock and REVOCATIONS beside it, and the DiscoveryModule.
 */
export function edgeProviders({ issuers, limits }: EdgeSettings): Provider[] {
  return [
    { provide: TokenVerifier, inject: [Clock], useFactory: (clock: Clock) => new TokenVerifier(issuers, clock) },
    { provide: RequestCounter, inject: [Clock], useFactory: (clock: Clock) => new RequestCounter(clock) },
    {
      provide: SourceLimits,
      inject: [RequestCounter],
      useFactory: (counter: RequestCounter) => new SourceLimits(counter, limits),
    },
    { provide: Admission, useFactory: () => new Admission(limits.atOnce) },
    {
      provide: Authenticator,
      inject: [TokenVerifier, REVOCATIONS, SourceLimits],
      useFactory: (verifier: TokenVerifier, check: RevocationCheck, sources: SourceLimits) =>
        new Authenticator(verifier, check, sources),
    },
    { provide: APP_GUARD, useClass: BearerGuard },
    { provide: getOptionsToken(), useFactory: () => throttling(limits) },
    { provide: getStorageToken(), useExisting: RequestCounter },
    { provide: APP_GUARD, useClass: ActorLimitGuard },
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_INTERCEPTOR, useClass: DeclaredInputOnly },
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useClass: RequestPipe },
  ];
}
