import { join } from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { tellProblems, wholeNumber } from './command-line.js';
import { readStackDocument, runningSupervisor, startInBackground } from './background.js';
import { STACK_DIRECTORY } from './paths.js';
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

function printAddresses({ gateway, grpc, issuer }: StackDocument): void {
  const rows = [
    ['gateway', gateway],
    ['docs', `${gateway}/docs`],
    ['openapi', `${gateway}/openapi.json`],
    ['health', `${gateway}/health/ready`],
    ['issuer', issuer],
    ...Object.entries(grpc),
  ];
  for (const [name = '', address = ''] of rows) process.stdout.write(`  ${pc.bold(name.padEnd(12))}${address}\n`);
  process.stdout.write(
    [
      '  地址与开发账号 addresses and development accounts: .stack/stack.json · 停止 stop: npm run down',
      '  令牌，15 分钟有效 a token, good for 15 minutes:',
      `    ${tokenCommand(issuer)}`,
      '',
    ].join('\n'),
  );
}

/** How to come by the operator's token; the secret itself stays in its file. */
function tokenCommand(issuer: string): string {
  const file = JSON.stringify(join(STACK_DIRECTORY, 'stack.json'));
  const account = `"$(node -p 'Object.values(require(${file}).accounts.operator).join(":")')"`;
  return `curl -s -u ${account} -d grant_type=client_credentials ${issuer}/token`;
}
