import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * One line a request: method, route, status, time. The route is the pattern, not the address; no header, no query, no body:
 * they hold credentials and people's data.
 */
export function logRequests(app: NestFastifyApplication): void {
  const logger = new Logger('Http');
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', async (request, reply, payload) => {
      const route = request.routeOptions.url ?? 'unknown';
      if (!route.startsWith('/health')) {
        const ms = Math.round(reply.elapsedTime);
        logger.log({ msg: 'request', method: request.method, route, status: reply.statusCode, ms });
      }
      return payload;
    });
}
