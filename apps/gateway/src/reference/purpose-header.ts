import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { isPurpose, PURPOSES, type Purpose } from '@yiditong/access';
import type { FastifyRequest } from 'fastify';
import { MalformedRequest } from '../http/request-pipe.js';

/** The Purpose header, or null: without one, what is personal is masked. Rejects with REQUEST_MALFORMED. */
export const ReadPurpose = createParamDecorator((_: unknown, context: ExecutionContext): Purpose | null => {
  const { purpose } = context.switchToHttp().getRequest<FastifyRequest>().headers;
  if (purpose === undefined) return null;
  if (typeof purpose === 'string' && isPurpose(purpose)) return purpose;
  throw new MalformedRequest([{ path: 'Purpose', message: `is one of ${PURPOSES.join(', ')}` }]);
});

/** How the documentation shows it. */
export const PURPOSE_HEADER = {
  name: 'Purpose',
  required: false,
  schema: { type: 'string', enum: [...PURPOSES] },
  description:
    '查看用途：本人查询 OWN_RECORD、案件复核 CASE_REVIEW、就医核对身份 POINT_OF_CARE；不带则脱敏 / why the detail is read; masked without it',
};
