import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How much CPU time a process has used so far in all its threads, in microseconds; in steps of 10 ms. */
export function cpuMicros(pid: number): number {
  if (process.platform === 'linux') {
    // After the name, which may have spaces and brackets of its own: state is the third field, utime the 14th, stime the 15th.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  }
  const [minutes = '0', seconds = '0'] = execFileSync('ps', ['-o', 'cputime=', '-p', String(pid)], { encoding: 'utf8' })
    .trim()
    .split(':')
    .slice(-2);
  return (Number(minutes) * 60 + Number(seconds)) * 1_000_000;
}
