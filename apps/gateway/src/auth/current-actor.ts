import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { AuthenticatedRequest } from './bearer.guard.js';

/** Who is calling, as the bearer token says. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!actor) throw new Rejection('CREDENTIAL_MISSING');
  return actor;
});

/** The Idempotency-Key header, which every write but a hospital message carries. Rejects with IDEMPOTENCY_KEY_MISSING. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const key = context.switchToHttp().getRequest<AuthenticatedRequest>().headers['idempotency-key'];
  if (typeof key !== 'string' || !/^[\w:.-]{8,64}$/.test(key)) throw new Rejection('IDEMPOTENCY_KEY_MISSING');
  return key;
});

/** How the documentation shows it. */
export const IDEMPOTENCY_KEY_HEADER = {
  name: 'Idempotency-Key',
  required: true,
  description: '本次办理的唯一编号，8 至 64 位，重试时沿用 / unique key of this operation, repeated on a retry',
};
