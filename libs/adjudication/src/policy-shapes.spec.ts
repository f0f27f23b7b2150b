import { describe, expect, it } from 'vitest';
import type { Accumulators, Claim, ClaimPart } from './index.js';
import { claim, documentOf, paid, paidBy, read, split, stay, yuan, type Json } from './spec-policies.js';

/** A bill of a claim, after what there was of the year: its deductible, and what the pooling fund pays. */
type Vector = readonly [what: string, of: Partial<Claim>, before: Accumulators, deductible: string, pooling: string];

function pays(rule: string, document: Json, vectors: readonly Vector[]): void {
  const policy = read(document);
  it.each(vectors.map((vector) => [rule, ...vector] as const))(
    '%s: %s',
    (_rule, _what, of, before, deductible, pooling) => {
      const result = paid(claim(of), policy, before);
      expect([result.deductibleFen, paidBy('POOLING', result)]).toEqual([yuan(deductible), yuan(pooling)]);
    },
  );
}

const REFERRAL: Partial<Claim> = { benefitLevel: 'REFERRAL' };
const EMERGENCY: Partial<Claim> = { benefitLevel: 'EMERGENCY' };
const TEMPORARY: Partial<Claim> = { benefitLevel: 'OTHER_TEMPORARY' };
const RETIREE: Partial<Claim> = { personType: 'RETIREE' };
const visit = (number: number): Accumulators => ({ INPATIENT_VISITS: BigInt(number - 1) });
const bill = (inScope: string): Partial<Claim> => ({ split: split(inScope) });
const away = (...benefitLevels: string[]): Json => ({ benefitLevels });
const adjusted = (...adjustments: Json[]): Json => documentOf(undefined, { adjustments });
const part = (
  inScope: string,
  itemClass: 'A' | 'B',
  itemKind: ClaimPart['itemKind'] = null,
  price: string | null = null,
): ClaimPart => ({
  itemClass,
  itemKind,
  unitPriceFen: price === null ? null : yuan(price),
  inScopeFen: yuan(inScope),
});

// Where nothing else is said, a bill is 10,000 in scope, of which 1,000 are the deductible and 80 % of 9,000 are paid: 7,200.

describe('1. points less by filing', () => {
  const less = (filed: string, unfiled: string): Json =>
    adjusted(
      { when: away('REFERRAL', 'EMERGENCY'), mode: 'POINTS_LESS', points: filed },
      { when: away('OTHER_TEMPORARY'), mode: 'POINTS_LESS', points: unfiled },
    );
  pays('常州、合肥 −10/−20', less('10%', '20%'), [
    ['lives there', {}, {}, '1000', '7200'],
    ['referral, 70 %', REFERRAL, {}, '1000', '6300'],
    ['emergency, 70 %', EMERGENCY, {}, '1000', '6300'],
    ['neither, 60 %', TEMPORARY, {}, '1000', '5400'],
  ]);
  pays('溧阳 −5/−20', less('5%', '20%'), [
    ['referral, 75 %', REFERRAL, {}, '1000', '6750'],
    ['neither, 60 %', TEMPORARY, {}, '1000', '5400'],
  ]);
  pays('太原 −5/−15', less('5%', '15%'), [['neither, 65 %', TEMPORARY, {}, '1000', '5850']]);
  // 吉林市: 800 and 55 %; 9,200 × 45 %, 35 % and 25 %.
  pays(
    '吉林市 −10/−20, and 10 more where it was claimed by hand',
    documentOf(
      { deductible: { basis: 'PER_VISIT', standard: '800' }, bands: [{ upTo: null, ratio: '55%' }] },
      {
        adjustments: [
          { when: away('REFERRAL', 'EMERGENCY'), mode: 'POINTS_LESS', points: '10%' },
          { when: away('OTHER_TEMPORARY'), mode: 'POINTS_LESS', points: '20%' },
          { when: { settledBy: 'MANUAL', places: ['OTHER_PROVINCE'] }, mode: 'POINTS_LESS', points: '10%' },
        ],
      },
    ),
    [
      ['referral at the counter', REFERRAL, {}, '800', '4140'],
      ['referral by hand', { ...REFERRAL, settledBy: 'MANUAL' }, {}, '800', '3220'],
      ['neither, by hand', { ...TEMPORARY, settledBy: 'MANUAL' }, {}, '800', '2300'],
      ['by hand at home', { settledBy: 'MANUAL', place: 'HOME_AREA' }, {}, '800', '5060'],
    ],
  );
});

pays(
  '2. a factor by filing: 深圳 ×0.9, ×0.8',
  adjusted(
    { when: away('EMERGENCY'), mode: 'FACTOR', factor: '0.9' },
    { when: away('OTHER_TEMPORARY'), mode: 'FACTOR', factor: '0.8' },
  ),
  [
    ['emergency, 72 %', EMERGENCY, {}, '1000', '6480'],
    ['another stay, 64 %', TEMPORARY, {}, '1000', '5760'],
  ],
);

