import Table from 'cli-table3';

/** One figure: CPU time of the service's own process, in microseconds a unit of work. */
export type Measured = {
  readonly zh: string;
  readonly en: string;
  readonly value: number;
  /** The figure that it is compared with, of the same run; null for a baseline itself. */
  readonly baseline: number | null;
  /** What it has to stay below, or null. */
  readonly goal: number | null;
};

export function printBench(measured: readonly Measured[], say: (line: string) => void): void {
  const table = new Table({
    head: ['测量 measured', 'CPU µs', '倍数 ratio', '目标 goal'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const { zh, en, value, baseline, goal } of measured) {
    const ratio = baseline === null ? '基线 baseline' : `× ${(value / baseline).toFixed(2)}`;
    const reached = goal === null ? '' : `${value < goal ? '✓' : '✗'} < ${goal}`;
    table.push([`${zh} ${en}`, value.toFixed(0), ratio, reached]);
  }
  say(table.toString());
}
