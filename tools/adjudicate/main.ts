import { readFileSync } from 'node:fs';
import { adjudicate, problemOf, readClaim, readPolicy, type Adjudication, type Policy } from '@yiditong/adjudication';
import { sentence } from '@yiditong/codes';
import { formatYuan } from '@yiditong/money';
import { Command } from 'commander';
import { tellProblems } from '../stack/command-line.js';

const command = new Command()
  .name('npm run adjudicate --')
  .description(
    '按一份待遇政策计算一张费用单，说明每一步 Applies a policy to a claim and explains each step. docs/policy-format.md teaches the file.',
  )
  .argument('<file>', '{ policy, claim, accumulators } 的 JSON 文件 as JSON')
  .option('--explain', '打印给人看 print it for people')
  .parse();
const [file = ''] = command.args;
const { explain = false } = command.opts<{ explain?: boolean }>();

process.exitCode = await tellProblems(() => {
  const adjudication = adjudicateFile(JSON.parse(readFileSync(file, 'utf8')));
  process.stdout.write(`${explain ? explained(adjudication) : JSON.stringify(answerOf(adjudication), textOf, 2)}\n`);
  return Promise.resolve(0);
});

/** Throws what is wrong with the file, by its place. */
function adjudicateFile(document: { policy?: unknown; claim?: unknown; accumulators?: unknown }): Adjudication {
  const reading = readPolicy(document.policy);
  if ('problem' in reading) throw new Error(`policy.${reading.problem}`);
  const problem = problemOf(reading.policy);
  if (problem !== null) throw new Error(`policy.${problem}`);
  const presented = readClaim(document.claim, document.accumulators);
  if ('problem' in presented) throw new Error(presented.problem);
  const policy: Policy = { policyId: '', ...reading.policy };
  const result = adjudicate(presented.claim, policy, presented.accumulators);
  if (!result.ok)
    throw new Error(`${result.reason}: ${sentence(result.reason, 'zh')} ${sentence(result.reason, 'en')}`);
  return result.adjudication;
}

function answerOf({ fundTotalFen, ...rest }: Adjudication): object {
  return { fundFen: fundTotalFen, ...rest };
}

/** Amounts are whole fen, as texts, which keep every digit. */
function textOf(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function explained({
  totalFen,
  fundTotalFen,
  personalFen,
  accountFen,
  mutualAidFen,
  cashFen,
  explanation,
}: Adjudication): string {
  const lines = explanation.map(
    ({ textZh, baseFen, rate, resultFen, source }, index) =>
      `${index + 1}. ${textZh}\n   ${formatYuan(baseFen)} 元${rate ? ` × ${rate}` : ''} → ${formatYuan(resultFen)} 元    依据：${source}`,
  );
  const totals = `费用总额 ${formatYuan(totalFen)} 元 = 基金 ${formatYuan(fundTotalFen)} + 个人 ${formatYuan(personalFen)}`;
  const personal = `个人 = 账户 ${formatYuan(accountFen)} + 共济 ${formatYuan(mutualAidFen)} + 现金 ${formatYuan(cashFen)}`;
  return [...lines, '', totals, personal].join('\n');
}
