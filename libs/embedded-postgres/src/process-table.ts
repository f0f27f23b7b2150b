import { execFileSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

type Row = { readonly pid: number; readonly parent: number; readonly command: string };

const FAST_SHUTDOWN_LIMIT_MS = 10_000;
const KILL_LIMIT_MS = 10_000;

/**
 * The postmaster that runs on exactly this data directory, and its children. They are recognized by the
 * command line and never by a pid file alone: after a reboot its number may belong to an innocent process.
 */
export async function postgresProcessesIn(
  cluster: string,
): Promise<{ postmaster: number | undefined; children: number[] }> {
  const rows = await processTable();
  const postmaster = rows.find((row) => `${row.command} `.includes(`postgres -D ${cluster} `))?.pid;
  const children =
    postmaster === undefined ? [] : rows.filter((row) => row.parent === postmaster).map((row) => row.pid);
  return { postmaster, children };
}

/** Stops a postmaster left behind by a process that died without stopping it. */
export async function stopPostgresIn(cluster: string): Promise<void> {
  const { postmaster } = await postgresProcessesIn(cluster);
  if (postmaster === undefined) return;
  signal(postmaster, 'SIGINT');
  if (!(await vanished([postmaster], FAST_SHUTDOWN_LIMIT_MS))) await killPostgresIn(cluster);
}

/** Kills the postmaster and its children as a power cut would, and waits until none is left to hold the data directory. */
export async function killPostgresIn(cluster: string): Promise<void> {
  const { postmaster, children } = await postgresProcessesIn(cluster);
  const all = postmaster === undefined ? [] : [postmaster, ...children];
  for (const pid of all) signal(pid, 'SIGKILL');
  if (!(await vanished(all, KILL_LIMIT_MS)))
    throw new Error(`PostgreSQL on ${cluster} does not die (processes ${all.join(', ')})`);
}

/** What runs under this number, or undefined when nothing does. */
export async function commandOf(pid: number): Promise<string | undefined> {
  return (await processTable()).find((row) => row.pid === pid)?.command;
}

async function processTable(): Promise<Row[]> {
  return process.platform === 'linux' ? linuxTable() : portableTable();
}

/** Linux is read from /proc, because slim container images have no ps. */
async function linuxTable(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const command = (await readFile(`/proc/${entry}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
      const stat = await readFile(`/proc/${entry}/stat`, 'utf8');
      // The name in parentheses may hold anything; state and parent follow the last parenthesis.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state !== 'Z') rows.push({ pid: Number(entry), parent: Number(parent), command });
    } catch {
      // It ended while we looked.
    }
  }
  return rows;
}

function portableTable(): Row[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

async function vanished(pids: readonly number[], limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (await anyAlive(pids)) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

async function anyAlive(pids: readonly number[]): Promise<boolean> {
  if (pids.length === 0) return false;
  return (await processTable()).some((row) => pids.includes(row.pid));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
