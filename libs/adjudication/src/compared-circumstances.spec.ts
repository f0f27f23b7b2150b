import { describe, expect, it } from 'vitest';
import { circumstancesOf } from './compared-circumstances.js';
import { compareVersions, type PolicyEffect } from './index.js';
import { documentOf, read, stay, yuan, type Json } from './spec-policies.js';

const ORDINARY: Json = {
  age: null,
  personTags: [],
  hospitalTags: [],
  settledBy: 'DIRECT',
  place: 'OTHER_PROVINCE',
  diseaseCode: null,
  itemClass: 'A',
  itemKind: null,
  unitPriceFen: null,
  fullSelfPayFen: 0n,
  overCeilingFen: 0n,
  firstSelfPayFen: 0n,
  startedOn: null,
  endedOn: null,
  earlierVisits: 0,
  earlierOn: null,
  earlierElsewhere: false,
  account: null,
};
const OUTSIDE = { fullSelfPayFen: yuan('1000'), overCeilingFen: yuan('2000'), firstSelfPayFen: yuan('4000') };
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each));
/** What of a case isn't ordinary. */
const unusual = (of: Json): Json =>
  Object.fromEntries(
    Object.entries(of).filter(([name, value]) => name in ORDINARY && textOf(value) !== textOf(ORDINARY[name])),
  );

/** Each circumstance once: what is unusual, what was paid earlier, the bill, and what is paid of it before and after. */
const told = (before: Json | null, after: Json): unknown[] => {
  const effects = compareVersions(before && read(before), read(after));
  const rows = effects.map((effect) => [
    { ...unusual(effect), ...(effect.paidEarlierFen === 0n ? {} : { paidEarlierFen: effect.paidEarlierFen }) },
    effect.inScopeFen,
    paidOf(effect, 'Before'),
    paidOf(effect, 'After'),
  ]);
  return [...new Map(rows.map((row) => [textOf(row), row])).values()];
};
const paidOf = (effect: PolicyEffect, when: 'Before' | 'After'): unknown =>
  effect.account === null ? effect[`fund${when}Fen`] : [effect[`fund${when}Fen`], effect[`account${when}Fen`]];
const row = (facts: Json, inScope: string, before: string, after: string): unknown[] => [
  facts,
  yuan(inScope),
  yuan(before),
  yuan(after),
];

const withAdjustments = (...adjustments: Json[]): Json => documentOf({}, { adjustments });
const more = (points: string, when: Json): Json => withAdjustments({ when, mode: 'POINTS_MORE', points });
const withDeductible = (deductible: Json): Json =>
  documentOf({ deductible: { basis: 'PER_VISIT', standard: '1000', ...deductible } });
const withFirstSelfPay = (when: Json, ratio: string): Json =>
  documentOf({ firstSelfPay: { ratio: [{ when, is: ratio }, { is: '0' }] } });
const withYear = (benefitYear: Json, inpatient: Json = {}): Json =>
  documentOf(inpatient, { benefitYear: { startsOn: '01-01', crossYear: 'WHOLE', ...benefitYear } });
const HALF_THEN_FREE = {
  deductible: {
    basis: 'PER_VISIT',
    standard: '1000',
    adjustments: [{ mode: 'FACTORS_BY_VISIT', factors: ['1', '0'] }],
  },
};

