import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Rejection, type Reason, type Role } from '@yiditong/codes';
import type { FastifyHttpOptions, FastifyInstance, FastifyRequest } from 'fastify';
import { Authenticator } from '../auth/authenticator.js';
import { problemOf } from '../problem.filter.js';
import { uploadRoute } from '../spreadsheet/upload-routes.js';
import { Admission, laneOf, type Lane } from './admission.js';
import { SourceLimits } from './request-limits.js';

const MIB = 1024 * 1024;
/** A bill of 5,000 lines with the longest fields has 1.0 MiB. */
export const BODY_LIMIT_BYTES = 2 * MIB;
/** What is uploaded whole: a catalogue of tens of thousands of entries, a thousand insured persons. */
const LARGE_BODY_LIMIT_BYTES = 32 * MIB;
const LARGE_BODIES: readonly string[] = ['/v1/catalogues', '/v1/insured-persons'];
/** Only bureaus may send those. */
const OF_BUREAUS: readonly Role[] = ['bureau'];
/**
 * A signature is checked over all of it, before it is known to be anybody's. The form has 40,000 characters for the input, of six bytes each where
 * a sender writes them as escapes, and the rest is room for the envelope.
 */
const SIGNED_BODY_LIMIT_BYTES = 256 * 1024;
const SIGNED = '/national/';

/** What anybody may ask without saying who he is: counted by where it comes from, and small. */
const OPEN = /^\/(v1\/(estimates|policies(\/.*)?)|fhir\/metadata)$/;
const OPEN_BODY_LIMIT_BYTES = 64 * 1024;

const MAX_ADDRESS_LENGTH = 2_048;
const EVENT_STREAM = '/v1/filing-events';
/** Routes whose callers are counted by name, once it is known. */
const OF_ACTORS = /^\/(v1|national|fhir)\//;

/** How much of a request is read, and for how long. */
export const SERVER_LIMITS = {
  bodyLimit: BODY_LIMIT_BYTES,
  /** For the whole request, so that nobody holds a connection by sending a byte now and then. */
  requestTimeout: 60_000,
  keepAliveTimeout: 60_000,
  http: { maxHeaderSize: 16 * 1024, headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
} as const satisfies FastifyHttpOptions<Server>;

/** Limits that hold before a route's guards: of all requests at once, of the address, of the body, and of callers without a name. */
export function limitRequests(app: NestFastifyApplication): void {
  const instance = app.getHttpAdapter().getInstance();
  const sources = app.get(SourceLimits);
  const authenticator = app.get(Authenticator);
  instance.addHook('onRoute', (route) => {
    if (LARGE_BODIES.includes(route.url)) route.bodyLimit = LARGE_BODY_LIMIT_BYTES;
    if (route.url.startsWith(SIGNED)) route.bodyLimit = SIGNED_BODY_LIMIT_BYTES;
    if (OPEN.test(route.url)) route.bodyLimit = OPEN_BODY_LIMIT_BYTES;
  });
  admitRequests(instance, app.get(Admission));
  instance.addHook('onRequest', async (request: FastifyRequest) => {
    if (request.url.length > MAX_ADDRESS_LENGTH) throw new Rejection('ADDRESS_TOO_LONG');
    const route = request.routeOptions.url;
    if (route === undefined || !OF_ACTORS.test(route) || OPEN.test(route)) return sources.countAnonymous(request.ip);
    if (route.startsWith(SIGNED)) return sources.refuseBlocked(request.ip);
    // A body is read only from somebody known, a large one only from whom it is expected of; the guards ask again, once it has been read.
    const { role } = await authenticator.authenticate(request);
    const senders = LARGE_BODIES.includes(route) ? OF_BUREAUS : uploadRoute(route)?.roles;
    if (senders && request.method !== 'GET' && !senders.includes(role)) throw new Rejection('NOT_PERMITTED');
  });
}

/**
 * A place is taken when the request has come whole, so that nobody holds one by sending slowly; where there is none to be had it is refused before
 * its body is read. Whoever is let in leaves when his connection is done with the answer and the work for it is done as well: hanging up early
 * makes no room for more work than there may be.
 */
function admitRequests(instance: FastifyInstance, admission: Admission): void {
  const answered = new WeakSet<FastifyRequest>();
  const leaving = new WeakMap<FastifyRequest, () => void>();
  // A stream of events stays for hours; there are few, by a limit of their own.
  const lane = ({ routeOptions, url }: FastifyRequest): Lane | null =>
    routeOptions.url === EVENT_STREAM ? null : laneOf(url.split('?', 1)[0] ?? '');
  instance.addHook('onRequest', async (request) => {
    const wanted = lane(request);
    if (wanted) admission.check(wanted);
  });
  instance.addHook('preValidation', async (request, reply) => {
    const wanted = lane(request);
    if (!wanted) return;
    const leave = await admission.enter(wanted);
    if (reply.raw.destroyed) {
      leave();
      // Whoever hung up while he waited is served no more.
      throw new Rejection('REQUEST_TIMEOUT');
    }
    reply.raw.once('close', () => (answered.has(request) ? leave() : leaving.set(request, leave)));
  });
  instance.addHook('onSend', async (request) => {
    answered.add(request);
    leaving.get(request)?.();
  });
}

const REASON_OF_CODE: Readonly<Record<string, Reason>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers what is no request as far as HTTP goes, with the same kind of document as everything else, and hangs up. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const reason = REASON_OF_CODE[error.code ?? ''] ?? 'REQUEST_MALFORMED';
  const problem = problemOf(new Rejection(reason, { problem: 'HTTP' }), false);
  const body = Buffer.from(JSON.stringify(problem));
  const status = Number(problem['status']);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_TEXT[status] ?? ''}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${body.length}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
}
