import type { Metadata } from '@grpc/grpc-js';
import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Rejection, type Role } from '@yiditong/codes';
import { actorOf } from './actor.js';

const ALLOWED_ROLES = 'yiditong:allowed-roles';

/** Declares who may call a route or an RPC. One without a declaration can be called by nobody. */
export const Allow = (...roles: readonly Role[]): MethodDecorator & ClassDecorator => SetMetadata(ALLOWED_ROLES, roles);

export function allowedRoles(reflector: Reflector, context: ExecutionContext): readonly Role[] {
  return (
    reflector.getAllAndOverride<readonly Role[] | undefined>(ALLOWED_ROLES, [
      context.getHandler(),
      context.getClass(),
    ]) ?? []
  );
}

/** Enforces {@link Allow} on RPCs. Rejects with CREDENTIAL_MISSING, CREDENTIAL_INVALID or NOT_PERMITTED. */
@Injectable()
export class RpcAccessGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const actor = actorOf(context.switchToRpc().getContext<Metadata>());
    if (!allowedRoles(this.reflector, context).includes(actor.role)) throw new Rejection('NOT_PERMITTED');
    return true;
  }
}
