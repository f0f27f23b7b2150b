import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { startInBackground, stopBackground } from '../stack/background.js';
import type { StackDocument } from '../stack/stack.js';
import { tellProblems, wholeNumber } from '../stack/command-line.js';
import { generateDay } from './generate.js';
import { printReport } from './print-report.js';
import { Progress } from './progress.js';
import { balanced } from './report.js';
import { runDay, type DayProgress } from './run-day.js';
import { loadSample } from './sample.js';
import { writeStatements } from './write-statements.js';

type Options = {
  readonly persons: number;
  readonly bills: number;
  readonly seed: number;
  readonly keep: boolean;
  readonly json?: string;
  readonly statements?: string;
};

const options = new Command()
  .name('npm run demo --')
  .description('启动整套系统，跑完一个清算日并打印日报 Starts the stack, runs one clearing day and prints its report.')
  .option('--persons <n>', '参保人数 insured persons', wholeNumber(6), 400)
  .option('--bills <n>', '账单数 bills', wholeNumber(6), 1_000)
  .option('--seed <n>', '随机种子 seed', wholeNumber(0), 1)
  .option('--json <file>', '日报另存为 JSON write the report as JSON')
  .option('--statements <dir>', '各省清算对账单存入目录 write every province’s daily statement')
  .option('--keep', '跑完后不停止系统 leave the stack running', false)
  .parse()
  .opts<Options>();

const LABELS: Record<Parameters<DayProgress['begin']>[0], string> = {
  filings: '备案 filings',
  bills: '账单 bills  ',
  close: '关账 close  ',
};
const say = (line: string): void => void process.stdout.write(`${line}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void interrupted());
process.exitCode = await tellProblems(demonstrate);

async function demonstrate(): Promise<number> {
  const now = new Date().toISOString();
  if (await stopBackground()) say('已停止先前的系统 Stopped the stack that was running.');
  say('启动 PostgreSQL、六个服务和网关 Starting PostgreSQL, six services and the gateway …');
  try {
    const { persons, bills, seed } = options;
    const stack = await startInBackground({ persons, bills, seed, now });
    say(`  ${stack.gateway}/docs`);
    const day = generateDay({ sample: loadSample(), persons, bills, seed, now });
    const report = await runDay(stack, day, { begin: (step, total) => bar(LABELS[step], total) });
    printReport(report, say);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    if (options.statements !== undefined) await statements(stack, report.businessDates, options.statements);
    if (options.keep) say(`系统仍在运行 Still running: ${stack.gateway} · .stack/stack.json · 停止 stop: npm run down`);
    return balanced(report) ? 0 : 1;
  } finally {
    if (!options.keep) await stopBackground();
  }
}

async function statements(stack: StackDocument, dates: readonly string[], directory: string): Promise<void> {
  const written = await writeStatements(stack, dates, directory);
  say(`对账单 statements: ${written} · ${directory} · 验证 verify: npm run verify -- ${join(directory, '*.jsonl')}`);
}

/** The stack runs on its own in the background, so that ending this process would leave it there. */
async function interrupted(): Promise<void> {
  say('');
  await stopBackground();
  process.exit(130);
}

function bar(label: string, total: number): () => void {
  const progress = new Progress(label, total);
  return () => progress.step();
}