describe('3. first self-pay by filing', () => {
  const first = (filed: string, unfiled: string): Json =>
    documentOf({
      firstSelfPay: {
        ratio: [
          { when: away('REFERRAL'), is: filed },
          { when: away('OTHER_TEMPORARY'), is: unfiled },
        ],
      },
    });
  pays('山东 10 % and 40 %', first('10%', '40%'), [
    ['none where it isn’t said', {}, {}, '1000', '7200'],
    ['referral: (9,000 − 1,000) × 80 %', REFERRAL, {}, '1000', '6400'],
    ['neither: (6,000 − 1,000) × 80 %', TEMPORARY, {}, '1000', '4000'],
    // 10 % of 1,234.55 is 123.455, rounded up: 1,111.09 − 1,000 = 111.09, of which 80 % is 88.872.
    ['rounds the first self-pay and the payment once each', { ...REFERRAL, ...bill('1234.55') }, {}, '1000', '88.87'],
  ]);
  pays('南昌 15 % and 20 %', first('15%', '20%'), [
    ['referral: (8,500 − 1,000) × 80 %', REFERRAL, {}, '1000', '6000'],
    ['neither: (8,000 − 1,000) × 80 %', TEMPORARY, {}, '1000', '5600'],
  ]);
});

describe('4. an absolute ratio and deductible by filing', () => {
  const absolute = (
    atHome: readonly [string, string],
    filed: readonly [string, string],
    unfiled: readonly [string, string],
  ) =>
    documentOf(
      {
        deductible: {
          basis: 'PER_VISIT',
          standard: [
            { when: away('REFERRAL'), is: filed[0] },
            { when: away('OTHER_TEMPORARY'), is: unfiled[0] },
            { is: atHome[0] },
          ],
        },
        bands: [{ upTo: null, ratio: atHome[1] }],
      },
      {
        adjustments: [
          { when: away('REFERRAL'), mode: 'ABSOLUTE', ratio: filed[1] },
          { when: away('OTHER_TEMPORARY'), mode: 'ABSOLUTE', ratio: unfiled[1] },
        ],
      },
    );
  pays('石家庄 900/82 %, 1500/76 %, 3000/40 %', absolute(['900', '82%'], ['1500', '76%'], ['3000', '40%']), [
    ['as at home: 9,100 × 82 %', {}, {}, '900', '7462'],
    ['filed: 8,500 × 76 %', REFERRAL, {}, '1500', '6460'],
    ['not filed: 7,000 × 40 %', TEMPORARY, {}, '3000', '2800'],
  ]);
  pays('宁德 1000/45 %', absolute(['800', '65%'], ['800', '65%'], ['1000', '45%']), [
    ['not filed: 9,000 × 45 %', TEMPORARY, {}, '1000', '4050'],
  ]);
});

describe('5. a deductible by the bill or by the place', () => {
  const share = (shareOf: string): Json =>
    documentOf({
      deductible: { basis: 'PER_VISIT', standard: { shareOf, ratio: '20%', least: '2000', most: '10000' } },
      bands: [{ upTo: null, ratio: '60%' }],
    });
  pays('安徽: 20 % of the bill, 2,000 to 10,000', share('BILL'), [
    ['of 8,000 at least 2,000: 6,000 × 60 %', bill('8000'), {}, '2000', '3600'],
    // 20 % of 30,000, of which 28,000 are in scope: (28,000 − 6,000) × 60 %.
    ['of 30,000', { split: split('28000', '2000') }, {}, '6000', '13200'],
    ['of 80,000 at most 10,000: 70,000 × 60 %', bill('80000'), {}, '10000', '42000'],
    ['never more than is in scope', { split: split('1500', '20000') }, {}, '1500', '0'],
  ]);
  // 20 % of 28,000: (28,000 − 5,600) × 60 %.
  pays('20 % of what is in scope', share('IN_SCOPE'), [
    ['of 30,000', { split: split('28000', '2000') }, {}, '5600', '13440'],
  ]);
  pays(
    '×2 in the province, 沈阳 ×2.5 outside it',
    documentOf({
      deductible: {
        basis: 'PER_VISIT',
        standard: '800',
        adjustments: [
          { when: { places: ['HOME_PROVINCE'] }, mode: 'FACTOR', factor: '2' },
          { when: { places: ['OTHER_PROVINCE'] }, mode: 'FACTOR', factor: '2.5' },
        ],
      },
    }),
    [
      ['at home: 9,200 × 80 %', { place: 'HOME_AREA' }, {}, '800', '7360'],
      ['in the province: 8,400 × 80 %', { place: 'HOME_PROVINCE' }, {}, '1600', '6720'],
      ['outside: 8,000 × 80 %', {}, {}, '2000', '6400'],
    ],
  );
});

