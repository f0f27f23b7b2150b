import { spawn } from 'node:child_process';
import { chown, lstat, mkdir, mkdtemp, readdir, realpath, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { findBinaries, type Binaries } from './binaries.js';
import { canEnter, POSTGRES_ENVIRONMENT, runAs, temporaryRoot, type RunAs } from './run-as.js';
import { stopPostgresIn } from './process-table.js';

/** From this version on PostgreSQL brings C.UTF-8 itself: the same order and case rules on every machine. */
const BUILTIN_LOCALE_SINCE = 17;

/**
 * Creates an empty cluster: superuser `postgres`, UTF-8, passwords required for every connection.
 * Where the user that PostgreSQL runs as cannot reach `directory`, as below root's closed home, the cluster
 * lives in the temporary directory and `directory` becomes a link to it.
 */
export async function createCluster(directory: string, options: { readonly superuserPassword: string }): Promise<void> {
  const user = runAs();
  const binaries = await findBinaries(user);
  const cluster = await makeDirectory(resolve(directory), user);
  const passwordFile = join(await mkdtemp(join(temporaryRoot(user), 'yiditong-initdb-')), 'password');
  try {
    await give(dirname(passwordFile), user);
    await writeFile(passwordFile, `${options.superuserPassword}\n`, { mode: 0o600, flag: 'wx' });
    await give(passwordFile, user);
    await initialize(binaries, cluster, passwordFile, user);
  } catch (error) {
    await removeCluster(directory);
    throw error;
  } finally {
    await rm(dirname(passwordFile), { recursive: true, force: true });
  }
}

/** Stops what runs on the cluster and deletes it, wherever {@link createCluster} had to put it. */
export async function removeCluster(directory: string): Promise<void> {
  const cluster = await realpath(directory).catch(() => undefined);
  if (cluster !== undefined) {
    await stopPostgresIn(cluster);
    await rm(cluster, { recursive: true, force: true });
  }
  await rm(directory, { recursive: true, force: true });
}

async function makeDirectory(directory: string, user: RunAs): Promise<string> {
  await mkdir(dirname(directory), { recursive: true });
  const found = await lstat(directory).catch(() => undefined);
  if (found !== undefined && (!found.isDirectory() || (await readdir(directory)).length > 0)) {
    throw new Error(`${directory} exists and is not an empty directory: a new cluster is not made over it`);
  }
  if (user.uid === undefined || canEnter(user, dirname(directory))) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await give(directory, user);
    return directory;
  }
  const elsewhere = await mkdtemp(join(temporaryRoot(user), 'yiditong-cluster-'));
  await give(elsewhere, user);
  if (found !== undefined) await rmdir(directory);
  await symlink(elsewhere, directory);
  return elsewhere;
}

async function give(path: string, user: RunAs): Promise<void> {
  if (user.uid !== undefined && user.gid !== undefined) await chown(path, user.uid, user.gid);
}

function initialize(binaries: Binaries, cluster: string, passwordFile: string, user: RunAs): Promise<void> {
  const locale =
    binaries.majorVersion >= BUILTIN_LOCALE_SINCE
      ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : ['--locale=C.UTF-8'];
  const args = [
    '-D',
    cluster,
    '-U',
    'postgres',
    '--auth=scram-sha-256',
    '--pwfile',
    passwordFile,
    '--encoding=UTF8',
    ...locale,
    '--no-sync',
  ];
  return new Promise((done, fail) => {
    const child = spawn(binaries.initdb, args, {
      ...user,
      cwd: cluster,
      env: POSTGRES_ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', fail);
    child.once('close', (code) =>
      code === 0 ? done() : fail(new Error(`initdb failed with code ${code}:\n${output}`)),
    );
  });
}
