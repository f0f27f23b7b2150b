import type { Actor } from '@yiditong/chassis';
import { NumberText } from '@yiditong/money';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import type { Envelope } from './envelope.js';
import type { Outcome } from './national-answer.js';

/** A message that is known to be its sender's. */
export type Exchange = { readonly actor: Actor; readonly envelope: Envelope };

export type Transaction = (exchange: Exchange) => Promise<Outcome>;

/** Transactions that belong together, by their infno. */
export type TransactionGroup = { readonly transactions: Readonly<Record<string, Transaction>> };

/**
 * A transaction whose input is of the schema. Fields of a node that the schema doesn't name are let pass and not looked at: the
 * published structures grow, and provinces add to them. Empty texts and nulls count as absent. Rejects with REQUEST_MALFORMED, naming each place, never
 * a value.
 */
export function transaction<T>(
  schema: z.ZodType<T>,
  carryOut: (input: T, exchange: Exchange) => Promise<Outcome>,
): Transaction {
  // Async, so that a malformed input is a rejection like every other.
  return async (exchange) => carryOut(readInput(schema, exchange.envelope.input), exchange);
}

/** The usual input: one node `data`. */
export function dataNode<T extends z.ZodRawShape>(fields: T) {
  return z.object({ data: z.object(fields) });
}

export function readInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const filled = withoutEmpty(input);
  const read = schema.safeParse(filled);
  if (read.success) return read.data;
  throw new MalformedRequest(
    read.error.issues.map(({ path, message }) => ({
      path: ['input', ...path.map(String)].join('.'),
      message: valueAt(filled, path) === undefined ? 'is missing' : message,
    })),
  );
}

/** Senders that fill in every field write what they don't have as null or as an empty text. */
export function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null || value instanceof NumberText) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== '')
      .map(([key, member]) => [key, withoutEmpty(member)]),
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found: unknown = value;
  for (const key of path) found = (found as Record<PropertyKey, unknown> | undefined)?.[key];
  return found;
}
