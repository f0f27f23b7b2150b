import { describe, expect, it } from 'vitest';
import { rulesOf, settingsOf, textOf, type ComparedRule } from './compared-rules.js';
import { documentOf, read, stay, type Json } from './spec-policies.js';

const OLD = { age: { from: 60 } };
const rules = (inpatient: Json, change: Json = {}): readonly ComparedRule[] =>
  rulesOf(read(documentOf(inpatient, change)), 'INPATIENT');
/** What a rule is by its text, for whom it is, and on which bills it matters. */
const told = (of: readonly ComparedRule[]): unknown[] =>
  of.map(({ text, whens, facts }) => [JSON.parse(text) as unknown, whens, facts]);
/** Those of the rule that a spec adds, which the ordinary stay doesn't have. */
const added = (inpatient: Json, change: Json = {}): unknown[] => {
  const ordinary = new Set(rules({}).map(({ text }) => text));
  return told(rules(inpatient, change).filter(({ text }) => !ordinary.has(text)));
};
const figure = (name: unknown, value: unknown, ...whens: unknown[]): unknown => ({ name, whens, value });
const amount = (fen: string): unknown => ({ kind: 'AMOUNT', fen });
const ratio = (numerator: string, denominator: string): unknown => ({ numerator, denominator });

describe('a version’s figures', () => {
  it('are none of a kind of visit that it doesn’t settle, and of no version', () => {
    expect(rulesOf(read(documentOf()), 'OUTPATIENT')).toEqual([]);
    expect(rulesOf(null, 'INPATIENT')).toEqual([]);
  });

  it('are those of every rule, each with the conditions that lead to it', () =>
    expect(
      told(
        rules({
          firstSelfPay: { ratio: { byLevel: { PRIMARY: '5%', TERTIARY: [{ when: OLD, is: '10%' }] } } },
          bands: [
            { upTo: '300', ratio: { byPerson: { ACTIVE: '80%', RETIREE: '85%' } } },
            { upTo: null, ratio: '90%' },
          ],
        }),
      ),
    ).toEqual([
      [figure({ name: 'firstSelfPay', key: 'PRIMARY' }, ratio('1', '20')), [], []],
      [figure({ name: 'firstSelfPay', key: 'TERTIARY' }, ratio('1', '10'), OLD), [OLD], []],
      [figure({ basis: 'PER_VISIT' }, amount('100000')), [], []],
      ...[
        ['ACTIVE', '4', '5'],
        ['RETIREE', '17', '20'],
      ].map(([key, one = '', of = '']) => [
        figure({ name: { bandsFrom: 'AFTER_DEDUCTIBLE', bandsOver: 'VISIT', upToFen: '30000' }, key }, ratio(one, of)),
        [],
        [],
      ]),
      [figure({ bandsFrom: 'AFTER_DEDUCTIBLE', bandsOver: 'VISIT', upToFen: null }, ratio('9', '10')), [], []],
    ]));

  it('matter to somebody with an earlier visit where bands go over the year', () =>
    expect(rules({ bandsOver: 'YEAR' }).at(-1)?.facts).toEqual([{ earlierVisits: 1 }]));

  it('of another kind of visit are left out', () => {
    const of = (...visitKinds: string[]): number =>
      rules({}, { adjustments: [{ when: { visitKinds }, mode: 'POINTS_MORE', points: '1%' }] }).length -
      rules({}).length;
    expect([of('INPATIENT'), of('CHRONIC', 'INPATIENT'), of('CHRONIC')]).toEqual([1, 1, 0]);
  });

  it('are the same where only a source differs', () => {
    const of = (source: string): string[] =>
      rules(
        {
          bands: [{ upTo: null, ratio: [{ is: '80%', source }], source }],
          deductible: { basis: 'NONE', standard: '0', source },
        },
        { adjustments: [{ mode: 'FACTOR', factor: '0.9', source, trust: 'A', exception: source }] },
      ).map(({ text }) => text);
    expect(of('一')).toEqual(of('二'));
    expect(textOf({ source: 1, fen: 2n })).toBe('{"fen":"2"}');
  });
});

