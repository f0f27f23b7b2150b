import fc from 'fast-check';
import { compareRates, fen, formatYuan, share, ZERO_RATE } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { adjudicateStay } from './stay.js';
import type { Accumulators, Claim, Step } from './index.js';
import { DEDUCTIBLE_RULES, isDeductibleRule } from './deductible-explanation.js';
import { claim, documentOf, paid, read, split, yuan, type Json } from './spec-policies.js';

const linesOf = (steps: readonly Step[]): Step[] => steps.filter(({ rule }) => isDeductibleRule(rule));
const told = (steps: readonly Step[]): string[] =>
  linesOf(steps).map(({ rule, source, baseFen, rate: by, resultFen, figureFen }) => {
    const [base, result] = [formatYuan(baseFen), formatYuan(resultFen)];
    const figure = by === null ? `[${formatYuan(figureFen ?? yuan('0'))}]` : `× ${by.numerator}/${by.denominator}`;
    return `${rule.replace('DEDUCTIBLE_', '')} ${base} ${figure} → ${result} (${source})`;
  });

/** A stay of 20,000 yuan, of which 10,000 are in scope. */
function tell(deductible: Json, of: Partial<Claim> = {}, before: Accumulators = {}): string[] {
  const policy = read(documentOf({ deductible: { basis: 'PER_VISIT', standard: '1000', ...deductible } }));
  return told(paid(claim({ split: split('10000', '10000'), ...of }), policy, before).steps);
}

const LAST = 'DEDUCTIBLE 10000.00 [1000.00] → 1000.00 (test)';

