import type { benefitV1 } from '@yiditong/contracts';
import { v7 as uuidv7 } from 'uuid';
import { accumulatingClaim, expectShows } from './adjudicate-checks.js';
import type { Cases } from './cases.js';
import { inGroup, type Check } from './check.js';
import type { Desk } from './desk.js';
import { isRefused } from './endpoint.js';
import { answered, expectRefused, expectSame } from './outcome.js';
import { expectState } from './reverse-checks.js';
import { again } from './wire.js';

const AT_ONCE = 10;

/** Of cancellations that are undone themselves, so that their adjudications stand again. */
export const REINSTATE_CHECKS: readonly Check[] = inGroup('reinstate', [
  {
    id: 'reinstate.exact',
    zh: '冲正撤销：原核定恢复，累计与撤销之前相同',
    en: 'A cancellation that is undone leaves all as it was before it: state, answer and totals',
    run: async (desk, cases) => {
      const claim = accumulatingClaim(cases);
      await expectShows(desk, again(claim));
      const { adjudication } = await desk.book(claim);
      const shown = await desk.shownOn(claim);
      const cancellationId = uuidv7();
      answered('Cancel', await desk.cancel(claim, cancellationId));
      const undone = { hadAdjudication: true, laterSettlementIds: [] };
      expectSame('Reverse', undone, await desk.reverseCancellation(claim, cancellationId));
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      expectSame('the adjudication', adjudication, await desk.adjudicate(claim));
      return expectState(desk, claim, 'ADJUDICATED');
    },
  },
  {
    id: 'reinstate.repeated',
    zh: '重复冲正同一撤销，答复相同，只恢复一次',
    en: 'Undone again it answers the same and books once',
    run: async (desk, cases) => {
      const { claim, shown, cancellationId } = await cancelled(desk, cases);
      const first = answered('Reverse', await desk.reverseCancellation(claim, cancellationId));
      expectSame('the repeated answer', first, await desk.reverseCancellation(claim, cancellationId));
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return 'the same';
    },
  },
  {
    id: 'reinstate.at-once',
    zh: '同一撤销同时冲正 10 次，只恢复一次',
    en: 'Undone ten times at once it books once',
    run: async (desk, cases) => {
      const { claim, shown, cancellationId } = await cancelled(desk, cases);
      await Promise.all(Array.from({ length: AT_ONCE }, () => desk.reverseCancellation(claim, cancellationId)));
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return `${AT_ONCE} × had_adjudication`;
    },
  },
  {
    id: 'reinstate.bars',
    zh: '先到的冲正永久拦住该撤销：CANCELLATION_REVERSED，原核定不变',
    en: 'A reversal that comes first bars the cancellation for ever, and the adjudication stands',
    run: async (desk, cases) => {
      const { claim } = await desk.book(accumulatingClaim(cases));
      const shown = await desk.shownOn(claim);
      const cancellationId = uuidv7();
      const barred = { hadAdjudication: false, laterSettlementIds: [] };
      for (let time = 0; time < 2; time += 1) {
        expectSame('Reverse', barred, await desk.reverseCancellation(claim, cancellationId));
        expectRefused('the late cancellation', ['CANCELLATION_REVERSED'], await desk.cancel(claim, cancellationId));
      }
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return expectState(desk, claim, 'ADJUDICATED');
    },
  },
  {
    id: 'reinstate.late-duplicate',
    zh: '撤销被冲正后原撤销再到，不再退回，核定仍有效',
    en: 'The cancellation that comes again after it was undone takes nothing back',
    run: async (desk, cases) => {
      const { claim, shown, cancellationId, answer } = await cancelled(desk, cases);
      answered('Reverse', await desk.reverseCancellation(claim, cancellationId));
      const came = await desk.cancel(claim, cancellationId);
      if (isRefused(came)) expectRefused('the duplicate', ['CANCELLATION_REVERSED'], came);
      else expectSame('the duplicate', answer, came);
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return expectState(desk, claim, 'ADJUDICATED');
    },
  },
  {
    id: 'reinstate.cancel-again',
    zh: '恢复后可用新编号再次撤销，原额退回',
    en: 'Under a new id it can be cancelled again, which takes the same back',
    run: async (desk, cases) => {
      const before = await desk.shownOn(accumulatingClaim(cases));
      const { claim } = await desk.book(accumulatingClaim(cases));
      const [first, second] = [uuidv7(), uuidv7()];
      answered('Cancel', await desk.cancel(claim, first));
      answered('Reverse', await desk.reverseCancellation(claim, first));
      answered('Cancel again', await desk.cancel(claim, second));
      expectSame('a trial after it', before, await desk.shownOn(claim));
      answered('Reverse of the first', await desk.reverseCancellation(claim, first));
      expectSame('a trial after the first was undone again', before, await desk.shownOn(claim));
      return expectState(desk, claim, 'CANCELLED');
    },
  },
  {
    id: 'reinstate.other-settlement',
    zh: '撤销编号属于另一笔结算：IDEMPOTENCY_KEY_REUSED，两笔不变',
    en: 'A cancellation id of another settlement is refused, and both are as they were',
    run: async (desk, cases) => {
      const { claim, cancellationId } = await cancelled(desk, cases);
      const { claim: other } = await desk.book(accumulatingClaim(cases));
      const came = await desk.reverseCancellation(other, cancellationId);
      expectRefused('Reverse', ['IDEMPOTENCY_KEY_REUSED'], came);
      await expectState(desk, claim, 'CANCELLED');
      return expectState(desk, other, 'ADJUDICATED');
    },
  },
  {
    id: 'reinstate.reversed',
    zh: '撤销与原结算均已冲正：不再恢复',
    en: 'Of one that was reversed as well, undoing the cancellation books nothing',
    run: async (desk, cases) => {
      const before = await desk.shownOn(accumulatingClaim(cases));
      const { claim } = await desk.book(accumulatingClaim(cases));
      const cancellationId = uuidv7();
      answered('Cancel', await desk.cancel(claim, cancellationId));
      // A province may refuse to reverse what is cancelled; then it stands again.
      if (isRefused(await desk.reverse(claim))) return 'ADJUDICATION_CANCELLED';
      await desk.reverseCancellation(claim, cancellationId);
      expectSame('a trial after it', before, await desk.shownOn(claim));
      return expectState(desk, claim, 'REVERSED');
    },
  },
  {
    id: 'reinstate.remainder',
    zh: '部分退费被冲正：余额结算一并冲正，原核定恢复',
    en: 'With the cancellation what a refund settled anew is undone',
    run: async (desk, cases) => {
      const { claim, shown, cancellationId } = await cancelled(desk, cases);
      const { claim: rest } = await desk.book(accumulatingClaim(cases));
      answered('Reverse', await desk.reverseCancellation(claim, cancellationId, rest));
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      await expectState(desk, rest, 'REVERSED');
      return expectState(desk, claim, 'ADJUDICATED');
    },
  },
  {
    id: 'reinstate.names-meanwhile',
    zh: '列出撤销期间核定的其他结算，它们保持原样',
    en: 'Those that were decided while it was cancelled are named, and stand as they are',
    run: async (desk, cases) => {
      const { claim, cancellationId } = await cancelled(desk, cases);
      const meanwhile = await desk.book(accumulatingClaim(cases));
      const { laterSettlementIds } = answered('Reverse', await desk.reverseCancellation(claim, cancellationId));
      expectSame('later_settlement_ids', [meanwhile.claim.settlementId], laterSettlementIds);
      expectSame('the other', meanwhile.adjudication, await desk.adjudicate(meanwhile.claim));
      return '1 named';
    },
  },
]);

/** A second bill on which totals show, booked and cancelled; what a trial showed while it stood. */
async function cancelled(
  desk: Desk,
  cases: Cases,
): Promise<{
  readonly claim: benefitV1.Claim;
  readonly shown: string;
  readonly cancellationId: string;
  readonly answer: benefitV1.CancelResponse;
}> {
  await desk.book(accumulatingClaim(cases));
  const { claim } = await desk.book(accumulatingClaim(cases));
  const shown = await desk.shownOn(claim);
  const cancellationId = uuidv7();
  return { claim, shown, cancellationId, answer: answered('Cancel', await desk.cancel(claim, cancellationId)) };
}
