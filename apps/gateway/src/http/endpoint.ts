import {
  applyDecorators,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { ApiExtension, ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { Access } from '@yiditong/access';
import type { z } from 'zod';
import { IDEMPOTENCY_KEY_HEADER } from '../auth/current-actor.js';

const ACCESS = 'yiditong:access';
/** Where the OpenAPI document says who may call. */
export const ACCESS_EXTENSION = 'x-access';

/** A route that anybody may call without a credential: health and what only a signature opens. */
export const PUBLIC = 'public';
/** Whoever calls the gateway has one of these roles; a route that names none is nobody's. */
const ROLES = ['insured', 'hospital', 'bureau', 'operator'] as const;
type Caller = (typeof ROLES)[number];
type GrantingAccess = { readonly [role in Caller]: Access & { readonly [granted in role]: string } }[Caller];
export type RouteAccess = GrantingAccess | typeof PUBLIC;

export type EndpointOptions = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Who may call it and for which tenant. There is no default. */
  readonly access: RouteAccess;
  /** 中文 English, for the documentation. */
  readonly summary: string;
  readonly answer?: z.ZodType;
  /** 200 unless said otherwise. */
  readonly status?: 200 | 201 | 202 | 204;
  /** Whether it carries an Idempotency-Key. */
  readonly keyed?: boolean;
  /** The content types of an answer that is not JSON. */
  readonly produces?: readonly string[];
};

/** A route with everything that belongs to it. Without `access` it doesn't compile, and no other way of making a route is let pass. */
export function Endpoint(options: EndpointOptions): MethodDecorator {
  const { method, path, access, summary, answer, status = 200, keyed = false, produces = [] } = options;
  return applyDecorators(
    RequestMapping({ method: RequestMethod[method], path }),
    HttpCode(status),
    SetMetadata(ACCESS, access),
    ApiOperation({ summary }),
    ApiExtension(ACCESS_EXTENSION, access),
    ...(answer === undefined ? [] : [ApiResponse({ status, standardSchema: answer })]),
    ...(produces.length === 0 ? [] : [ApiResponse({ status, content: textOf(produces) })]),
    ...(keyed ? [ApiHeader(IDEMPOTENCY_KEY_HEADER)] : []),
  );
}

/** How the document describes answers that it can't describe further. */
function textOf(types: readonly string[]): Record<string, { readonly schema: { readonly type: 'string' } }> {
  return Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }]));
}

/** What the route that is being called declares; undefined where it declares nothing, or lets nobody in. */
export function accessOf(reflector: Reflector, context: ExecutionContext): RouteAccess | undefined {
  const declared = reflector.get<RouteAccess | Access | undefined>(ACCESS, context.getHandler());
  if (declared === undefined || declared === PUBLIC) return declared;
  return grants(declared) ? declared : undefined;
}

function grants(access: Access): access is GrantingAccess {
  return ROLES.some((role) => access[role] !== undefined);
}
