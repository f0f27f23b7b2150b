import { drawBills } from './bills.js';
import { businessDateOf, type DemoBill, type DemoDay, type DemoEntitlement } from './day.js';
import { drawDiagnoses } from './diagnoses.js';
import { drawName, drawPhone } from './names.js';
import { diseaseClassOf } from '@yiditong/eligibility';
import { networkOf } from './network.js';
import { drawPersons } from './persons.js';
import { planVisits } from './plan.js';
import { seededRandom } from './random.js';
import type { Sample } from './sample.js';

export type { DemoBill, DemoBillLine, DemoDay, DemoEntitlement, DemoFiling, DemoPerson } from './day.js';

export type DayOptions = {
  readonly sample: Sample;
  readonly persons: number;
  readonly bills: number;
  readonly seed: number;
  /** An ISO instant; nothing of the day lies after it. */
  readonly now: string;
};

const WORDS = 0x5eed_0000;

/**
 * One day of the demonstration: who is insured, who has filed, and the bills that arrive. The same options
 * give the same day; neither the clock nor any other chance plays a part.
 */
export function generateDay({ sample, persons, bills, seed, now }: DayOptions): DemoDay {
  const nowMillis = Date.parse(now);
  if (Number.isNaN(nowMillis)) throw new RangeError('now is not an ISO instant');
  const random = seededRandom(seed);
  const network = networkOf(sample);
  const insured = drawPersons(sample, network, persons, nowMillis, random);
  const visits = planVisits(bills, persons, sample.flows, random);
  const drawn = drawBills(sample, network, insured, visits, nowMillis, random);
  // Of a stream of its own: who is called what, and what ails them, moves no figure of the day.
  const words = seededRandom(seed ^ WORDS);
  return {
    persons: insured.map(({ person }) => ({
      ...person,
      name: drawName(person.insuredRegion, words),
      phone: drawPhone(words),
    })),
    // Whoever is not insured any more can't file; what he would have filed for decides where he goes all the same.
    filings: insured.flatMap(({ person, filing }) => (filing && person.active ? [filing] : [])),
    entitlements: entitlementsFor(drawn, businessDateOf(nowMillis)),
    bills: drawn.map((bill) => ({ ...bill, body: { ...bill.body, diagnoses: drawDiagnoses(bill.body, words) } })),
  };
}

/** What the insured places have recognised: each chronic disease that a patient of the day is treated for. */
function entitlementsFor(
  bills: readonly { readonly body: Omit<DemoBill['body'], 'diagnoses'> }[],
  today: string,
): DemoEntitlement[] {
  const validFrom = `${Number(today.slice(0, 4)) - 1}-01-01`;
  const found = new Map<string, DemoEntitlement>();
  for (const { body } of bills) {
    const { personId, insuredRegion, diseaseCode } = body;
    if (diseaseCode === null) continue;
    const requestId = `${personId}-${diseaseClassOf(diseaseCode)}`;
    found.set(requestId, { requestId, personId, insuredRegion, diseaseCode, validFrom });
  }
  return [...found.values()];
}
