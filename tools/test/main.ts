import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../tidy/workspace.js';
import { TALLY_FILE_VARIABLE } from './tally-reporter.js';
import { NOTHING_RAN, verdictOn, verdictOnAll, type Tally, type Verdict } from './tally.js';

/** Side by side: the end-to-end suite takes its files one after another and waits a lot, which leaves time for the others. */
const PARTS = [
  ['--project', 'unit', '--project', 'int'],
  ['--project', 'e2e'],
];

/** Runs every suite; arguments such as `--project unit` or a part of a file's name go on to a single vitest. The last line is the verdict. */
async function main(args: readonly string[]): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'yiditong-tally-'));
  const inCi = (process.env['CI'] ?? '') !== '';
  try {
    const parts = args.length === 0 ? PARTS : [args];
    const runs = parts.map((part, number) => new VitestRun(part, join(directory, `tally-${number}.json`)));
    const verdicts: Verdict[] = [];
    for (const run of runs) {
      run.showOutput();
      const exitCode = await run.ended;
      verdicts.push(verdictOn(run.tally(), { exitCode, inCi }));
    }
    const verdict = verdictOnAll(verdicts);
    process.stdout.write([...verdict.remarks, verdict.lastLine, ''].join('\n'));
    return verdict.exitCode;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Vitest in a process of its own, so that a crash of the runner, too, ends in a verdict. What it says is kept until it is shown. */
class VitestRun {
  readonly ended: Promise<number | null>;
  private kept: string[] | null = [];

  constructor(
    args: readonly string[],
    private readonly tallyFile: string,
  ) {
    // Ours comes first: it must have written the tally even if the other one falls over a failure.
    const reporters = [`--reporter=${join(import.meta.dirname, 'tally-reporter.js')}`, '--reporter=default'];
    const child = spawn(
      process.execPath,
      [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...args],
      {
        cwd: ROOT,
        env: {
          ...process.env,
          [TALLY_FILE_VARIABLE]: tallyFile,
          ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
        },
        stdio: ['inherit', 'pipe', 'pipe'],
      },
    );
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => this.say(text));
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    // A terminal sends Ctrl-C to vitest as well, and vitest takes a second one for "at once".
    process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
    this.ended = new Promise((done, fail) => {
      child.once('error', fail);
      child.once('close', (code) => done(code));
    });
  }

  showOutput(): void {
    process.stdout.write((this.kept ?? []).join(''));
    this.kept = null;
  }

  tally(): Tally {
    try {
      return JSON.parse(readFileSync(this.tallyFile, 'utf8')) as Tally;
    } catch {
      return NOTHING_RAN;
    }
  }

  private say(text: string): void {
    if (this.kept) this.kept.push(text);
    else process.stdout.write(text);
  }
}

process.exitCode = await main(process.argv.slice(2));
