import { execFileSync, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';

/** The user that PostgreSQL runs as; empty when that is simply us. */
export type RunAs = { readonly uid?: number; readonly gid?: number };

/** Unprivileged users that Linux and macOS have out of the box. Each has a passwd entry, which initdb insists on. */
const UNPRIVILEGED_USERS = ['postgres', '_postgres', 'nobody'];

/** PostgreSQL takes an unknown locale from the environment badly, and on macOS none at all. */
export const POSTGRES_ENVIRONMENT = { ...process.env, LC_ALL: 'C' };

/** PostgreSQL refuses to run as root, so root lends it a user that exists already: no useradd, nothing to clean up. */
export function runAs(): RunAs {
  if (process.getuid?.() !== 0) return {};
  for (const name of UNPRIVILEGED_USERS) {
    const uid = idOf('-u', name);
    const gid = idOf('-g', name);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error(
    `PostgreSQL does not run as root, and none of ${UNPRIVILEGED_USERS.join(', ')} exists on this machine`,
  );
}

/** Whether that user can enter the directory. The system is asked, because modes alone do not tell (ACLs, read-only roots). */
export function canEnter(user: RunAs, directory: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** A directory for temporary files that the user can enter, even when TMPDIR points into root's home. */
export function temporaryRoot(user: RunAs): string {
  const root = [tmpdir(), '/tmp', '/var/tmp'].find((candidate) => canEnter(user, candidate));
  if (root === undefined)
    throw new Error(`the user that PostgreSQL runs as cannot enter ${tmpdir()}, /tmp or /var/tmp`);
  return root;
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  try {
    return Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
  } catch {
    return undefined;
  }
}
