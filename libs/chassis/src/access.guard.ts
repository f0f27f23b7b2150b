import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { refusalOf } from '@yiditong/access';
import { Rejection } from '@yiditong/codes';
import { declaredAccess } from '@yiditong/contracts';
import { identifyCaller } from './caller.js';
import { IdentityVerifier } from './identity.js';
import { peerOf } from './transport/transport.js';

/**
 * Lets an RPC be called by those only that its contract names, for the tenant that it names. Rejects with
 * CREDENTIAL_MISSING, CREDENTIAL_INVALID, NOT_PERMITTED or SUPERVISOR_REQUIRED.
 */
@Injectable()
export class RpcAccessGuard implements CanActivate {
  constructor(private readonly verifier: IdentityVerifier) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const [request, metadata, call] = context.getArgs<[unknown, Metadata, ServerUnaryCall<unknown, unknown>]>();
    const { actor } = await identifyCaller(metadata, peerOf(call), this.verifier);
    const refusal = refusalOf(declaredAccess.get(call.getPath()), actor, request);
    if (refusal !== null) throw new Rejection(refusal);
    return true;
  }
}