describe('a deductible’s figures matter', () => {
  const before = { earlierVisits: 1 };
  const on = (deductible: Json): unknown[] => rules({ deductible })[0]?.facts.slice() ?? [];

  it.each<[string, unknown[]]>([
    ['PER_VISIT', []],
    ['PER_YEAR', [before]],
    ['PER_HOSPITAL_AND_YEAR', [before, { ...before, earlierElsewhere: true }]],
    ['PER_DISEASE_AND_YEAR', [before, { ...before, earlierElsewhere: true }]],
    ['PER_QUARTER', [before, { ...before, earlierOn: '2026-05-15' }, { ...before, earlierOn: '2026-03-15' }]],
    ['PER_MONTH', [before, { ...before, earlierOn: '2026-05-15' }, { ...before, earlierOn: '2026-03-15' }]],
  ])('%s to somebody who paid it before', (basis, expected) =>
    expect(on({ basis, standard: '1000' })).toEqual(expected),
  );

  it('of a share of the bill on one with parts out of scope, no two of which are alike', () => {
    const [outside] = on({
      basis: 'PER_VISIT',
      standard: [{ when: OLD, is: '1' }, { is: { shareOf: 'BILL', ratio: '5%' } }],
    });
    const parts = Object.values(outside as Record<string, bigint>);
    const pairs = parts.flatMap((one, at) => parts.slice(at + 1).map((other) => one + other));
    expect(new Set([...parts, ...pairs]).size).toBe(6);
    expect(on({ basis: 'PER_VISIT', standard: { shareOf: 'IN_SCOPE', ratio: '5%' } })).toEqual([]);
  });

  it.each<[Json, number[]]>([
    [{ mode: 'FACTOR', factor: '0.5' }, []],
    [{ mode: 'LESS', amount: '100' }, []],
    [{ mode: 'FACTORS_BY_VISIT', factors: ['1', '0.5', '0'] }, [0, 1, 2]],
    // 1,000 yuan are gone after three times 400, or 334; after two times 500.
    [{ mode: 'LESS_BY_VISIT', amount: '400' }, [1, 2, 3]],
    [{ mode: 'LESS_BY_VISIT', amount: '500' }, [1, 2, 2]],
    [{ mode: 'SHARE_LESS_BY_VISIT', ratio: '30%' }, [1, 2, 4]],
    // What takes too many visits to be gone isn't tried further than the most.
    [{ mode: 'LESS_BY_VISIT', amount: '0' }, [1, 2]],
  ])('by %j after so many visits', (adjustment, visits) => {
    const found = rules({
      deductible: {
        basis: 'PER_VISIT',
        standard: [{ when: OLD, is: '600' }, { is: '1000' }],
        adjustments: [{ when: OLD, ...adjustment }],
      },
    })[2];
    expect(found?.whens).toEqual([OLD]);
    expect(found?.facts.map(({ earlierVisits }) => earlierVisits).slice(0, visits.length)).toEqual(visits);
    expect(found?.facts.length ?? 0).toBeGreaterThanOrEqual(visits.length);
    expect(visits.length > 0 || found?.facts.length === 0).toBe(true);
  });

  it('of a floor by its own conditions, of a yearly most after one and two visits', () =>
    expect(
      added({
        deductible: {
          basis: 'PER_VISIT',
          standard: '1000',
          adjustments: [
            { when: OLD, mode: 'FLOOR', least: [{ when: { personTypes: ['RETIREE'] }, is: '1' }, { is: '2' }] },
          ],
          yearlyMost: '3',
        },
      }),
    ).toEqual([
      [figure('deductible floor', '100', OLD, { personTypes: ['RETIREE'] }), [OLD, { personTypes: ['RETIREE'] }], []],
      [figure('deductible floor', '200', OLD, {}), [OLD, {}], []],
      [figure('yearlyMost', '300'), [], [{ earlierVisits: 1 }, { earlierVisits: 2 }]],
    ]));
});

describe('a limit matters', () => {
  const of = (cap: Json): unknown[] => added({ caps: [{ on: 'FUND', most: '100', ...cap }] });
  const name = (change: object): unknown => ({
    name: 'cap',
    period: 'VISIT',
    on: 'FUND',
    perDisease: false,
    ...change,
  });
  const inPart = [{ earlierOn: '2026-05-15' }, { earlierOn: '2026-03-15' }];

  it.each<[Json, unknown[]]>([
    [{ period: 'VISIT' }, []],
    [{ period: 'YEAR' }, []],
    [{ period: 'MONTH' }, inPart],
    [{ period: 'QUARTER' }, inPart],
    [{ period: 'YEAR', perDisease: true }, [{ earlierElsewhere: true }]],
    [{ period: 'MONTH', perDisease: true, on: 'EXPENSE' }, [...inPart, { earlierElsewhere: true }]],
  ])('%j after visits in the same part of the year, before it, and elsewhere', (cap, facts) =>
    expect(of(cap)).toEqual([[figure(name(cap), '10000'), [], facts]]),
  );

  it('over all kinds of visit by its own name', () =>
    expect(added({}, { poolingCap: { on: 'EXPENSE', period: 'YEAR', most: [{ when: OLD, is: '100' }] } })).toEqual([
      [figure({ name: 'poolingCap', period: 'YEAR', on: 'EXPENSE', perDisease: false }, '10000', OLD), [OLD], []],
    ]));
});