describe('a deductible is explained', () => {
  it('in one line where the standard is all that decides', () => expect(tell({})).toEqual([LAST]));

  it('by the share that it is and the bounds of it', () => {
    const standard = { shareOf: 'BILL', ratio: '20%', least: '5000', most: '4500', source: '安徽办法' };
    expect(() => tell({ standard })).toThrow('least is above most');
    expect(tell({ standard: { ...standard, most: '9000' } })).toEqual([
      'STANDARD 20000.00 × 1/5 → 4000.00 (安徽办法)',
      'LEAST 4000.00 [5000.00] → 5000.00 (安徽办法)',
      'DEDUCTIBLE 10000.00 [5000.00] → 5000.00 (安徽办法)',
    ]);
    expect(tell({ standard: { ...standard, shareOf: 'IN_SCOPE', least: '0', most: '1500' } })).toEqual([
      'STANDARD 10000.00 × 1/5 → 2000.00 (安徽办法)',
      'MOST 2000.00 [1500.00] → 1500.00 (安徽办法)',
      'DEDUCTIBLE 10000.00 [1500.00] → 1500.00 (安徽办法)',
    ]);
  });

  it('by each change that made a difference, with its own source', () => {
    const adjustments = [
      { mode: 'FACTOR', factor: '2.5', source: '异地' },
      { mode: 'LESS', amount: '0' },
      { mode: 'FACTOR', factor: '0.1', when: { visitNumber: { from: 9 } } },
      { mode: 'FACTORS_BY_VISIT', factors: ['1', '0.8'], source: '再次住院' },
      { mode: 'LESS_BY_VISIT', amount: '900' },
      { mode: 'SHARE_LESS_BY_VISIT', ratio: '60%', source: '每次递减' },
      {
        mode: 'FLOOR',
        source: '保底',
        least: [{ when: { personTypes: ['RETIREE'] }, is: '1', source: '退休' }, { is: '400' }],
      },
    ];
    expect(tell({ adjustments }, {}, { INPATIENT_VISITS: 2n })).toEqual([
      'STANDARD 1000.00 [1000.00] → 1000.00 (test)',
      'FACTOR 1000.00 × 5/2 → 2500.00 (异地)',
      'FACTOR 2500.00 × 4/5 → 2000.00 (再次住院)',
      'LESS 2000.00 [1800.00] → 200.00 (test)',
      'FACTOR 200.00 × 0/1 → 0.00 (每次递减)',
      'FLOOR 0.00 [400.00] → 400.00 (保底)',
      'DEDUCTIBLE 10000.00 [400.00] → 400.00 (test)',
    ]);
    expect(tell({ adjustments }, { personType: 'RETIREE' }, { INPATIENT_VISITS: 2n }).at(-2)).toBe(
      'FLOOR 0.00 [1.00] → 1.00 (退休)',
    );
  });

  it('by what earlier bills of the period paid, and by what a year asks for at most', () => {
    const before = { INPATIENT_DEDUCTIBLE: yuan('900'), 'INPATIENT_DEDUCTIBLE@2026-03': yuan('300') };
    expect(tell({ basis: 'PER_YEAR' }, {}, before)).toEqual([
      'EARLIER 1000.00 [900.00] → 100.00 (test)',
      'DEDUCTIBLE 10000.00 [1000.00] → 100.00 (test)',
    ]);
    expect(tell({ basis: 'PER_MONTH', yearlyMost: [{ is: '1500', source: '封顶' }] }, {}, before)).toEqual([
      'EARLIER 1000.00 [300.00] → 700.00 (test)',
      'YEAR_MOST 700.00 [1500.00] → 600.00 (封顶)',
      'DEDUCTIBLE 10000.00 [1000.00] → 600.00 (test)',
    ]);
  });

  it('by what earlier settlements of the stay paid', () => {
    const most = { shareOf: 'IN_SCOPE', ratio: '20%', most: '3000' };
    expect(tell({}, { stayDeductibleFen: yuan('300') })).toEqual([
      'OF_STAY 1000.00 [300.00] → 700.00 (test)',
      'DEDUCTIBLE 10000.00 [1000.00] → 700.00 (test)',
    ]);
    expect(tell({ standard: most }, { stayDeductibleFen: yuan('1800') })).toEqual([
      'STANDARD 10000.00 × 1/5 → 2000.00 (test)',
      'STAY_MOST 2000.00 [3000.00] → 1200.00 (test)',
      'DEDUCTIBLE 10000.00 [2000.00] → 1200.00 (test)',
    ]);
  });

  it('by what earlier years of a divided stay paid, of whose bills a share is too', () => {
    const policy = read(
      documentOf(
        { deductible: { basis: 'PER_VISIT', standard: { shareOf: 'BILL', ratio: '10%', most: '1500' } } },
        { benefitYear: { startsOn: '01-01', crossYear: 'BY_NIGHTS', crossYearDeductible: 'ONCE', source: '跨年办法' } },
      ),
    );
    const result = adjudicateStay(
      claim({ split: split('20000'), startedOn: '2025-12-22', endedOn: '2026-01-11' }),
      policy,
      () => ({}),
    );
    if (!result.ok) throw new Error(result.reason);
    expect(told(result.adjudication.steps)).toEqual([
      'STANDARD 10000.00 × 1/10 → 1000.00 (test)',
      'DEDUCTIBLE 10000.00 [1000.00] → 1000.00 (test)',
      'STANDARD 20000.00 × 1/10 → 2000.00 (test)',
      'MOST 2000.00 [1500.00] → 1500.00 (test)',
      'OF_STAY 1500.00 [1000.00] → 500.00 (test)',
      'DEDUCTIBLE 10000.00 [1500.00] → 500.00 (test)',
    ]);
    const years = result.adjudication.steps.filter(({ rule }) => rule === 'CROSS_YEAR');
    expect(years.map(({ source }) => source)).toEqual(['跨年办法', '跨年办法']);
  });

  it('also where a rule makes it nothing, with the text that does', () => {
    const standard = [{ when: { personTags: ['特困'] }, is: '0', source: '医疗救助办法' }, { is: '1000' }];
    expect(tell({ standard }, { personTags: ['特困'] })).toEqual(['DEDUCTIBLE 10000.00 [0.00] → 0.00 (医疗救助办法)']);
    expect(tell({ adjustments: [{ mode: 'FACTOR', factor: '0', source: '免起付线' }] })).toEqual([
      'STANDARD 1000.00 [1000.00] → 1000.00 (test)',
      'FACTOR 1000.00 × 0/1 → 0.00 (免起付线)',
      'DEDUCTIBLE 10000.00 [0.00] → 0.00 (test)',
    ]);
    expect(tell({ basis: 'NONE', standard: '0' })).toEqual([]);
  });
});

