import { Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Rejection } from '@yiditong/codes';
import type { FastifyRequest } from 'fastify';

/** The routes whose bodies are signed. */
const SIGNED = '/national/';

const bodies = new WeakMap<FastifyRequest, Buffer>();

/**
 * Keeps the very bytes of signed messages. What the parser gives is too late: it has replaced what is no UTF-8, and of two
 * members with one key it has forgotten the first. Before the routes are made.
 */
export function keepSignedBodies(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preParsing', async (request, _reply, payload) => {
      if (request.routeOptions.url?.startsWith(SIGNED) !== true) return payload;
      const body = await readAll(payload, request.routeOptions.bodyLimit);
      bodies.set(request, body);
      return Readable.from([body], { objectMode: false });
    });
}

/** Empty where there was none. */
export function signedBodyOf(request: FastifyRequest): Buffer {
  return bodies.get(request) ?? Buffer.alloc(0);
}

/** Rejects with PAYLOAD_TOO_LARGE. */
async function readAll(payload: AsyncIterable<unknown>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of payload) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    length += bytes.length;
    if (length > limit) throw new Rejection('PAYLOAD_TOO_LARGE');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
