import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { build, defaultServerConditions } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Busy } from '../http/admission.js';
import { decodeSettledBill } from './settled-bill.js';
import { slipOf, type Slip } from './slip.js';
import { slipPdf } from './slip-pdf.js';
import { SlipPrinter } from './slip-printer.js';
import { LINES, SETTLEMENT } from './spec-bill.js';

const CACHE = join(import.meta.dirname, '../../../../node_modules/.cache');

let directory: string;
let worker: URL;
let printer: SlipPrinter;
const slip: Slip = slipOf(decodeSettledBill(SETTLEMENT, LINES), 'zh', true);

/** A thread runs JavaScript only, so it is made of today's sources, beside the packages that it needs. */
beforeAll(async () => {
  await mkdir(CACHE, { recursive: true });
  directory = await mkdtemp(join(CACHE, 'slip-worker-'));
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { resolve: { conditions: ['@yiditong/source', ...defaultServerConditions] }, noExternal: [/^@yiditong\//] },
    build: { ssr: join(import.meta.dirname, 'slip-worker.ts'), outDir: directory, emptyOutDir: false },
  });
  worker = pathToFileURL(join(directory, 'slip-worker.js'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));
afterEach(async () => printer.onApplicationShutdown());

/** How often this thread gets to its other work before that is done. */
async function turnsUntil(work: Promise<unknown>): Promise<number> {
  const done = new AbortController();
  const ended = work.finally(() => done.abort());
  let turns = 0;
  while (!done.signal.aborted) {
    turns += 1;
    await setImmediate();
  }
  await ended;
  return turns;
}

describe('the printer of slips', () => {
  it('prints what the slip comes to, in another thread, while this one goes on', async () => {
    printer = new SlipPrinter(worker);
    const begun = once(process, 'worker') as Promise<[Worker]>;
    const printing = printer.print(slip);
    const [thread] = await begun;
    expect(thread.threadId).toBeGreaterThan(0);
    // To set type here would leave a handful of turns, with a long one among them.
    expect(await turnsUntil(printing)).toBeGreaterThan(100);
    expect(Buffer.from(await printing).equals(await slipPdf(slip))).toBe(true);
  });

  it('takes no more than may wait, and says when to come again', async () => {
    printer = new SlipPrinter(worker, 2);
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => printer.print(slip)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    for (const error of refused) {
      expect(error).toBeInstanceOf(Busy);
      expect(error).toMatchObject({ reason: 'SERVICE_BUSY', retryAfterSeconds: 5 });
    }
    // There is room again.
    await expect(printer.print(slip)).resolves.toBeInstanceOf(Uint8Array);
  });

  it('has its thread end with it, and tells of a slip that can’t be printed', async () => {
    printer = new SlipPrinter(worker);
    const begun = once(process, 'worker') as Promise<[Worker]>;
    const printing = printer.print({ ...slip, settledAt: 'no time' });
    const [thread] = await begun;
    await expect(printing).rejects.toThrow(Error);
    await expect(printer.print(slip)).resolves.toBeInstanceOf(Uint8Array);
    const ended = once(thread, 'exit');
    await printer.onApplicationShutdown();
    await ended;
  });
});
