import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, type PolicyEffect } from './index.js';
import { documentOf, read, stay, yuan, type Json } from './spec-policies.js';

const compared = (before: Json | null, after: Json): PolicyEffect[] =>
  compareVersions(before && read(before), read(after));
const withRatio = (ratio: unknown): Json => documentOf({ bands: [{ upTo: null, ratio }] });
const withCap = (most: string): Json => documentOf(undefined, { poolingCap: { period: 'YEAR', on: 'FUND', most } });
const withLayer = (pooled: string, { base, ratio }: { readonly base: string; readonly ratio: string }): Json =>
  documentOf(
    { bands: [{ upTo: null, ratio: pooled }] },
    {
      ...(base === 'SELF_PAY' ? {} : { poolingCap: { period: 'YEAR', on: 'FUND', most: '400000' } }),
      layers: [
        {
          fund: 'LARGE_SUM',
          base,
          countsDeductible: true,
          threshold: base === 'SELF_PAY' ? '14000' : '0',
          bands: [{ upTo: null, ratio }],
        },
      ],
    },
  );
const turned = (effect: PolicyEffect): PolicyEffect => ({
  ...effect,
  fundBeforeFen: effect.fundAfterFen,
  fundAfterFen: effect.fundBeforeFen,
  accountBeforeFen: effect.accountAfterFen,
  accountAfterFen: effect.accountBeforeFen,
});

