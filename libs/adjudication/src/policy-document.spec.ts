import { parseRate } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { policyJsonSchema, readPolicy } from './index.js';
import { documentOf, read, stay, yuan, type Json } from './spec-policies.js';

const problemIn = (document: unknown): string => {
  const reading = readPolicy(document);
  return 'problem' in reading ? reading.problem : '';
};
const yearly = { period: 'YEAR', on: 'FUND', most: '100' };
const firstBand = (change: Json): Json => documentOf({ bands: [{ upTo: null, ratio: '80%', ...change }] });
const deductible = (change: Json): Json =>
  documentOf({ deductible: { basis: 'PER_VISIT', standard: '1000', ...change } });

it.each([300, 20_000])('a policy nested %i levels deep is refused, not tried', (levels) => {
  const deep = JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;
  const problem = 'document: nested deeper than 100 levels';
  expect(readPolicy(deep)).toEqual({ problem });
  expect(readPolicy(documentOf({ bands: [{ upTo: null, ratio: deep }] }))).toEqual({ problem });
});

describe('a policy document', () => {
  it('reads amounts in yuan and ratios in any notation', () => {
    const { visits } = read(
      documentOf({
        deductible: { basis: 'PER_VISIT', standard: '0.5' },
        bands: [
          { upTo: '1200', ratio: '85%' },
          { upTo: '1200.50', ratio: '0.9' },
          { upTo: null, ratio: '4/5' },
        ],
      }),
    );
    expect(visits.INPATIENT?.deductible.standard).toEqual({ kind: 'VALUE', value: { kind: 'AMOUNT', fen: 50n } });
    expect(visits.INPATIENT?.bands.map(({ upToFen, ratio }) => [upToFen, ratio])).toEqual([
      [yuan('1200'), { kind: 'VALUE', value: parseRate('85%') }],
      [yuan('1200.50'), { kind: 'VALUE', value: parseRate('90%') }],
      [null, { kind: 'VALUE', value: parseRate('80%') }],
    ]);
  });

  it('reads a figure that depends on several things, one within the other', () => {
    const { visits } = read(
      firstBand({
        ratio: [
          { when: { age: { from: 70 } }, is: '90%' },
          { is: { byPerson: { ACTIVE: { byLevel: { TERTIARY: '80%' } } } } },
        ],
      }),
    );
    expect(visits.INPATIENT?.bands[0]?.ratio).toEqual({
      kind: 'CASES',
      cases: [
        { when: { age: { from: 70 } }, is: { kind: 'VALUE', value: parseRate('90%') } },
        {
          when: {},
          is: {
            kind: 'BY_PERSON',
            of: { ACTIVE: { kind: 'BY_LEVEL', of: { TERTIARY: { kind: 'VALUE', value: parseRate('80%') } } } },
          },
        },
      ],
    });
  });

  it('gives the document’s source and trust to rules that say none', () => {
    const { visits, poolingCap } = read(
      documentOf(
        { bands: [{ upTo: null, ratio: '80%', source: '某市〔2024〕1号', trust: 'A' }] },
        { poolingCap: yearly },
      ),
    );
    expect(visits.INPATIENT?.bands[0]).toMatchObject({ source: '某市〔2024〕1号', trust: 'A' });
    expect(visits.INPATIENT?.deductible).toMatchObject({ source: 'test', trust: 'D' });
    expect(poolingCap).toMatchObject({ source: 'test', trust: 'D' });
  });

  it('takes what isn’t said as nothing', () =>
    expect(read(documentOf())).toMatchObject({
      visits: {
        INPATIENT: {
          firstSelfPay: null,
          bandsOver: 'VISIT',
          caps: [],
          deductible: { adjustments: [], yearlyMost: null },
        },
      },
      poolingCap: null,
      layers: [],
      account: null,
    }));

  it('may carry notes and the address of its schema', () =>
    expect(
      problemIn(
        documentOf(
          { note: '一' },
          { note: '二', $schema: 'policy.schema.json', poolingCap: { ...yearly, note: '三' } },
        ),
      ),
    ).toBe(''));

  it('may multiply by more than one', () =>
    expect(problemIn(deductible({ adjustments: [{ mode: 'FACTOR', factor: '2.5' }] }))).toBe(''));

  it.each<[string, unknown, RegExp]>([
    ['nothing', null, /document/],
    ['no object', [], /document/],
    ['an unknown field', documentOf(undefined, { surprise: 1 }), /surprise/],
    ['an unknown field within', documentOf({ surprise: 1 }), /^visits\.INPATIENT: .*surprise/],
    ['the old names', documentOf(undefined, { largeSum: null }), /largeSum/],
    ['a ratio above one', firstBand({ ratio: '120%' }), /^visits\.INPATIENT\.bands\.0\.ratio/],
    ['a ratio that is a number', firstBand({ ratio: 0.8 }), /bands\.0\.ratio/],
    ['a negative ratio', firstBand({ ratio: '-80%' }), /bands\.0\.ratio/],
    ['a share of nothing', firstBand({ ratio: '4/0' }), /bands\.0\.ratio/],
    [
      'points above one',
      documentOf(undefined, { adjustments: [{ mode: 'POINTS_LESS', points: '101%' }] }),
      /^adjustments\.0\.points: a ratio from 0 to 1/,
    ],
    ['an unknown way to adjust', documentOf(undefined, { adjustments: [{ mode: 'NONE' }] }), /^adjustments\.0\.mode/],
    [
      'an amount that is a number',
      documentOf(undefined, { poolingCap: { ...yearly, most: 100 } }),
      /^poolingCap\.most/,
    ],
    [
      'an amount with three decimals',
      firstBand({ upTo: '1.001' }),
      /^visits\.INPATIENT\.bands\.0\.upTo: an amount in yuan/,
    ],
    ['a negative amount', firstBand({ upTo: '-1' }), /bands\.0\.upTo/],
    ['a deductible without a basis', documentOf({ deductible: { standard: '1000' } }), /deductible\.basis/],
    ['no band at all', documentOf({ bands: [] }), /^visits\.INPATIENT\.bands/],
    ['no cases at all', firstBand({ ratio: [] }), /bands\.0\.ratio/],
    ['an unknown hospital level', firstBand({ ratio: { byLevel: { FOURTH: '80%' } } }), /bands\.0\.ratio/],
    ['a document without a source', { ...documentOf(), source: undefined }, /^source/],
    [
      'a figure without a source',
      documentOf(undefined, { poolingCap: { ...yearly, source: '' } }),
      /^poolingCap\.source/,
    ],
    [
      'a wrong figure in a choice',
      documentOf({ bands: [{ upTo: null, ratio: { byLevel: { TERTIARY: '120%' } } }] }),
      /^visits\.INPATIENT\.bands\.0\.ratio\.byLevel\.TERTIARY: a ratio from 0 to 1/,
    ],
    [
      'a pooling cap by disease',
      documentOf(undefined, { poolingCap: { ...yearly, perDisease: true } }),
      /^poolingCap: .*perDisease/,
    ],
    ['a field that every object has', documentOf(undefined, JSON.parse('{"__proto__": 1}')), /__proto__/],
    ['an unknown trust', documentOf(undefined, { trust: 'E' }), /trust/],
    ['an unknown kind of visit', documentOf(undefined, { visits: { INPATIENT: stay(), BIRTH: stay() } }), /^visits/],
    ['the pooling fund as another fund', documentOf(undefined, { layers: [{ fund: 'POOLING' }] }), /^layers\.0\.fund/],
    ['a day that doesn’t exist', documentOf(undefined, { validFrom: '2026-02-30' }), /^validFrom: a date/],
    [
      'a year that begins on no day',
      documentOf(undefined, { benefitYear: { startsOn: '02-30', crossYear: 'WHOLE' } }),
      /^benefitYear\.startsOn/,
    ],
    ['no division', documentOf(undefined, { region: '990000' }), /^region: a division code/],
    [
      'an empty exception',
      documentOf(undefined, { adjustments: [{ mode: 'FACTOR', factor: '0.5', exception: '' }] }),
      /^adjustments\.0\.exception/,
    ],
  ])('is refused with the place where it is wrong: %s', (_, document, problem) =>
    expect(problemIn(document)).toMatch(problem),
  );

  it('has a schema that names its fields', () =>
    expect(policyJsonSchema()).toMatchObject({
      type: 'object',
      additionalProperties: false,
      properties: { region: {}, visits: {}, adjustments: {}, poolingCap: {}, layers: {}, account: {} },
    }));
});

