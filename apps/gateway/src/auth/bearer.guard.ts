import { Inject, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { actorSchema, allowedRoles, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { FastifyRequest } from 'fastify';
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { environment, type GatewayEnvironment } from '../config.js';

export const TOKEN_KEYS = Symbol('TOKEN_KEYS');
const PUBLIC = 'yiditong:public';

/** A route that needs no token: health and documentation. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, true);

export type AuthenticatedRequest = FastifyRequest & { actor?: Actor };

/** The issuer's keys, inline or fetched and cached. */
export function tokenKeys(from: GatewayEnvironment): JWTVerifyGetKey {
  if (from.AUTH_JWKS_URL !== undefined) return createRemoteJWKSet(new URL(from.AUTH_JWKS_URL));
  if (from.AUTH_JWKS === undefined) throw new Error('environment: AUTH_JWKS or AUTH_JWKS_URL must be set');
  return createLocalJWKSet(JSON.parse(from.AUTH_JWKS) as JSONWebKeySet);
}

/**
 * Verifies the bearer token and puts the actor on the request. A route that declares no role can be called by nobody. Rejects
 * with CREDENTIAL_MISSING, CREDENTIAL_INVALID or NOT_PERMITTED.
 */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(TOKEN_KEYS) private readonly keys: JWTVerifyGetKey,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, [context.getHandler(), context.getClass()]))
      return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const actor = await this.actorOfToken(request.headers.authorization);
    if (!allowedRoles(this.reflector, context).includes(actor.role)) throw new Rejection('NOT_PERMITTED');
    request.actor = actor;
    return true;
  }

  private async actorOfToken(header: string | undefined): Promise<Actor> {
    const [, token] = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? '') ?? [];
    if (token === undefined) throw new Rejection('CREDENTIAL_MISSING');
    const verified = await jwtVerify(token, this.keys, {
      issuer: environment.AUTH_ISSUER,
      audience: environment.AUTH_AUDIENCE,
      algorithms: ['EdDSA'],
      requiredClaims: ['exp', 'sub'],
    }).catch(() => null);
    const { sub, role, region, institution, person } = verified?.payload ?? {};
    const actor = actorSchema.safeParse({ subject: sub, role, region, institution, person });
    // Services speak gRPC to each other; nobody enters from outside as one.
    if (!actor.success || actor.data.role === 'service') throw new Rejection('CREDENTIAL_INVALID');
    return actor.data;
  }
}