describe('a change of a rule', () => {
  // Where nothing else is said, 1,000 yuan are deducted and 80 % of the rest is paid: 159,200 of 200,000.
  it.each<[string, Json, Json, unknown[]]>([
    [
      'by hand',
      withAdjustments({ when: { settledBy: 'MANUAL' }, mode: 'POINTS_LESS', points: '10%' }),
      withAdjustments({ when: { settledBy: 'MANUAL' }, mode: 'POINTS_LESS', points: '50%' }),
      // 199,000 × 70 % and × 30 %.
      [row({ settledBy: 'MANUAL' }, '200000', '139300', '59700')],
    ],
    [
      'at the counter alone',
      more('5%', { settledBy: 'DIRECT' }),
      more('5%', {}),
      // 199,000 × 80 % and × 85 %.
      [row({ settledBy: 'MANUAL' }, '200000', '159200', '169150')],
    ],
    [
      'elsewhere in the home province',
      more('5%', { places: ['HOME_PROVINCE'] }),
      more('10%', { places: ['HOME_PROVINCE'] }),
      // 199,000 × 85 % and × 90 %.
      [row({ place: 'HOME_PROVINCE' }, '200000', '169150', '179100')],
    ],
    [
      'in the home area too',
      more('5%', { places: ['HOME_PROVINCE'] }),
      more('5%', { places: ['HOME_PROVINCE', 'HOME_AREA'] }),
      [row({ place: 'HOME_AREA' }, '200000', '159200', '169150')],
    ],
    [
      'away from home, for whoever isn’t',
      more('5%', { places: ['OTHER_PROVINCE'] }),
      more('5%', {}),
      [
        row({ place: 'HOME_AREA' }, '200000', '159200', '169150'),
        row({ place: 'HOME_PROVINCE' }, '200000', '159200', '169150'),
      ],
    ],
    [
      'at hospitals with a tag',
      more('5%', { hospitalTags: ['中医医院'] }),
      more('10%', { hospitalTags: ['中医医院'] }),
      [row({ hospitalTags: ['中医医院'] }, '200000', '169150', '179100')],
    ],
    [
      'with a disease, whichever of them',
      more('5%', { diseaseCodes: ['M01', 'M02'] }),
      more('10%', { diseaseCodes: ['M01', 'M02'] }),
      [
        row({ diseaseCode: 'M01' }, '200000', '169150', '179100'),
        row({ diseaseCode: 'M02' }, '200000', '169150', '179100'),
      ],
    ],
    [
      'from the third visit on',
      more('5%', { visitNumber: { from: 3 } }),
      more('10%', { visitNumber: { from: 3 } }),
      [row({ earlierVisits: 2 }, '200000', '169150', '179100')],
    ],
    [
      'from a later visit on than is paid one by one',
      more('5%', { visitNumber: { from: 30 } }),
      more('10%', { visitNumber: { from: 30 } }),
      [row({ earlierVisits: 29 }, '200000', '169150', '179100')],
    ],
    [
      'that all of a condition must hold for',
      more('5%', { personTags: ['低保'], hospitalTags: ['基层'], places: ['HOME_AREA'], diseaseCodes: ['M01'] }),
      more('10%', { personTags: ['低保'], hospitalTags: ['基层'], places: ['HOME_AREA'], diseaseCodes: ['M01'] }),
      [
        row(
          { personTags: ['低保'], hospitalTags: ['基层'], place: 'HOME_AREA', diseaseCode: 'M01' },
          '200000',
          '169150',
          '179100',
        ),
      ],
    ],
    [
      'that a case within a condition has',
      withAdjustments({
        when: { personTags: ['低保'] },
        mode: 'ABSOLUTE',
        ratio: [{ when: { personTags: ['残疾'], age: { upTo: 17 } }, is: '90%' }, { is: '85%' }],
      }),
      withAdjustments({
        when: { personTags: ['低保'] },
        mode: 'ABSOLUTE',
        ratio: [{ when: { personTags: ['残疾'], age: { upTo: 17 } }, is: '95%' }, { is: '85%' }],
      }),
      // 199,000 × 90 % and × 95 %.
      [row({ age: 17, personTags: ['低保', '残疾'] }, '200000', '179100', '189050')],
    ],
    [
      'that is left for those whom another case isn’t about',
      withAdjustments({
        when: { personTags: ['低保'] },
        mode: 'ABSOLUTE',
        ratio: [{ when: { settledBy: 'DIRECT' }, is: '85%' }, { is: '60%' }],
      }),
      withAdjustments({
        when: { personTags: ['低保'] },
        mode: 'ABSOLUTE',
        ratio: [{ when: { settledBy: 'DIRECT' }, is: '85%' }, { is: '70%' }],
      }),
      // 199,000 × 60 % and × 70 %.
      [row({ settledBy: 'MANUAL', personTags: ['低保'] }, '200000', '119400', '139300')],
    ],
    [
      'that reaches further down than it did',
      more('5%', { personTags: ['低保'], age: { from: 60, upTo: 69 } }),
      more('5%', { personTags: ['低保'], age: { upTo: 69 } }),
      [row({ age: 59, personTags: ['低保'] }, '200000', '159200', '169150')],
    ],
    [
      'by age, at each step that another begins at',
      withAdjustments({ mode: 'POINTS_BY_AGE', fromAge: 60, everyYears: 10, points: '2%' }),
      withAdjustments({ mode: 'POINTS_BY_AGE', fromAge: 60, everyYears: 5, points: '2%' }),
      // 199,000 × 82 % and × 84 %, and at 70 × 84 % and × 86 %.
      [row({ age: 65 }, '200000', '163180', '167160'), row({ age: 70 }, '200000', '167160', '171140')],
    ],
    [
      'by age from birth on',
      withAdjustments({ mode: 'POINTS_BY_AGE', fromAge: 0, everyYears: 30, points: '2%' }),
      withAdjustments({ mode: 'POINTS_BY_AGE', fromAge: 0, everyYears: 30, points: '3%' }),
      // 199,000 × 82 % and × 83 %, and at 30 × 84 % and × 86 %.
      [row({ age: 0 }, '200000', '163180', '165170'), row({ age: 30 }, '200000', '167160', '171140')],
    ],
    [
      'of class B',
      withFirstSelfPay({ itemClasses: ['B'] }, '10%'),
      withFirstSelfPay({ itemClasses: ['B'] }, '30%'),
      // (180,000 − 1,000) × 80 % and (140,000 − 1,000) × 80 %.
      [row({ itemClass: 'B' }, '200000', '143200', '111200')],
    ],
    [
      'of a kind above a price',
      withFirstSelfPay({ itemKinds: ['CONSUMABLE'], unitPrice: { from: '5000.01' } }, '20%'),
      withFirstSelfPay({ itemKinds: ['CONSUMABLE'], unitPrice: { from: '5000.01' } }, '40%'),
      // (160,000 − 1,000) × 80 % and (120,000 − 1,000) × 80 %.
      [row({ itemKind: 'CONSUMABLE', unitPriceFen: yuan('5000.01') }, '200000', '127200', '95200')],
    ],
    [
      'of a kind up to another price',
      withFirstSelfPay({ itemKinds: ['CONSUMABLE'], unitPrice: { upTo: '5000' } }, '20%'),
      withFirstSelfPay({ itemKinds: ['CONSUMABLE'], unitPrice: { upTo: '8000' } }, '20%'),
      // (200,000 − 1,000) × 80 % and (160,000 − 1,000) × 80 %.
      [
        row({ itemKind: 'CONSUMABLE', unitPriceFen: yuan('5000.01') }, '200000', '159200', '127200'),
        row({ itemKind: 'CONSUMABLE', unitPriceFen: yuan('8000') }, '200000', '159200', '127200'),
      ],
    ],
    [
      'of the deductible of another stay',
      withDeductible({ adjustments: [{ mode: 'FACTORS_BY_VISIT', factors: ['1', '1/2'] }] }),
      withDeductible({ adjustments: [{ mode: 'FACTORS_BY_VISIT', factors: ['1', '1/4'] }] }),
      // (2,000 − 500) × 80 % and (2,000 − 250) × 80 %.
      [row({ earlierVisits: 1 }, '2000', '1200', '1400')],
    ],
    [
      'of what each earlier stay takes off the deductible, down to nothing',
      withDeductible({ adjustments: [{ mode: 'SHARE_LESS_BY_VISIT', ratio: '20%' }] }),
      withDeductible({ adjustments: [{ mode: 'SHARE_LESS_BY_VISIT', ratio: '10%' }] }),
      // Less a deductible of 0 and 500; 600 and 800; 800 and 900.
      [
        row({ earlierVisits: 5 }, '2000', '1600', '1200'),
        row({ earlierVisits: 2 }, '2000', '1120', '960'),
        row({ earlierVisits: 1 }, '2000', '960', '880'),
      ],
    ],
    [
      'of the amount that each earlier stay takes off, down to nothing',
      withDeductible({ adjustments: [{ mode: 'LESS_BY_VISIT', amount: '300' }] }),
      withDeductible({ adjustments: [{ mode: 'LESS_BY_VISIT', amount: '400' }] }),
      // Less a deductible of 400 and 200; 700 and 600; 100 and 0.
      [
        row({ earlierVisits: 2 }, '2000', '1280', '1440'),
        row({ earlierVisits: 1 }, '2000', '1040', '1120'),
        row({ earlierVisits: 3 }, '2000', '1520', '1600'),
      ],
    ],
    [
      'of the floor that a deductible falls to',
      withDeductible({
        adjustments: [
          { mode: 'LESS_BY_VISIT', amount: '300' },
          { mode: 'FLOOR', least: '100' },
        ],
      }),
      withDeductible({
        adjustments: [
          { mode: 'LESS_BY_VISIT', amount: '300' },
          { mode: 'FLOOR', least: '300' },
        ],
      }),
      // A deductible of 100 and 300.
      [row({ earlierVisits: 4 }, '2000', '1520', '1360')],
    ],
    [
      'of the deductible of a year',
      withDeductible({ yearlyMost: '1500' }),
      withDeductible({ yearlyMost: '1800' }),
      // A second one of 500 and 800.
      [row({ earlierVisits: 1 }, '2000', '1200', '960')],
    ],
    [
      'of what a deductible is paid once of: a year',
      withDeductible({}),
      withDeductible({ basis: 'PER_YEAR' }),
      [row({ earlierVisits: 1 }, '2000', '800', '1600')],
    ],
    [
      'of what a deductible is paid once of: a hospital',
      withDeductible({ basis: 'PER_YEAR' }),
      withDeductible({ basis: 'PER_HOSPITAL_AND_YEAR' }),
      [row({ earlierVisits: 1, earlierElsewhere: true }, '2000', '1600', '800')],
    ],
    [
      'of what a deductible is paid once of: a disease',
      withDeductible({ basis: 'PER_YEAR' }),
      withDeductible({ basis: 'PER_DISEASE_AND_YEAR' }),
      [row({ earlierVisits: 1, earlierElsewhere: true }, '2000', '1600', '800')],
    ],
    [
      'of what a deductible is paid once of: a quarter',
      withDeductible({ basis: 'PER_YEAR' }),
      withDeductible({ basis: 'PER_QUARTER' }),
      [row({ earlierVisits: 1, earlierOn: '2026-03-15' }, '2000', '1600', '800')],
    ],
    [
      'of what a deductible is paid once of: a month',
      withDeductible({ basis: 'PER_QUARTER' }),
      withDeductible({ basis: 'PER_MONTH' }),
      [row({ earlierVisits: 1, earlierOn: '2026-05-15' }, '2000', '1600', '800')],
    ],
    [
      'of what a share is of',
      withDeductible({ standard: { shareOf: 'BILL', ratio: '10%', least: '0', most: null } }),
      withDeductible({ standard: { shareOf: 'IN_SCOPE', ratio: '10%', least: '0', most: null } }),
      // Of 9,000 or of 2,000, of which 1,100 or 1,800 are left.
      [row(OUTSIDE, '2000', '880', '1440')],
    ],
    [
      'of what bands count',
      documentOf({
        bands: [
          { upTo: '100000', ratio: '80%' },
          { upTo: null, ratio: '50%' },
        ],
        bandsOver: 'VISIT',
      }),
      documentOf({
        bands: [
          { upTo: '100000', ratio: '80%' },
          { upTo: null, ratio: '50%' },
        ],
        bandsOver: 'YEAR',
      }),
      // 101,000 twice: the second time 100,000 × 80 % or × 50 %.
      [row({ earlierVisits: 1 }, '101000', '80000', '50000')],
    ],
    [
      'of whose bills a fund counts together',
      documentOf({}, { layers: [layer('SELF_PAY')] }),
      documentOf({}, { layers: [layer('YEAR_SELF_PAY')] }),
      // 10,800 are unpaid each time: half of what is above 10,000, or the second time half of it all.
      [row({ earlierVisits: 1 }, '50000', '39600', '44600')],
    ],
    [
      'of two further visits by rules that ask for both',
      more('5%', { personTags: ['低保'], visitNumber: { from: 2, upTo: 3 } }),
      more('10%', { personTags: ['低保'], visitNumber: { from: 2, upTo: 3 } }),
      [
        row({ personTags: ['低保'], earlierVisits: 1 }, '200000', '169150', '179100'),
        row({ personTags: ['低保'], earlierVisits: 2 }, '200000', '169150', '179100'),
      ],
    ],
    [
      'that only shows together with another rule',
      withAdjustments(
        { when: { settledBy: 'MANUAL', personTags: ['低保'] }, mode: 'POINTS_LESS', points: '50%' },
        { when: { places: ['HOME_AREA'] }, mode: 'FLOOR', ratio: '40%' },
      ),
      withAdjustments(
        { when: { settledBy: 'MANUAL', personTags: ['低保'] }, mode: 'POINTS_LESS', points: '50%' },
        { when: { places: ['HOME_AREA'] }, mode: 'FLOOR', ratio: '50%' },
      ),
      // 199,000 × 40 % and × 50 %.
      [row({ settledBy: 'MANUAL', personTags: ['低保'], place: 'HOME_AREA' }, '200000', '79600', '99500')],
    ],
  ])('%s is told by such a case, and by no other', (_, before, after, rows) => {
    expect(sorted(told(before, after))).toEqual(sorted(rows));
    expect(sorted(told(after, before))).toEqual(sorted(rows.map(turned)));
  });

  it('of a cap that is counted by the month is told by what was paid in another month', () => {
    const outpatient = (period: string): Json =>
      documentOf(
        {},
        { visits: { INPATIENT: stay(), OUTPATIENT: stay({ caps: [{ period, on: 'FUND', most: '500' }] }) } },
      );
    // 400 of 500 are used up in May, if that counts in June.
    expect(told(outpatient('MONTH'), outpatient('QUARTER'))).toEqual([
      row({ earlierOn: '2026-05-15', paidEarlierFen: yuan('400') }, '200000', '500', '100'),
    ]);
  });

  it('of when a year begins is told by visits about both days', () => {
    const [calendar, july] = [withYear({}, HALF_THEN_FREE), withYear({ startsOn: '07-01' }, HALF_THEN_FREE)];
    const after = (earlierOn: string, startedOn: string, endedOn = startedOn): Json => ({
      earlierVisits: 1,
      earlierOn,
      startedOn,
      endedOn,
    });
    // A second stay of the year has no deductible: 1,600 of 2,000, where the first has 800.
    expect(sorted(told(calendar, july))).toEqual(
      sorted([
        row(after('2026-06-21', '2026-07-01'), '2000', '1600', '800'),
        row(after('2026-06-21', '2026-06-26', '2026-07-06'), '2000', '1600', '800'),
        row(after('2025-12-22', '2026-01-01'), '2000', '800', '1600'),
        row(after('2025-12-22', '2025-12-27', '2026-01-06'), '2000', '800', '1600'),
      ]),
    );
  });

  it('of how a stay over the year’s end is booked is told by such a stay', () => {
    const bands = {
      bands: [
        { upTo: '10000', ratio: '80%' },
        { upTo: null, ratio: '50%' },
      ],
    };
    const over = { startedOn: '2025-12-27', endedOn: '2026-01-06' };
    // 8,000 + 39,000 × 50 %; divided, 8,000 + 14,000 × 50 % and 8,000 + 15,000 × 50 %.
    expect(told(withYear({}, bands), withYear({ crossYear: 'BY_NIGHTS' }, bands))).toContainEqual(
      row(over, '50000', '27500', '30500'),
    );
    const divided = (crossYearDeductible: string): Json => withYear({ crossYear: 'BY_NIGHTS', crossYearDeductible });
    // Of each 1,000 the deductible takes all; one of them has none where it is paid once.
    expect(told(divided('ONCE'), divided('EACH_YEAR'))).toContainEqual(row(over, '2000', '800', '0'));
  });

  it('of a year’s end is told by someone for whom a cap of the year before is nearly used up', () => {
    const capped = (crossYear: string): Json =>
      documentOf(
        {},
        {
          benefitYear: { startsOn: '01-01', crossYear },
          poolingCap: { period: 'YEAR', on: 'FUND', most: '400000' },
        },
      );
    // 100 are left of the first year: the second year's half is 100,000 × 80 %; whole, (200,000 − 1,000) × 80 %.
    expect(told(capped('WHOLE'), capped('BY_NIGHTS'))).toContainEqual(
      row(
        { startedOn: '2025-12-27', endedOn: '2026-01-06', earlierOn: '2025-12-22', paidEarlierFen: yuan('399900') },
        '200000',
        '159200',
        '80100',
      ),
    );
  });

  it('of what accounts pay is told by what the own or a relative’s account pays', () => {
    const withAccount = (account: Json | null): Json => documentOf({}, { account });
    const ample = 100_000_000_000n;
    const own = { ...OUTSIDE, account: { balanceFen: ample, mutualAidFen: 0n } };
    const relatives = { ...OUTSIDE, account: { balanceFen: 0n, mutualAidFen: ample } };
    const inScope = { pays: ['IN_SCOPE'], mutualAid: false };
    const fund = yuan('800');
    // Of 2,000 in scope 1,200 are the person's, and 1,000 are full self-pay.
    expect(told(withAccount(inScope), withAccount({ ...inScope, pays: ['FULL_SELF_PAY', 'IN_SCOPE'] }))).toEqual([
      [own, yuan('2000'), [fund, yuan('1200')], [fund, yuan('2200')]],
    ]);
    // 1,000 + 199,000 × 20 % are left of 200,000.
    expect(told(withAccount(inScope), withAccount({ ...inScope, mutualAid: true }))).toEqual([
      [relatives, yuan('200000'), [yuan('159200'), 0n], [yuan('159200'), yuan('40800')]],
    ]);
    expect(told(withAccount(null), withAccount(inScope))).toEqual([
      [own, yuan('200000'), [yuan('159200'), 0n], [yuan('159200'), yuan('40800')]],
    ]);
    const words = { ...inScope, source: 'other', pays: ['IN_SCOPE'] };
    expect(told(withAccount(inScope), withAccount(words))).toEqual([]);
  });

  it('is told in the kind of visit that it is about', () => {
    const of = (points: string): Json =>
      documentOf(
        {},
        {
          visits: { INPATIENT: stay(), OUTPATIENT: stay() },
          adjustments: [{ when: { visitKinds: ['OUTPATIENT'], personTags: ['低保'] }, mode: 'POINTS_MORE', points }],
        },
      );
    const effects = compareVersions(read(of('5%')), read(of('10%')));
    expect(effects).toHaveLength(24);
    expect(new Set(effects.map(({ visitKind }) => visitKind))).toEqual(new Set(['OUTPATIENT']));
    expect(circumstancesOf(read(of('5%')), read(of('10%')), 'INPATIENT')).toHaveLength(1);
  });

  it('is told of those for whom it isn’t what it is for others, beside a change for everybody', () => {
    const of = (ratio: string, points: string): Json =>
      documentOf(
        { bands: [{ upTo: null, ratio }] },
        {
          adjustments: [
            { when: { personTags: ['低保'] }, mode: 'POINTS_MORE', points },
            { when: { personTags: ['特困'] }, mode: 'POINTS_MORE', points: '5%' },
          ],
        },
      );
    // 199,000 × 70 % and × 75 %; with 5 and 8 points more.
    expect(told(of('70%', '5%'), of('75%', '8%'))).toEqual([
      row({ personTags: ['低保'] }, '200000', '149250', '165170'),
      row({}, '200000', '139300', '149250'),
    ]);
  });
});

