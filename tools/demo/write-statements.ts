import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROVINCES } from '@yiditong/codes';
import type { StackDocument } from '../stack/stack.js';
import { bearersOf } from '../stack/tokens.js';
import { ApiClient } from './api-client.js';

/** Every province's statement of each closed day, as its own bureau downloads it, and the keys to check them with: what `npm run verify` reads. */
export async function writeStatements(
  stack: StackDocument,
  dates: readonly string[],
  directory: string,
): Promise<number> {
  const api = new ApiClient(stack.gateway);
  const { bureau, operator } = bearersOf(stack);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'signing-keys.json'), await api.text('/v1/statement-keys', operator));
  for (const date of dates)
    for (const { code } of PROVINCES) {
      const text = await api.text(`/v1/cycles/${date}/statements/${code}`, bureau[code] ?? '');
      writeFileSync(join(directory, `statement-${code}-${date}.jsonl`), text);
    }
  return dates.length * PROVINCES.length;
}
