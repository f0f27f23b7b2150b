import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, defaultServerConditions } from 'vite';

const CACHE = join(import.meta.dirname, '../../../../node_modules/.cache');

/** For specs: the printer's worker. A thread runs JavaScript only, so it is made of today's sources, beside the packages that it needs. */
export async function buildSlipWorker(): Promise<{ readonly worker: URL; readonly remove: () => Promise<void> }> {
  await mkdir(CACHE, { recursive: true });
  const directory = await mkdtemp(join(CACHE, 'slip-worker-'));
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { resolve: { conditions: ['@yiditong/source', ...defaultServerConditions] }, noExternal: [/^@yiditong\//] },
    build: { ssr: join(import.meta.dirname, 'slip-worker.ts'), outDir: directory, emptyOutDir: false },
  });
  const worker = pathToFileURL(join(directory, 'slip-worker.js'));
  return { worker, remove: () => rm(directory, { recursive: true, force: true }) };
}