/** A policy that says something of everything. */
const EVERYTHING: Json = documentOf(
  {
    firstSelfPay: {
      ratio: [{ when: { itemClasses: ['B'], unitPrice: { from: '1', upTo: '2' } }, is: '10%' }, { is: '0%' }],
    },
    deductible: {
      basis: 'PER_VISIT',
      standard: {
        byLevel: {
          PRIMARY: '200',
          SECONDARY: { shareOf: 'BILL', ratio: '20%', least: '100', most: '900' },
          TERTIARY: '800',
        },
      },
      adjustments: [
        { when: { age: { from: 60, upTo: 69 } }, mode: 'FLOOR', least: { byPerson: { ACTIVE: '1', RETIREE: '2' } } },
      ],
      yearlyMost: '2000',
    },
    bands: [
      { upTo: '100', ratio: '80%' },
      { upTo: null, ratio: '90%' },
    ],
    caps: [{ period: 'YEAR', on: 'FUND', most: '100000' }],
  },
  {
    benefitYear: { startsOn: '07-01', crossYear: 'WHOLE' },
    adjustments: [{ when: { visitNumber: { from: 2 } }, mode: 'ABSOLUTE', ratio: { byLevel: { PRIMARY: '80%' } } }],
    poolingCap: { period: 'YEAR', on: 'FUND', most: '100000' },
    layers: [
      {
        fund: 'LARGE_SUM',
        base: 'ABOVE_POOLING_CAP',
        countsDeductible: true,
        when: { personTags: ['公'] },
        bands: [{ upTo: null, ratio: '90%' }],
      },
    ],
    account: { pays: ['IN_SCOPE'], mutualAid: true },
    examples: [
      {
        name: '一',
        claim: {
          visitKind: 'INPATIENT',
          personType: 'ACTIVE',
          hospitalLevel: 'TERTIARY',
          endedOn: '2026-03-15',
          lines: [{ itemClass: 'A', amount: '100' }],
          account: { balance: '1' },
        },
        accumulators: { INPATIENT_VISITS: '0' },
        expect: { fund: '0', personal: '100', funds: { POOLING: '0' } },
      },
    ],
  },
);

