import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBinaries } from './binaries.js';
import { commandOf, killPostgresIn, stopPostgresIn } from './process-table.js';
import { POSTGRES_ENVIRONMENT, runAs } from './run-as.js';

export type StartOptions = {
  readonly port: number;
  /** Configuration parameters by name, such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** PostgreSQL's own log, appended to. */
  readonly logFile: string;
};

export type Cluster = {
  readonly port: number;
  readonly pid: number;
  /** Disconnects everybody and shuts down in order. */
  stop(): Promise<void>;
  /** Dies as in a power cut; what was committed is recovered at the next start. */
  kill(): Promise<void>;
};

const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 20_000;
const RECOVERY_ATTEMPTS = 20;
const TAIL_LINES = 20;

/** Starts the cluster on 127.0.0.1 and resolves once it accepts connections. A postmaster still running on it is stopped first. */
export async function startPostgres(directory: string, options: StartOptions): Promise<Cluster> {
  const cluster = await realpath(directory).catch(() => {
    throw new Error(
      `there is no cluster at ${directory}: it was never created, or its temporary directory has been cleaned; create it again`,
    );
  });
  await stopPostgresIn(cluster);
  await removeForeignPidFile(cluster);
  for (let attempt = 1; ; attempt++) {
    const log = await logTail(options.logFile);
    const child = await launch(cluster, options);
    if (await accepts(child, cluster)) return running(child, cluster, options.port);
    const tail = await log();
    // The children of a killed postmaster hold its shared memory until they notice that it is gone.
    if (!tail.includes('is still in use') || attempt === RECOVERY_ATTEMPTS) {
      throw new Error(`PostgreSQL on port ${options.port} did not start. The end of ${options.logFile}:\n${tail}`);
    }
    await sleep(250);
  }
}

async function launch(cluster: string, options: StartOptions): Promise<ChildProcess> {
  const user = runAs();
  const { postgres } = await findBinaries(user);
  const settings = { ...options.settings, listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = await open(options.logFile, 'a');
  try {
    const child = spawn(postgres, ['-D', cluster, '-p', String(options.port), ...flags], {
      ...user,
      cwd: cluster,
      env: POSTGRES_ENVIRONMENT,
      stdio: ['ignore', log.fd, log.fd],
    });
    await once(child, 'spawn');
    return child;
  } finally {
    await log.close();
  }
}

/** Reads what pg_ctl reads: the postmaster writes its state into its pid file. Log lines would depend on level and language. */
async function accepts(child: ChildProcess, cluster: string): Promise<boolean> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (!hasEnded(child)) {
    const lines = await pidFileLines(cluster);
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true;
    if (performance.now() > deadline) await end(child, 'SIGKILL');
    await sleep(10);
  }
  return false;
}

function running(child: ChildProcess, cluster: string, port: number): Cluster {
  const { pid } = child;
  if (pid === undefined) throw new Error('a started process has no number');
  const stopWithUs = (): void => void child.kill('SIGINT');
  process.once('exit', stopWithUs);
  child.once('exit', () => process.off('exit', stopWithUs));
  const kill = async (): Promise<void> => {
    const ended = hasEnded(child) ? Promise.resolve() : once(child, 'exit');
    await killPostgresIn(cluster);
    await ended;
  };
  const stop = async (): Promise<void> => {
    const ended = end(child, 'SIGINT').then(() => true);
    const late = sleep(STOP_LIMIT_MS, false, { ref: false });
    if (!(await Promise.race([ended, late]))) await kill();
  };
  return { port, pid, stop, kill };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** After a reboot the number in the pid file may belong to another program; PostgreSQL would then refuse to start for ever. */
async function removeForeignPidFile(cluster: string): Promise<void> {
  const pid = Number((await pidFileLines(cluster))[0]);
  if (!Number.isInteger(pid)) return;
  const command = await commandOf(pid);
  if (command !== undefined && !command.includes('postgres'))
    await rm(join(cluster, 'postmaster.pid'), { force: true });
}

async function pidFileLines(cluster: string): Promise<string[]> {
  return (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
}

/** Remembers where the log ends now, and later gives the last lines written since. */
async function logTail(logFile: string): Promise<() => Promise<string>> {
  const read = (): Promise<Buffer> => readFile(logFile).catch(() => Buffer.alloc(0));
  const { length } = await read();
  return async () => (await read()).subarray(length).toString().trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
