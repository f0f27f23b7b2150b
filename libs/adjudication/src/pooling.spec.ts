import { describe, expect, it } from 'vitest';
import { explain, type Accumulators, type Claim, type ExplainedStep } from './index.js';
import { claim, documentOf, paid, read, split, yuan, type Json } from './spec-policies.js';

const cap = (period: string, on: string, most: string, source = 'test'): Json => ({ period, on, most, source });
const lines = (document: Json, of: Partial<Claim> = {}, before: Accumulators = {}): ExplainedStep[] =>
  explain(paid(claim(of), read(document), before).steps);
const capLines = (document: Json, before: Accumulators = {}) =>
  lines(document, {}, before)
    .filter(({ rule }) => rule === 'POOLING_CAP')
    .map(({ source, baseFen, resultFen }) => [source, baseFen, resultFen]);

/** 10,000 in scope, less 1,000, at 80 %: 7,200. */
describe('a reached limit', () => {
  it.each<[string, Json[], (string | bigint)[][]]>([
    ['of what is paid has a line', [cap('VISIT', 'FUND', '5000')], [['test', yuan('7200'), yuan('5000')]]],
    ['of what is paid on has one too', [cap('VISIT', 'EXPENSE', '4000')], [['test', yuan('9000'), yuan('4000')]]],
    ['that is just enough has none', [cap('VISIT', 'FUND', '7200'), cap('VISIT', 'EXPENSE', '9000')], []],
    [
      'has one only where it is the one that limits',
      [cap('VISIT', 'FUND', '5000', 'one'), cap('VISIT', 'FUND', '6000', 'other')],
      [['one', yuan('7200'), yuan('5000')]],
    ],
  ])('%s', (_, caps, expected) => expect(capLines(documentOf({ caps }))).toEqual(expected));

  it('of a visit forgets what was paid before', () => {
    const before = { INPATIENT_POOLING: yuan('4000'), INPATIENT_EXPENSE: yuan('4000') };
    const document = documentOf({ caps: [cap('VISIT', 'FUND', '5000'), cap('VISIT', 'EXPENSE', '8000')] });
    const { funds } = paid(claim(), read(document), before);
    expect(funds).toEqual([
      { fund: 'POOLING', amountFen: yuan('5000'), baseFen: yuan('8000'), limitFen: yuan('5000') },
    ]);
  });

  it.each([
    [['5000', '6000'], '5000'],
    [['6000', '5000'], '5000'],
    [['8000', '9000'], '8000'],
  ])('of several, %j, is the least: %s could be paid', (most, limit) => {
    const caps = [...most.map((each) => cap('VISIT', 'FUND', each)), cap('VISIT', 'EXPENSE', '100')];
    expect(paid(claim(), read(documentOf({ caps }))).funds[0]?.limitFen).toBe(yuan(limit));
  });
});

describe('what lies above the pooling cap', () => {
  const handing = (poolingCap: Json | null, caps: Json[] = []): Json =>
    documentOf(
      { caps },
      {
        poolingCap,
        layers: [
          {
            fund: 'LARGE_SUM',
            base: 'ABOVE_POOLING_CAP',
            countsDeductible: true,
            bands: [{ upTo: null, ratio: '90%' }],
          },
        ],
      },
    );
  it.each<[string, Json, Accumulators, string | null]>([
    ['is nothing without a cap', handing(null), {}, null],
    ['is nothing where the cap is not reached', handing(cap('YEAR', 'FUND', '7200')), {}, null],
    ['is what the payment doesn’t use up', handing(cap('YEAR', 'FUND', '4000')), {}, '4000'],
    ['is all once nothing is left', handing(cap('YEAR', 'FUND', '4000')), { POOLING_PAID: yuan('4000') }, '9000'],
    ['is the expense above it', handing(cap('YEAR', 'EXPENSE', '2500')), {}, '6500'],
    ['is nothing where the expense is within it', handing(cap('YEAR', 'EXPENSE', '9000')), {}, null],
    [
      'is nothing that the visit’s own cap leaves',
      handing(cap('YEAR', 'FUND', '5000'), [cap('VISIT', 'FUND', '5000')]),
      {},
      null,
    ],
  ])('%s', (_, document, before, base) =>
    expect(paid(claim(), read(document), before).funds.find(({ fund }) => fund === 'LARGE_SUM')?.baseFen ?? null).toBe(
      base === null ? null : yuan(base),
    ),
  );
});

describe('the lines of the pooling fund', () => {
  const part = (itemClass: 'A' | 'B', inScope: string): Claim['parts'][number] => ({
    itemClass,
    itemKind: null,
    unitPriceFen: null,
    inScopeFen: yuan(inScope),
  });
  const parts = [part('A', '6000'), part('B', '4000')];
  const by = (a: string, b: string, change: Json = {}): Json =>
    documentOf({ bands: [{ upTo: null, ratio: [{ when: { itemClasses: ['A'] }, is: a }, { is: b }] }] }, change);
  const ratios = (document: Json) =>
    lines(document, { parts })
      .filter(({ rule }) => rule === 'POOLING_RATIO')
      .map(({ baseFen, rate, resultFen }) => [baseFen, rate, resultFen]);

  it('are one where a bill says nothing of its parts, whatever the policy tells apart', () => {
    const ratio = [{ when: { itemClasses: ['A'] }, is: '85%' }, { is: '80%' }];
    const { fundTotalFen, steps } = paid(claim({ parts: [] }), read(documentOf({ bands: [{ upTo: null, ratio }] })));
    expect(fundTotalFen).toBe(yuan('7200'));
    expect(steps.filter(({ rule }) => rule === 'POOLING_RATIO')).toHaveLength(1);
  });

  it('are one for parts that are paid alike', () =>
    expect(ratios(by('80%', '80%'))).toEqual([[yuan('9000'), '80%', yuan('7200')]]));
  it('are two for parts that are not, and the deductible is of class A', () =>
    expect(ratios(by('80%', '50%'))).toEqual([
      [yuan('5000'), '80%', yuan('4000')],
      [yuan('4000'), '50%', yuan('2000')],
    ]));
  it('are two where the same ratio came about otherwise', () =>
    expect(
      ratios(by('80%', '90%', { adjustments: [{ when: { itemClasses: ['B'] }, mode: 'POINTS_LESS', points: '10%' }] })),
    ).toHaveLength(2));
  it('are two where the same ratio has another source', () =>
    expect(
      ratios(
        documentOf({
          bands: [
            { upTo: '2000', ratio: '80%', source: 'one' },
            { upTo: null, ratio: '80%', source: 'other' },
          ],
        }),
      ),
    ).toEqual([
      [yuan('2000'), '80%', yuan('1600')],
      [yuan('7000'), '80%', yuan('5600')],
    ]));
  it('are none for what an expense cap leaves out', () =>
    expect(ratios(by('80%', '50%', { poolingCap: cap('YEAR', 'EXPENSE', '5000') }))).toEqual([
      [yuan('5000'), '80%', yuan('4000')],
    ]));
  it('take the deductible on into the next part where the first is smaller', () => {
    const small = [part('A', '400'), part('B', '9600')];
    expect(
      lines(by('80%', '50%'), { parts: small, split: split('10000') })
        .filter(({ rule }) => rule === 'POOLING_RATIO')
        .map(({ baseFen, resultFen }) => [baseFen, resultFen]),
    ).toEqual([[yuan('9000'), yuan('4500')]]);
  });
});
