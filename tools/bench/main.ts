import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCluster } from '@yiditong/embedded-postgres';
import { Command } from 'commander';
import { tellProblems, wholeNumber } from '../stack/command-line.js';
import { loadSample } from '../demo/sample.js';
import { startStack } from '../stack/stack.js';
import { benchEligibility } from './eligibility.js';
import { printBench, type Measured } from './report.js';

type Options = { readonly filings: number; readonly calls: number; readonly json?: string };

const options = new Command()
  .name('npm run bench --')
  .description(
    '测量性能，每项与同一次运行中的基线相比 Measures speed, each figure as a ratio to a baseline of the same run.',
  )
  .option('--filings <n>', '备案数 filings', wholeNumber(1_000), 10_000_000)
  .option('--calls <n>', '每项测量的调用次数 calls of each measurement', wholeNumber(100), 20_000)
  .option('--json <file>', '结果另存为 JSON write the result as JSON')
  .parse()
  .opts<Options>();

const say = (line: string): void => void process.stdout.write(`${line}\n`);

let stop = (): Promise<void> => Promise.resolve();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stop().then(() => process.exit(130)));

process.exitCode = await tellProblems(bench);

/** A stack of its own in a temporary directory, so that nothing that is running is slowed down or filled up. */
async function bench(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'yiditong-bench-'));
  // As root, PostgreSQL's data lie in a directory of their own.
  const remove = async (): Promise<void> => {
    await removeCluster(join(directory, 'postgres'));
    rmSync(directory, { recursive: true, force: true });
  };
  stop = remove;
  try {
    say('启动 PostgreSQL、六个服务和网关 Starting PostgreSQL, six services and the gateway …');
    const { institutions } = loadSample();
    const stack = await startStack({ directory, accounts: { institutions, persons: [] } });
    stop = async () => {
      await stack.stop();
      await remove();
    };
    const measured: Measured[] = await benchEligibility(stack, options, say);
    printBench(measured, say);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(measured, null, 2)}\n`);
    return measured.every(({ goal, value }) => goal === null || value < goal) ? 0 : 1;
  } finally {
    await stop();
  }
}
