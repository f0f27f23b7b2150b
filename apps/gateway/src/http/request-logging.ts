import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { trace } from '@opentelemetry/api';

/**
 * One line a request: method, route, status, time; and the route in the trace. The route is the pattern, not the address; no header,
 * no query, no body: they hold credentials and people's data.
 */
export function logRequests(app: NestFastifyApplication): void {
  const logger = new Logger('Http');
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request) => {
      trace.getActiveSpan()?.setAttribute('http.route', request.routeOptions.url ?? 'unknown');
    })
    .addHook('onSend', async (request, reply, payload) => {
      const route = request.routeOptions.url ?? 'unknown';
      if (!route.startsWith('/health')) {
        const ms = Math.round(reply.elapsedTime);
        logger.log({ msg: 'request', method: request.method, route, status: reply.statusCode, ms });
      }
      return payload;
    });
}
