import { v7 as uuidv7 } from 'uuid';
import { accumulatingClaim, expectShows } from './adjudicate-checks.js';
import { personOf } from './cases.js';
import { inGroup, type Check } from './check.js';
import { isRefused } from './endpoint.js';
import { answered, describe, expectRefused, expectSame, Mismatch } from './outcome.js';
import { expectState } from './reverse-checks.js';
import { freshClaim } from './wire.js';

export const CANCEL_CHECKS: readonly Check[] = inGroup('cancel', [
  {
    id: 'cancel.exact',
    zh: '撤销答复原核定的金额，原额退回',
    en: 'A cancellation answers what was adjudicated and takes exactly that back',
    run: async (desk, cases) => {
      const claim = accumulatingClaim(cases);
      const before = await expectShows(desk, claim);
      const booked = await desk.adjudicate(claim);
      const { adjudication, cancelledAt, laterSettlementIds } = answered('Cancel', await desk.cancel(claim));
      expectSame('what was taken back', booked, adjudication);
      expectSame('later_settlement_ids', [], laterSettlementIds);
      if (!cancelledAt || cancelledAt.seconds <= 0n) throw new Mismatch('cancelled_at', 'none');
      expectSame('a trial after it', before, await desk.shownOn(claim));
      return describe(booked);
    },
  },
  {
    id: 'cancel.repeated',
    zh: '同一撤销编号重发，答复相同，只退回一次',
    en: 'A cancellation repeated answers the same and takes back once',
    run: async (desk, cases) => {
      await desk.book(accumulatingClaim(cases));
      const shown = await desk.shownOn(accumulatingClaim(cases));
      const { claim } = await desk.book(accumulatingClaim(cases));
      const cancellationId = uuidv7();
      const first = await desk.cancel(claim, cancellationId);
      answered('Cancel', first);
      expectSame('the repeated answer', first, await desk.cancel(claim, cancellationId));
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return 'the same';
    },
  },
  {
    id: 'cancel.other-id',
    zh: '另一撤销编号：ADJUDICATION_CANCELLED',
    en: 'Under another cancellation id it is refused',
    run: async (desk, cases) => {
      const { claim } = await desk.book(accumulatingClaim(cases));
      answered('Cancel', await desk.cancel(claim));
      expectRefused('another cancellation', ['ADJUDICATION_CANCELLED'], await desk.cancel(claim));
      return 'ADJUDICATION_CANCELLED';
    },
  },
  {
    id: 'cancel.id-reused',
    zh: '撤销编号用于另一笔结算：IDEMPOTENCY_KEY_REUSED，该笔不变',
    en: 'A cancellation id for another settlement is refused, which stands',
    run: async (desk, cases) => {
      const { claim } = await desk.book(accumulatingClaim(cases));
      const { claim: other } = await desk.book(accumulatingClaim(cases));
      const cancellationId = uuidv7();
      answered('Cancel', await desk.cancel(claim, cancellationId));
      expectRefused('the other', ['IDEMPOTENCY_KEY_REUSED'], await desk.cancel(other, cancellationId));
      return expectState(desk, other, 'ADJUDICATED');
    },
  },
  {
    id: 'cancel.unknown',
    zh: '没有核定过的编号（含被拒绝的）：ADJUDICATION_NOT_FOUND',
    en: 'What was never adjudicated, or refused, can’t be cancelled',
    run: async (desk, cases) => {
      const never = accumulatingClaim(cases);
      expectRefused('an id that never came', ['ADJUDICATION_NOT_FOUND'], await desk.cancel(never));
      const refused = freshClaim(personOf(cases, 'inactive'), cases.accumulating);
      await desk.adjudicate(refused);
      expectRefused('a refused claim', ['ADJUDICATION_NOT_FOUND'], await desk.cancel(refused));
      return 'ADJUDICATION_NOT_FOUND';
    },
  },
  {
    id: 'cancel.reversed',
    zh: '已冲正的编号：SETTLEMENT_REVERSED',
    en: 'What was reversed can’t be cancelled',
    run: async (desk, cases) => {
      const { claim } = await desk.book(accumulatingClaim(cases));
      await desk.reverse(claim);
      expectRefused('Cancel', ['SETTLEMENT_REVERSED'], await desk.cancel(claim));
      return 'SETTLEMENT_REVERSED';
    },
  },
  {
    id: 'cancel.then-reverse',
    zh: '撤销之后再冲正，不再退回第二次，仍为已撤销',
    en: 'A reversal after the cancellation takes nothing back a second time',
    run: async (desk, cases) => {
      await desk.book(accumulatingClaim(cases));
      const { claim } = await desk.book(accumulatingClaim(cases));
      answered('Cancel', await desk.cancel(claim));
      const shown = await desk.shownOn(claim);
      const came = await desk.reverse(claim);
      if (isRefused(came)) expectRefused('Reverse', ['ADJUDICATION_CANCELLED'], came);
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return expectState(desk, claim, 'CANCELLED');
    },
  },
  {
    id: 'cancel.not-the-latest',
    zh: '撤销非最后一笔：列出后面的，后面的保持原样',
    en: 'Cancelling one that isn’t the latest names the later one, which stands',
    run: async (desk, cases) => {
      const { claim } = await desk.book(accumulatingClaim(cases));
      const later = await desk.book(accumulatingClaim(cases));
      const { laterSettlementIds } = answered('Cancel', await desk.cancel(claim));
      expectSame('later_settlement_ids', [later.claim.settlementId], laterSettlementIds);
      expectSame('the later one', later.adjudication, await desk.adjudicate(later.claim));
      return '1 named';
    },
  },
]);
