import type {
  HospitalLevel,
  Insurance,
  LineRule,
  PersonType,
  PriceCap,
  Restriction,
  SelfPayShare,
} from '@yiditong/codes';
import { fen, negateFen, parseYuan, ZERO_FEN, type Fen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  classifyLine,
  lineAmountHolds,
  splitTotal,
  sumSplits,
  type ChargedLine,
  type CoverageRule,
  type FeeSplit,
  type LineContext,
} from './index.js';

const yuan = (text: string): Fen => parseYuan(text) ?? ZERO_FEN;
const micro = (text: string): bigint => yuan(text) * 10_000n;
const line = (amount: string, price = '0', quantityE4 = 10_000n): ChargedLine => ({
  amountFen: yuan(amount),
  unitPriceMicroYuan: micro(price),
  quantityE4,
});
const split = (inScope: string, fullSelfPay = '0', overCeiling = '0', firstSelfPay = '0'): FeeSplit => ({
  fullSelfPayFen: yuan(fullSelfPay),
  overCeilingFen: yuan(overCeiling),
  firstSelfPayFen: yuan(firstSelfPay),
  inScopeFen: yuan(inScope),
});

const forEverybody = (bps: number): SelfPayShare => ({ insurance: null, personType: null, bps });
const cap = (text: string, hospitalLevel: HospitalLevel | null = null): PriceCap => ({
  hospitalLevel,
  microYuan: micro(text),
});
const CLASS_B: CoverageRule = {
  itemClass: 'B',
  shares: [forEverybody(1_000)],
  caps: [],
  overCapRule: null,
  restriction: null,
};
const CLASS_A: CoverageRule = { ...CLASS_B, itemClass: 'A', shares: [] };
const UNKNOWN: LineContext = {
  insurance: null,
  personType: null,
  hospitalLevel: null,
  visitKind: null,
  approved: false,
};

describe('a line', () => {
  it('splits as the published 廊坊 → 北京 bill: 61.11 in scope of 64.29', () => {
    const lines = [classifyLine(line('32.52'), CLASS_A, UNKNOWN), classifyLine(line('31.77'), CLASS_B, UNKNOWN)];
    expect(sumSplits(lines.map((each) => each.split))).toEqual(split('61.11', '0', '0', '3.18'));
  });

  it.each<[LineRule, CoverageRule | null]>([
    ['UNLISTED', null],
    ['CLASS_C', { ...CLASS_B, itemClass: 'C', shares: [] }],
  ])('that is %s is the person’s', (rule, coverage) => {
    const expected = { split: split('0', '9.99'), rule, firstSelfPayBps: 10_000, capMicroYuan: null };
    expect(classifyLine(line('9.99'), coverage, UNKNOWN)).toEqual(expected);
  });

  it.each([
    ['10', '10.01', true],
    ['10', '9.99', true],
    ['10', '10.02', false],
    ['10', '9.98', false],
  ])('for one at %s may cost %s: %s', (price, amount, holds) =>
    expect(lineAmountHolds(line(amount, price))).toBe(holds),
  );
});

describe('the first self-pay share', () => {
  const SHARES: SelfPayShare[] = [
    { insurance: 'RESIDENT', personType: 'MINOR', bps: 500 },
    { insurance: null, personType: 'MINOR', bps: 800 },
    forEverybody(1_000),
    { insurance: 'RESIDENT', personType: null, bps: 2_000 },
  ];

  it.each<[Insurance | null, PersonType | null, number]>([
    ['RESIDENT', 'MINOR', 500],
    ['RESIDENT', 'RESIDENT', 2_000],
    ['RESIDENT', null, 2_000],
    ['EMPLOYEE', 'MINOR', 800],
    [null, 'MINOR', 800],
    ['EMPLOYEE', 'RETIREE', 1_000],
    [null, null, 1_000],
  ])('of %s, %s is the most specific that fits: %i', (insurance, personType, bps) => {
    const context = { ...UNKNOWN, insurance, personType };
    for (const shares of [SHARES, SHARES.toReversed()]) {
      const found = classifyLine(line('100'), { ...CLASS_B, shares }, context);
      expect([found.firstSelfPayBps, found.split.firstSelfPayFen]).toEqual([bps, fen(BigInt(bps))]);
    }
  });

  it('is all of it where none fits', () => {
    const shares: SelfPayShare[] = [{ insurance: 'RESIDENT', personType: null, bps: 500 }];
    expect(classifyLine(line('100'), { ...CLASS_B, shares }, UNKNOWN).split).toEqual(split('0', '0', '0', '100'));
  });

  it('is nothing in class A, whatever shares there are', () =>
    expect(classifyLine(line('100'), { ...CLASS_B, itemClass: 'A' }, UNKNOWN).split).toEqual(split('100')));
});

