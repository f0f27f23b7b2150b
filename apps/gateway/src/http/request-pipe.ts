import { StandardSchemaValidationPipe, Injectable } from '@nestjs/common';
import { Rejection } from '@yiditong/codes';
import { z } from 'zod';

/** A field's name as somebody might have misspelt it; anything else may be what should have stood behind a name. */
const MISSPELT = /^[A-Za-z_]{1,40}$/;

// What zod says of a field that it doesn't know is its name, whatever that is; and an answer must not say people's data back.
z.config({
  customError: (issue) => {
    if (issue.code !== 'unrecognized_keys') return undefined;
    const named = (issue.keys as readonly string[]).filter((key) => MISSPELT.test(key));
    return `unknown field ${named.join(', ')}`.trim();
  },
});

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
