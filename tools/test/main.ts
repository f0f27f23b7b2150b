import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../tidy/workspace.js';
import { TALLY_FILE_VARIABLE } from './tally-reporter.js';
import { NOTHING_RAN, verdictOn, type Tally } from './tally.js';

/** Runs every suite; arguments such as `--project unit` or a part of a file's name go on to vitest. The last line is the verdict. */
async function main(args: readonly string[]): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'yiditong-tally-'));
  const tallyFile = join(directory, 'tally.json');
  try {
    const exitCode = await vitest(args, tallyFile);
    const verdict = verdictOn(readTally(tallyFile), { exitCode, inCi: (process.env['CI'] ?? '') !== '' });
    process.stdout.write([...verdict.remarks, verdict.lastLine, ''].join('\n'));
    return verdict.exitCode;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** In a process of its own, so that a crash of the runner, too, ends in a verdict. */
function vitest(args: readonly string[], tallyFile: string): Promise<number | null> {
  // Ours comes first: it must have written the tally even if the other one falls over a failure.
  const reporters = [`--reporter=${join(import.meta.dirname, 'tally-reporter.js')}`, '--reporter=default'];
  const child = spawn(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...args], {
    cwd: ROOT,
    env: { ...process.env, [TALLY_FILE_VARIABLE]: tallyFile },
    // One stream for both, so that no late line on the other one follows the verdict.
    stdio: ['inherit', 1, 1],
  });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  // A terminal sends Ctrl-C to vitest as well, and vitest takes a second one for "at once".
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done(code));
  });
}

function readTally(file: string): Tally {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Tally;
  } catch {
    return NOTHING_RAN;
  }
}

process.exitCode = await main(process.argv.slice(2));
