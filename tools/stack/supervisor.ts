import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateDay } from '../demo/generate.js';
import { loadSample } from '../demo/sample.js';
import { STACK_DIRECTORY } from './paths.js';
import { loadReferenceData } from './reference-data.js';
import { startStack, type Stack } from './stack.js';

/** What `up` and `demo` tell the supervisor: the size of the sample, and the moment that it is made for. */
export type SupervisorOptions = {
  readonly persons: number;
  readonly bills: number;
  readonly seed: number;
  readonly now: string;
  readonly gatewayPort?: number;
};

/** What it answers over IPC. */
export type SupervisorMessage = { readonly ready: true } | { readonly ready: false; readonly problem: string };

export const PID_FILE = join(STACK_DIRECTORY, 'supervisor.pid');

/** Holds the stack up in the background until it is told to stop. */
async function supervise(options: SupervisorOptions): Promise<void> {
  mkdirSync(STACK_DIRECTORY, { recursive: true });
  writeFileSync(PID_FILE, String(process.pid));
  const sample = loadSample();
  const day = generateDay({ ...options, sample });
  const { gatewayPort } = options;
  const accounts = { institutions: sample.institutions, persons: day.persons };
  const starting = startStack({
    directory: STACK_DIRECTORY,
    accounts,
    ...(gatewayPort === undefined ? {} : { gatewayPort }),
  });
  // From the first moment on: told to stop while starting, it stops what it started.
  stopWhenTold(starting);
  const stack = await starting;
  await loadReferenceData(stack.document, sample, day);
  process.send?.({ ready: true } satisfies SupervisorMessage);
}

function stopWhenTold(starting: Promise<Stack>): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await starting.then((stack) => stack.stop());
    forget();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}

function forget(): void {
  rmSync(PID_FILE, { force: true });
  rmSync(join(STACK_DIRECTORY, 'stack.json'), { force: true });
  rmSync(join(STACK_DIRECTORY, 'certificates'), { recursive: true, force: true });
}

if (process.send) {
  await supervise(JSON.parse(process.argv[2] ?? '{}') as SupervisorOptions).catch((error: unknown) => {
    forget();
    const problem = error instanceof Error ? error.message : String(error);
    process.send?.({ ready: false, problem } satisfies SupervisorMessage, () => process.exit(1));
  });
}
