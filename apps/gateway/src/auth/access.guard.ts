import { Injectable, type CanActivate, type ExecutionContext, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { refusalOf } from '@yiditong/access';
import { Rejection } from '@yiditong/codes';
import { isRoute } from '../http/declared-input.js';
import { accessOf, PUBLIC } from '../http/endpoint.js';
import type { AuthenticatedRequest } from './bearer.guard.js';

/**
 * Lets a route be called by those only that it names, for the tenant that it names. Looks at the request alone, before anything
 * is read, so that a refusal is the same whether the object exists. Rejects with NOT_PERMITTED or SUPERVISOR_REQUIRED.
 */
@Injectable()
export class AccessGuard implements CanActivate, OnApplicationBootstrap {
  constructor(
    private readonly reflector: Reflector,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const access = accessOf(this.reflector, context);
    if (access === PUBLIC) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (!request.actor) throw new Rejection('CREDENTIAL_MISSING');
    const refusal = refusalOf(access, request.actor, fieldsOf(request));
    if (refusal !== null) throw new Rejection(refusal);
    if (access !== undefined) request.access = access;
    return true;
  }

  /** A route that nobody said who may call is a mistake that must not wait for its first caller. */
  onApplicationBootstrap(): void {
    const undeclared = this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((name) => isRoute(prototype[name]) && !this.declares(prototype[name]))
        .map((name) => `${metatype?.name ?? '?'}.${name}`);
    });
    if (undeclared.length > 0)
      throw new Error(`routes that declare no access: ${undeclared.join(', ')}; make them with @Endpoint({ access })`);
  }

  private declares(handler: (() => unknown) | undefined): boolean {
    return accessOf(this.reflector, new ExecutionContextHost([], null, handler)) !== undefined;
  }
}

/** What names the tenant. The address counts before the body: it is what the handler acts on. */
function fieldsOf({ params, query, body }: AuthenticatedRequest): Readonly<Record<string, unknown>> {
  return { ...objectOf(body), ...objectOf(query), ...objectOf(params) };
}

function objectOf(part: unknown): Readonly<Record<string, unknown>> {
  return typeof part === 'object' && part !== null && !Array.isArray(part) ? (part as Record<string, unknown>) : {};
}
