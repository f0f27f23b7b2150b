import { describe, expect, it } from 'vitest';
import type { Accumulators } from './accumulators.js';
import { readClaim } from './claim-document.js';
import type { Claim } from './claim.js';
import { split, yuan, type Json } from './spec-policies.js';

const LEAST: Json = {
  visitKind: 'INPATIENT',
  personType: 'ACTIVE',
  hospitalLevel: 'TERTIARY',
  endedOn: '2026-03-15',
  inScope: '10000',
};
const BY_LINES: Json = { ...LEAST, inScope: undefined };
const LINE: Json = { itemClass: 'B', amount: '100' };

function readingOf(
  document: unknown,
  totals?: unknown,
): { readonly claim: Claim; readonly accumulators: Accumulators } {
  const reading = readClaim(document, totals);
  if ('problem' in reading) throw new Error(reading.problem);
  return reading;
}
function problemOf(document: unknown, totals?: unknown): string {
  const reading = readClaim(document, totals);
  return 'problem' in reading ? reading.problem : '';
}

describe('a claim that says the least', () => {
  it('is of somebody of whom nothing more is known, settled directly in another province', () =>
    expect(readingOf(LEAST)).toEqual({
      accumulators: {},
      claim: {
        visitKind: 'INPATIENT',
        personType: 'ACTIVE',
        age: null,
        personTags: [],
        hospitalLevel: 'TERTIARY',
        hospitalTags: [],
        benefitLevel: 'LOCAL',
        settledBy: 'DIRECT',
        place: 'OTHER_PROVINCE',
        diseaseCode: null,
        institutionCode: '',
        startedOn: '2026-03-15',
        endedOn: '2026-03-15',
        hospitalPartFen: 0n,
        stayDeductibleFen: null,
        account: null,
        split: split('10000'),
        parts: [],
      },
    }));
});

describe('a claim', () => {
  it('says all that a rule may ask for', () => {
    const all = {
      visitKind: 'CHRONIC',
      personType: 'RETIREE',
      age: 70,
      personTags: ['低保'],
      hospitalLevel: 'PRIMARY',
      hospitalTags: ['社区'],
      benefitLevel: 'REFERRAL',
      settledBy: 'MANUAL',
      place: 'HOME_PROVINCE',
      diseaseCode: 'M01600',
      institutionCode: 'H11010800001',
      startedOn: '2026-03-01',
      endedOn: '2026-03-15',
    };
    const { claim } = readingOf({ ...all, inScope: '1', hospitalPart: '0.50', note: 'a note changes nothing' });
    expect(claim).toMatchObject({ ...all, hospitalPartFen: yuan('0.50') });
  });

  it.each(['0', '300'])('may be a later part of a stay, of whose deductible %s is paid', (stayDeductible) =>
    expect(readingOf({ ...LEAST, stayDeductible }).claim.stayDeductibleFen).toBe(yuan(stayDeductible)),
  );

  it('may be of one day', () =>
    expect(readingOf({ ...LEAST, startedOn: '2026-03-15' }).claim.startedOn).toBe('2026-03-15'));

  it('may give the parts of the bill as the treating place split it', () => {
    const document = { ...LEAST, fullSelfPay: '1000', overCeiling: '500.5', firstSelfPay: '0.07' };
    expect(readingOf(document).claim.split).toEqual(split('10000', '1000', '500.5', '0.07'));
  });

  it.each([
    [{ balance: '300' }, { balanceFen: yuan('300'), mutualAidFen: 0n }],
    [
      { balance: '300', mutualAid: '20' },
      { balanceFen: yuan('300'), mutualAidFen: yuan('20') },
    ],
    [null, null],
  ])('with the account %j', (account, expected) =>
    expect(readingOf({ ...LEAST, account }).claim.account).toEqual(expected),
  );
});

describe('a claim by lines', () => {
  it.each<[string, Json, ReturnType<typeof split>]>([
    ['of nothing to pay first', {}, split('100')],
    ['of class A', { itemClass: 'A', firstSelfPay: '0%' }, split('100')],
    ['paid first in part, rounded half up', { amount: '31.77', firstSelfPay: '10%' }, split('28.59', '0', '0', '3.18')],
    ['above a price cap', { overCeiling: '40' }, split('60', '0', '40')],
    ['above a price cap as a whole', { overCeiling: '100' }, split('0', '0', '100')],
    [
      'of which the share is of what is within the cap',
      { overCeiling: '40', firstSelfPay: '10%' },
      split('54', '0', '40', '6'),
    ],
    [
      'of class C, which is the person’s',
      { itemClass: 'C', overCeiling: '40', firstSelfPay: '10%' },
      split('0', '100'),
    ],
  ])('splits a line %s', (_, line, expected) => {
    const { claim } = readingOf({ ...BY_LINES, lines: [{ ...LINE, ...line }] });
    expect(claim.split).toEqual(expected);
    expect(claim.parts.map(({ inScopeFen }) => inScopeFen)).toEqual([expected.inScopeFen]);
  });

  it('rounds each line by itself, and adds what the bill says beside them', () => {
    const lines = Array.from({ length: 3 }, () => ({ ...LINE, amount: '0.05', firstSelfPay: '10%' }));
    const document = { ...BY_LINES, lines, fullSelfPay: '7', overCeiling: '5', firstSelfPay: '3' };
    expect(readingOf(document).claim.split).toEqual(split('0.12', '7', '5', '3.03'));
  });

  it('tells its parts apart by class, kind and price', () => {
    const lines = [
      { ...LINE, name: '阿莫西林', itemClass: 'A', itemKind: 'WESTERN_DRUG', unitPrice: '12.5' },
      { ...LINE, overCeiling: '30' },
    ];
    expect(readingOf({ ...BY_LINES, lines }).claim.parts).toEqual([
      { itemClass: 'A', itemKind: 'WESTERN_DRUG', unitPriceFen: yuan('12.5'), inScopeFen: yuan('100') },
      { itemClass: 'B', itemKind: null, unitPriceFen: null, inScopeFen: yuan('70') },
    ]);
  });
});