describe('6. repeated admissions', () => {
  const repeated = (standard: unknown, adjustments: Json[], change: Json = {}): Json =>
    documentOf({ deductible: { basis: 'PER_VISIT', standard, adjustments, ...change } });
  pays('half from the second on', repeated('1000', [{ mode: 'FACTORS_BY_VISIT', factors: ['1', '1/2'] }]), [
    ['first', {}, visit(1), '1000', '7200'],
    ['second', {}, visit(2), '500', '7600'],
    ['fifth', {}, visit(5), '500', '7600'],
  ]);
  pays(
    '重庆: 10 % less each, down to a floor',
    repeated('800', [
      { mode: 'SHARE_LESS_BY_VISIT', ratio: '10%' },
      { mode: 'FLOOR', least: '500' },
    ]),
    [
      ['second: 9,280 × 80 %', {}, visit(2), '720', '7424'],
      ['third: 9,360 × 80 %', {}, visit(3), '640', '7488'],
      ['fifth would be 480: 9,500 × 80 %', {}, visit(5), '500', '7600'],
    ],
  );
  pays('哈尔滨: 15 % less each', repeated('800', [{ mode: 'SHARE_LESS_BY_VISIT', ratio: '15%' }]), [
    ['second: 9,320 × 80 %', {}, visit(2), '680', '7456'],
    ['eighth, 105 % less, is free', {}, visit(8), '0', '8000'],
  ]);
  pays(
    '廊坊: 100 less each, down to 200',
    repeated({ byLevel: { PRIMARY: '150', TERTIARY: '1000' } }, [
      { mode: 'LESS_BY_VISIT', amount: '100' },
      { mode: 'FLOOR', least: '200' },
    ]),
    [
      ['second: 9,100 × 80 %', {}, visit(2), '900', '7280'],
      ['tenth: 9,800 × 80 %', {}, visit(10), '200', '7840'],
      ['a standard below the floor stays: 9,850 × 80 %', { hospitalLevel: 'PRIMARY' }, visit(2), '150', '7880'],
    ],
  );
  pays(
    '南京、济南: free from the third on',
    repeated('1000', [{ mode: 'FACTORS_BY_VISIT', factors: ['1', '0.5', '0'] }]),
    [
      ['second', {}, visit(2), '500', '7600'],
      ['third', {}, visit(3), '0', '8000'],
      ['ninth', {}, visit(9), '0', '8000'],
    ],
  );
  pays(
    '西安: 650, 550, 350, then nothing',
    repeated(
      [
        { when: { visitNumber: { upTo: 1 } }, is: '650' },
        { when: { visitNumber: { from: 2, upTo: 2 } }, is: '550' },
        { when: { visitNumber: { from: 3, upTo: 3 } }, is: '350' },
        { is: '0' },
      ],
      [],
    ),
    [
      ['first: 9,350 × 80 %', {}, visit(1), '650', '7480'],
      ['second: 9,450 × 80 %', {}, visit(2), '550', '7560'],
      ['third: 9,650 × 80 %', {}, visit(3), '350', '7720'],
      ['fourth', {}, visit(4), '0', '8000'],
    ],
  );
  pays(
    '长沙: so much a year at most',
    repeated('1200', [], { yearlyMost: [{ when: { hospitalLevels: ['TERTIARY'] }, is: '3000' }, { is: '2000' }] }),
    [
      ['first: 8,800 × 80 %', {}, {}, '1200', '7040'],
      ['600 are left: 9,400 × 80 %', {}, { INPATIENT_DEDUCTIBLE: yuan('2400') }, '600', '7520'],
      ['none is left', { hospitalLevel: 'SECONDARY' }, { INPATIENT_DEDUCTIBLE: yuan('2400') }, '0', '8000'],
    ],
  );
  pays('once a hospital and year', documentOf({ deductible: { basis: 'PER_HOSPITAL_AND_YEAR', standard: '1000' } }), [
    ['paid there', {}, { 'INPATIENT_DEDUCTIBLE@H11010800001': yuan('1000') }, '0', '8000'],
    ['600 of it paid there: 9,600 × 80 %', {}, { 'INPATIENT_DEDUCTIBLE@H11010800001': yuan('600') }, '400', '7680'],
    ['paid elsewhere', {}, { 'INPATIENT_DEDUCTIBLE@H11010800002': yuan('1000') }, '1000', '7200'],
  ]);
});

