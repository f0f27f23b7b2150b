import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@yiditong/tools';
import { Redis } from 'ioredis';
import { until } from './until.js';

/** A redis-server that can be run here, and what it needs in its environment. */
export type RedisProgram = { readonly file: string; readonly env: NodeJS.ProcessEnv };

export type RunningRedis = {
  readonly url: string;
  readonly client: Redis;
  /** Where every command that changed anything is on record, also of what was deleted since. Stays when the server stops. */
  readonly files: string;
  readonly stop: () => Promise<void>;
};

const run = promisify(execFile);

/** The one on PATH, else Debian's, unpacked without installing it; null where neither can be had. */
export async function findRedis(): Promise<RedisProgram | null> {
  const installed: RedisProgram = { file: 'redis-server', env: process.env };
  if (works(installed)) return installed;
  const directory = join(tmpdir(), `yiditong-redis-${process.getuid?.() ?? 0}`);
  if (!isOurs(directory)) await unpackInto(directory).catch(() => undefined);
  const unpacked = programIn(directory);
  return isOurs(directory) && works(unpacked) ? unpacked : null;
}

/** On a free port of 127.0.0.1. */
export async function startRedis({ file, env }: RedisProgram): Promise<RunningRedis> {
  const port = await freePort();
  const files = mkdtempSync(join(tmpdir(), 'yiditong-e2e-redis-'));
  const child = spawn(file, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'yes'], {
    env,
    cwd: files,
    stdio: 'ignore',
  });
  const stopWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', stopWithUs);
  const client = new Redis(`redis://127.0.0.1:${port}`);
  client.on('error', () => undefined);
  await until(
    () => client.ping(),
    (answer) => answer === 'PONG',
  );
  const stop = async (): Promise<void> => {
    client.disconnect();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    process.off('exit', stopWithUs);
  };
  return { url: `redis://127.0.0.1:${port}`, client, files, stop };
}

function works({ file, env }: RedisProgram): boolean {
  return spawnSync(file, ['--version'], { env, stdio: 'ignore' }).status === 0;
}

function programIn(directory: string): RedisProgram {
  const libraries = ['usr/lib', 'lib'].flatMap((place) =>
    foldersIn(join(directory, place)).map((folder) => join(directory, place, folder)),
  );
  return {
    file: join(directory, 'usr', 'bin', 'redis-server'),
    env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') },
  };
}

function foldersIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The name can be guessed and what lies there is run, so it must be ours and ours alone. */
function isOurs(directory: string): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}

/** Debian's packages, downloaded and unpacked into a directory; the system itself is left as it is. */
async function unpackInto(directory: string): Promise<void> {
  const mine = mkdtempSync(`${directory}-`);
  try {
    const packages = ['redis-server', 'redis-tools', ...(await librariesOf('redis-tools', []))];
    await run('apt-get', ['download', ...packages], { cwd: mine }).catch(async () => {
      // A machine whose package lists are missing or old: lists of our own, in our own place.
      const lists = join(mine, 'lists');
      mkdirSync(join(lists, 'partial'), { recursive: true });
      const own = ['-o', `Dir::State::lists=${lists}`];
      await run('apt-get', [...own, 'update'], { cwd: mine });
      const named = ['redis-server', 'redis-tools', ...(await librariesOf('redis-tools', own))];
      await run('apt-get', [...own, 'download', ...named], { cwd: mine });
      rmSync(lists, { recursive: true, force: true });
    });
    for (const file of readdirSync(mine).filter((name) => name.endsWith('.deb')))
      await run('dpkg', ['-x', file, '.'], { cwd: mine });
    renameSync(mine, directory);
  } catch (error) {
    rmSync(mine, { recursive: true, force: true });
    throw error;
  }
}

/** The libraries that a package needs, but the C library, which every program here has already. */
async function librariesOf(name: string, options: readonly string[]): Promise<string[]> {
  const { stdout } = await run('apt-cache', [...options, 'depends', name]);
  return [...stdout.matchAll(/^\s+Depends: (lib\S+)$/gm)]
    .map(([, library = '']) => library)
    .filter((library) => library !== 'libc6');
}
