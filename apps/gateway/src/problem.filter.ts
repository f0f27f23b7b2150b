import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { currentTraceId, describeFault } from '@yiditong/chassis';
import { REASONS, Rejection, sentence, type Reason } from '@yiditong/codes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FHIR_TYPE, fhirJson } from './fhir/fhir-json.js';
import { isFacade, operationOutcome } from './fhir/operation-outcome.js';
import { MalformedRequest } from './http/request-pipe.js';
import { Busy } from './http/admission.js';
import { TooManyRequests } from './http/request-limits.js';

const RETRY_AFTER_SECONDS = 2;
const CHALLENGE = 'Bearer realm="yiditong"';

/** The only place where a reason becomes an HTTP status: RFC 9457 problem documents, Chinese first, English at a switch. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Fault');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerProblem(this.rejectionOf(error), http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  private rejectionOf(error: unknown): Rejection {
    if (error instanceof Rejection) return error;
    const status = statusOf(error);
    if (status === 404) return new Rejection('ROUTE_NOT_FOUND');
    if (status === 413) return new Rejection('PAYLOAD_TOO_LARGE');
    if (status !== null && status >= 400 && status < 500)
      return new MalformedRequest([{ path: 'body', message: 'not readable JSON' }]);
    this.logger.error(describeFault(error));
    return new Rejection('INTERNAL_FAULT');
  }
}

/** Answers with a problem document, or under /fhir with an OperationOutcome, its status, and the headers that belong to its reason. */
export function answerProblem(rejection: Rejection, request: FastifyRequest, reply: FastifyReply): void {
  const { http } = REASONS[rejection.reason];
  if (http === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
  if (rejection instanceof TooManyRequests || rejection instanceof Busy)
    void reply.header('retry-after', rejection.retryAfterSeconds);
  const challenge = challengeOf(rejection.reason);
  if (challenge !== null) void reply.header('www-authenticate', challenge);
  const english = prefersEnglish(request.headers['accept-language']);
  if (isFacade(request.url)) {
    void reply
      .status(http)
      .type(FHIR_TYPE)
      .send(fhirJson(operationOutcome(rejection, english)));
    return;
  }
  const body = JSON.stringify(problemOf(rejection, english));
  void reply.status(http).type('application/problem+json; charset=utf-8').send(body);
}

/** What the WWW-Authenticate header says of a refused credential (RFC 6750 §3): the reason, and nothing that the reason doesn't. */
function challengeOf(reason: Reason): string | null {
  const { http } = REASONS[reason];
  if (http !== 401 && http !== 403) return null;
  if (reason === 'CREDENTIAL_MISSING' || (http === 401 && !reason.startsWith('CREDENTIAL_'))) return CHALLENGE;
  const error = http === 401 ? 'invalid_token' : 'insufficient_scope';
  return `${CHALLENGE}, error="${error}", error_description="${reason}"`;
}

/** The problem document of RFC 9457. */
export function problemOf(rejection: Rejection, english: boolean): Record<string, unknown> {
  const messages = {
    zh: sentence(rejection.reason, 'zh', rejection.params),
    en: sentence(rejection.reason, 'en', rejection.params),
  };
  const traceId = currentTraceId();
  return {
    type: `urn:yiditong:reason:${rejection.reason.toLowerCase().replaceAll('_', '-')}`,
    title: rejection.reason,
    status: REASONS[rejection.reason].http,
    detail: english ? messages.en : messages.zh,
    reason: rejection.reason,
    messages,
    ...(rejection instanceof MalformedRequest ? { errors: rejection.errors } : {}),
    ...(traceId ? { instance: `urn:trace:${traceId}` } : {}),
  };
}

/** Fastify's own refusals, such as a body that is not JSON, carry a status without being HttpExceptions. */
function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  const hasStatus =
    typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number';
  return hasStatus ? (error.statusCode as number) : null;
}

function prefersEnglish(acceptLanguage: string | undefined): boolean {
  return /^\s*en\b/i.test(acceptLanguage ?? '');
}
