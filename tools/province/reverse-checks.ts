import type { benefitV1 } from '@yiditong/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { Cases } from './cases.js';
import { accumulatingClaim, expectShows } from './adjudicate-checks.js';
import { inGroup, type Check } from './check.js';
import type { Desk } from './desk.js';
import { answered, expectRefused, expectSame, Mismatch } from './outcome.js';
import { again } from './wire.js';

export const QUERY_CHECKS: readonly Check[] = inGroup('query', [
  {
    id: 'query.never',
    zh: '从未出现的编号：无，不带结果',
    en: 'Of an id that never came nothing is known',
    run: async (desk, cases) => expectState(desk, accumulatingClaim(cases), 'NONE'),
  },
  {
    id: 'query.adjudicated',
    zh: '已核定的编号：已核定，结果与答复相同',
    en: 'An adjudicated id is known with its answer',
    run: async (desk, cases) => {
      const { claim, adjudication } = await desk.book(accumulatingClaim(cases));
      const { state, adjudication: known } = answered('Query', await desk.query(claim));
      expectSame('Query', { state: 'ADJUDICATION_STATE_ADJUDICATED', known: adjudication }, { state, known });
      return state;
    },
  },
  {
    id: 'query.reversed',
    zh: '已冲正的、先冲正后未到的编号：已冲正',
    en: 'A reversed id and a barred one are reversed',
    run: async (desk, cases) => {
      const { claim } = await desk.book(accumulatingClaim(cases));
      await desk.reverse(claim);
      const barred = accumulatingClaim(cases);
      await desk.reverse(barred);
      await expectState(desk, barred, 'REVERSED');
      return expectState(desk, claim, 'REVERSED');
    },
  },
  {
    id: 'query.cancelled',
    zh: '已撤销的编号：已撤销，带撤销编号',
    en: 'A cancelled id is cancelled, and by which cancellation is known',
    run: async (desk, cases) => {
      const { claim } = await desk.book(accumulatingClaim(cases));
      const cancellationId = uuidv7();
      await desk.cancel(claim, cancellationId);
      const { cancellationId: known } = answered('Query', await desk.query(claim));
      expectSame('cancellation_id', cancellationId, known);
      return expectState(desk, claim, 'CANCELLED');
    },
  },
]);

export const REVERSE_CHECKS: readonly Check[] = inGroup('reverse', [
  {
    id: 'reverse.exact',
    zh: '冲正原额退回：此后的试算与核定之前相同',
    en: 'A reversal is exact: a trial after it is the one before the adjudication',
    run: async (desk, cases) => {
      const claim = accumulatingClaim(cases);
      const before = await expectShows(desk, claim);
      expectSame('Reverse', { hadAdjudication: true, laterSettlementIds: [] }, await desk.reverse(claim));
      expectSame('a trial after it', before, await desk.shownOn(claim));
      return 'as before';
    },
  },
  {
    id: 'reverse.repeated',
    zh: '重复冲正答复相同，只退回一次',
    en: 'A reversal repeated answers the same and takes back once',
    run: async (desk, cases) => {
      const claim = accumulatingClaim(cases);
      await expectShows(desk, again(claim));
      const shown = await desk.shownOn(claim);
      await desk.book(claim);
      const first = await desk.reverse(claim);
      expectSame('the repeated answer', first, await desk.reverse(claim));
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return 'had_adjudication';
    },
  },
  {
    id: 'reverse.before-original',
    zh: '先到的冲正永久拦住原结算：SETTLEMENT_REVERSED，不入账',
    en: 'A reversal that comes first bars the original for ever',
    run: async (desk, cases) => {
      const claim = accumulatingClaim(cases);
      const shown = await desk.shownOn(claim);
      const barred = { hadAdjudication: false, laterSettlementIds: [] };
      expectSame('Reverse', barred, await desk.reverse(claim));
      expectRefused('the late original', ['SETTLEMENT_REVERSED'], await desk.adjudicate(claim));
      expectRefused('the late original again', ['SETTLEMENT_REVERSED'], await desk.adjudicate(claim));
      expectSame('Reverse again', barred, await desk.reverse(claim));
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return 'SETTLEMENT_REVERSED';
    },
  },
  {
    id: 'reverse.late-duplicate',
    zh: '冲正后原报文再到，不再入账，仍为已冲正',
    en: 'The original that comes again after its reversal books nothing',
    run: async (desk, cases) => {
      const { claim, adjudication } = await desk.book(accumulatingClaim(cases));
      await desk.reverse(claim);
      const shown = await desk.shownOn(claim);
      const came = await desk.adjudicate(claim);
      if ('refused' in came) expectRefused('the duplicate', ['SETTLEMENT_REVERSED'], came);
      else expectSame('the duplicate', adjudication, came);
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return expectState(desk, claim, 'REVERSED');
    },
  },
  {
    id: 'reverse.not-the-latest',
    zh: '冲正非最后一笔：后面的保持原样并逐一列出',
    en: 'Reversing one that isn’t the latest names the later ones, which stand as they are',
    run: async (desk, cases) => {
      const [first, second, third] = await bookThree(desk, cases);
      const later = [second.claim.settlementId, third.claim.settlementId].sort();
      const ofFirst = answered('Reverse', await desk.reverse(first.claim));
      expectSame('those later than the first', later, [...ofFirst.laterSettlementIds].sort());
      expectSame('the second', second.adjudication, await desk.adjudicate(second.claim));
      await expectState(desk, second.claim, 'ADJUDICATED');
      const ofSecond = answered('Reverse', await desk.reverse(second.claim));
      expectSame('those later than the second', [third.claim.settlementId], ofSecond.laterSettlementIds);
      return `${later.length} named`;
    },
  },
  {
    id: 'reverse.in-any-order',
    zh: '三笔全部冲正，无论先后，恢复到最初',
    en: 'When all are undone, in whatever order, all is as at first',
    run: async (desk, cases) => {
      const before = await desk.shownOn(accumulatingClaim(cases));
      const [first, second, third] = await bookThree(desk, cases);
      if ((await desk.shownOn(first.claim)) === before) throw new Mismatch('totals that show', 'the same');
      for (const { claim } of [second, first, third]) await desk.reverse(claim);
      expectSame('a trial after it', before, await desk.shownOn(accumulatingClaim(cases)));
      return 'as before';
    },
  },
]);

export async function expectState(desk: Desk, claim: benefitV1.Claim, state: string): Promise<string> {
  expectSame('Query', state, await desk.stateOf(claim));
  return state;
}

async function bookThree(desk: Desk, cases: Cases) {
  const first = await desk.book(accumulatingClaim(cases));
  const second = await desk.book(accumulatingClaim(cases));
  return [first, second, await desk.book(accumulatingClaim(cases))] as const;
}