describe('the circumstances', () => {
  it('are ordinary ones alone where no rule mentions others', () => {
    const circumstances = circumstancesOf(
      read(documentOf()),
      read(documentOf({ bands: [{ upTo: null, ratio: '85%' }] })),
      'INPATIENT',
    );
    expect(circumstances).toEqual([{ of: ORDINARY, isCombined: false }]);
  });

  it('are at most 48, the ordinary ones first and those of the figures that differ next', () => {
    const tags = Array.from({ length: 60 }, (_, at) => `标识${at}`);
    const of = (points: string): Json =>
      withAdjustments(...tags.map((tag) => ({ when: { personTags: [tag] }, mode: 'POINTS_MORE', points: '5%' })), {
        when: { personTags: ['一'], places: ['HOME_AREA'] },
        mode: 'POINTS_MORE',
        points,
      });
    const circumstances = circumstancesOf(read(of('5%')), read(of('6%')), 'INPATIENT').map(({ of: each }) =>
      unusual(each),
    );
    expect(circumstances).toHaveLength(48);
    expect(circumstances.slice(0, 2)).toEqual([{}, { personTags: ['一'], place: 'HOME_AREA' }]);
  });
});

function layer(base: string): Json {
  return {
    fund: 'CRITICAL_ILLNESS',
    base,
    countsDeductible: true,
    threshold: '10000',
    bands: [{ upTo: null, ratio: '50%' }],
  };
}

function sorted(rows: readonly unknown[]): unknown[] {
  return rows.toSorted((one, other) => (textOf(one) < textOf(other) ? -1 : 1));
}

function turned(of: unknown): unknown {
  const [facts, inScope, before, after] = of as unknown[];
  return [facts, inScope, after, before];
}