describe('7. bands', () => {
  const beijing = (change: Json): Json =>
    documentOf({
      deductible: { basis: 'PER_VISIT', standard: '1300' },
      bands: [
        { upTo: '30000', ratio: { byLevel: { PRIMARY: '90%', SECONDARY: '87%', TERTIARY: '85%' } } },
        { upTo: '40000', ratio: { byLevel: { PRIMARY: '95%', SECONDARY: '92%', TERTIARY: '90%' } } },
        { upTo: '100000', ratio: { byLevel: { PRIMARY: '97%', SECONDARY: '97%', TERTIARY: '95%' } } },
        { upTo: null, ratio: '85%' },
      ],
      ...change,
    });
  pays('北京, counted from zero', beijing({ bandsFrom: 'ZERO' }), [
    // 28,700 × 85 % = 24,395; 5,000 × 90 % = 4,500.
    ['35,000', bill('35000'), {}, '1300', '28895'],
    // 24,395 + 9,000 + 60,000 × 95 % = 57,000 + 20,000 × 85 % = 17,000.
    ['120,000', bill('120000'), {}, '1300', '107395'],
    // 28,700 × 87 % = 24,969; 9,200; 58,200; 17,000.
    ['120,000, level 2', { ...bill('120000'), hospitalLevel: 'SECONDARY' }, {}, '1300', '109369'],
    // 28,700 × 90 % = 25,830; 9,500; 58,200; 17,000.
    ['120,000, level 1', { ...bill('120000'), hospitalLevel: 'PRIMARY' }, {}, '1300', '110530'],
  ]);
  // 30,000 × 85 % = 25,500; 3,700 × 90 % = 3,330.
  pays('counted after the deductible', beijing({ bandsFrom: 'AFTER_DEDUCTIBLE' }), [
    ['35,000', bill('35000'), {}, '1300', '28830'],
  ]);

  const yearly = (bandsFrom: string): Json =>
    documentOf({
      bands: [
        { upTo: '10000', ratio: '80%' },
        { upTo: null, ratio: '90%' },
      ],
      bandsFrom,
      bandsOver: 'YEAR',
    });
  pays('over the year, from zero', yearly('ZERO'), [
    ['first stay of 8,000', bill('8000'), {}, '1000', '5600'],
    // From 8,000: the deductible to 9,000, then 1,000 × 80 % and 6,000 × 90 %.
    ['second stay of 8,000', bill('8000'), { INPATIENT_SCALE: yuan('8000') }, '1000', '6200'],
  ]);
  pays('over the year, after the deductible', yearly('AFTER_DEDUCTIBLE'), [
    // From 7,000: 3,000 × 80 % and 4,000 × 90 %.
    ['second stay of 8,000', bill('8000'), { INPATIENT_SCALE: yuan('7000') }, '1000', '6000'],
  ]);
  it.each([
    ['ZERO', '8000'],
    ['AFTER_DEDUCTIBLE', '7000'],
  ])('a stay of 8,000 moves the year on, counted from %s', (bandsFrom, scale) =>
    expect(paid(claim(bill('8000')), read(yearly(bandsFrom))).deltas.INPATIENT_SCALE).toBe(yuan(scale)),
  );
});

describe('8. retirees pay a share of what others pay', () => {
  const retired = (standard: string, ratio: string, factor: string, adjustments: Json[] = []): Json =>
    documentOf(
      { deductible: { basis: 'PER_VISIT', standard, adjustments }, bands: [{ upTo: null, ratio }] },
      { adjustments: [{ when: { personTypes: ['RETIREE'] }, mode: 'SELF_PAY_FACTOR', factor }] },
    );
  pays('北京 ×0.3: 15 % becomes 4.5 %', retired('1300', '85%', '0.3'), [
    ['active: 8,700 × 85 %', {}, {}, '1300', '7395'],
    ['retired: 8,700 × 95.5 %', RETIREE, {}, '1300', '8308.50'],
  ]);
  pays('武汉 ×0.8: 20 % becomes 16 %', retired('1000', '80%', '0.8'), [
    ['retired: 9,000 × 84 %', RETIREE, {}, '1000', '7560'],
  ]);
  pays(
    '广州 ×0.7 of both',
    retired('1000', '80%', '0.7', [{ when: { personTypes: ['RETIREE'] }, mode: 'FACTOR', factor: '0.7' }]),
    [['retired: 9,300 × 86 %', RETIREE, {}, '700', '7998']],
  );
});

describe('9. by class of item', () => {
  const parts = [part('4000', 'B'), part('6000', 'A')];
  // The deductible is taken from class A: 5,000 × 85 % + 4,000 × 75 %.
  pays(
    '广西: 85 % and 75 %',
    documentOf({
      bands: [
        {
          upTo: null,
          ratio: [
            { when: { itemClasses: ['A'] }, is: '85%' },
            { when: { itemClasses: ['B'] }, is: '75%' },
          ],
        },
      ],
    }),
    [['6,000 and 4,000', { parts }, {}, '1000', '7250']],
  );
  describe.each([
    ['深圳', '1%', '7168'], // 9,960 − 1,000 = 8,960
    ['昆明', '3%', '7104'], // 9,880 − 1,000 = 8,880
    ['西安', '5%', '7040'], // 9,800 − 1,000 = 8,800
    ['武汉', '10%', '6880'], // 9,600 − 1,000 = 8,600
  ])('%s: %s of class B first', (_, ratio, pooling) => {
    pays('a bill', documentOf({ firstSelfPay: { ratio: [{ when: { itemClasses: ['B'] }, is: ratio }] } }), [
      ['6,000 and 4,000', { parts }, {}, '1000', pooling],
    ]);
  });
  // 100 + 300 + 400 + 900 first: 8,300 − 1,000 = 7,300.
  pays(
    '邵阳: 5, 10, 20 and 30 % of class B first',
    documentOf({
      firstSelfPay: {
        ratio: [
          { when: { itemClasses: ['B'], itemKinds: ['WESTERN_DRUG'] }, is: '5%' },
          { when: { itemClasses: ['B'], itemKinds: ['SERVICE'] }, is: '10%' },
          { when: { itemClasses: ['B'], itemKinds: ['CONSUMABLE'], unitPrice: { upTo: '1000' } }, is: '20%' },
          { when: { itemClasses: ['B'], itemKinds: ['CONSUMABLE'] }, is: '30%' },
        ],
      },
    }),
    [
      [
        'one of each',
        {
          parts: [
            part('2000', 'B', 'WESTERN_DRUG'),
            part('3000', 'B', 'SERVICE'),
            part('2000', 'B', 'CONSUMABLE', '500'),
            part('3000', 'B', 'CONSUMABLE', '3000'),
          ],
        },
        {},
        '1000',
        '5840',
      ],
    ],
  );
});

