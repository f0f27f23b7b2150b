import { describe, expect, it } from 'vitest';
import { NOTHING_RAN, verdictOn, verdictOnAll, type Tally } from './tally.js';

type Case = readonly [
  what: string,
  tally: Partial<Tally>,
  exitCode: number | null,
  inCi: boolean,
  lastLine: string,
  remark: string,
];

const table: readonly Case[] = [
  ['all green', { passed: 3 }, 0, true, '3 passed, 0 failed', ''],
  ['a failed test', { passed: 3, failed: 2 }, 1, true, '3 passed, 2 failed', ''],
  ['a hook that threw', { passed: 3, brokenSuites: 1 }, 1, false, '3 passed, 1 failed', 'a file, a suite or a hook: 1'],
  ['a skipped test in CI', { passed: 3, skipped: 1 }, 0, true, '3 passed, 1 failed', 'They count as failed'],
  ['a skipped test at a desk', { passed: 3, skipped: 1 }, 0, false, '3 passed, 0 failed', 'CI would count them'],
  ['only skipped tests at a desk', { skipped: 1 }, 0, false, '0 passed, 1 failed', 'No test ran'],
  ['nothing at all', {}, 0, false, '0 passed, 1 failed', 'No test ran'],
  ['a crash after the last test', { passed: 3 }, 134, false, '3 passed, 1 failed', 'vitest ended with 134'],
  ['a kill', { passed: 3 }, null, false, '3 passed, 1 failed', 'vitest ended with a signal'],
];

describe('the verdict', () => {
  it.each(table)('on %s', (_what, tally, exitCode, inCi, lastLine, remark) => {
    const verdict = verdictOn({ ...NOTHING_RAN, ...tally }, { exitCode, inCi });
    expect(verdict.lastLine).toBe(lastLine);
    expect(verdict.exitCode).toBe(lastLine.endsWith(' 0 failed') ? 0 : 1);
    expect(verdict.remarks.join(' ')).toContain(remark);
  });
});

describe('the verdict over two runs', () => {
  const green = verdictOn({ ...NOTHING_RAN, passed: 3 }, { exitCode: 0, inCi: true });

  it('adds up what passed', () => {
    expect(verdictOnAll([green, green])).toEqual({
      remarks: [],
      passed: 6,
      failed: 0,
      lastLine: '6 passed, 0 failed',
      exitCode: 0,
    });
  });

  it.each([
    ['has a failure', { passed: 5, failed: 2 }, 1, '8 passed, 2 failed'],
    ['ran nothing', {}, 0, '3 passed, 1 failed'],
    ['was killed', { passed: 5 }, null, '8 passed, 1 failed'],
  ] as const)('is red where one of them %s', (_, tally, exitCode, lastLine) => {
    const red = verdictOn({ ...NOTHING_RAN, ...tally }, { exitCode, inCi: true });
    for (const parts of [
      [green, red],
      [red, green],
    ])
      expect(verdictOnAll(parts)).toMatchObject({ lastLine, exitCode: 1, remarks: red.remarks });
  });
});
