import { writeFileSync } from 'node:fs';
import { provinceOf } from '@yiditong/codes';
import { Command } from 'commander';
import pc from 'picocolors';
import { tellProblems } from '../stack/command-line.js';
import { loadCases, personOf } from './cases.js';
import { Endpoint, type ClientTls } from './endpoint.js';
import { runSuite, type CheckResult } from './suite.js';

type Options = {
  readonly endpoint: string;
  readonly cases: string;
  readonly name: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly json?: string;
};

const options = new Command()
  .name('npm run conformance --')
  .description(
    '对参保省端点逐项核对约定 Checks an endpoint of HomeProvinceService against the contract. docs/home-province.md explains each case.',
  )
  .requiredOption('--endpoint <host:port>', '端点地址 where it listens')
  .requiredOption('--cases <file>', '测试参保人与期望结果 test persons and what is expected of them, as JSON')
  .option('--ca <file>', '签发机构证书 the authority’s certificate')
  .option('--cert <file>', '平台结算服务的证书 the certificate of the platform’s settlement')
  .option('--key <file>', '及其私钥 and its key')
  .option('--name <name>', '端点证书上的名称 the name in the endpoint’s certificate', 'benefit')
  .option('--json <file>', '结果另存为 JSON writes the results as JSON too')
  .parse()
  .opts<Options>();

const MARKS = { PASSED: pc.green('✓'), WARNED: pc.yellow('!'), FAILED: pc.red('✗') } as const;

process.exitCode = await tellProblems(async () => {
  const cases = loadCases(options.cases);
  const endpoint = new Endpoint(options.endpoint, provinceOf(personOf(cases, 'insured').insuredRegion), tlsOf(options));
  try {
    const results = await runSuite(endpoint, cases, { tell: (result) => process.stdout.write(`${lineOf(result)}\n`) });
    const count = (of: CheckResult['outcome']): number => results.filter(({ outcome }) => outcome === of).length;
    const [passed, warned, failed] = [count('PASSED'), count('WARNED'), count('FAILED')];
    process.stdout.write(`\n通过 passed ${passed}，提示 warned ${warned}，不符 failed ${failed}\n`);
    const report = { endpoint: options.endpoint, passed, warned, failed, results };
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return failed === 0 ? 0 : 1;
  } finally {
    endpoint.close();
  }
});

/** What must be so, and what came; where it isn't so, what was expected. */
function lineOf({ id, zh, en, outcome, expected, came }: CheckResult): string {
  const title = `${MARKS[outcome]} ${pc.bold(id)} ${zh} ${en}`;
  return expected === null ? `${title} → ${came}` : `${title} → 应为 expected ${expected}；实得 came ${pc.red(came)}`;
}

function tlsOf({ ca, cert, key, name }: Options): ClientTls | null {
  if (ca === undefined && cert === undefined && key === undefined) return null;
  if (ca === undefined || cert === undefined || key === undefined)
    throw new Error('--ca、--cert、--key 须同时给出 --ca, --cert and --key belong together');
  return { ca, certificate: cert, key, name };
}
