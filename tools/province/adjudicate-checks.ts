import type { benefitV1 } from '@yiditong/contracts';
import { personOf, type Cases } from './cases.js';
import { inGroup, type Check } from './check.js';
import type { Desk } from './desk.js';
import { isRefused } from './endpoint.js';
import { answered, describe, expectRefused, expectSame, Mismatch } from './outcome.js';
import { again, freshClaim, withInScope } from './wire.js';

const BATCH = 100;
const BAD_AT = 40;
const STRANGER_AT = 70;

/** The bill on which the person's totals show. */
export function accumulatingClaim(cases: Cases): benefitV1.Claim {
  return freshClaim(personOf(cases, 'insured'), cases.accumulating);
}

/** A second bill must differ from the first, or no check could see what is booked. */
export async function expectShows(desk: Desk, claim: benefitV1.Claim): Promise<string> {
  const before = await desk.shownOn(claim);
  await desk.book(claim);
  if ((await desk.shownOn(claim)) === before)
    throw new Mismatch('“accumulating” of the cases: a second bill decided otherwise than the first', 'the same');
  return before;
}

export const TRIAL_CHECKS: readonly Check[] = inGroup('trial', [
  {
    id: 'trial.no-trace',
    zh: '试算不留痕迹：查询为无，再试算结果相同',
    en: 'A trial leaves no trace: the id is unknown and a second trial the same',
    run: async (desk, cases) => {
      const claim = accumulatingClaim(cases);
      const first = await desk.trial(claim);
      expectSame('Query', 'NONE', await desk.stateOf(claim));
      expectSame('the second trial', first, await desk.trial(claim));
      return describe(first);
    },
  },
  {
    id: 'trial.as-adjudicated',
    zh: '试算与随后的正式核定结果相同',
    en: 'What a trial answers is what is adjudicated next',
    run: async (desk, cases) => {
      const claim = accumulatingClaim(cases);
      const trial = await desk.trial(claim);
      expectSame('Adjudicate', trial, await desk.adjudicate(claim));
      return describe(trial);
    },
  },
]);

export const ONCE_CHECKS: readonly Check[] = inGroup('once', [
  {
    id: 'once.repeat',
    zh: '同一结算编号重发，得到同一答复且只入账一次',
    en: 'A claim sent again gets the first answer and is booked once',
    run: async (desk, cases) => {
      const claim = accumulatingClaim(cases);
      await expectShows(desk, again(claim));
      const { adjudication } = await desk.book(claim);
      const shown = await desk.shownOn(claim);
      expectSame('the repeated answer', adjudication, await desk.adjudicate(claim));
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return describe(adjudication);
    },
  },
  {
    id: 'once.other-claim',
    zh: '同一结算编号换了内容，拒绝为 IDEMPOTENCY_KEY_REUSED，原结果不变',
    en: 'Another claim under the id is refused, and the first stands',
    run: async (desk, cases) => {
      const { claim, adjudication } = await desk.book(accumulatingClaim(cases));
      const shown = await desk.shownOn(claim);
      const other = withInScope(claim, (claim.split?.inScopeFen ?? 0n) + 100n);
      expectRefused('another claim', ['IDEMPOTENCY_KEY_REUSED'], await desk.adjudicate({ ...other, parts: [] }));
      expectSame('the first answer', adjudication, await desk.adjudicate(claim));
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return 'IDEMPOTENCY_KEY_REUSED';
    },
  },
  {
    id: 'once.refusal',
    zh: '拒绝也是答复：重发仍是同一拒绝，查询为无',
    en: 'A refusal is repeated too, and nothing is known of the id',
    run: async (desk, cases) => {
      const claim = freshClaim(personOf(cases, 'inactive'), cases.accumulating);
      const first = await desk.adjudicate(claim);
      expectRefused('the first answer', ['INSURANCE_INACTIVE'], first);
      expectSame('the repeated answer', first, await desk.adjudicate(claim));
      expectSame('Query', 'NONE', await desk.stateOf(claim));
      return describe(first);
    },
  },
]);

export const BATCH_CHECKS: readonly Check[] = inGroup('batch', [
  {
    id: 'batch.in-order',
    zh: '一批 100 笔按序答复，两笔有误的单独拒绝，重发答复相同',
    en: 'Of a hundred claims two bad ones are refused alone, in order, and the batch repeats',
    run: async (desk, cases) => {
      const claims = Array.from({ length: BATCH }, (_, at) => batchClaim(cases, at));
      const answers = answered('Adjudicate', await desk.batch(claims));
      const wrong = answers.findIndex((answer, at) => isRefused(answer) !== (at === BAD_AT || at === STRANGER_AT));
      if (wrong !== -1)
        throw new Mismatch('two refusals', `claim ${wrong + 1}: ${describe(answers[wrong] ?? { refused: 'none' })}`);
      expectSame('the bad claim', { refused: 'REGION_UNKNOWN' }, answers[BAD_AT]);
      expectSame('the stranger’s', { refused: 'PERSON_UNKNOWN' }, answers[STRANGER_AT]);
      const ids = answers.map((answer) => (isRefused(answer) ? '' : answer.settlementId));
      const asked = claims.map(({ settlementId }, at) => (isRefused(answers[at] ?? {}) ? '' : settlementId));
      expectSame('the order', asked, ids);
      expectSame('the batch again', answers, await desk.batch(claims));
      return `${BATCH - 2} adjudicated, 2 refused`;
    },
  },
  {
    id: 'batch.one-after-another',
    zh: '一批中同一人的后一笔以前一笔为基础',
    en: 'In a batch a person’s second claim counts on the first',
    run: async (desk, cases) => {
      const [first, second] = [accumulatingClaim(cases), accumulatingClaim(cases)];
      const singly = [(await desk.book(first)).adjudication, (await desk.book(second)).adjudication].map(describe);
      await desk.clearUp();
      const answers = answered('Adjudicate', await desk.batch([again(first), again(second)]));
      expectSame('the batch', singly, answers.map(describe));
      return singly.join('; ');
    },
  },
  {
    id: 'batch.too-many',
    zh: '超过 100 笔整批拒绝为 REQUEST_MALFORMED，均不入账',
    en: 'More than a hundred claims are refused as a whole, and nothing is booked',
    run: async (desk, cases) => {
      const claims = Array.from({ length: BATCH + 1 }, () => accumulatingClaim(cases));
      const shown = await desk.shownOn(accumulatingClaim(cases));
      expectRefused('101 claims', ['REQUEST_MALFORMED'], await desk.batch(claims));
      expectSame('a trial after it', shown, await desk.shownOn(accumulatingClaim(cases)));
      return 'REQUEST_MALFORMED';
    },
  },
]);

function batchClaim(cases: Cases, at: number): benefitV1.Claim {
  const claim = accumulatingClaim(cases);
  if (at === BAD_AT) return { ...claim, treatingRegion: '990000' };
  return at === STRANGER_AT ? { ...claim, personId: claim.settlementId } : claim;
}
