import type { benefitV1 } from '@yiditong/contracts';
import { personOf, type Cases } from './cases.js';
import { inGroup, type Check } from './check.js';
import type { Desk } from './desk.js';
import { isRefused } from './endpoint.js';
import { describe, expectRefused, expectSame, Mismatch } from './outcome.js';
import { again, freshClaim, goingOn, withInScope } from './wire.js';

/** Of stays that are settled in parts (中途结算). */
export const STAY_CHECKS: readonly Check[] = inGroup('stay', [
  {
    id: 'stay.one-deductible',
    zh: '同一住院分段结算，各段起付线合计与一次结算相同',
    en: 'A stay in parts pays the deductible of the whole, once',
    run: async (desk, cases) => {
      const stay = stayOf(cases);
      if (stay === null) return NO_STAY;
      const [first = 0n, second = 0n] = PARTS;
      const settled = await desk.book(withInScope(stay, first + second));
      await desk.clearUp();
      const { adjudication } = await desk.book(withInScope(again(stay), first));
      const later = await desk.book(goingOn(withInScope(stay, second), adjudication.deductibleFen));
      const paidFen = adjudication.deductibleFen + later.adjudication.deductibleFen;
      expectSame('the deductibles of the parts', settled.adjudication.deductibleFen, paidFen);
      if (paidFen === 0n) throw new Mismatch('“growing” of the cases: a stay with a deductible', 'none');
      return describe(settled.adjudication);
    },
  },
  {
    id: 'stay.no-admission',
    zh: '续结的一段不计为新的住院次数：此后的住院与只住一次相同',
    en: 'A later part is no admission: the next stay is decided as after one',
    run: async (desk, cases) => {
      const stay = stayOf(cases);
      if (stay === null) return NO_STAY;
      const next = freshClaim(personOf(cases, 'insured'), cases.growing.claim);
      const bill = withInScope({ ...next, parts: [] }, 500_000n);
      const { adjudication } = await desk.book(withInScope(stay, 500_000n));
      const deductibleAfterOne = await deductibleOf(desk, bill);
      // Of nothing, so that it adds nothing but an admission, if it were one.
      await desk.book(goingOn(withInScope(stay, 0n), adjudication.deductibleFen));
      expectSame('the next stay’s deductible', deductibleAfterOne, await deductibleOf(desk, bill));
      return String(deductibleAfterOne);
    },
  },
  {
    id: 'stay.malformed',
    zh: '非住院续结、无续结却有已付起付线：REQUEST_MALFORMED',
    en: 'What goes on must be a stay, and only what goes on has paid before',
    run: async (desk, cases) => {
      const stay = freshClaim(personOf(cases, 'insured'), cases.growing.claim);
      const paidBefore = await desk.trial({ ...stay, stayDeductibleFen: 1n });
      expectRefused('a deductible paid before, of no later part', ['REQUEST_MALFORMED'], paidBefore);
      const visit = { ...goingOn(stay, 0n), visitKind: 'VISIT_KIND_OUTPATIENT' as const };
      expectRefused('a visit that goes on', ['REQUEST_MALFORMED'], await desk.trial(visit));
      return 'REQUEST_MALFORMED';
    },
  },
]);

/** Less than most deductibles, and more. */
const PARTS: readonly bigint[] = [40_000n, 500_000n];
const NO_STAY = { warning: '“growing” of the cases is no stay: not tried' };

/** A stay of which the suite settles parts; null where the cases have none. */
function stayOf(cases: Cases): benefitV1.Claim | null {
  if (cases.growing.claim.visitKind !== 'INPATIENT') return null;
  return { ...freshClaim(personOf(cases, 'insured'), cases.growing.claim), parts: [] };
}

async function deductibleOf(desk: Desk, claim: benefitV1.Claim): Promise<bigint> {
  const outcome = await desk.trial(claim);
  if (isRefused(outcome)) throw new Mismatch('an adjudication', outcome.refused);
  return outcome.deductibleFen;
}
