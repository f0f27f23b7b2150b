import { Inject, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { encodeInstant, nationalActor, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { provinceOf, REASONS, Rejection } from '@yiditong/codes';
import type { identityV1 } from '@yiditong/contracts';
import type { FastifyRequest } from 'fastify';
import type { AuthenticatedRequest } from '../auth/bearer.guard.js';
import { claimCredential } from '../auth/refused-credential.js';
import { Revocations } from '../auth/revocations.js';
import { SourceLimits } from '../http/request-limits.js';
import { MalformedRequest } from '../http/request-pipe.js';
import { readMessage, type Envelope, type ReceivedMessage } from './envelope.js';
import { signedBodyOf } from './raw-body.js';
import { SigningKeys } from './signing-keys.js';

const SIGNED = 'yiditong:signed';

const admitted = new WeakMap<FastifyRequest, Envelope>();

/** Routes that take a signed message instead of a bearer token. */
export const Signed = (): ClassDecorator => SetMetadata(SIGNED, true);

/** The message of a request that the guard let pass, read from the bytes that were signed. */
export function admittedMessageOf(request: FastifyRequest): Envelope {
  const envelope = admitted.get(request);
  if (!envelope) throw new Error('the request carries no admitted message');
  return envelope;
}

/**
 * Of a route for signed messages, lets a message pass whose signature its institution made, that is fresh and that never came before, and puts the actor on the
 * request: the hospital, by its operator. What is wrong with the message as a credential is answered as HTTP says, 401, like
 * every other credential here: nobody is known yet whom a national answer would be for. From here on answers are
 * national ones.
 */
@Injectable()
export class SignedMessageGuard implements CanActivate {
  constructor(
    private readonly keys: SigningKeys,
    @Inject(TARGETS.identity.token) private readonly identity: RpcClient<identityV1.IdentityServiceClient>,
    private readonly revocations: Revocations,
    private readonly limits: SourceLimits,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.get<boolean | undefined>(SIGNED, context.getClass()) !== true) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    this.limits.refuseBlocked(request.ip);
    try {
      request.actor = await this.authenticate(request);
      return true;
    } catch (error) {
      if (error instanceof Rejection && REASONS[error.reason].http === 401) this.limits.countFailed(request.ip);
      throw error;
    }
  }

  private async authenticate(request: FastifyRequest): Promise<Actor> {
    claimCredential(request, { kind: 'signature', genuine: false });
    const message = readMessage(signedBodyOf(request));
    const { envelope } = message;
    const actor = senderOf(envelope);
    claimCredential(request, { kind: 'signature', genuine: false, actor });
    checkAddress(request, envelope);
    const keyId = await this.keys.keyOf(envelope.fixmedins_code, message.bytes);
    claimCredential(request, { kind: 'signature', genuine: true, actor });
    this.checkNotRevoked(actor, message.sentAt);
    await this.admit(message, keyId);
    admitted.set(request, envelope);
    return actor;
  }

  /** A message counts as issued when it was signed. */
  private checkNotRevoked(actor: Actor, sentAt: Date): void {
    const issuedAt = Math.floor(sentAt.getTime() / 1000);
    if (this.revocations.isRevoked({ ...actor, issuedAt })) throw new Rejection('CREDENTIAL_REVOKED');
  }

  /** Last, because it can be done once only. */
  private async admit({ envelope, digest, sentAt }: ReceivedMessage, keyId: string): Promise<void> {
    const message = {
      institutionCode: envelope.fixmedins_code,
      keyId,
      messageDigest: digest,
      sentAt: encodeInstant(sentAt),
    };
    await this.identity.call('admitMessage', message, nationalActor('gateway'));
  }
}

/** Operators' names are the institution's own: another hospital's 001 is another one. */
function senderOf({ fixmedins_code: institution, opter }: Envelope): Actor {
  return {
    role: 'hospital',
    region: provinceOf(institution.slice(1, 7)),
    subject: `${institution}:${opter}`,
    institution,
  };
}

/** The address is not signed, so it may say nothing that the message doesn't. */
function checkAddress({ params }: FastifyRequest, { infno }: Envelope): void {
  if ((params as { infno?: unknown }).infno !== infno)
    throw new MalformedRequest([{ path: 'infno', message: 'is not the one of the address' }]);
}