describe('the person’s totals', () => {
  it('are read as they are named, in fen', () => {
    const totals = {
      POOLING_PAID: '12345',
      'INPATIENT_DEDUCTIBLE@2026Q1': '7',
      'CHRONIC_POOLING@M01600/2026': '999999999999999',
    };
    expect(readingOf(LEAST, totals).accumulators).toEqual({
      POOLING_PAID: 12_345n,
      'INPATIENT_DEDUCTIBLE@2026Q1': 7n,
      'CHRONIC_POOLING@M01600/2026': 999_999_999_999_999n,
    });
  });

  it.each([
    'pooling',
    'xPOOLING_PAID',
    'POOLING_PAIDx',
    'POOLING_PAID@',
    'POOLING_PAID@2026-Q1!',
    '@2026',
    'POOLING-PAID',
  ])('are none by the name %j', (name) =>
    expect(problemOf(LEAST, { [name]: '1' })).toBe(`accumulators.${name}: not the name of a total`),
  );

  it.each(['', '-1', '1.5', 'x1', '1x', '1000000000000000'])('are none of %j', (value) =>
    expect(problemOf(LEAST, { POOLING_PAID: value })).toBe('accumulators.POOLING_PAID: a whole number, in fen'),
  );
});

describe('codes of a claim', () => {
  it.each(['M01600', 'I10.x00', 'J18.900x002'])(
    'may be %s, by which totals are counted that can be read again',
    (diseaseCode) => {
      expect(readingOf({ ...LEAST, diseaseCode, institutionCode: 'H61010300001' }).claim).toMatchObject({
        diseaseCode,
      });
      expect(readingOf(LEAST, { [`CHRONIC_POOLING@${diseaseCode}/2026Q1`]: '1' }).accumulators).toEqual({
        [`CHRONIC_POOLING@${diseaseCode}/2026Q1`]: 1n,
      });
    },
  );

  it.each(['M 016', '高血压', 'M@1', 'x'.repeat(21)])('are none of %j', (code) => {
    expect(problemOf({ ...LEAST, diseaseCode: code })).toMatch(/^claim\.diseaseCode: a code/);
    expect(problemOf({ ...LEAST, institutionCode: code })).toMatch(/^claim\.institutionCode/);
  });
});

describe('what is wrong with a claim', () => {
  const ratio = 'a ratio from 0 to 1, such as "85%" or "4/5"';
  const amount = 'an amount in yuan below a thousand million, such as "1200" or "0.50"';

  it.each<[Json, string]>([
    [{ visitKind: 'DAY_CARE' }, 'claim.visitKind: Invalid option'],
    [{ age: -1 }, 'claim.age: Too small'],
    [{ age: 151 }, 'claim.age: Too big'],
    [{ age: 60.5 }, 'claim.age: Invalid input: expected int'],
    [{ personTags: [''] }, 'claim.personTags.0: Too small'],
    [{ hospitalTags: [''] }, 'claim.hospitalTags.0: Too small'],
    [{ diseaseCode: '' }, 'claim.diseaseCode: a code of'],
    [{ endedOn: '2026-02-30' }, 'claim.endedOn: a date, YYYY-MM-DD'],
    [{ startedOn: '2026-02-30' }, 'claim.startedOn: a date, YYYY-MM-DD'],
    [{ startedOn: '2026-03-16' }, 'claim: startedOn is after endedOn'],
    [{ inScope: '10,000' }, `claim.inScope: ${amount}`],
    [{ account: {} }, 'claim.account.balance: Invalid input'],
    [{ account: { balance: '1', card: 'x' } }, 'claim.account: Unrecognized key: "card"'],
    [{ whatever: 1 }, 'claim: Unrecognized key: "whatever"'],
    [{ lines: [LINE] }, 'claim: either inScope or lines'],
    [{ inScope: undefined }, 'claim: either inScope or lines'],
    [{ inScope: undefined, lines: [] }, 'claim.lines: Too small'],
    [
      { inScope: undefined, lines: [LINE, { ...LINE, overCeiling: '100.01' }] },
      'claim: a line has more above the cap than in all',
    ],
    [{ inScope: undefined, lines: [{ ...LINE, firstSelfPay: '101%' }] }, `claim.lines.0.firstSelfPay: ${ratio}`],
    [{ inScope: undefined, lines: [{ ...LINE, price: '1' }] }, 'claim.lines.0: Unrecognized key: "price"'],
  ])('%j is said by its first wrong place: %s', (change, problem) =>
    expect(problemOf({ ...LEAST, ...change }).slice(0, problem.length)).toBe(problem),
  );

  it('may be that the totals are none', () =>
    expect(problemOf(LEAST, [])).toBe('accumulators: Invalid input: expected object, received array'));

  it.each([undefined, null, 'a claim', []])('%j is no claim', (document) =>
    expect(problemOf(document)).toMatch(/^claim: Invalid input: expected object/),
  );
});
