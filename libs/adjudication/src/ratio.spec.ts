import { formatRate, parseRate, ZERO_RATE, type Rate } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import type { Choice, Circumstances, PartCircumstances } from './choice.js';
import type { RatioAdjustment } from './policy.js';
import { adjustRatio } from './ratio.js';
import { claim } from './spec-policies.js';

type Change = RatioAdjustment extends infer A
  ? A extends RatioAdjustment
    ? Omit<A, 'source' | 'trust' | 'when'>
    : never
  : never;

const PART: PartCircumstances = { itemClass: 'A', itemKind: null, unitPriceFen: null };
const ratioOf = (text: string): Rate => parseRate(text) ?? ZERO_RATE;
const is = (text: string): Choice<Rate> => ({ kind: 'VALUE', value: ratioOf(text) });
/** Said of tertiary hospitals only. */
const elsewhere = (text: string): Choice<Rate> => ({ kind: 'BY_LEVEL', of: { PRIMARY: is(text) } });
const rules = (...changes: readonly (Change & { readonly when?: RatioAdjustment['when'] })[]): RatioAdjustment[] =>
  changes.map((change, index) => ({ when: {}, source: `rule ${index + 1}`, trust: 'D', ...change }));
const byAge: Change = { mode: 'POINTS_BY_AGE', fromAge: 60, everyYears: 10, points: ratioOf('2%') };

function adjusted(from: string, adjustments: readonly RatioAdjustment[], change: Partial<Circumstances> = {}) {
  return adjustRatio(ratioOf(from), adjustments, { ...claim(), visitNumber: 1, ...change }, PART);
}

describe('a ratio', () => {
  it.each<[string, string, Change, string, string, string]>([
    [
      'is lowered by points',
      '85%',
      { mode: 'POINTS_LESS', points: ratioOf('10%') },
      '75%',
      '降低 10 个百分点为 75%',
      'lowered by 10 points to 75%',
    ],
    [
      'is raised by points',
      '85%',
      { mode: 'POINTS_MORE', points: ratioOf('2.5%') },
      '87.5%',
      '提高 2.5 个百分点为 87.5%',
      'raised by 2.5 points to 87.5%',
    ],
    ['is multiplied', '80%', { mode: 'FACTOR', factor: ratioOf('90%') }, '72%', '乘以 90%为 72%', 'times 90% to 72%'],
    [
      'has what the person pays multiplied',
      '85%',
      { mode: 'SELF_PAY_FACTOR', factor: ratioOf('30%') },
      '95.5%',
      '个人负担比例乘以 30%为 95.5%',
      'the person’s share times 30% to 95.5%',
    ],
    ['is set', '80%', { mode: 'ABSOLUTE', ratio: is('50%') }, '50%', '按规定比例为 50%', 'set to 50%'],
    [
      'is raised to a floor',
      '40%',
      { mode: 'FLOOR', ratio: is('45%') },
      '45%',
      '按保底比例为 45%',
      'raised to the floor, to 45%',
    ],
    [
      'is lowered to a ceiling',
      '97%',
      { mode: 'CEILING', ratio: is('95%') },
      '95%',
      '按最高比例为 95%',
      'lowered to the ceiling, to 95%',
    ],
    [
      'is never below nothing',
      '5%',
      { mode: 'POINTS_LESS', points: ratioOf('10%') },
      '0%',
      '降低 10 个百分点为 0%',
      'lowered by 10 points to 0%',
    ],
    [
      'is never above the whole',
      '95%',
      { mode: 'POINTS_MORE', points: ratioOf('10%') },
      '100%',
      '提高 10 个百分点为 100%',
      'raised by 10 points to 100%',
    ],
  ])('%s, and says so', (_, from, change, to, zh, en) => {
    const { ratio, sources, words } = adjusted(from, rules(change));
    expect([formatRate(ratio), sources]).toEqual([to, ['rule 1']]);
    expect(words).toEqual({ zh: `（${from}，${zh}）`, en: ` (${from}, ${en})` });
  });

  it.each<[string, string, Change]>([
    ['a floor below it', '50%', { mode: 'FLOOR', ratio: is('45%') }],
    ['a ceiling above it', '90%', { mode: 'CEILING', ratio: is('95%') }],
    ['no points', '90%', { mode: 'POINTS_LESS', points: ratioOf('0%') }],
    ['points above the whole', '100%', { mode: 'POINTS_MORE', points: ratioOf('5%') }],
    ['points below nothing', '0%', { mode: 'POINTS_LESS', points: ratioOf('5%') }],
    ['what is set for others', '80%', { mode: 'ABSOLUTE', ratio: elsewhere('50%') }],
    ['a floor for others', '80%', { mode: 'FLOOR', ratio: elsewhere('90%') }],
    ['a ceiling for others', '80%', { mode: 'CEILING', ratio: elsewhere('50%') }],
  ])('isn’t changed by %s, and nothing is said', (_, from, change) => {
    const { ratio, sources, words } = adjusted(from, rules(change));
    expect([formatRate(ratio), sources, words]).toEqual([from, [], { zh: '', en: '' }]);
  });

  it.each([
    [null, '80%'],
    [0, '80%'],
    [59, '80%'],
    [60, '82%'],
    [69, '82%'],
    [70, '84%'],
    [89, '86%'],
  ])('is raised by age: at %s it is %s', (age, expected) => {
    const { ratio, words } = adjusted('80%', rules(byAge), { age });
    expect(formatRate(ratio)).toBe(expected);
    expect(words).toEqual(
      expected === '80%'
        ? { zh: '', en: '' }
        : { zh: `（80%，按年龄提高为 ${expected}）`, en: ` (80%, raised by age to ${expected})` },
    );
  });

  it('is changed by one rule after another, each starting from what the one before left', () => {
    const adjustments = rules(
      { mode: 'POINTS_LESS', points: ratioOf('10%') },
      { mode: 'FACTOR', factor: ratioOf('0.5') },
      { mode: 'FLOOR', ratio: is('30%') },
      { mode: 'POINTS_MORE', points: ratioOf('5%') },
    );
    expect(adjusted('80%', adjustments)).toEqual({
      ratio: ratioOf('40%'),
      sources: ['rule 1', 'rule 2', 'rule 4'],
      words: {
        zh: '（80%，降低 10 个百分点为 70%，乘以 50%为 35%，提高 5 个百分点为 40%）',
        en: ' (80%, lowered by 10 points to 70%, times 50% to 35%, raised by 5 points to 40%)',
      },
    });
  });

  it('is changed by those rules only whose condition holds, of the person and of the part', () => {
    const adjustments = rules(
      { mode: 'POINTS_LESS', points: ratioOf('10%'), when: { personTypes: ['RETIREE'] } },
      { mode: 'POINTS_LESS', points: ratioOf('20%'), when: { itemClasses: ['A'] } },
      { mode: 'POINTS_LESS', points: ratioOf('40%'), when: { itemClasses: ['B'] } },
      {
        mode: 'ABSOLUTE',
        ratio: {
          kind: 'CASES',
          cases: [
            { when: { itemClasses: ['B'] }, is: is('1%') },
            { when: { itemClasses: ['A'] }, is: is('55%') },
          ],
        },
      },
    );
    const { ratio, sources } = adjusted('80%', adjustments);
    expect([formatRate(ratio), sources]).toEqual(['55%', ['rule 2', 'rule 4']]);
  });
});
