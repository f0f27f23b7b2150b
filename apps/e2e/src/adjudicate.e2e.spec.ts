import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommand, type CommandEnd } from './command-line.js';

const EXAMPLES = join(dirname(dirname(dirname(import.meta.dirname))), 'tools', 'adjudicate', 'examples');
const directory = mkdtempSync(join(tmpdir(), 'yiditong-adjudicate-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type Json = { readonly [key: string]: unknown };
type Answer = Json & { readonly explanation: readonly Json[] };

const adjudicated = (file: string, ...options: string[]): Promise<CommandEnd> =>
  runCommand('adjudicate/main.js', directory, [file, ...options]);
const example = (name: string): string => join(EXAMPLES, `${name}.json`);

/** The published case with something else in it. */
function changed(change: (file: Record<string, Record<string, unknown>>) => void): string {
  const file = JSON.parse(readFileSync(example('langfang-beijing'), 'utf8')) as Record<string, Record<string, unknown>>;
  change(file);
  const path = join(directory, 'changed.json');
  writeFileSync(path, JSON.stringify(file));
  return path;
}

describe('npm run adjudicate', () => {
  it.each([
    // The case of the National Healthcare Security Administration, 2022: 64.29 yuan, of which the fund paid 48.89.
    ['langfang-beijing', { totalFen: '6429', fundFen: '4889', personalFen: '1540', accountFen: '0', cashFen: '1540' }],
    // (27,500 − 960) × 70 % of a second admission, referred.
    ['xian', { totalFen: '3000000', fundFen: '1857800', personalFen: '1142200' }],
    ['over-new-year', { totalFen: '3000000', fundFen: '1220000', personalFen: '1780000' }],
  ])('answers %s to the fen, and explains it', async (name, amounts) => {
    const { code, output } = await adjudicated(example(name));
    expect(code).toBe(0);
    const answer = JSON.parse(output) as Answer;
    expect(answer).toMatchObject(amounts);
    for (const step of answer.explanation) {
      const { rule, source, baseFen, rate, resultFen } = step;
      expect([rule, source].every((text) => typeof text === 'string' && text !== '')).toBe(true);
      expect([baseFen, resultFen].every((fen) => /^\d+$/.test(String(fen)))).toBe(true);
      expect(typeof rate).toBe('string');
    }
  });

  it('prints it for people, in Chinese and English', async () => {
    const { code, output } = await adjudicated(example('langfang-beijing'), '--explain');
    expect(code).toBe(0);
    expect(output).toContain('统筹基金按 80% 支付');
    expect(output).toContain('The pooling fund pays 80%');
    expect(output).toContain('费用总额 64.29 元 = 基金 48.89 + 个人 15.40');
  });

  it.each<[string, (file: Record<string, Record<string, unknown>>) => void, string]>([
    [
      'an amount of three decimals',
      ({ claim }) => ({ ...claim, ...Object.assign(claim ?? {}, { inScope: '1.005', lines: undefined }) }),
      'inScope',
    ],
    [
      'a ratio above one',
      ({ policy }) => Object.assign(policy ?? {}, { adjustments: [{ mode: 'POINTS_LESS', points: '110%' }] }),
      'policy.adjustments.0.points',
    ],
    [
      'more points than the article allows',
      ({ policy }) =>
        Object.assign(policy ?? {}, {
          adjustments: [{ when: { benefitLevels: ['REFERRAL'] }, mode: 'POINTS_LESS', points: '11%' }],
        }),
      '通知 二(六)',
    ],
    [
      'an unknown total',
      (file) => Object.assign(file, { accumulators: { POOLING_PAID: '-1' } }),
      'accumulators.POOLING_PAID',
    ],
    ['a field that there isn’t', ({ claim }) => Object.assign(claim ?? {}, { idNumber: '1' }), 'claim'],
  ])('refuses %s by its place, without a trace of the program', async (_, change, place) => {
    const { code, output } = await adjudicated(changed(change));
    expect(code).not.toBe(0);
    expect(output).toContain(place);
    expect(output).not.toMatch(/\n\s+at /);
  });

  it.each<[string, string, RegExp]>([
    ['what is no JSON', '{ policy: ', /第 1 行第 3 列起不是 JSON.*\nFrom line 1, column 3 on the file is no JSON/s],
    ['what is no JSON further down', '{\n  "policy": {},\n  "claim": {,}\n}', /第 3 行第 13 列/],
    ['what just ends', '{\n  "policy":', /第 2 行第 12 列/],
    ['null', 'null', /文件应为一个 JSON 对象.*\nThe file must be one JSON object/s],
    ['a list', '[]', /文件应为一个 JSON 对象/],
    [
      'a misspelt field',
      '{ "policy": {}, "claim": {}, "accumulator": {} }',
      /不认识的字段“accumulator”.*\nUnknown field "accumulator"/s,
    ],
    ['no policy', '{}', /文件中 policy 有误.*\npolicy: /s],
    [
      'a policy without a bottom',
      `{ "policy": ${'['.repeat(20_000)}${']'.repeat(20_000)} }`,
      /文件中 policy 有误.*deeper than 100 levels/s,
    ],
  ])('refuses %s in Chinese and English', async (_, text, said) => {
    const path = join(directory, 'no.json');
    writeFileSync(path, text);
    const { code, output } = await adjudicated(path);
    expect(code).toBe(1);
    expect(output).toMatch(said);
    expect(output).not.toMatch(/\n\s+at |TypeError|SyntaxError/);
  });

  it('takes a file that begins with a byte order mark', async () => {
    const path = join(directory, 'marked.json');
    writeFileSync(path, `\uFEFF${readFileSync(example('langfang-beijing'), 'utf8')}`);
    expect((await adjudicated(path)).code).toBe(0);
  });

  it.each([join(directory, 'nowhere.json'), directory])('refuses what can’t be read: %s', async (path) => {
    const { code, output } = await adjudicated(path);
    expect(code).toBe(1);
    expect(output).toMatch(/读不了文件.*\n.*can’t be read \(E[A-Z]+\)/s);
    expect(output).not.toMatch(/\n\s+at /);
  });

  it.each<[string, Json, string]>([
    ['of another time', { endedOn: '1999-01-01' }, 'claim: endedOn 1999-01-01 is outside'],
    ['of somebody insured otherwise', { personType: 'RESIDENT' }, 'claim: personType RESIDENT is none of EMPLOYEE'],
  ])('refuses a claim %s', async (_, change, said) => {
    const { code, output } = await adjudicated(changed(({ claim }) => Object.assign(claim ?? {}, change)));
    expect(code).toBe(1);
    expect(output).toContain('文件中 claim 有误');
    expect(output).toContain(said);
  });
});
