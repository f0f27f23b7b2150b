import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Access, Actor } from '@yiditong/access';
import type { FastifyRequest } from 'fastify';
import { accessOf, PUBLIC } from '../http/endpoint.js';
import { Authenticator } from './authenticator.js';

/** A request with whom it is from, and what its route lets him do, as far as the guards have come. */
export type AuthenticatedRequest = FastifyRequest & { actor?: Actor; access?: Access };

/**
 * Verifies the bearer token and puts the actor on the request; only routes that declare themselves public need none. What the
 * actor may do is for the guards after it. Rejects as {@link Authenticator.authenticate} does.
 */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (accessOf(this.reflector, context) === PUBLIC) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    request.actor = await this.authenticator.authenticate(request);
    return true;
  }
}