describe('10. consumables by their unit price: 西安 nothing to 5,000, 30 % to 20,000, then 50 % first', () => {
  const consumable = { itemKinds: ['CONSUMABLE'] };
  const one = (price: string): Partial<Claim> => ({
    split: split(price),
    parts: [part(price, 'B', 'CONSUMABLE', price)],
  });
  pays(
    'one of a stay',
    documentOf({
      firstSelfPay: {
        ratio: [
          { when: { ...consumable, unitPrice: { upTo: '5000' } }, is: '0%' },
          { when: { ...consumable, unitPrice: { upTo: '20000' } }, is: '30%' },
          { when: consumable, is: '50%' },
        ],
      },
    }),
    [
      ['5,000: 4,000 × 80 %', one('5000'), {}, '1000', '3200'],
      // 30 % is 1,500.003: 3,500.01 − 1,000 = 2,500.01, of which 80 % is 2,000.008.
      ['5,000.01', one('5000.01'), {}, '1000', '2000.01'],
      ['20,000: (14,000 − 1,000) × 80 %', one('20000'), {}, '1000', '10400'],
      // 50 % is 10,000.005, rounded up: 10,000.00 − 1,000.
      ['20,000.01', one('20000.01'), {}, '1000', '7200'],
      ['30,000: (15,000 − 1,000) × 80 %', one('30000'), {}, '1000', '11200'],
      [
        '12,000 for three of 4,000: 11,000 × 80 %',
        { split: split('12000'), parts: [part('12000', 'B', 'CONSUMABLE', '4000')] },
        {},
        '1000',
        '8800',
      ],
    ],
  );
});