const amount = (max: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max }).map((each) => (each / 100).toFixed(2));
const percent = fc.integer({ min: 0, max: 100 }).map((each) => `${each}%`);
const anyStandard = fc.oneof(
  amount(500),
  fc
    .record({
      shareOf: fc.constantFrom('BILL', 'IN_SCOPE'),
      ratio: percent,
      least: amount(200),
      most: fc.option(amount(400)),
    })
    .filter(({ least, most }) => most === null || yuan(least) <= yuan(most)),
);
const anyAdjustment = fc.oneof(
  fc.record({ mode: fc.constant('FACTOR'), factor: fc.constantFrom('0', '0.5', '2.5', '1/3') }),
  fc.record({ mode: fc.constant('LESS'), amount: amount(300) }),
  fc.record({ mode: fc.constant('FACTORS_BY_VISIT'), factors: fc.array(percent, { minLength: 1, maxLength: 3 }) }),
  fc.record({ mode: fc.constant('LESS_BY_VISIT'), amount: amount(100) }),
  fc.record({ mode: fc.constant('SHARE_LESS_BY_VISIT'), ratio: percent }),
  fc.record({ mode: fc.constant('FLOOR'), least: amount(300) }),
);
const anyRule = fc.record({
  basis: fc.constantFrom('PER_VISIT', 'PER_YEAR', 'PER_MONTH'),
  standard: anyStandard,
  adjustments: fc.array(anyAdjustment, { maxLength: 3 }),
  yearlyMost: fc.option(amount(600)),
});
const anyBefore = fc.record({
  INPATIENT_VISITS: fc.bigInt({ min: 0n, max: 4n }),
  INPATIENT_DEDUCTIBLE: fc.bigInt({ min: 0n, max: 500n }),
  'INPATIENT_DEDUCTIBLE@2026-03': fc.bigInt({ min: 0n, max: 300n }),
});

/** What is wrong with lines that should lead, each from the one before, to what is paid. */
function wrongIn(lines: readonly Step[], deductibleFen: bigint): string[] {
  const wrong: string[] = [];
  const order = lines.map(({ rule }) => DEDUCTIBLE_RULES.findIndex((each) => each === rule));
  const isChange = (at: number): boolean => ['FACTOR', 'LESS', 'FLOOR'].includes(lines[at]?.rule.slice(11) ?? '');
  lines.forEach(({ rule, baseFen, rate: by, resultFen, figureFen }, at) => {
    const must = (holds: boolean, what: string): void => void (holds || wrong.push(`${rule}: ${what}`));
    const before = lines[at - 1];
    const figure = figureFen ?? 0n;
    must(!before || (order[at - 1] ?? 0) < (order[at] ?? 0) || (isChange(at - 1) && isChange(at)), 'the order');
    if (rule === 'DEDUCTIBLE') {
      const least = before === undefined ? figure : before.resultFen;
      must(at === lines.length - 1 && resultFen === deductibleFen, 'what is paid');
      must(resultFen === (least < baseFen ? least : baseFen), 'no more than is left and than it is paid of');
      return;
    }
    if (rule !== 'DEDUCTIBLE_STANDARD') must(baseFen === before?.resultFen || at === 0, 'goes on');
    if (by !== null) must(resultFen === share(baseFen, by) && compareRates(by, ZERO_RATE) >= 0, 'by its rate');
    else if (['LESS', 'EARLIER', 'OF_STAY'].includes(rule.slice(11)))
      must(resultFen === (baseFen > figure ? baseFen - figure : 0n), 'less its figure');
    else if (['LEAST', 'FLOOR'].includes(rule.slice(11)))
      must(resultFen === figure && figure > baseFen, 'raised to it');
    else if (rule === 'DEDUCTIBLE_MOST') must(resultFen === figure && figure < baseFen, 'lowered to it');
    else if (rule !== 'DEDUCTIBLE_STANDARD') must(resultFen < baseFen && resultFen <= figure, 'within its limit');
  });
  return wrong;
}

it('whatever the rule is, its lines lead to what is paid', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      anyRule,
      anyBefore,
      fc.option(fc.bigInt({ min: 0n, max: 300n })),
      fc.integer({ min: 0, max: 900 }),
      (deductible, before, stay, cents) => {
        const of = claim({
          split: split((cents / 100).toFixed(2), '3'),
          stayDeductibleFen: stay === null ? null : fen(stay),
        });
        const { steps, deductibleFen } = paid(of, read(documentOf({ deductible })), before);
        const lines = linesOf(steps);
        for (const { rule } of lines) seen.add(rule);
        expect(wrongIn(lines, deductibleFen)).toEqual([]);
        expect(lines.at(-1)?.rule).toBe('DEDUCTIBLE');
      },
    ),
    { numRuns: 2_000 },
  );
  expect([...seen].toSorted()).toEqual([...DEDUCTIBLE_RULES].toSorted());
});
