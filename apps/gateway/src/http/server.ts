import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Rejection } from '@yiditong/codes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerProblem } from '../problem.filter.js';
import { acceptSpreadsheets } from '../spreadsheet/uploaded-sheet.js';
import { answerUnreadable, limitRequests, SERVER_LIMITS } from './edge-limits.js';
import { readJsonOnly } from './json-body.js';
import { MalformedRequest } from './request-pipe.js';
import { setSecurityHeaders } from './security-headers.js';

export type ServerOptions = {
  /** The proxies whose word for the source address is taken: addresses and networks, with commas between. */
  readonly trustedProxies?: string | undefined;
};

/** The gateway's HTTP server with all that stands before its routes: headers, limits, and a reader of JSON, of spreadsheets on their routes. */
export async function createServer(module: Type, { trustedProxies }: ServerOptions): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    ...SERVER_LIMITS,
    ...(trustedProxies === undefined ? {} : { trustProxy: trustedProxies }),
    frameworkErrors: refuseAddress,
    clientErrorHandler: answerUnreadable,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bufferLogs: true,
    bodyParser: false,
  });
  await setSecurityHeaders(app);
  limitRequests(app);
  readJsonOnly(app.getHttpAdapter().getInstance());
  acceptSpreadsheets(app.getHttpAdapter().getInstance());
  return app;
}

/** An address that can't be decoded never reaches Nest, whose filter would answer it. */
function refuseAddress(error: { readonly code?: string }, request: FastifyRequest, reply: FastifyReply): void {
  const refusal =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? new Rejection('ADDRESS_TOO_LONG')
      : new MalformedRequest([{ path: 'address', message: 'not readable' }]);
  answerProblem(refusal, request, reply);
}
