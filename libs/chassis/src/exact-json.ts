import { hash } from 'node:crypto';

const BIGINT_TAG = '~bigint';

/** JSON that keeps bigint exact and instants as ISO text, with keys in order, so that equal values are equal text. */
export function freeze(value: unknown): string {
  return JSON.stringify(ordered(value));
}

/** The inverse of {@link freeze}, but for instants, which stay text. */
export function thaw<T>(text: string): T {
  return JSON.parse(text, (_, value: unknown) => (isTagged(value) ? BigInt(value[BIGINT_TAG]) : value)) as T;
}

/** What tells two bodies under one idempotency key apart. */
export function bodyHash(body: unknown): Buffer {
  return sha256(Buffer.from(freeze(body)));
}

export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

function ordered(value: unknown): unknown {
  if (typeof value === 'bigint') return { [BIGINT_TAG]: value.toString() };
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, ordered(member)]),
  );
}

function isTagged(value: unknown): value is Record<typeof BIGINT_TAG, string> {
  return typeof value === 'object' && value !== null && BIGINT_TAG in value;
}
