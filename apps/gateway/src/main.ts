import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { stopWhenTold } from '@yiditong/chassis';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Logger as PinoLogger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { environment } from './config.js';
import { serveDocumentation } from './http/documentation.js';
import { logRequests } from './http/request-logging.js';
import { MalformedRequest } from './http/request-pipe.js';
import { ProblemFilter } from './problem.filter.js';

/** A published catalogue of tens of thousands of entries fits; a bill of 5,000 lines does by far. */
const BODY_LIMIT_BYTES = 32 * 1024 * 1024;

const app = await NestFactory.create<NestFastifyApplication>(
  AppModule,
  new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    // An address that can't be decoded never reaches Nest, whose filter would answer it.
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      new ProblemFilter().catch(
        new MalformedRequest([{ path: 'address', message: 'not readable' }]),
        new ExecutionContextHost([request, reply]),
      ),
  }),
  { bufferLogs: true },
);
app.useLogger(app.get(PinoLogger));
logRequests(app);
serveDocumentation(app);
const [host = '127.0.0.1', port = '0'] = environment.LISTEN_ADDRESS.split(':');
await app.listen(Number(port), host);
stopWhenTold(() => app.close());
new Logger('Gateway').log({ msg: 'serving', address: environment.LISTEN_ADDRESS });
