import type { benefitV1 } from '@yiditong/contracts';
import { accumulatingClaim, expectShows } from './adjudicate-checks.js';
import { inGroup, type Check } from './check.js';
import type { Outcome } from './desk.js';
import { isRefused } from './endpoint.js';
import { describe, expectSame, Mismatch, textOf } from './outcome.js';

/** One meeting may go well by chance. */
const ROUNDS = 5;
const AT_ONCE = 10;

export const CONCURRENT_CHECKS: readonly Check[] = inGroup('concurrent', [
  {
    id: 'concurrent.two-claims',
    zh: '同一人两笔同时核定，合计与先后核定相同（起付线只计一次）',
    en: 'Two claims of a person at once sum to what they sum to one after the other',
    run: async (desk, cases) => {
      const singly = [await desk.book(accumulatingClaim(cases)), await desk.book(accumulatingClaim(cases))];
      const expected = sumsOf(singly.map(({ adjudication }) => adjudication));
      await desk.clearUp();
      for (let round = 0; round < ROUNDS; round += 1) {
        const claims = [accumulatingClaim(cases), accumulatingClaim(cases)];
        const came = await Promise.all(claims.map((claim) => desk.adjudicate(claim)));
        expectSame(`round ${round + 1}`, expected, sumsOf(came));
        await desk.clearUp();
      }
      return expected;
    },
  },
  {
    id: 'concurrent.same-id',
    zh: '同一编号同时到达 10 次，答复相同，只入账一次',
    en: 'The same claim ten times at once is booked once, and answered alike',
    run: async (desk, cases) => {
      const claim = accumulatingClaim(cases);
      const before = await desk.shownOn(claim);
      const came = await Promise.all(Array.from({ length: AT_ONCE }, () => desk.adjudicate(claim)));
      const [first] = came;
      for (const answer of came) expectSame('each answer', first, answer);
      await desk.reverse(claim);
      expectSame('a trial after one reversal', before, await desk.shownOn(claim));
      return `${AT_ONCE} × ${describe(first ?? { refused: 'none' })}`;
    },
  },
  {
    id: 'concurrent.reversals',
    zh: '同一笔同时冲正 10 次，只退回一次',
    en: 'One claim reversed ten times at once is taken back once',
    run: async (desk, cases) => {
      await expectShows(desk, accumulatingClaim(cases));
      const shown = await desk.shownOn(accumulatingClaim(cases));
      const { claim } = await desk.book(accumulatingClaim(cases));
      const came = await Promise.all(Array.from({ length: AT_ONCE }, () => desk.reverse(claim)));
      const distinct = new Set(came.map((answer) => textOf(answer)));
      if (distinct.size !== 1) throw new Mismatch('the same answer to all', [...distinct].join(' / '));
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return `${AT_ONCE} × had_adjudication`;
    },
  },
]);

/** What was paid in all, in whatever order it was. */
function sumsOf(outcomes: readonly Outcome[]): string {
  const all = outcomes.map((outcome) => {
    if (isRefused(outcome)) throw new Mismatch('an adjudication', outcome.refused);
    return outcome;
  });
  const sum = (of: (one: benefitV1.Adjudication) => bigint): bigint => all.reduce((total, one) => total + of(one), 0n);
  const [fundTotalFen, personalFen, deductibleFen] = [
    sum((one) => one.fundTotalFen),
    sum((one) => one.personalFen),
    sum((one) => one.deductibleFen),
  ];
  return describe({ fundTotalFen, personalFen, deductibleFen } as benefitV1.Adjudication);
}
