import { readFileSync } from 'node:fs';
import {
  adjudicateStay,
  benefitYearsOf,
  explain as explained,
  problemOf,
  readClaim,
  readPolicy,
  strangeness,
  type Policy,
  type StayAdjudication,
} from '@yiditong/adjudication';
import { sentence } from '@yiditong/codes';
import { formatYuan } from '@yiditong/money';
import { Command } from 'commander';
import { tellProblems } from '../stack/command-line.js';

const FIELDS: readonly string[] = ['policy', 'claim', 'accumulators', 'accumulatorsOfEarlierYear', 'note', '$schema'];
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
  const adjudication = adjudicateFile(documentIn(file));
  process.stdout.write(`${explain ? printed(adjudication) : JSON.stringify(answerOf(adjudication), fenAsText, 2)}\n`);
  return Promise.resolve(0);
});

/** Throws in both languages what keeps the file from being read as an object with what is asked for, and nothing else. */
function documentIn(path: string): AdjudicationFile {
  const document = parsed(textOf(path));
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw problem(
      '文件应为一个 JSON 对象：{ "policy": …, "claim": …, "accumulators": … }。',
      'The file must be one JSON object of these.',
    );
  const unknown = Object.keys(document).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined)
    throw problem(
      `不认识的字段“${unknown}”，应为 ${FIELDS.join('、')} 之一。`,
      `Unknown field "${unknown}": it is one of ${FIELDS.join(', ')}.`,
    );
  return document;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw problem(
      `读不了文件 ${path}（${code}）。请核对路径。`,
      `${path} can’t be read (${code}). Check the path.`,
      error,
    );
  }
}

/** Editors on Windows begin a file with a byte order mark, which is none of it. */
function parsed(text: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(json);
  } catch (error) {
    const { line, column } = placeOf(error, json);
    throw problem(
      `文件第 ${line} 行第 ${column} 列起不是 JSON。请检查那里和之前的逗号、引号和括号。`,
      `From line ${line}, column ${column} on the file is no JSON. Check commas, quotes and brackets there and before.`,
      error,
    );
  }
}

/** The engine names the position, but not where the text just ends. */
function placeOf(error: unknown, text: string): { line: number; column: number } {
  const [, position] = /at position (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
  const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function problem(zh: string, en: string, cause?: unknown): Error {
  return new Error(`${zh}\n${en}`, { cause });
}

/** The reader's own sentence names the place, and says in English what should be there. */
function wrongPlace(said: string): Error {
  const place = said.slice(0, said.indexOf(':'));
  return problem(`文件中 ${place} 有误，请对照 docs/policy-format.md 改正。`, said);
}

type AdjudicationFile = {
  readonly policy?: unknown;
  readonly claim?: unknown;
  readonly accumulators?: unknown;
  readonly accumulatorsOfEarlierYear?: unknown;
};

/** Throws what is wrong with the file, by its place. */
function adjudicateFile(document: AdjudicationFile): StayAdjudication {
  const reading = readPolicy(document.policy);
  if ('problem' in reading) throw wrongPlace(`policy.${reading.problem}`.replace('policy.document:', 'policy:'));
  const wrong = problemOf(reading.policy);
  if (wrong !== null) throw wrongPlace(`policy.${wrong}`);
  const presented = readClaim(document.claim, document.accumulators);
  if ('problem' in presented) throw wrongPlace(presented.problem);
  const earlier = readClaim(document.claim, document.accumulatorsOfEarlierYear);
  if ('problem' in earlier) throw wrongPlace(`${earlier.problem} (accumulatorsOfEarlierYear)`);
  const strange = strangeness(presented.claim, reading.policy);
  if (strange !== null) throw wrongPlace(`claim: ${strange}`);
  const policy: Policy = { policyId: '', ...reading.policy };
  const { claim, accumulators } = presented;
  const lastYear = benefitYearsOf(claim, policy.benefitYear).at(-1);
  const result = adjudicateStay(claim, policy, (year) => (year === lastYear ? accumulators : earlier.accumulators));
  if (!result.ok) throw problem(`${result.reason}: ${sentence(result.reason, 'zh')}`, sentence(result.reason, 'en'));
  return result.adjudication;
}

function answerOf({ fundTotalFen, steps, ...rest }: StayAdjudication): object {
  return { fundFen: fundTotalFen, ...rest, explanation: explained(steps) };
}

/** Amounts are whole fen, as texts, which keep every digit. */
function fenAsText(_: string, value: unknown): unknown {
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
