import { fen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, type Compared, type Comparison } from './comparison.js';

const BEIJING = '110105 TERTIARY INPATIENT';
const SHANGHAI = '310115 TERTIARY INPATIENT';
const NOT_STATED = { reason: 'MANUAL_CLAIM_NOT_STATED', messages: { zh: '没有写明', en: 'not stated' } };
const INCOMPLETE = { reason: 'POLICY_INCOMPLETE', messages: { zh: '没有比例', en: 'no ratio' } };

/** A way of going that leaves the person so much of a bill of 100 yuan. */
function way(category: Compared['category'], personal: bigint | typeof NOT_STATED, visit = BEIJING): Compared {
  const direct = category !== null;
  const outcome =
    typeof personal === 'bigint'
      ? { personalFen: fen(personal), counterFen: fen(direct ? personal : 10_000n) }
      : personal;
  return { visit, category, direct, outcome };
}

const savings = (alternatives: readonly Compared[]): (bigint | null)[] =>
  compare(alternatives).filingFirst.map(({ savesFen }) => savesFen);

const only = ({ filingFirst }: Comparison): string[] => filingFirst.map(({ text }) => `${text.zh} ${text.en}`);

describe('a comparison', () => {
  it('names the first of the cheapest, and what each is more than it and than the first', () => {
    const compared = compare([way('REFERRAL', 3_000n), way('LONG_TERM_WORKER', 2_000n), way('EMERGENCY', 2_000n)]);
    expect(compared.cheapest).toBe(1);
    expect(compared.differences).toEqual([
      { toFirstFen: 0n, toCheapestFen: 1_000n },
      { toFirstFen: -1_000n, toCheapestFen: 0n },
      { toFirstFen: -1_000n, toCheapestFen: 0n },
    ]);
  });

  it('leaves out what can’t be said', () => {
    const compared = compare([way('REFERRAL', INCOMPLETE), way('LONG_TERM_WORKER', 2_000n)]);
    expect(compared.cheapest).toBe(1);
    expect(compared.differences).toEqual([
      { toFirstFen: null, toCheapestFen: null },
      { toFirstFen: null, toCheapestFen: 0n },
    ]);
    expect(compare([way(null, NOT_STATED)])).toEqual({
      cheapest: null,
      differences: [{ toFirstFen: null, toCheapestFen: null }],
      filingFirst: [],
    });
    expect(compare([]).cheapest).toBeNull();
  });

  it('has the least of all personal parts as its cheapest, and no difference to it below zero', () => {
    const anyWay = fc
      .option(fc.bigInt({ min: 0n, max: 10_000n }))
      .map((personal) => way('REFERRAL', personal ?? NOT_STATED));
    fc.assert(
      fc.property(fc.array(anyWay, { minLength: 1, maxLength: 8 }), (alternatives) => {
        const { cheapest, differences } = compare(alternatives);
        const known = alternatives.flatMap(({ outcome }) => ('reason' in outcome ? [] : [outcome.personalFen]));
        expect(cheapest === null).toBe(known.length === 0);
        for (const { toCheapestFen } of differences) expect(toCheapestFen === null || toCheapestFen >= 0n).toBe(true);
        expect(cheapest === null ? 0n : differences[cheapest]?.toCheapestFen).toBe(0n);
      }),
    );
  });
});

describe('what filing first saves', () => {
  it('is exact for each way of filing of the same visit', () => {
    const alternatives = [way(null, 5_200n), way('REFERRAL', 3_001n), way('OTHER_TEMPORARY', 4_000n)];
    expect(compare(alternatives).filingFirst).toMatchObject([
      { unfiled: 0, filed: 1, savesFen: 2_199n },
      { unfiled: 0, filed: 2, savesFen: 1_200n },
    ]);
    const [words] = only(compare(alternatives));
    expect(words).toContain('异地转诊人员');
    expect(words).toContain('21.99 元');
    expect(words).toContain('saves the person 21.99 yuan');
    // All of the bill is paid at the counter first.
    expect(words).toContain('先垫付全部 100.00 元');
    expect(words).toContain('all 100.00 yuan are paid at the counter first');
  });

  it('is asked of the same place, level and kind of visit only, whichever comes first', () => {
    expect(savings([way('REFERRAL', 3_000n, SHANGHAI), way(null, 5_000n)])).toEqual([]);
    expect(savings([way('REFERRAL', 3_000n, SHANGHAI), way(null, 5_000n), way('REFERRAL', 4_000n)])).toEqual([1_000n]);
  });

  it('is not asked of an emergency, which nobody files first', () => {
    expect(savings([way(null, 5_000n), way('EMERGENCY', 3_000n)])).toEqual([]);
  });

  it('is said once of what is asked twice', () => {
    const [unfiled, filed] = [way(null, 5_000n), way('REFERRAL', 3_000n)];
    expect(savings([unfiled, unfiled, filed, filed])).toEqual([2_000n]);
  });

  it('is not stated where the policy says nothing of claims by hand', () => {
    const compared = compare([way(null, NOT_STATED), way('REFERRAL', 3_000n)]);
    expect(compared.filingFirst[0]?.savesFen).toBeNull();
    expect(only(compared)[0]).toMatch(/没有写明.*not stated/);
    expect(only(compared)[0]).not.toMatch(/\d/);
  });

  it.each([
    ['unfiled', [way(null, INCOMPLETE), way('REFERRAL', 3_000n)], /不备案.*没有比例.*without filing.*no ratio/],
    ['filed', [way(null, 5_000n), way('REFERRAL', INCOMPLETE)], /备案后.*没有比例.*with filing.*no ratio/],
  ] as const)('is not stated where the %s way can’t be estimated, and says why', (_, alternatives, words) => {
    const compared = compare(alternatives);
    expect(compared.filingFirst[0]?.savesFen).toBeNull();
    expect(only(compared)[0]).toMatch(words);
  });

  it('is nothing where an agreement takes unfiled care as filed', () => {
    const unfiled: Compared = { ...way(null, 3_000n), direct: true };
    const compared = compare([unfiled, way('LONG_TERM_WORKER', 3_000n)]);
    expect(compared.filingFirst[0]?.savesFen).toBe(0n);
    expect(only(compared)[0]).toMatch(/视同已备案.*agreement/);
    expect(only(compared)[0]).not.toMatch(/垫付/);
  });

  it('is nothing, but for the advance, where the policy pays both alike', () => {
    const compared = compare([way(null, 3_000n), way('OTHER_TEMPORARY', 3_000n)]);
    expect(compared.filingFirst[0]?.savesFen).toBe(0n);
    expect(only(compared)[0]).toMatch(/相同.*垫付全部 100\.00 元/);
  });

  it('is said to be less than nothing where filing costs more', () => {
    const compared = compare([way(null, 3_000n), way('OTHER_TEMPORARY', 3_050n)]);
    expect(compared.filingFirst[0]?.savesFen).toBe(-50n);
    expect(only(compared)[0]).toMatch(/多负担 0\.50 元.*costs the person 0\.50 yuan more/);
  });
});
