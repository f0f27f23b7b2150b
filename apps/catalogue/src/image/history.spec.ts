import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { History, NO_END } from './history.js';

type Said = {
  readonly code: number;
  readonly sequence: number;
  readonly content: number | null;
  readonly last: number;
};

/** What the database's rule says, word by word: of the rows that are known and in effect, the one of the latest version. */
function naively(
  days: readonly number[],
  said: readonly Said[],
  code: number,
  day: number,
  upTo: number,
): number | null {
  const effective = said.filter(
    (row) => row.code === code && row.sequence <= upTo && (days[row.sequence - 1] ?? NO_END) <= day,
  );
  const [latest] = effective.toSorted((a, b) => b.sequence - a.sequence);
  return latest === undefined || latest.content === null || latest.last < day ? null : latest.content;
}

const day = fc.integer({ min: 0, max: 12 });
const versions = fc.array(
  fc.record({
    day,
    says: fc.dictionary(
      fc.integer({ min: 0, max: 5 }).map(String),
      fc.record({
        content: fc.option(fc.integer({ min: 0, max: 9 })),
        last: fc.oneof(day, fc.constant(NO_END)),
      }),
    ),
  }),
  { maxLength: 8 },
);

function recorded(published: readonly { day: number; says: Record<string, Omit<Said, 'code' | 'sequence'>> }[]): {
  history: History;
  days: number[];
  said: Said[];
} {
  const days = published.map((version) => version.day).sort((a, b) => a - b);
  const said = published.flatMap(({ says }, index) =>
    Object.entries(says).map(([code, row]) => ({ code: Number(code), sequence: index + 1, ...row })),
  );
  const history = new History();
  days.forEach((effectiveDay, index) =>
    history.addVersion(index + 1, { versionId: `version ${index + 1}`, effectiveDay }),
  );
  for (const { code, sequence, content, last } of said) history.add(code, sequence, content, last);
  return { history, days, said };
}

describe('a catalogue’s history', () => {
  it('says of any code, day and knowledge what the rows say', () => {
    fc.assert(
      fc.property(versions, fc.integer({ min: 0, max: 6 }), day, fc.nat({ max: 8 }), (published, code, on, known) => {
        const { history, days, said } = recorded(published);
        const upTo = Math.min(known, published.length);
        const row = history.rowInForce(code, on, upTo);
        expect(row < 0 ? null : history.contentOf(row)).toBe(naively(days, said, code, on, upTo));
        const inForce = days.slice(0, upTo).filter((effective) => effective <= on).length;
        expect(history.versionInForce(on, upTo)).toBe(inForce);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps apart as many codes as it is told', () => {
    const history = new History();
    history.addVersion(1, { versionId: 'one', effectiveDay: 0 });
    for (let code = 0; code < 50_000; code++) history.add(code * 7, 1, code, NO_END);
    const wrong = Array.from({ length: 50_000 }, (_, code) => code).filter(
      (code) =>
        history.contentOf(history.rowInForce(code * 7, 0, 1)) !== code || history.rowInForce(code * 7 + 1, 0, 1) !== -1,
    );
    expect(wrong).toEqual([]);
  });

  it('takes no version before the one before it', () => {
    const history = new History();
    expect(() => history.addVersion(2, { versionId: 'two', effectiveDay: 0 })).toThrow(RangeError);
  });
});
