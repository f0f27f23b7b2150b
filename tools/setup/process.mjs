// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const BIN = join(ROOT, 'node_modules', '.bin');

/** Something that the person at the keyboard can mend; its message says how. */
export class SetupFailure extends Error {}

/** The chosen Node comes first, so that every `#!/usr/bin/env node` below us finds the same one.
 *  @param {string} node @returns {NodeJS.ProcessEnv} */
export function environmentFor(node) {
  return { ...process.env, PATH: [dirname(node), BIN, process.env['PATH']].join(delimiter) };
}

/** Runs a step silently, says in one line what it did and how long it took, and shows its output only when it fails.
 *  @param {string} what @param {string} file @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<void>} */
export async function step(what, file, args, env) {
  const started = performance.now();
  const { code, output } = await collect(file, args, env);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (code !== 0)
    throw new SetupFailure(`${output}\n✗ ${what} 失败 failed after ${seconds} s (${[file, ...args].join(' ')})`);
  process.stderr.write(`✓ ${what} ${seconds} s\n`);
}

/** @param {string} file @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<{ code: number | null, output: string }>} */
function collect(file, args, env) {
  return new Promise((done) => {
    const child = spawn(file, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (error) => done({ code: null, output: error.message }));
    child.once('close', (code) => done({ code, output }));
  });
}

/** Hands terminal, arguments and signals over to the program, and gives back its exit code.
 *  @param {string} file @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<number>} */
export function exec(file, args, env) {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { cwd: ROOT, env, stdio: 'inherit' });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.on(signal, () => {
        // A terminal has sent Ctrl-C to the whole group already; twice could mean "now, at once" to the program.
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      });
    }
    child.once('error', fail);
    child.once('exit', (code, signal) => done(code ?? 128 + (signal ? constants.signals[signal] : 1)));
  });
}