describe('11. age, floors and caps', () => {
  pays(
    '成都: 2 points more a decade from 50 on',
    adjusted({ mode: 'POINTS_BY_AGE', fromAge: 50, everyYears: 10, points: '2%' }),
    [
      ['at 49', { age: 49 }, {}, '1000', '7200'],
      ['at 50, 82 %', { age: 50 }, {}, '1000', '7380'],
      ['at 59, 82 %', { age: 59 }, {}, '1000', '7380'],
      ['at 60, 84 %', { age: 60 }, {}, '1000', '7560'],
      ['at 75, 86 %', { age: 75 }, {}, '1000', '7740'],
      ['at an unknown age', {}, {}, '1000', '7200'],
      ['at 150, no more than the whole', { age: 150 }, {}, '1000', '9000'],
    ],
  );
  // 50 % at home: 40 % is raised to 45 %, 30 % to 40 %.
  pays(
    '蚌山: 45 % and 40 % at least',
    documentOf(
      { bands: [{ upTo: null, ratio: '50%' }] },
      {
        adjustments: [
          { when: away('REFERRAL'), mode: 'POINTS_LESS', points: '10%' },
          { when: away('OTHER_TEMPORARY'), mode: 'POINTS_LESS', points: '20%' },
          { when: away('REFERRAL'), mode: 'FLOOR', ratio: '45%' },
          { when: away('OTHER_TEMPORARY'), mode: 'FLOOR', ratio: '40%' },
        ],
      },
    ),
    [
      ['at home', {}, {}, '1000', '4500'],
      ['referral', REFERRAL, {}, '1000', '4050'],
      ['neither', TEMPORARY, {}, '1000', '3600'],
    ],
  );
  pays(
    '97 % at most',
    adjusted({ when: { age: { from: 70 } }, mode: 'POINTS_MORE', points: '20%' }, { mode: 'CEILING', ratio: '97%' }),
    [['at 70', { age: 70 }, {}, '1000', '8730']],
  );
  pays('不设封顶', documentOf(), [['a million: 999,000 × 80 %', bill('1000000'), {}, '1000', '799200']]);

  const clinic = (change: Json): Json =>
    documentOf(undefined, {
      visits: { INPATIENT: stay(), OUTPATIENT: stay({ bands: [{ upTo: null, ratio: '60%' }], ...change }) },
    });
  const at = (inScope: string): Partial<Claim> => ({ visitKind: 'OUTPATIENT', ...bill(inScope) });
  pays('郑州: 40 a visit', clinic({ deductible: { basis: 'PER_VISIT', standard: '40' } }), [
    ['200 × 60 %', at('240'), { OUTPATIENT_DEDUCTIBLE: yuan('400') }, '40', '120'],
  ]);
  pays('清远: 50 a month', clinic({ deductible: { basis: 'PER_MONTH', standard: '50' } }), [
    ['100 × 60 %', at('150'), {}, '50', '60'],
    ['30 paid this month: 130 × 60 %', at('150'), { 'OUTPATIENT_DEDUCTIBLE@2026-03': yuan('30') }, '20', '78'],
    ['paid this month', at('150'), { 'OUTPATIENT_DEDUCTIBLE@2026-03': yuan('50') }, '0', '90'],
    ['paid last month', at('150'), { 'OUTPATIENT_DEDUCTIBLE@2026-02': yuan('50') }, '50', '60'],
  ]);
  pays('50 a quarter', clinic({ deductible: { basis: 'PER_QUARTER', standard: '50' } }), [
    ['paid this quarter', at('150'), { 'OUTPATIENT_DEDUCTIBLE@2026Q1': yuan('50') }, '0', '90'],
    [
      'paid the quarter before',
      { ...at('150'), endedOn: '2026-04-01' },
      { 'OUTPATIENT_DEDUCTIBLE@2026Q1': yuan('50') },
      '50',
      '60',
    ],
  ]);

  const capped = (period: string, on: string, most: string): Json =>
    clinic({ deductible: { basis: 'NONE', standard: '0' }, caps: [{ period, on, most }] });
  // 500 × 60 % = 300 where no cap is reached.
  const caps: readonly (readonly [string, string, string, string, Accumulators, string])[] = [
    ['a visit', 'VISIT', 'FUND', '100', {}, '100'],
    ['a visit, not reached', 'VISIT', 'FUND', '400', {}, '300'],
    ['a month', 'MONTH', 'FUND', '200', { 'OUTPATIENT_POOLING@2026-03': yuan('150') }, '50'],
    ['another month', 'MONTH', 'FUND', '350', { 'OUTPATIENT_POOLING@2026-02': yuan('150') }, '300'],
    ['a quarter', 'QUARTER', 'FUND', '500', { 'OUTPATIENT_POOLING@2026Q1': yuan('450') }, '50'],
    ['a year', 'YEAR', 'FUND', '3000', { OUTPATIENT_POOLING: yuan('2950') }, '50'],
    ['a year, all used', 'YEAR', 'FUND', '3000', { OUTPATIENT_POOLING: yuan('3000') }, '0'],
    // Of the expense, 60 % of what is left: 300, 100, 100 and 250.
    ['a visit', 'VISIT', 'EXPENSE', '300', {}, '180'],
    ['a month', 'MONTH', 'EXPENSE', '300', { 'OUTPATIENT_EXPENSE@2026-03': yuan('200') }, '60'],
    ['a quarter', 'QUARTER', 'EXPENSE', '900', { 'OUTPATIENT_EXPENSE@2026Q1': yuan('800') }, '60'],
    ['a year', 'YEAR', 'EXPENSE', '2000', { OUTPATIENT_EXPENSE: yuan('1750') }, '150'],
  ];
  describe.each(caps)('%s (%s) on the %s, %s', (_, period, on, most, before, pooling) => {
    pays('a bill', capped(period, on, most), [['500 at 60 %', at('500'), before, '0', pooling]]);
  });
  it('counts what a cap is counted by', () => {
    const month = paid(claim(at('500')), read(capped('MONTH', 'FUND', '200')));
    const quarter = paid(claim(at('500')), read(capped('QUARTER', 'EXPENSE', '300')));
    expect([month.deltas['OUTPATIENT_POOLING@2026-03'], quarter.deltas['OUTPATIENT_EXPENSE@2026Q1']]).toEqual([
      yuan('200'),
      yuan('300'),
    ]);
  });

  const chronic = (deductible: Json, cap: Json): Json =>
    documentOf(undefined, { visits: { INPATIENT: stay(), CHRONIC: stay({ deductible, caps: [cap] }) } });
  const diabetes: Partial<Claim> = { visitKind: 'CHRONIC', diseaseCode: 'M01600', ...bill('1500') };
  pays(
    'each chronic disease by itself',
    chronic(
      { basis: 'PER_DISEASE_AND_YEAR', standard: '500' },
      { period: 'YEAR', on: 'FUND', perDisease: true, most: '5000' },
    ),
    [
      ['first: 1,000 × 80 %', diabetes, {}, '500', '800'],
      ['its deductible is paid: 1,500 × 80 %', diabetes, { 'CHRONIC_DEDUCTIBLE@M01600': yuan('500') }, '0', '1200'],
      ['its cap is near', diabetes, { 'CHRONIC_POOLING@M01600': yuan('4900') }, '500', '100'],
      [
        'another disease used up its own',
        diabetes,
        { 'CHRONIC_DEDUCTIBLE@M03900': yuan('500'), 'CHRONIC_POOLING@M03900': yuan('5000') },
        '500',
        '800',
      ],
    ],
  );
  pays(
    'each chronic disease by month',
    chronic({ basis: 'NONE', standard: '0' }, { period: 'MONTH', on: 'FUND', perDisease: true, most: '1000' }),
    [
      ['900 used', diabetes, { 'CHRONIC_POOLING@M01600/2026-03': yuan('900') }, '0', '100'],
      ['used last month', diabetes, { 'CHRONIC_POOLING@M01600/2026-02': yuan('900') }, '0', '1000'],
    ],
  );
});

