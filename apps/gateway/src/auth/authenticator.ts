import { Injectable } from '@nestjs/common';
import type { Actor } from '@yiditong/access';
import { REASONS, Rejection } from '@yiditong/codes';
import type { FastifyRequest } from 'fastify';
import { SourceLimits } from '../http/request-limits.js';
import { TokenVerifier, type VerifiedToken } from './token-verifier.js';

/** Longer than any token with the claims that are read here. */
const MAX_TOKEN_LENGTH = 4_096;

/** Knows the tokens, accounts and tenants that were barred before their time. */
export type RevocationCheck = {
  readonly isRevoked: (token: Omit<VerifiedToken, 'actor'> & Actor) => boolean | Promise<boolean>;
};

export const REVOCATIONS = Symbol('REVOCATIONS');

/** Finds out who sends a request, by its bearer token alone. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly verifier: TokenVerifier,
    private readonly revocations: RevocationCheck,
    private readonly limits: SourceLimits,
  ) {}

  /**
   * Rejects with CREDENTIAL_MISSING, CREDENTIAL_INVALID, CREDENTIAL_EXPIRED, CREDENTIAL_WRONG_AUDIENCE or CREDENTIAL_REVOKED,
   * and with TOO_MANY_REQUESTS a source address that had too many of those.
   */
  async authenticate(request: FastifyRequest): Promise<Actor> {
    try {
      const { actor, ...token } = await this.verifier.verify(bearerTokenOf(request.headers.authorization));
      // Asked every time, also for a token that was verified a moment ago.
      if (await this.revocations.isRevoked({ ...actor, ...token })) throw new Rejection('CREDENTIAL_REVOKED');
      return actor;
    } catch (error) {
      if (error instanceof Rejection && REASONS[error.reason].http === 401) this.limits.countFailed(request.ip);
      throw error;
    }
  }
}

/** The token of an Authorization header. Rejects with CREDENTIAL_MISSING where there is none of the bearer kind. */
function bearerTokenOf(header: string | undefined): string {
  const [, token] = /^bearer(?: +(.*))?$/is.exec(header ?? '') ?? [];
  if (token === undefined || token === '') throw new Rejection('CREDENTIAL_MISSING');
  if (token.length > MAX_TOKEN_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))
    throw new Rejection('CREDENTIAL_INVALID');
  return token;
}
