import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { ROOT } from './workspace.js';

export type ToolRun = { readonly ok: boolean; readonly output: string };

const BIN = join(ROOT, 'node_modules', '.bin');

/** Runs one of the repository's own tools at its root, on the Node that runs us, and collects what it prints. */
export function runTool(name: string, args: readonly string[]): Promise<ToolRun> {
  const PATH = [dirname(process.execPath), BIN, process.env['PATH'] ?? ''].join(':');
  return new Promise((done) => {
    const child = spawn(join(BIN, name), args, {
      cwd: ROOT,
      env: { ...process.env, PATH, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => void (output += text));
    child.once('error', (error) => done({ ok: false, output: error.message }));
    child.once('close', (code) =>
      done({ ok: code === 0, output: `${output}${code === null ? `${name} was killed` : ''}` }),
    );
  });
}

/** Types, lint and format, with the arguments that everybody uses. */
export const STATIC_CHECKS = {
  types: (): Promise<ToolRun> => runTool('tsc', ['-p', '.']),
  lint: (): Promise<ToolRun> => runTool('oxlint', ['--type-aware', '--deny-warnings']),
  format: (): Promise<ToolRun> => runTool('oxfmt', ['--check']),
} as const;
