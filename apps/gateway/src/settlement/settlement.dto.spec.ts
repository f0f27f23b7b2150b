import { describe, expect, it } from 'vitest';
import { encodeBill, trialBody } from './settlement.dto.js';

const AT = '2026-03-01T04:00:00Z';
const line = { lineNumber: 1, nationalCode: '001102000050000', quantity: '1', unitPriceYuan: '1', occurredAt: AT };
const bill = {
  personId: '0191f2a6-7a4e-7c3e-8d7c-3f5a1c2b4d6e',
  insuredRegion: '131000',
  visitNumber: 'V1',
  visitKind: 'OUTPATIENT',
  admittedAt: AT,
  endedAt: AT,
  totalFen: '100',
  lines: [{ ...line, amountFen: '100' }],
};

describe('a bill over REST', () => {
  it.each<[object, string, string]>([
    [{}, 'INSURANCE_UNSPECIFIED', 'PERSON_TYPE_UNSPECIFIED'],
    [{ insurance: null, personType: null }, 'INSURANCE_UNSPECIFIED', 'PERSON_TYPE_UNSPECIFIED'],
    [{ insurance: 'EMPLOYEE', personType: 'RETIREE' }, 'INSURANCE_EMPLOYEE', 'PERSON_TYPE_RETIREE'],
  ])('with %j says how the person is insured, or leaves it open', (named, insurance, personType) => {
    const { bill: taken } = trialBody.parse({ bill: { ...bill, ...named } });
    expect(encodeBill(taken)).toMatchObject({ insurance, personType });
  });

  it.each([
    { insurance: 'EMPLOYEE' },
    { personType: 'ACTIVE' },
    { insurance: 'EMPLOYEE', personType: 'MINOR' },
    { insurance: 'RESIDENT', personType: 'RETIREE' },
  ])('with %j is refused at the person type', (named) => {
    const { error } = trialBody.safeParse({ bill: { ...bill, ...named } });
    expect(error?.issues.map(({ path }) => path)).toEqual([['bill', 'personType']]);
  });
});
