// @ts-check
// Runs one of the repository's commands from whatever state the checkout is in, even a bare clone.
// It is plain JavaScript without dependencies, because it runs on the system's Node before anything is installed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfNeeded } from './build.mjs';
import { installIfNeeded } from './install.mjs';
import { chooseNode } from './node-version.mjs';
import { environmentFor, exec, ROOT, SetupFailure } from './process.mjs';

/** @type {Readonly<Record<string, string>>} */
const COMMANDS = {
  demo: 'demo/main.js',
  test: 'test/main.js',
  up: 'stack/up.js',
  down: 'stack/down.js',
  check: 'tidy/check.js',
  bench: 'bench/main.js',
  mutate: 'mutate/main.js',
  adjudicate: 'adjudicate/main.js',
  verify: 'verify/main.js',
  province: 'province/adapter/main.js',
  conformance: 'province/main.js',
};

/** @param {string | undefined} command @param {string[]} args @returns {Promise<number>} */
async function run(command, args) {
  const program = COMMANDS[command ?? ''];
  if (program === undefined) {
    process.stderr.write(`用法 Usage: node tools/setup/run.mjs <${Object.keys(COMMANDS).join('|')}> [args…]\n`);
    return 2;
  }
  const main = join(ROOT, 'tools', 'dist', program);
  try {
    // What is running must be stoppable while the sources are broken or half merged.
    const asItIs = command === 'down' && existsSync(main);
    if (!asItIs) await installIfNeeded();
    const node = chooseNode();
    if (!asItIs) await buildIfNeeded(node);
    return await exec(node, [main, ...args], environmentFor(node));
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    process.stderr.write(`${error.message}\n`);
    // Whoever reads the last line of a test run must not take a suite that never started for a green one.
    if (command === 'test') process.stdout.write('0 passed, 1 failed\n');
    return 1;
  }
}

process.exitCode = await run(process.argv[2], process.argv.slice(3));