pays(
  '12. by the settlement level of the hospital, an emergency as a filed stay',
  documentOf(
    { bands: [{ upTo: null, ratio: { byLevel: { SECONDARY: '85%', TERTIARY: '80%' } } }] },
    { adjustments: [{ when: away('REFERRAL', 'EMERGENCY'), mode: 'POINTS_LESS', points: '10%' }] },
  ),
  [
    ['level 2, emergency: 9,000 × 75 %', { ...EMERGENCY, hospitalLevel: 'SECONDARY' }, {}, '1000', '6750'],
    ['level 2, referral', { ...REFERRAL, hospitalLevel: 'SECONDARY' }, {}, '1000', '6750'],
    ['level 3, emergency: 9,000 × 70 %', EMERGENCY, {}, '1000', '6300'],
  ],
);

describe('13. the benefit year', () => {
  it('begins on 1 July in 上海', () => {
    const benefitYear = { startsOn: '07-01', crossYear: 'BY_NIGHTS' };
    expect(read(documentOf(undefined, { benefitYear })).benefitYear).toEqual({
      ...benefitYear,
      crossYearDeductible: 'ONCE',
    });
  });
  it('begins on 1 January where nothing is said', () =>
    expect(read(documentOf()).benefitYear).toEqual({
      startsOn: '01-01',
      crossYear: 'WHOLE',
      crossYearDeductible: 'ONCE',
    }));
});

describe('other funds', () => {
  const all = [{ upTo: null, ratio: '70%' }];
  const critical = {
    fund: 'CRITICAL_ILLNESS',
    base: 'YEAR_SELF_PAY',
    countsDeductible: false,
    threshold: '10000',
    bands: [
      { upTo: '20000', ratio: '60%' },
      { upTo: null, ratio: '70%' },
    ],
  };
  const aid = {
    fund: 'MEDICAL_AID',
    when: { personTags: ['低保', '特困'] },
    base: 'SELF_PAY',
    countsDeductible: true,
    bands: all,
    yearlyMost: '16000',
  };
  const resident = (...layers: Json[]): Json =>
    documentOf({ bands: [{ upTo: null, ratio: '65%' }] }, { insurance: 'RESIDENT', layers });
  const poor: Partial<Claim> = { personType: 'RESIDENT', personTags: ['低保'], ...bill('120000') };
  // 119,000 × 65 % = 77,350. Unpaid 42,650; without the deductible 31,650 above 10,000: 12,000 + 11,650 × 70 % = 20,155.
  const rows: readonly (readonly [string, Json, Partial<Claim>, Accumulators, Record<string, string>])[] = [
    [
      'medical aid pays 70 % of the 22,495 that critical illness leaves',
      resident(critical, aid),
      poor,
      {},
      { POOLING: '77350', CRITICAL_ILLNESS: '20155', MEDICAL_AID: '15746.50' },
    ],
    [
      'nothing for those who aren’t meant',
      resident(critical, aid),
      { ...poor, personTags: [] },
      {},
      { POOLING: '77350', CRITICAL_ILLNESS: '20155' },
    ],
    [
      'medical aid up to its yearly cap',
      resident(critical, aid),
      poor,
      { MEDICAL_AID_PAID: yuan('11000') },
      { POOLING: '77350', CRITICAL_ILLNESS: '20155', MEDICAL_AID: '5000' },
    ],
    // 42,650 × 70 % = 29,855, capped at 16,000. Left 26,650, without the deductible 15,650 above 10,000: × 60 %.
    [
      'in the other order, if the policy says so',
      resident(aid, critical),
      poor,
      {},
      { POOLING: '77350', MEDICAL_AID: '16000', CRITICAL_ILLNESS: '9390' },
    ],
    // The year’s 5,000 count: 36,650 above the threshold, 12,000 + 16,650 × 70 % = 23,655.
    [
      'critical illness over the year',
      resident(critical),
      poor,
      { CRITICAL_ILLNESS_BASE: yuan('5000') },
      { POOLING: '77350', CRITICAL_ILLNESS: '23655' },
    ],
    // 120,000 after the deductible, of which 100,000 × 80 % and then 20,000 × 90 %.
    [
      'large-sum above a cap that is counted on the expense',
      documentOf(undefined, {
        poolingCap: { period: 'YEAR', on: 'EXPENSE', most: '300000' },
        layers: [
          {
            fund: 'LARGE_SUM',
            base: 'ABOVE_POOLING_CAP',
            countsDeductible: true,
            bands: [{ upTo: null, ratio: '90%' }],
          },
        ],
      }),
      bill('121000'),
      { POOLING_EXPENSE: yuan('200000') },
      { POOLING: '80000', LARGE_SUM: '18000' },
    ],
    // 2,800 unpaid; half of the 1,800 beyond the deductible.
    [
      'civil servants’ aid without the deductible',
      documentOf(undefined, {
        layers: [
          {
            fund: 'CIVIL_SERVANT',
            when: { personTags: ['公务员'] },
            base: 'SELF_PAY',
            countsDeductible: false,
            bands: [{ upTo: null, ratio: '50%' }],
          },
        ],
      }),
      { personTags: ['公务员'] },
      {},
      { POOLING: '7200', CIVIL_SERVANT: '900' },
    ],
  ];
  it.each(rows)('%s', (_, document, of, before, funds) => {
    const result = paid(claim(of), read(document), before);
    const expected = Object.entries(funds).map(([fund, amount]) => ({ fund, amountFen: yuan(amount) }));
    expect(result.funds.map(({ fund, amountFen }) => ({ fund, amountFen }))).toEqual(expected);
  });
});