describe('a cap', () => {
  const CAPS = [cap('100'), cap('80', 'SECONDARY'), cap('50', 'PRIMARY')];

  it.each<[HospitalLevel | null, string, string]>([
    ['TERTIARY', '100', '40'],
    ['SECONDARY', '80', '80'],
    ['PRIMARY', '50', '140'],
    [null, '100', '40'],
  ])('at level %s is %s, so that two for 120 are %s above it', (hospitalLevel, expected, above) => {
    for (const caps of [CAPS, CAPS.toReversed()]) {
      const rule: CoverageRule = { ...CLASS_A, caps, overCapRule: 'EXCESS' };
      const found = classifyLine(line('240', '120', 20_000n), rule, { ...UNKNOWN, hospitalLevel });
      expect(found).toMatchObject({ capMicroYuan: micro(expected), split: { overCeilingFen: yuan(above) } });
    }
  });

  it('takes nothing from a line of nothing, on a refund neither', () => {
    const rule: CoverageRule = { ...CLASS_A, caps: [cap('50')], overCapRule: 'EXCESS' };
    for (const quantityE4 of [10_000n, -10_000n])
      expect(classifyLine(line('0', '60', quantityE4), rule, UNKNOWN).split).toEqual(split('0'));
  });

  it('of another level only is none', () => {
    const rule: CoverageRule = { ...CLASS_A, caps: [cap('50', 'PRIMARY')], overCapRule: 'EXCESS' };
    const found = classifyLine(line('120', '120'), rule, { ...UNKNOWN, hospitalLevel: 'TERTIARY' });
    expect(found).toMatchObject({ capMicroYuan: null, split: split('120') });
  });

  it('comes before the share, which is of the rest', () => {
    const rule: CoverageRule = { ...CLASS_B, caps: [cap('200')], overCapRule: 'EXCESS' };
    expect(classifyLine(line('500', '250', 20_000n), rule, UNKNOWN).split).toEqual(split('360', '0', '100', '40'));
  });

  it.each([
    ['200', 'ENTRY', split('180', '0', '0', '20')],
    ['200.01', 'OVER_CAP_WHOLE', split('0', '200.01')],
  ] as const)('that makes the whole line self-pay leaves a price of %s to be %s', (price, rule, expected) => {
    const whole: CoverageRule = { ...CLASS_B, caps: [cap('200')], overCapRule: 'WHOLE' };
    expect(classifyLine(line(price, price), whole, UNKNOWN)).toMatchObject({
      rule,
      split: expected,
      capMicroYuan: micro('200'),
    });
  });
});

