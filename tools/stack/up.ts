import { Command } from 'commander';
import pc from 'picocolors';
import { tellProblems, wholeNumber } from './command-line.js';
import { readStackDocument, runningSupervisor, startInBackground } from './background.js';
import type { StackDocument } from './stack.js';

const options = new Command()
  .name('npm run up --')
  .description('启动整套系统 Starts the whole stack in the background and returns when every service is healthy.')
  .option('--persons <n>', '示例参保人数 sample persons', wholeNumber(6), 400)
  .option('--seed <n>', '随机种子 seed of the sample', wholeNumber(0), 1)
  .option('--port <n>', '网关端口 gateway port (default: a free one)', wholeNumber(1))
  .parse()
  .opts<{ persons: number; seed: number; port?: number }>();

process.exitCode = await tellProblems(bringUp);

async function bringUp(): Promise<number> {
  if ((await runningSupervisor()) !== null) {
    process.stdout.write('已在运行 Already running.\n');
    printAddresses(readStackDocument());
    return 0;
  }
  const { persons, seed, port } = options;
  const now = new Date().toISOString();
  const gatewayPort = port === undefined ? {} : { gatewayPort: port };
  printAddresses(await startInBackground({ persons, seed, bills: 1_000, now, ...gatewayPort }));
  return 0;
}

function printAddresses({ gateway, grpc }: StackDocument): void {
  const rows = [
    ['gateway', gateway],
    ['docs', `${gateway}/docs`],
    ['openapi', `${gateway}/openapi.json`],
    ['health', `${gateway}/health/ready`],
    ...Object.entries(grpc),
  ];
  for (const [name = '', address = ''] of rows) process.stdout.write(`  ${pc.bold(name.padEnd(12))}${address}\n`);
  process.stdout.write(
    '  地址与开发令牌 addresses and development tokens: .stack/stack.json · 停止 stop: npm run down\n',
  );
}
