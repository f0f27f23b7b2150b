// @ts-check
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWN_NODE, versionOf } from './node-version.mjs';
import { ROOT, step } from './process.mjs';

// Whatever the caller's npm was told (--silent, --omit), this installation needs everything and says why it fails.
const NPM_CI = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error'];

const RECORD = join(ROOT, 'node_modules', '.yiditong-lock-hash');

/** Installs what package-lock.json names, unless node_modules was installed from this very lock file. */
export async function installIfNeeded() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (recorded() === wanted) return;
  process.stderr.write('… 安装依赖 installing dependencies: npm ci\n');
  // No package needs its install script, and a script that is not run cannot do harm.
  await step('安装依赖 installed dependencies', 'npm', NPM_CI, process.env);
  // npm puts node_modules/.bin before everything else: a Node built for another libc would break every later `npm run`.
  if (versionOf(OWN_NODE) === undefined) rmSync(OWN_NODE, { force: true });
  // Written last: an interrupted installation is begun again.
  writeFileSync(RECORD, wanted);
}

/** @returns {string | undefined} */
function recorded() {
  try {
    return readFileSync(RECORD, 'utf8').trim();
  } catch {
    return undefined;
  }
}
