import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './workspace.js';

/*
 * Completes package-lock.json, so that `npm ci` accepts it on every platform.
 *
 * Packages with native parts name one optional package per platform. A registry mirror may lack some of them;
 * `npm install` then leaves them out of the lock without a word, and `npm ci` refuses that lock ("Missing: … from
 * lock file"). An entry with version, os and cpu is all that npm asks for: on any other platform it is skipped.
 *
 * Run after every change of dependencies: node tools/dist/tidy/stub-lock.js
 */

export type LockEntry = {
  readonly version?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

export type Lock = { readonly packages: Readonly<Record<string, LockEntry>> };

/** Words in the names of platform packages; the first one that fits counts, so the more special come first. */
const SYSTEMS: readonly (readonly [os: string, word: RegExp])[] = [
  ['openharmony', /openharmony|ohos/],
  ['android', /android/],
  ['darwin', /darwin|macos/],
  ['win32', /win32|windows/],
  ['freebsd', /freebsd/],
  ['netbsd', /netbsd/],
  ['openbsd', /openbsd/],
  ['sunos', /sunos/],
  ['aix', /aix/],
  ['linux', /linux/],
];
const PROCESSORS: readonly (readonly [cpu: string, word: RegExp])[] = [
  ['arm64', /arm64|aarch64/],
  ['x64', /x64|x86_64|amd64/],
  ['arm', /\barmv\d|\barm\b|gnueabihf|musleabihf/],
  ['ia32', /ia32|i686|\bx86\b/],
  ['ppc64', /ppc64/],
  ['s390x', /s390x/],
  ['riscv64', /riscv64/],
  ['loong64', /loong(arch)?64/],
  ['mips64el', /mips64el/],
  ['wasm32', /wasm32|wasi/],
];

/** The optional packages that the lock's entries name and the lock does not hold, as `path → entry to add`. */
export function missingEntries(lock: Lock): Record<string, LockEntry> {
  const missing: Record<string, LockEntry> = {};
  for (const [path, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(optionalDependencies)) {
      if (!isHeld(lock, path, name)) missing[`node_modules/${name}`] = stubFor(name, range);
    }
  }
  return missing;
}

/** The lock with those entries added, in npm's own order: the root first, then by path. */
export function completed(lock: Lock): Lock {
  const { '': root = {}, ...rest } = { ...lock.packages, ...missingEntries(lock) };
  const sorted = Object.entries(rest).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: { '': root, ...Object.fromEntries(sorted) } };
}

/** Node's lookup: beside the package, then beside each package that it lies in. */
function isHeld(lock: Lock, from: string, name: string): boolean {
  for (let directory = from; ; directory = parentOf(directory)) {
    if (Object.hasOwn(lock.packages, `${directory === '' ? '' : `${directory}/`}node_modules/${name}`)) return true;
    if (directory === '') return false;
  }
}

function parentOf(path: string): string {
  const at = path.lastIndexOf('/node_modules/');
  return at < 0 ? '' : path.slice(0, at);
}

function stubFor(name: string, range: string): LockEntry {
  const os = SYSTEMS.find(([, word]) => word.test(name))?.[0];
  const cpu = PROCESSORS.find(([, word]) => word.test(name))?.[0];
  const version = range.replace(/^npm:.*@/, '').replace(/^[\^~>=v\s]+/, '');
  return {
    version,
    optional: true,
    ...(os === undefined ? {} : { os: [os] }),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
  };
}

function main(): void {
  const file = join(ROOT, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock;
  const missing = missingEntries(lock);
  writeFileSync(file, `${JSON.stringify(completed(lock), null, 2)}\n`);
  process.stdout.write(`${Object.keys(missing).length} entries added\n`);
  const unsure = Object.entries(missing).filter(([, { os, cpu }]) => os === undefined && cpu === undefined);
  for (const [path] of unsure)
    process.stdout.write(`${path}: its name tells no platform; npm ci will try to install it everywhere\n`);
}

const [, program = ''] = process.argv;
if (program !== '' && realpathSync(program) === fileURLToPath(import.meta.url)) main();
