import { basename } from 'node:path';
import { afterAll, expect, inject } from 'vitest';

const { collector } = inject('stack');

/** What stands at the collector when the spec of that file has ended. */
export function endMark(file: string): string {
  return `ended: ${basename(file)}`;
}

/*
 * This runs around every end-to-end spec. The one that searches what they all left must be able to tell that they were there
 * before it, or it could pass by running too early. What is registered first runs last: after the spec's own clearing up.
 */
afterAll(async () => {
  const { testPath } = expect.getState();
  await fetch(`${collector}/ended`, { method: 'POST', body: endMark(testPath ?? '') });
});