describe('a restriction', () => {
  const NONE: Restriction = { needsApproval: false, text: '', minimumLevel: null, visitKinds: [], insurances: [] };

  it.each<[Partial<Restriction>, Partial<LineContext>, boolean]>([
    [{}, {}, true],
    [{ needsApproval: true }, {}, false],
    [{ needsApproval: true }, { approved: true }, true],
    [{ minimumLevel: 'SECONDARY' }, {}, false],
    [{ minimumLevel: 'SECONDARY' }, { hospitalLevel: 'PRIMARY' }, false],
    [{ minimumLevel: 'SECONDARY' }, { hospitalLevel: 'SECONDARY' }, true],
    [{ minimumLevel: 'SECONDARY' }, { hospitalLevel: 'TERTIARY' }, true],
    [{ visitKinds: ['INPATIENT', 'CHRONIC'] }, {}, false],
    [{ visitKinds: ['INPATIENT', 'CHRONIC'] }, { visitKind: 'OUTPATIENT' }, false],
    [{ visitKinds: ['INPATIENT', 'CHRONIC'] }, { visitKind: 'CHRONIC' }, true],
    [{ insurances: ['EMPLOYEE'] }, {}, false],
    [{ insurances: ['EMPLOYEE'] }, { insurance: 'RESIDENT' }, false],
    [{ insurances: ['EMPLOYEE'] }, { insurance: 'EMPLOYEE' }, true],
    [{ needsApproval: true, insurances: ['EMPLOYEE'] }, { approved: true, insurance: 'RESIDENT' }, false],
  ])('%j is met by %j: %s', (restriction, context, met) => {
    const rule: CoverageRule = { ...CLASS_A, restriction: { ...NONE, ...restriction } };
    const found = classifyLine(line('70'), rule, { ...UNKNOWN, ...context });
    expect([found.rule, found.split]).toEqual(met ? ['ENTRY', split('70')] : ['RESTRICTED', split('0', '70')]);
  });
});

describe('every split', () => {
  const anyLevel = fc.constantFrom<HospitalLevel | null>(null, 'PRIMARY', 'SECONDARY', 'TERTIARY');
  const anyInsurance = fc.constantFrom<Insurance | null>(null, 'EMPLOYEE', 'RESIDENT');
  const anyPerson = fc.constantFrom<PersonType | null>(null, 'ACTIVE', 'RETIREE', 'MINOR');
  const anyShare = fc.record({
    insurance: anyInsurance,
    personType: anyPerson,
    bps: fc.integer({ min: 0, max: 10_000 }),
  });
  const anyCap = fc.record({ hospitalLevel: anyLevel, microYuan: fc.bigInt({ min: 1n, max: 10n ** 10n }) });
  const anyRule: fc.Arbitrary<CoverageRule> = fc.record({
    itemClass: fc.constantFrom('A' as const, 'B' as const, 'C' as const),
    shares: fc.array(anyShare, { maxLength: 4 }),
    caps: fc.array(anyCap, { maxLength: 3 }),
    overCapRule: fc.constantFrom('EXCESS' as const, 'WHOLE' as const),
    restriction: fc.constantFrom(null, {
      needsApproval: true,
      text: '',
      minimumLevel: null,
      visitKinds: [],
      insurances: [],
    }),
  });
  const anyContext: fc.Arbitrary<LineContext> = fc.record({
    insurance: anyInsurance,
    personType: anyPerson,
    hospitalLevel: anyLevel,
    visitKind: fc.constantFrom(null, 'INPATIENT' as const, 'OUTPATIENT' as const),
    approved: fc.boolean(),
  });
  const anyLine: fc.Arbitrary<ChargedLine> = fc.record({
    amountFen: fc.bigInt({ min: 0n, max: 10n ** 9n }).map(fen),
    unitPriceMicroYuan: fc.bigInt({ min: 0n, max: 10n ** 10n }),
    quantityE4: fc.bigInt({ min: 1n, max: 10n ** 6n }),
  });

  it('sums to the line, and no part is negative', () => {
    fc.assert(
      fc.property(anyLine, fc.option(anyRule), anyContext, (charged, rule, context) => {
        const parts = classifyLine(charged, rule, context).split;
        expect(splitTotal(parts)).toBe(charged.amountFen);
        expect(Object.values(parts).every((part) => part >= 0n)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('of a refund negates that of the line it takes back, to the fen', () => {
    fc.assert(
      fc.property(anyLine, fc.option(anyRule), anyContext, (charged, rule, context) => {
        const refund = { ...charged, amountFen: negateFen(charged.amountFen), quantityE4: -charged.quantityE4 };
        const { split: parts, ...how } = classifyLine(charged, rule, context);
        const { split: taken, ...again } = classifyLine(refund, rule, context);
        expect(again).toEqual(how);
        expect(sumSplits([parts, taken])).toEqual(split('0'));
      }),
      { numRuns: 2_000 },
    );
  });
});
