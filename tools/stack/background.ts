import { fork } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STACK_DIRECTORY } from './paths.js';
import { commandOf } from '@yiditong/embedded-postgres';
import type { StackDocument } from './stack.js';
import { PID_FILE, type SupervisorMessage, type SupervisorOptions } from './supervisor.js';

const STOP_WITHIN_MS = 60_000;

/** Starts the stack in the background and waits until it is ready. */
export async function startInBackground(options: SupervisorOptions): Promise<StackDocument> {
  mkdirSync(join(STACK_DIRECTORY, 'logs'), { recursive: true });
  const log = openSync(join(STACK_DIRECTORY, 'logs', 'supervisor.log'), 'w');
  const child = fork(join(import.meta.dirname, 'supervisor.js'), [JSON.stringify(options)], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  const message = await new Promise<SupervisorMessage>((resolve) => {
    child.once('message', (told: SupervisorMessage) => resolve(told));
    child.once('exit', (code) =>
      resolve({ ready: false, problem: `the supervisor ended with ${code}; see .stack/logs/supervisor.log` }),
    );
  });
  if (!message.ready) throw new Error(message.problem);
  child.disconnect();
  child.unref();
  return readStackDocument();
}

export function readStackDocument(): StackDocument {
  return JSON.parse(readFileSync(join(STACK_DIRECTORY, 'stack.json'), 'utf8')) as StackDocument;
}

/** The running supervisor's process id, or null. A stale file that names somebody else's process counts as none. */
export async function runningSupervisor(): Promise<number | null> {
  const pid = readPid();
  if (pid === null) return null;
  const command = await commandOf(pid);
  return command?.includes(join('tools', 'dist', 'stack', 'supervisor.js')) === true ? pid : null;
}

/** Stops the stack in order. Answers false where none was running. */
export async function stopBackground(): Promise<boolean> {
  const pid = await runningSupervisor();
  if (pid === null) {
    rmSync(PID_FILE, { force: true });
    return false;
  }
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_WITHIN_MS;
  while ((await runningSupervisor()) !== null) {
    if (Date.now() > deadline)
      throw new Error(`the stack (process ${pid}) did not stop within ${STOP_WITHIN_MS / 1000} s`);
    await sleep(100);
  }
  return true;
}

function readPid(): number | null {
  try {
    const pid = Number(readFileSync(PID_FILE, 'utf8'));
    return Number.isInteger(pid) && pid > 1 ? pid : null;
  } catch {
    return null;
  }
}
