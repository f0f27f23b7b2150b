import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = dirname(dirname(dirname(import.meta.dirname)));

export type CommandEnd = { readonly code: number; readonly output: string };

/** Runs one of the repository's compiled programs with a stack directory of its own, as npm's scripts would. */
export async function runCommand(
  program: 'adjudicate/main.js' | 'demo/main.js' | 'stack/up.js' | 'stack/down.js',
  stackDirectory: string,
  args: readonly string[] = [],
): Promise<CommandEnd> {
  const env = { ...process.env, YIDITONG_STACK_DIRECTORY: stackDirectory, NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, 'tools', 'dist', program), ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
    );
  });
}

/** Processes that were started for the directory: their command line or, where the system shows it, their environment names it. */
export function processesOf(directory: string): string[] {
  if (process.platform !== 'linux')
    return execFileSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8' })
      .split('\n')
      .filter((command) => command.includes(directory));
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && entry !== String(process.pid))
    .flatMap((pid) => {
      const command = readProcess(pid, 'cmdline');
      return `${command}\0${readProcess(pid, 'environ')}`.includes(directory) ? [command.replaceAll('\0', ' ')] : [];
    });
}

/** Empty where the process ended while we looked, or belongs to somebody else. */
function readProcess(pid: string, file: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
