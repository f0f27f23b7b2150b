import {
  Injectable,
  RequestMethod,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { METHOD_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { MalformedRequest } from './request-pipe.js';

/** Where a route can take input from; the numbers are Nest's own. */
const SOURCES = { 3: 'body', 4: 'query', 5: 'param' } as const;
export type InputSource = (typeof SOURCES)[keyof typeof SOURCES];

/** One input that a route's method declares, with the schema that it is validated by. */
export type DeclaredInput = { readonly source: InputSource; readonly name?: string; readonly schema?: unknown };

type RouteArgument = { readonly data?: unknown; readonly schema?: unknown };

/** What a route takes, as the decorators of its method's parameters say. */
export function declaredInputs(controller: object, method: string): DeclaredInput[] {
  const all = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<string, RouteArgument>;
  return Object.entries(all).flatMap(([key, { data, schema }]) => {
    const source = (SOURCES as Record<string, InputSource>)[key.split(':')[0] ?? ''];
    if (source === undefined) return [];
    return [
      { source, ...(typeof data === 'string' ? { name: data } : {}), ...(schema === undefined ? {} : { schema }) },
    ];
  });
}

/** Refuses a query or a body that the route doesn't declare; what it does declare, its schemas refuse. Rejects with REQUEST_MALFORMED. */
@Injectable()
export class DeclaredInputOnly implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { query, body } = context.switchToHttp().getRequest<FastifyRequest>();
    const sources = declaredInputs(context.getClass(), context.getHandler().name).map(({ source }) => source);
    const surplus = [
      ...(sources.includes('query') ? [] : Object.keys(query ?? {}).map((name) => `query.${name}`)),
      ...(sources.includes('body') || isEmpty(body) ? [] : ['body']),
    ];
    if (surplus.length > 0)
      throw new MalformedRequest(surplus.map((path) => ({ path, message: 'is not part of this request' })));
    return next.handle();
  }
}

/** Whether a method answers requests. */
export function isRoute(method: unknown): boolean {
  return typeof method === 'function' && Reflect.getMetadata(METHOD_METADATA, method) in RequestMethod;
}

function isEmpty(body: unknown): boolean {
  if (body === undefined || body === null) return true;
  return typeof body === 'object' && !Array.isArray(body) && Object.keys(body).length === 0;
}
