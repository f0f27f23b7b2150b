import type { benefitV1 } from '@yiditong/contracts';
import { fen, formatYuan } from '@yiditong/money';
import { personOf, type CaseExpectation, type Cases } from './cases.js';
import { inGroup, type Check } from './check.js';
import { isRefused } from './endpoint.js';
import { IDENTITY_COUNT } from './identities.js';
import { describe, expectSame, Mismatch, textOf } from './outcome.js';
import { freshClaim, withInScope } from './wire.js';

const PROBLEMS_SHOWN = 3;
/** What the platform waits. */
const PATIENCE_MS = 5_000;

/** One check for each example of the file. */
export function exampleChecks({ examples }: Cases): Check[] {
  return inGroup(
    'examples',
    examples.map(({ name, note, person, visits }, at) => ({
      id: `examples.${at + 1}`,
      zh: name,
      en: [note, ...visits.map(({ expect }) => figuresExpected(expect))].filter(Boolean).join('; '),
      run: async (desk, cases) => {
        const came: string[] = [];
        for (const { claim, expect } of visits) {
          const { adjudication } = await desk.book(freshClaim(personOf(cases, person), claim));
          came.push(describe(adjudication));
          expectSame(`visit ${came.length}`, figuresExpected(expect), figuresOf(adjudication, expect));
        }
        return came.join('; ');
      },
    })),
  );
}

export const MONOTONE_CHECKS: readonly Check[] = inGroup('monotone', [
  {
    id: 'monotone.bill',
    zh: '范围内费用增加，基金支付和个人负担都不减少',
    en: 'Of a larger bill neither funds nor the person pay less',
    run: async (desk, cases) => {
      const { claim, inScope } = cases.growing;
      const bill = freshClaim(personOf(cases, 'insured'), claim);
      let before: benefitV1.Adjudication | null = null;
      for (const inScopeFen of [...inScope].sort(ascending)) {
        const came = await desk.trial(withInScope({ ...bill, parts: [] }, inScopeFen));
        if (isRefused(came)) throw new Mismatch('an adjudication', came.refused);
        if (before && (came.fundTotalFen < before.fundTotalFen || came.personalFen < before.personalFen))
          throw new Mismatch(`at least ${describe(before)}`, describe(came));
        before = came;
      }
      return `${inScope.length} bills, the last ${before ? describe(before) : ''}`;
    },
  },
]);

/** They speak of the whole run, so they come last. */
export const CLOSING_CHECKS: readonly Check[] = [
  ...inGroup('identities', [
    {
      id: 'identities.every-answer',
      zh: '每个答复的恒等式、分项、年度、说明都自洽',
      en: 'Every answer’s sums, funds, years and explanation hold',
      run: async (desk, cases) => {
        for (const { person, visits } of cases.examples)
          for (const { claim } of visits) await desk.trial(freshClaim(personOf(cases, person), claim));
        if (desk.problems.length === 0) return `${desk.answers} answers, ${IDENTITY_COUNT} identities each`;
        const distinct = [...new Set(desk.problems)];
        throw new Mismatch('identities that hold', distinct.slice(0, PROBLEMS_SHOWN).join('; '));
      },
    },
  ]),
  ...inGroup('deadline', [
    {
      id: 'deadline.within',
      zh: '每次调用在 5 秒内答复（超出只提示）',
      en: 'Every call is answered within five seconds (else a warning)',
      run: async (desk, cases) => {
        await desk.trial(freshClaim(personOf(cases, 'insured'), cases.accumulating));
        const slowest = desk.endpoint.calls.reduce((slow, call) => (call.ms > slow.ms ? call : slow));
        const came = `slowest of ${desk.endpoint.calls.length}: ${slowest.rpc} ${slowest.ms} ms`;
        return slowest.ms > PATIENCE_MS ? { warning: came } : came;
      },
    },
  ]),
];

function figuresExpected({ fund, personal, deductible, funds }: CaseExpectation): string {
  const paid = Object.entries(funds ?? {}).filter(([, amount]) => amount > 0n);
  return figures(fund, personal, deductible, funds && paid);
}

function figuresOf(of: benefitV1.Adjudication, { deductible, funds }: CaseExpectation): string {
  const paid = of.funds
    .filter(({ amountFen }) => amountFen > 0n)
    .map(({ fund, amountFen }) => [fund.replace('FUND_', ''), amountFen] as const);
  return figures(
    of.fundTotalFen,
    of.personalFen,
    deductible === undefined ? undefined : of.deductibleFen,
    funds === undefined ? undefined : paid,
  );
}

/** As people write them, so that a difference can be read. */
function figures(
  fund: bigint,
  personal: bigint,
  deductible: bigint | undefined,
  funds: readonly (readonly [string, bigint])[] | undefined,
): string {
  const yuan = (amount: bigint): string => formatYuan(fen(amount));
  const parts = [`fund ${yuan(fund)} personal ${yuan(personal)}`];
  if (deductible !== undefined) parts.push(`deductible ${yuan(deductible)}`);
  if (funds) parts.push(textOf(Object.fromEntries(funds.map(([name, amount]) => [name, yuan(amount)]))));
  return parts.join(' ');
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}
