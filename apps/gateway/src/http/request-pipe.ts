import { StandardSchemaValidationPipe, Injectable } from '@nestjs/common';
import { Rejection } from '@yiditong/codes';

/** A request whose parts don't fit their schema, with every place that is wrong. */
export class MalformedRequest extends Rejection {
  constructor(readonly errors: readonly { readonly path: string; readonly message: string }[]) {
    super('REQUEST_MALFORMED', {
      problem: errors
        .map((error) => `${error.path}: ${error.message}`)
        .slice(0, 3)
        .join('; '),
    });
  }
}

/** Validates bodies, queries and path parameters by their zod schemas. */
@Injectable()
export class RequestPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({
      exceptionFactory: (issues) =>
        new MalformedRequest(
          issues.map((issue) => ({
            path:
              (issue.path ?? [])
                .map((segment) => String(typeof segment === 'object' ? segment.key : segment))
                .join('.') || 'body',
            message: issue.message,
          })),
        ),
    });
  }
}