type Place = readonly (string | number)[];
const placesIn = (value: unknown, at: Place = []): Place[] =>
  Array.isArray(value)
    ? value.flatMap((each, index) => placesIn(each, [...at, index]))
    : typeof value === 'object' && value !== null
      ? [at, ...Object.entries(value).flatMap(([name, each]) => placesIn(each, [...at, name]))]
      : [];
/** With a field more at a place. */
function withField(value: unknown, [next, ...rest]: Place, field: Json): unknown {
  if (next === undefined) return { ...(value as Json), ...field };
  if (Array.isArray(value)) return value.map((each, index) => (index === next ? withField(each, rest, field) : each));
  return { ...(value as Json), [next]: withField((value as Json)[next], rest, field) };
}
const withoutRemarks = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (name, each: unknown) =>
      name === 'note' || name === 'source' ? undefined : typeof each === 'bigint' ? String(each) : each,
    ),
  );

describe('any object of a document', () => {
  const places = placesIn(EVERYTHING);
  const totals = (place: Place): boolean => place.at(-1) === 'accumulators';

  it('is one of many', () => expect(places.length).toBeGreaterThan(30));

  it.each(places)('may have a note, which changes nothing: %j', (...place) => {
    expect(withoutRemarks(read(withField(EVERYTHING, place, { note: '见附件' }) as Json))).toEqual(
      withoutRemarks(read(EVERYTHING)),
    );
  });

  it.each(places.filter((place) => !totals(place)))('may have a source, which changes nothing: %j', (...place) => {
    expect(withoutRemarks(read(withField(EVERYTHING, place, { source: '某市〔2024〕1号' }) as Json))).toEqual(
      withoutRemarks(read(EVERYTHING)),
    );
  });

  it.each(places)('has no other field: %j', (...place) =>
    expect(problemIn(withField(EVERYTHING, place, { surprise: 'x' }))).toMatch(/surprise/),
  );
});
