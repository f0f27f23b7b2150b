import { describe, expect, it } from 'vitest';
import type { Claim } from './claim.js';
import { claim, documentOf, paid, read, split, stay, yuan, type Json } from './spec-policies.js';

/** The rule and source of each line that has another source than the document. */
function sourcesIn(document: Json, of: Partial<Claim> = {}): string[] {
  const { steps } = paid(claim({ hospitalLevel: 'TERTIARY', ...of }), read(document), { POOLING_PAID: yuan('100') });
  return steps
    .filter(({ rule, source }) => source !== 'test' && rule !== 'IN_SCOPE' && rule !== 'PERSONAL')
    .map(({ rule, source }) => `${rule} ${source}`);
}

describe('a line of the explanation has the source that is nearest to its figure', () => {
  it.each<[string, Json, Json, string[]]>([
    ['a case', { bands: [{ upTo: null, ratio: [{ is: '80%', source: '个案' }] }] }, {}, ['POOLING_RATIO 个案']],
    [
      'the first case that holds',
      {
        bands: [
          {
            upTo: null,
            source: '分段',
            ratio: [
              { when: { personTypes: ['RETIREE'] }, is: '90%', source: '退休' },
              { when: { hospitalLevels: ['TERTIARY'] }, is: '80%' },
            ],
          },
        ],
      },
      {},
      ['POOLING_RATIO 分段'],
    ],
    [
      'a division by level',
      { bands: [{ upTo: null, ratio: { byLevel: { TERTIARY: '80%' }, source: '按等级' } }] },
      {},
      ['POOLING_RATIO 按等级'],
    ],
    [
      'what a division is of',
      { bands: [{ upTo: null, ratio: { byPerson: { ACTIVE: '80%', source: '按人员' } } }] },
      {},
      ['POOLING_RATIO 按人员'],
    ],
    [
      'the inner one of two',
      { bands: [{ upTo: null, ratio: [{ is: { byLevel: { TERTIARY: '80%' }, source: '内' }, source: '外' }] }] },
      {},
      ['POOLING_RATIO 内'],
    ],
    [
      'the outer one where the inner says none',
      { bands: [{ upTo: null, ratio: [{ is: [{ is: { byLevel: { TERTIARY: '80%' } } }], source: '外' }] }] },
      {},
      ['POOLING_RATIO 外'],
    ],
    [
      'the ratio that an adjustment sets',
      {},
      { adjustments: [{ mode: 'FLOOR', ratio: [{ is: '85%', source: '保底' }] }] },
      ['POOLING_RATIO test；保底'],
    ],
    [
      'the first self-pay',
      { firstSelfPay: { ratio: { byLevel: { TERTIARY: '10%' }, source: '先行自付' } } },
      {},
      ['FIRST_SELF_PAY 先行自付'],
    ],
    [
      'a limit',
      { caps: [{ on: 'FUND', period: 'VISIT', most: [{ is: '400', source: '限额' }] }] },
      { poolingCap: { on: 'EXPENSE', period: 'YEAR', most: '600', source: '封顶' } },
      ['POOLING_CAP 封顶', 'POOLING_CAP 限额'],
    ],
    [
      'a layer’s threshold, band and limit',
      {},
      {
        layers: [
          {
            fund: 'CRITICAL_ILLNESS',
            base: 'SELF_PAY',
            countsDeductible: true,
            source: '大病',
            threshold: [{ is: '100', source: '起付' }],
            bands: [
              { upTo: '200', ratio: '50%' },
              { upTo: '400', ratio: '60%', source: '第二段' },
              { upTo: null, ratio: [{ is: '70%', source: '第三段' }] },
            ],
            yearlyMost: { byLevel: { TERTIARY: '300' }, source: '限额' },
          },
        ],
      },
      [
        'CRITICAL_ILLNESS_COUNTED 大病',
        'CRITICAL_ILLNESS_THRESHOLD 起付',
        'CRITICAL_ILLNESS 大病',
        'CRITICAL_ILLNESS 第二段',
        'CRITICAL_ILLNESS 第三段',
        'CRITICAL_ILLNESS_CAP 限额',
      ],
    ],
    ['the kind of visit', { source: '住院办法' }, {}, ['DEDUCTIBLE 住院办法', 'POOLING_RATIO 住院办法']],
    [
      'all kinds of visit, where this one says none',
      {},
      { visits: { source: '各类待遇', INPATIENT: stay({ bands: [{ upTo: null, ratio: '80%', source: '分段' }] }) } },
      ['DEDUCTIBLE 各类待遇', 'POOLING_RATIO 分段'],
    ],
  ])('of %s', (_, inpatient, change, expected) => expect(sourcesIn(documentOf(inpatient, change))).toEqual(expected));

  it('and changes no amount', () => {
    const written = (source: Json): Json =>
      documentOf({
        deductible: { basis: 'PER_VISIT', standard: [{ is: { shareOf: 'BILL', ratio: '7%', ...source }, ...source }] },
        bands: [{ upTo: null, ratio: { byLevel: { TERTIARY: '80%', ...source }, ...source }, ...source }],
        ...source,
      });
    const amounts = (source: Json): unknown => {
      const { steps, ...rest } = paid(claim({ split: split('12345.67') }), read(written(source)));
      return [rest, steps.map(({ source: _source, ...step }) => step)];
    };
    expect(amounts({ source: '依据' })).toEqual(amounts({}));
  });
});

describe('a limit on costs', () => {
  it('is told before what is paid on them, with the limit and what is left of it', () => {
    const cap = { on: 'EXPENSE', period: 'YEAR', most: '5000' };
    const { steps } = paid(claim(), read(documentOf({ caps: [cap, { on: 'FUND', period: 'VISIT', most: '1000' }] })), {
      INPATIENT_EXPENSE: yuan('2000'),
    });
    const lines = steps.filter(({ rule }) => rule.startsWith('POOLING'));
    expect(lines.map(({ rule, baseFen, resultFen, figureFen }) => [rule, baseFen, resultFen, figureFen])).toEqual([
      ['POOLING_CAP', yuan('9000'), yuan('3000'), yuan('5000')],
      ['POOLING_RATIO', yuan('3000'), yuan('2400'), null],
      ['POOLING_CAP', yuan('2400'), yuan('1000'), yuan('1000')],
    ]);
  });
});
