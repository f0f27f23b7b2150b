import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCluster } from '@yiditong/embedded-postgres';
import { Command, InvalidArgumentError } from 'commander';
import { tellProblems, wholeNumber } from '../stack/command-line.js';
import { loadSample } from '../demo/sample.js';
import { startStack } from '../stack/stack.js';
import { benchAdjudication } from './adjudication.js';
import { benchClassification } from './classification.js';
import { benchClearing } from './clearing.js';
import { benchEligibility } from './eligibility.js';
import { benchHarmonization } from './harmonization.js';
import { benchOverload } from './overload.js';
import { isReached, printBench, type Measured } from './report.js';

/** Those that call services. */
const SERVICE_BENCHES = {
  eligibility: benchEligibility,
  classification: benchClassification,
  harmonization: benchHarmonization,
  overload: benchOverload,
  clearing: benchClearing,
};
type ServiceBench = keyof typeof SERVICE_BENCHES;
type Bench = 'adjudication' | ServiceBench;
const BENCHES = ['adjudication', ...Object.keys(SERVICE_BENCHES)] as readonly Bench[];

type Options = {
  readonly only: readonly Bench[];
  readonly filings: number;
  readonly entries: number;
  readonly items: number;
  readonly rows: number;
  readonly calls: number;
  readonly obligations: number;
  readonly days: number;
  readonly json?: string;
};

const options = new Command()
  .name('npm run bench --')
  .description(
    '测量性能，每项与同一次运行中的基线相比 Measures speed, each figure as a ratio to a baseline of the same run.',
  )
  .option('--only <names>', '只测这些 only these', benchesNamed, BENCHES)
  .option('--filings <n>', '备案数 filings', wholeNumber(1_000), 10_000_000)
  .option('--entries <n>', '每省目录条数 entries of each province’s catalogue', wholeNumber(20_000), 100_000)
  .option('--items <n>', '国家目录条数 items of the nation’s catalogue', wholeNumber(1_000), 50_000)
  .option('--rows <n>', '医院目录行数 rows of the hospital’s list', wholeNumber(100), 10_000)
  .option('--calls <n>', '每项测量的调用次数 calls of each measurement', wholeNumber(100), 20_000)
  .option('--obligations <n>', '每日应付应收笔数 obligations of a day', wholeNumber(1_000), 1_000_000)
  .option('--days <n>', '库中天数 days that are stored', wholeNumber(1), 3)
  .option('--json <file>', '结果另存为 JSON write the result as JSON')
  .parse()
  .opts<Options>();

const say = (line: string): void => void process.stdout.write(`${line}\n`);

let stop = (): Promise<void> => Promise.resolve();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stop().then(() => process.exit(130)));

process.exitCode = await tellProblems(bench);

async function bench(): Promise<number> {
  const measured: Measured[] = options.only.includes('adjudication') ? benchAdjudication(say) : [];
  const onServices = options.only.filter((name): name is ServiceBench => name !== 'adjudication');
  if (onServices.length > 0) measured.push(...(await benchServices(onServices)));
  printBench(measured, say);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(measured, null, 2)}\n`);
  return measured.every(isReached) ? 0 : 1;
}

/** A stack of its own in a temporary directory, so that nothing that is running is slowed down or filled up. */
async function benchServices(names: readonly ServiceBench[]): Promise<Measured[]> {
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
    const measured: Measured[] = [];
    for (const name of names) measured.push(...(await SERVICE_BENCHES[name](stack, options, say)));
    return measured;
  } finally {
    await stop();
  }
}

function benchesNamed(text: string): Bench[] {
  const names = text.split(',');
  if (!names.every((name) => BENCHES.some((each) => each === name)))
    throw new InvalidArgumentError(`可选 choose of ${BENCHES.join(', ')}`);
  return BENCHES.filter((name) => names.includes(name));
}
