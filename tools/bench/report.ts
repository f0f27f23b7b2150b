import Table from 'cli-table3';

/** One figure: CPU time of the service's own process, in microseconds a unit of work. */
export type Measured = {
  readonly zh: string;
  readonly en: string;
  readonly value: number;
  /** The figure that it is compared with, of the same run; null for a baseline itself. */
  readonly baseline: number | null;
  /** What it has to stay below, or, of a share in basis points, to reach; or null. */
  readonly goal: number | null;
  /** Where it isn't microseconds. */
  readonly unit?: 'MiB' | 'bps' | '/s' | 'ms';
};

export function isReached({ goal, value, unit }: Measured): boolean {
  return goal === null || (unit === 'bps' ? value >= goal : value < goal);
}

export function printBench(measured: readonly Measured[], say: (line: string) => void): void {
  const table = new Table({
    head: ['测量 measured', 'CPU µs', '倍数 ratio', '目标 goal'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const figure of measured) {
    const { zh, en, value, baseline, goal, unit } = figure;
    const ratio = baseline === null ? '基线 baseline' : `× ${(value / baseline).toFixed(2)}`;
    const reached = goal === null ? '' : `${isReached(figure) ? '✓' : '✗'} ${unit === 'bps' ? '≥' : '<'} ${goal}`;
    // A decision of a few microseconds is told from another by its decimals.
    const figures = value.toFixed(unit === undefined && value < 100 ? 2 : 0);
    table.push([`${zh} ${en}`, unit === undefined ? figures : `${figures} ${unit}`, ratio, reached]);
  }
  say(table.toString());
}