describe('personal accounts', () => {
  const account = (of: string[], mutualAid: boolean, inpatient: Json = {}): Json =>
    documentOf(inpatient, { account: { pays: of, mutualAid } });
  const having = (balance: string, mutualAid: string): Partial<Claim> => ({
    split: split('10000', '500', '300', '200'),
    account: { balanceFen: yuan(balance), mutualAidFen: yuan(mutualAid) },
  });
  const both = ['IN_SCOPE', 'FIRST_SELF_PAY'];
  // Of 11,000 the fund pays 7,200; of the 3,800 accounts may pay 2,800 in scope and 200 of first self-pay.
  it.each<[string, Json, Partial<Claim>, string, string, string]>([
    ['the own, then relatives’', account(both, true), having('1000', '800'), '1000', '800', '2000'],
    ['relatives’ no further than is left', account(both, true), having('1000', '9000'), '1000', '2000', '800'],
    ['the own alone', account(both, false), having('1000', '800'), '1000', '0', '2800'],
    ['no more than it may', account(both, true), having('5000', '800'), '3000', '0', '800'],
    ['nothing away from home', documentOf(), having('5000', '800'), '0', '0', '3800'],
    [
      'nothing of a balance that isn’t known',
      account(both, true),
      { ...having('0', '0'), account: null },
      '0',
      '0',
      '3800',
    ],
    [
      'all that the person pays',
      account([...both, 'OVER_CEILING', 'FULL_SELF_PAY'], true),
      having('5000', '0'),
      '3800',
      '0',
      '0',
    ],
    // 10 % first: (9,000 − 1,000) × 80 % = 6,400; personal 4,600; first self-pay 200 + 1,000.
    [
      'the home area’s own first self-pay with the treating place’s',
      account(['FIRST_SELF_PAY'], false, { firstSelfPay: { ratio: '10%' } }),
      having('5000', '0'),
      '1200',
      '0',
      '3400',
    ],
  ])('pay %s', (_, document, of, own, relatives, cash) => {
    const result = paid(claim(of), read(document));
    expect([result.accountFen, result.mutualAidFen, result.cashFen]).toEqual([yuan(own), yuan(relatives), yuan(cash)]);
  });
});

describe('what goes on to who pays above the pooling cap', () => {
  const inpatient = (caps: Json[]): Json => ({ caps });
  const large = {
    poolingCap: { period: 'YEAR', on: 'FUND', most: '20000' },
    layers: [
      { fund: 'LARGE_SUM', base: 'ABOVE_POOLING_CAP', countsDeductible: true, bands: [{ upTo: null, ratio: '90%' }] },
    ],
  };
  const stayOf101000 = claim({ split: split('101000') });
  // 100,000 after the deductible: 80,000 would be paid, 20,000 is, which uses up 25,000; 75,000 × 90 %.
  it.each<[string, Json[], string, string, string]>([
    ['is all that the cap leaves', [], '0', '20000', '67500'],
    // Only 50,000 count: 25,000 of them are left, × 90 %.
    [
      'is nothing beyond the expense that counts',
      [{ period: 'VISIT', on: 'EXPENSE', most: '50000' }],
      '0',
      '20000',
      '22500',
    ],
    // The stay gets 10,000 at most, which the year still has.
    [
      'is nothing where the visit’s own cap comes first',
      [{ period: 'VISIT', on: 'FUND', most: '10000' }],
      '10000',
      '10000',
      '0',
    ],
    // 4,000 of the stay's 10,000 are left in the year: 6,000 more would have been paid on 7,500.
    [
      'is what the visit’s own cap still allows',
      [{ period: 'VISIT', on: 'FUND', most: '10000' }],
      '16000',
      '4000',
      '6750',
    ],
  ])('%s', (_, caps, before, pooling, largeSum) => {
    const result = paid(stayOf101000, read(documentOf(inpatient(caps), large)), { POOLING_PAID: yuan(before) });
    expect(result.funds.map(({ fund, amountFen }) => ({ fund, amountFen }))).toEqual([
      { fund: 'POOLING', amountFen: yuan(pooling) },
      ...(largeSum === '0' ? [] : [{ fund: 'LARGE_SUM', amountFen: yuan(largeSum) }]),
    ]);
  });
});
