import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient, bearersOf, type Stack } from '@yiditong/tools';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processesOf, runCommand } from './command-line.js';
import { stackDirectory } from './own-stack.js';

let directory: string;
beforeEach(() => {
  directory = stackDirectory();
});
afterEach(async () => {
  await runCommand('stack/down.js', directory);
  rmSync(directory, { recursive: true, force: true });
});

const AMOUNT = /^-?\d+$/;

type Report = Readonly<Record<'settled' | 'reversed', number>> & {
  readonly refused: Readonly<Record<string, number>>;
  readonly netPositions: readonly Readonly<Record<string, string>>[];
  readonly bilateral: readonly Readonly<Record<string, string>>[];
  readonly checks: Readonly<Record<string, boolean>>;
  readonly officialCase: Readonly<Record<string, string>>;
};

describe('the demonstration', () => {
  it('runs a day, prints that it balanced, writes the report, and leaves nothing running', async () => {
    const file = join(directory, 'report.json');
    const args = ['--persons', '12', '--bills', '20', '--seed', '3', '--json', file];
    const { code, output } = await runCommand('demo/main.js', directory, args);

    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('本日平账') });
    expect(output).not.toContain('✗');
    expect(output).toMatch(/64\.29.*61\.11.*48\.89.*15\.40/);
    expect(processesOf(directory)).toEqual([]);
    expectReport(JSON.parse(readFileSync(file, 'utf8')) as Report, 20);
  });

  it('refuses a size that makes no day, and leaves nothing running', async () => {
    const { code, output } = await runCommand('demo/main.js', directory, ['--bills', 'many']);
    expect(code).not.toBe(0);
    expect(output).toContain('many');
    expect(processesOf(directory)).toEqual([]);
  });
});

describe('up and down', () => {
  it('starts a stack that stays, says where it is and who may enter, and stops it whole', async () => {
    const up = await runCommand('stack/up.js', directory, ['--persons', '10', '--seed', '4']);
    expect(up.code, up.output).toBe(0);
    const file = join(directory, 'stack.json');
    const document = JSON.parse(readFileSync(file, 'utf8')) as Stack['document'];
    const { gateway, grpc, issuer, accounts } = document;

    expect(up.output).toContain(gateway);
    expect((await fetch(`${gateway}/health/ready`)).status).toBe(200);
    expect(Object.keys(grpc).sort()).toEqual(['benefit', 'catalogue', 'clearing', 'filing', 'identity', 'settlement']);
    for (const address of Object.values(grpc)) expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    const { bureau, clerk, insured, area } = accounts;
    expect([bureau, clerk.bureau, insured].map((group) => Object.keys(group).length)).toEqual([32, 32, 10]);
    expect(Object.keys(area)).toEqual(['131000']);
    // Accounts, and no token that would outlast the look at the file.
    expect(readFileSync(file, 'utf8')).not.toMatch(/"ey[\w-]+\./);
    expect(up.output).toContain(`${issuer}/token`);
    const { operator } = bearersOf(document);
    const api = new ApiClient(gateway);
    expect((await api.once('GET', '/v1/cycles/2001-01-01', undefined, operator)).status).toBe(404);
    // It holds credentials.
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');

    const again = await runCommand('stack/up.js', directory);
    expect(again).toEqual({ code: 0, output: expect.stringMatching(/Already running/) });
    expect(again.output).toContain(gateway);

    const down = await runCommand('stack/down.js', directory);
    expect(down).toEqual({ code: 0, output: expect.stringMatching(/Stopped/) });
    expect(processesOf(directory)).toEqual([]);
    expect(existsSync(file)).toBe(false);
    expect(await runCommand('stack/down.js', directory)).toEqual({
      code: 0,
      output: expect.stringMatching(/Nothing was running/),
    });
  });
});

function expectReport(report: Report, bills: number): void {
  expect(Object.keys(report).sort()).toEqual(
    ['settled', 'refused', 'reversed', 'netPositions', 'bilateral', 'checks', 'officialCase', 'businessDates'].sort(),
  );
  const refused = Object.values(report.refused).reduce((sum, count) => sum + count, 0);
  expect(report.settled + refused).toBe(bills);
  expect(report.reversed).toBeGreaterThan(0);
  expect(report.checks).toEqual({ netsSumToZero: true, positionsMatchRecount: true, billsHold: true });
  expect(report.officialCase).toEqual({
    totalFen: '6429',
    inScopeFen: '6111',
    fundFen: '4889',
    personalFen: '1540',
  });
  expect(report.netPositions).toHaveLength(32);
  for (const position of report.netPositions)
    expect(position).toEqual({
      region: expect.stringMatching(/^\d\d0000$/),
      payableFen: expect.stringMatching(AMOUNT),
      receivableFen: expect.stringMatching(AMOUNT),
      netFen: expect.stringMatching(AMOUNT),
    });
  expect(report.bilateral.length).toBeGreaterThan(0);
  for (const position of report.bilateral)
    expect(position).toEqual({
      payer: expect.stringMatching(/^\d\d0000$/),
      payee: expect.stringMatching(/^\d\d0000$/),
      grossFen: expect.stringMatching(AMOUNT),
    });
}
