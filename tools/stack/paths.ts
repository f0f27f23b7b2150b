import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The checkout, found from wherever the compiled file runs. */
export const ROOT = findRoot(import.meta.dirname);

/** Where a running stack keeps its database, logs, addresses and development credentials. */
export const STACK_DIRECTORY = process.env['YIDITONG_STACK_DIRECTORY'] ?? join(ROOT, '.stack');

function findRoot(directory: string): string {
  if (existsSync(join(directory, 'nx.json'))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error('not inside the repository');
  return findRoot(parent);
}