describe('an adjustment', () => {
  it('with a ratio of its own is that figure under its condition', () =>
    expect(added({}, { adjustments: [{ when: OLD, mode: 'FLOOR', ratio: { byPerson: { ACTIVE: '70%' } } }] })).toEqual([
      [figure({ name: { mode: 'FLOOR' }, key: 'ACTIVE' }, ratio('7', '10'), OLD), [OLD], []],
    ]));

  it.each([
    [60, [59, 60, 65]],
    [0, [0, 5]],
  ])('by age from %i on matters just before and at its first steps', (fromAge, ages) => {
    const byAge = { mode: 'POINTS_BY_AGE', fromAge, everyYears: 5, points: '2%' };
    const [found] = rules({}, { adjustments: [byAge] }).slice(-1);
    expect(found?.facts).toEqual(ages.map((age) => ({ age })));
  });

  it('of another mode matters to whom it is for', () =>
    expect(added({}, { adjustments: [{ when: OLD, mode: 'POINTS_LESS', points: '5%' }] })).toEqual([
      [{ mode: 'POINTS_LESS', when: OLD, points: ratio('1', '20') }, [OLD], []],
    ]));
});

describe('a layer', () => {
  const layer = (base: string): unknown[] =>
    added(
      {},
      {
        layers: [
          {
            fund: 'OTHER',
            when: OLD,
            base,
            countsDeductible: true,
            threshold: '10',
            bands: [
              { upTo: '20', ratio: '50%' },
              { upTo: null, ratio: '60%' },
            ],
            yearlyMost: '30',
          },
        ],
      },
    );

  it.each([
    ['SELF_PAY', []],
    ['YEAR_SELF_PAY', [{ earlierVisits: 1 }]],
  ])('of %s has its threshold, bands and limit under its condition', (base, facts) => {
    const of = { fund: 'OTHER', base, countsDeductible: true };
    expect(layer(base)).toEqual([
      [figure({ ...of, name: 'threshold' }, '1000', OLD), [OLD], facts],
      [figure({ ...of, upToFen: '2000' }, ratio('1', '2'), OLD), [OLD], facts],
      [figure({ ...of, upToFen: null }, ratio('3', '5'), OLD), [OLD], facts],
      [figure({ ...of, name: 'yearlyMost' }, '3000', OLD), [OLD], facts],
    ]);
  });
});

describe('what no condition asks about', () => {
  it('is when a year begins, around its first day, and what accounts pay, on bills that ask for all of it', () => {
    const policy = read(
      documentOf(
        {},
        {
          benefitYear: { startsOn: '07-01', crossYear: 'WHOLE' },
          account: { pays: ['IN_SCOPE', 'FIRST_SELF_PAY'], mutualAid: true },
        },
      ),
    );
    const [year, account] = settingsOf(policy, 'INPATIENT');
    const at = (earlierVisits: number, startedOn: string, endedOn: string) => ({
      earlierVisits,
      earlierOn: '2026-06-21',
      startedOn,
      endedOn,
    });
    expect(year?.facts).toEqual([
      at(0, '2026-06-26', '2026-07-06'),
      at(0, '2026-07-01', '2026-07-01'),
      at(1, '2026-06-26', '2026-07-06'),
      at(1, '2026-07-01', '2026-07-01'),
    ]);
    expect(JSON.parse(account?.text ?? '')).toEqual({ pays: ['FIRST_SELF_PAY', 'IN_SCOPE'], mutualAid: true });
    expect(account?.facts.map((facts) => Object.keys(facts))).toEqual([
      ['account', 'fullSelfPayFen', 'overCeilingFen', 'firstSelfPayFen'],
      ['account', 'fullSelfPayFen', 'overCeilingFen', 'firstSelfPayFen'],
    ]);
    expect(settingsOf(policy, 'CHRONIC')).toEqual([]);
    expect(settingsOf(read(documentOf({}, { visits: { INPATIENT: stay() } })), 'INPATIENT')).toHaveLength(1);
  });
});
