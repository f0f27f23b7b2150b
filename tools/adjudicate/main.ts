import { readFileSync } from 'node:fs';
import {
  adjudicateStay,
  benefitYearsOf,
  explain as explained,
  problemOf,
  readClaim,
  readPolicy,
  type Policy,
  type StayAdjudication,
} from '@yiditong/adjudication';
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
  process.stdout.write(`${explain ? printed(adjudication) : JSON.stringify(answerOf(adjudication), textOf, 2)}\n`);
  return Promise.resolve(0);
});

type AdjudicationFile = {
  readonly policy?: unknown;
  readonly claim?: unknown;
  readonly accumulators?: unknown;
  readonly accumulatorsOfEarlierYear?: unknown;
};

/** Throws what is wrong with the file, by its place. */
function adjudicateFile(document: AdjudicationFile): StayAdjudication {
  const reading = readPolicy(document.policy);
  if ('problem' in reading) throw new Error(`policy.${reading.problem}`);
  const problem = problemOf(reading.policy);
  if (problem !== null) throw new Error(`policy.${problem}`);
  const presented = readClaim(document.claim, document.accumulators);
  if ('problem' in presented) throw new Error(presented.problem);
  const earlier = readClaim(document.claim, document.accumulatorsOfEarlierYear);
  if ('problem' in earlier) throw new Error(`${earlier.problem} (accumulatorsOfEarlierYear)`);
  const policy: Policy = { policyId: '', ...reading.policy };
  const { claim, accumulators } = presented;
  const lastYear = benefitYearsOf(claim, policy.benefitYear).at(-1);
  const result = adjudicateStay(claim, policy, (year) => (year === lastYear ? accumulators : earlier.accumulators));
  if (!result.ok)
    throw new Error(`${result.reason}: ${sentence(result.reason, 'zh')} ${sentence(result.reason, 'en')}`);
  return result.adjudication;
}

function answerOf({ fundTotalFen, steps, ...rest }: StayAdjudication): object {
  return { fundFen: fundTotalFen, ...rest, explanation: explained(steps) };
}

/** Amounts are whole fen, as texts, which keep every digit. */
function textOf(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function printed(adjudication: StayAdjudication): string {
  const { totalFen, fundTotalFen, personalFen, hospitalPartFen, accountFen, mutualAidFen, cashFen, steps } =
    adjudication;
  const lines = explained(steps).map(
    ({ textZh, textEn, baseFen, rate, resultFen, source }, index) =>
      `${index + 1}. ${textZh}\n   ${textEn}\n   ${formatYuan(baseFen)} 元${rate ? ` × ${rate}` : ''} → ${formatYuan(resultFen)} 元    依据：${source}`,
  );
  const hospital = hospitalPartFen > 0n ? ` + 医院 ${formatYuan(hospitalPartFen)}` : '';
  const totals = `费用总额 ${formatYuan(totalFen)} 元 = 基金 ${formatYuan(fundTotalFen)} + 个人 ${formatYuan(personalFen)}${hospital}`;
  const personal = `个人 = 账户 ${formatYuan(accountFen)} + 共济 ${formatYuan(mutualAidFen)} + 现金 ${formatYuan(cashFen)}`;
  return [...lines, '', totals, personal].join('\n');
}
