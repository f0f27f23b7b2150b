import type { settlementV1 } from '@yiditong/contracts';
import { describe, expect, it } from 'vitest';
import { decodeBill } from './settlement.codec.js';

const at = { seconds: 1_772_337_600n, nanos: 0 };
const line: settlementV1.BillLine = {
  lineNumber: 3,
  nationalCode: '001102000050000',
  quantityE4: 20_000n,
  unitPriceMicroYuan: 16_260_000n,
  amountFen: 3252n,
  occurredAt: at,
  hospitalCode: '',
  approved: false,
  examiningInstitutionCode: '',
  diseaseCode: '',
};
const bill: settlementV1.Bill = {
  personId: '0191f2a6-7a4e-7c3e-8d7c-3f5a1c2b4d6e',
  insuredRegion: '131000',
  visitNumber: 'V1',
  visitKind: 'VISIT_KIND_OUTPATIENT',
  emergency: false,
  diseaseCode: '',
  admittedAt: at,
  endedAt: at,
  useAccount: false,
  trauma: undefined,
  midStay: false,
  hospitalPartFen: 0n,
  totalFen: 3252n,
  lines: [],
  diagnoses: [],
  insurance: 'INSURANCE_UNSPECIFIED',
  personType: 'PERSON_TYPE_UNSPECIFIED',
};
const decode = (change: Partial<settlementV1.BillLine>) => decodeBill({ ...bill, lines: [{ ...line, ...change }] });

describe('a line of a bill', () => {
  it.each<[string, Partial<settlementV1.BillLine>]>([
    ['by the national code', {}],
    ['by the hospital’s own code alone', { nationalCode: '', hospitalCode: '药 100-1' }],
    ['by both', { hospitalCode: 'YP100', approved: true }],
    ['by an own code of 60 characters', { nationalCode: '', hospitalCode: 'A'.repeat(60) }],
  ])('may name its item %s', (_, change) => {
    const { nationalCode, hospitalCode, approved } = { ...line, ...change };
    expect(decode(change).lines).toMatchObject([{ lineNumber: 3, nationalCode, hospitalCode, approved }]);
  });

  it('is of the item that the hospital’s code names, whatever is around it', () => {
    expect(decode({ hospitalCode: ' Ａ0012\u3000' }).lines).toMatchObject([{ hospitalCode: 'Ａ0012' }]);
    expect(() => decode({ nationalCode: '', hospitalCode: ' ' })).toThrow(
      expect.objectContaining({ reason: 'REQUEST_MALFORMED' }),
    );
  });

  it.each<[string, Partial<settlementV1.BillLine>, string]>([
    ['that names none', { nationalCode: '' }, 'line 3: neither national_code nor hospital_code'],
    [
      'of no national format',
      { nationalCode: 'ASPIRIN-500', hospitalCode: 'YP100' },
      'line 3: national_code: it begins with none of X, Z, T, J, C or a digit',
    ],
    [
      'with a wrong segment',
      { nationalCode: '0011020000A0000' },
      'line 3: national_code: characters 3 to 11, the base code, must be 9 digits',
    ],
    [
      'whose own code is too long',
      { hospitalCode: 'A'.repeat(61) },
      'line 3: hospital_code 多于 60 个字符 more than 60 characters',
    ],
    [
      'whose own code PostgreSQL can’t store',
      { hospitalCode: 'YP\u0000' },
      'line 3: hospital_code 含有换行等控制字符 it holds line breaks or other control characters',
    ],
  ])('%s is refused', (_, change, problem) => {
    const refusal = expect.objectContaining({ reason: 'REQUEST_MALFORMED', params: { problem } }) as Error;
    expect(() => decode(change)).toThrow(refusal);
  });
});

describe('a bill', () => {
  const named = (insurance: settlementV1.Bill['insurance'], personType: settlementV1.Bill['personType']) => () =>
    decodeBill({ ...bill, lines: [line], insurance, personType });

  it('may name the insurance and the person type, or neither', () => {
    const minor = { insurance: 'RESIDENT', personType: 'MINOR' };
    expect(named('INSURANCE_RESIDENT', 'PERSON_TYPE_MINOR')().insuredAs).toEqual(minor);
    expect(named('INSURANCE_UNSPECIFIED', 'PERSON_TYPE_UNSPECIFIED')().insuredAs).toBeNull();
  });

  it.each<[string, settlementV1.Bill['insurance'], settlementV1.Bill['personType']]>([
    ['the insurance alone', 'INSURANCE_EMPLOYEE', 'PERSON_TYPE_UNSPECIFIED'],
    ['the person type alone', 'INSURANCE_UNSPECIFIED', 'PERSON_TYPE_ACTIVE'],
    ['a person type that the insurance has not', 'INSURANCE_EMPLOYEE', 'PERSON_TYPE_MINOR'],
  ])('that names %s is refused', (_, insurance, personType) => {
    const problem = 'insurance and person_type must both be given and go together, or neither be given';
    const refusal = expect.objectContaining({ reason: 'REQUEST_MALFORMED', params: { problem } }) as Error;
    expect(named(insurance, personType)).toThrow(refusal);
  });
});