describe('two versions of a policy', () => {
  it('have no effect where only words differ', () =>
    expect(
      compared(documentOf(), documentOf(undefined, { title: 'other', note: 'other', validTo: '2030-12-31' })),
    ).toEqual([]));

  it('show each kind of person at each hospital once, by the case that differs most', () => {
    const effects = compared(withRatio('80%'), withRatio('85%'));
    expect(effects).toHaveLength(2 * 3 * 4);
    // (200,000 − 1,000) × 80 % and × 85 %.
    expect(new Set(effects.map(({ fundBeforeFen, fundAfterFen }) => [fundBeforeFen, fundAfterFen].join()))).toEqual(
      new Set([[yuan('159200'), yuan('169150')].join()]),
    );
    expect(effects[0]).toEqual({
      visitKind: 'INPATIENT',
      personType: 'ACTIVE',
      age: null,
      personTags: [],
      hospitalLevel: 'PRIMARY',
      hospitalTags: [],
      benefitLevel: 'LOCAL',
      settledBy: 'DIRECT',
      place: 'OTHER_PROVINCE',
      diseaseCode: null,
      itemClass: 'A',
      itemKind: null,
      unitPriceFen: null,
      inScopeFen: yuan('200000'),
      fullSelfPayFen: 0n,
      overCeilingFen: 0n,
      firstSelfPayFen: 0n,
      startedOn: null,
      endedOn: null,
      earlierVisits: 0,
      earlierOn: null,
      earlierElsewhere: false,
      paidEarlierFen: 0n,
      account: null,
      fundBeforeFen: yuan('159200'),
      fundAfterFen: yuan('169150'),
      accountBeforeFen: null,
      accountAfterFen: null,
    });
  });

  it('show only those whom the change touches, and the greatest difference first', () => {
    const effects = compared(
      withRatio('80%'),
      withRatio({
        byPerson: { ACTIVE: '80%', RETIREE: { byLevel: { PRIMARY: '70%', SECONDARY: '80%', TERTIARY: '85%' } } },
      }),
    );
    expect(effects.map(({ personType, hospitalLevel }) => `${personType} ${hospitalLevel}`)).toEqual([
      ...Array<string>(4).fill('RETIREE PRIMARY'),
      ...Array<string>(4).fill('RETIREE TERTIARY'),
    ]);
  });

  it('show a change for those of an age and with a tag, by themselves and together', () => {
    const effects = compared(
      documentOf(),
      documentOf(undefined, {
        adjustments: [
          { when: { age: { from: 70 } }, mode: 'POINTS_MORE', points: '5%' },
          { when: { personTags: ['低保'] }, mode: 'POINTS_MORE', points: '10%' },
        ],
      }),
    );
    expect(new Set(effects.map(({ age, personTags }) => `${age} ${personTags.join()}`))).toEqual(
      new Set(['69 低保', '70 ', '70 低保']),
    );
    expect(effects[0]).toMatchObject({ personType: 'ACTIVE', age: 70, personTags: ['低保'], hospitalLevel: 'PRIMARY' });
  });

  it.each<[string, Json, Json, string, string, string]>([
    [
      'a band that ends later',
      documentOf({
        bands: [
          { upTo: '300000', ratio: '80%' },
          { upTo: null, ratio: '50%' },
        ],
      }),
      documentOf({
        bands: [
          { upTo: '400000', ratio: '80%' },
          { upTo: null, ratio: '50%' },
        ],
      }),
      '401000',
      '290000',
      '320000',
    ],
    [
      'a deductible of a large bill',
      documentOf({ deductible: { basis: 'PER_VISIT', standard: '1000' } }),
      documentOf({ deductible: { basis: 'PER_VISIT', standard: '300000' } }),
      '600000',
      '479200',
      '240000',
    ],
    [
      'a cap of one visit',
      documentOf({ caps: [{ period: 'VISIT', on: 'FUND', most: '300000' }] }),
      documentOf({ caps: [{ period: 'VISIT', on: 'FUND', most: '400000' }] }),
      '602000',
      '300000',
      '400000',
    ],
    [
      'what is paid above the pooling cap',
      withLayer('80%', { base: 'ABOVE_POOLING_CAP', ratio: '80%' }),
      withLayer('80%', { base: 'ABOVE_POOLING_CAP', ratio: '90%' }),
      // 500,000 for the cap of 400,000; of 1,103,000 above it 80 % and 90 %.
      '1604000',
      '1282400',
      '1392700',
    ],
    [
      'a threshold that only very large bills reach',
      withLayer('95%', { base: 'SELF_PAY', ratio: '50%' }),
      withLayer('95%', { base: 'SELF_PAY', ratio: '60%' }),
      // 284,050, and of 15,950 unpaid 50 % and 60 % of 1,950.
      '300000',
      '285025',
      '285220',
    ],
  ])('show %s by a bill of their own figures', (_, before, after, inScope, fundBefore, fundAfter) =>
    expect(compared(before, after)[0]).toMatchObject({
      inScopeFen: yuan(inScope),
      fundBeforeFen: yuan(fundBefore),
      fundAfterFen: yuan(fundAfter),
    }),
  );

  it('show a cap that differs by someone for whom it is nearly used up', () => {
    expect(compared(withCap('400000'), withCap('500000'))[0]).toMatchObject({
      paidEarlierFen: yuan('399900'),
      fundBeforeFen: yuan('100'),
      fundAfterFen: yuan('100100'),
    });
    const monthly = (most: string): Json =>
      documentOf(undefined, {
        visits: { INPATIENT: stay(), OUTPATIENT: stay({ caps: [{ period: 'MONTH', on: 'FUND', most }] }) },
      });
    expect(new Set(compared(monthly('500'), monthly('600')).map(({ visitKind }) => visitKind))).toEqual(
      new Set(['OUTPATIENT']),
    );
  });

  it('show what only one of them settles', () => {
    const outpatient = documentOf(undefined, { visits: { INPATIENT: stay(), OUTPATIENT: stay() } });
    const [effect] = compared(documentOf(), outpatient);
    expect(effect).toMatchObject({ visitKind: 'OUTPATIENT', fundBeforeFen: null, fundAfterFen: yuan('159200') });
    expect(compared(outpatient, documentOf())[0]).toMatchObject({ fundBeforeFen: yuan('159200'), fundAfterFen: null });
    expect(compared(null, documentOf()).every(({ fundBeforeFen }) => fundBeforeFen === null)).toBe(true);
    expect(compared(null, documentOf())).toHaveLength(24);
  });

  it('settle nobody of the other’s insurance', () => {
    const effects = compared(documentOf(), documentOf(undefined, { insurance: 'RESIDENT' }));
    expect(
      new Set(
        effects.map(({ personType, fundBeforeFen, fundAfterFen }) =>
          [personType, fundBeforeFen === null, fundAfterFen === null].join(),
        ),
      ),
    ).toEqual(new Set(['ACTIVE,false,true', 'RETIREE,false,true', 'RESIDENT,true,false', 'MINOR,true,false']));
  });

  it('show those with a tag that only one of them mentions, however many both do', () => {
    const more = (tags: readonly string[]): Json =>
      documentOf(undefined, {
        adjustments: tags.map((tag) => ({ when: { personTags: [tag] }, mode: 'POINTS_MORE', points: '5%' })),
      });
    const shared = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
    const effects = compared(more(shared), more([...shared, 'z']));
    expect(new Set(effects.map(({ personTags }) => personTags.join()))).toEqual(new Set(['z']));
  });

  it('show the greatest case of each circumstance before they show more of others', () => {
    const tags = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬'];
    const version = (ratio: string, later: string, more: (at: number) => string): Json =>
      documentOf(
        {
          bands: [{ upTo: null, ratio }],
          deductible: {
            basis: 'PER_VISIT',
            standard: '1000',
            adjustments: [{ mode: 'FACTORS_BY_VISIT', factors: ['1', later] }],
          },
        },
        {
          adjustments: tags.map((tag, at) => ({ when: { personTags: [tag] }, mode: 'POINTS_MORE', points: more(at) })),
        },
      );
    const effects = compared(
      version('60%', '1/2', () => '1%'),
      version('65%', '1/4', (at) => `${at + 2}%`),
    );
    expect(effects).toHaveLength(200);
    expect(effects.at(-1)).toMatchObject({ personTags: [], earlierVisits: 0 });
    expect(effects.filter(({ earlierVisits }) => earlierVisits === 1)).toHaveLength(1);
    const differences = effects.map(({ fundBeforeFen, fundAfterFen }) => (fundAfterFen ?? 0n) - (fundBeforeFen ?? 0n));
    expect(differences).toEqual(differences.toSorted((one, other) => (one < other ? 1 : one > other ? -1 : 0)));
  });

  it('show as much, and no more than 200 cases, the other way round', () => {
    const ratio = fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`);
    const tags = fc.uniqueArray(fc.constantFrom('甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬'), {
      maxLength: 9,
    });
    const version = fc.record({ ratio, more: ratio, tags }).map(({ ratio: is, more, tags: personTags }) =>
      documentOf(
        { bands: [{ upTo: null, ratio: is }] },
        {
          adjustments: personTags.map((tag) => ({ when: { personTags: [tag] }, mode: 'POINTS_MORE', points: more })),
        },
      ),
    );
    fc.assert(
      fc.property(version, version, (one, other) => {
        const [there, back] = [compared(one, other), compared(other, one)];
        expect(there.length).toBeLessThanOrEqual(200);
        expect(back.map(turned)).toEqual(there);
      }),
      { numRuns: 6 },
    );
  });
});
