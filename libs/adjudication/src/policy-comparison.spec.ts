import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, type PolicyEffect } from './index.js';
import { documentOf, read, stay, yuan, type Json } from './spec-policies.js';

const compared = (before: Json | null, after: Json): PolicyEffect[] =>
  compareVersions(before && read(before), read(after));
const withRatio = (ratio: unknown): Json => documentOf({ bands: [{ upTo: null, ratio }] });
const withCap = (most: string): Json => documentOf(undefined, { poolingCap: { period: 'YEAR', on: 'FUND', most } });
const who = ({ personType, age, personTag, hospitalLevel, benefitLevel }: PolicyEffect): unknown[] => [
  personType,
  age,
  personTag,
  hospitalLevel,
  benefitLevel,
];

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
      personTag: null,
      hospitalLevel: 'PRIMARY',
      benefitLevel: 'LOCAL',
      inScopeFen: yuan('200000'),
      paidEarlierFen: 0n,
      fundBeforeFen: yuan('159200'),
      fundAfterFen: yuan('169150'),
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

  it('show a change for those of an age and with a tag, one at a time', () => {
    const effects = compared(
      documentOf(),
      documentOf(undefined, {
        adjustments: [
          { when: { age: { from: 70 } }, mode: 'POINTS_MORE', points: '5%' },
          { when: { personTags: ['低保'] }, mode: 'POINTS_MORE', points: '10%' },
        ],
      }),
    );
    expect(new Set(effects.map(({ age, personTag }) => `${age} ${personTag}`))).toEqual(
      new Set(['69 低保', '70 null']),
    );
    expect(who(effects[0] as PolicyEffect)).toEqual(['ACTIVE', 69, '低保', 'PRIMARY', 'LOCAL']);
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
    expect(new Set(effects.map(({ personTag }) => personTag))).toEqual(new Set(['z']));
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
        expect(back.length).toBe(there.length);
        const total = (effects: PolicyEffect[]): bigint =>
          effects.reduce(
            (sum, { fundBeforeFen, fundAfterFen }) => sum + (fundAfterFen ?? 0n) - (fundBeforeFen ?? 0n),
            0n,
          );
        expect(total(back.filter(({ personTag }) => personTag === null))).toBe(
          -total(there.filter(({ personTag }) => personTag === null)),
        );
      }),
      { numRuns: 40 },
    );
  });
});
