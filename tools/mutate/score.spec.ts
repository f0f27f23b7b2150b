import { describe, expect, it } from 'vitest';
import { printScores, reaches, scoreOf, type Mutant } from './score.js';

const mutants = (file: string, ...statuses: string[]): Mutant[] =>
  statuses.map((status) => ({ fileName: `/x/libs/money/src/${file}`, status }));
const scored = (noticed: number, all: number) => ({
  library: 'money',
  minutes: 1,
  files: [{ file: 'fen.ts', noticed, all }],
});

describe('the score', () => {
  it('is of those noticed among those that were tried, file by file', () => {
    const found = scoreOf([
      ...mutants('rate.ts', 'Killed', 'Timeout', 'Survived', 'NoCoverage'),
      ...mutants('fen.ts', 'Killed', 'Ignored', 'CompileError', 'RuntimeError'),
    ]);
    expect(found).toEqual([
      { file: 'fen.ts', noticed: 1, all: 1 },
      { file: 'rate.ts', noticed: 2, all: 4 },
    ]);
  });

  it.each([
    [900, 1_000, true],
    [899, 1_000, false],
    [8_999, 10_000, false],
    [0, 0, false],
  ])('of %i noticed among %i reaches the goal: %s', (noticed, all, expected) =>
    expect(reaches(scored(noticed, all))).toBe(expected),
  );

  it('is never rounded up to the goal', () => {
    const lines: string[] = [];
    printScores([scored(8_999, 10_000)], (line) => lines.push(line));
    expect(lines.at(-1)).toBe('✗ money 89.9 %（8999 / 10000）≥ 90 %，1.0 分钟 minutes');
  });

  it('of a library is that of its files together', () => {
    const files = [
      { file: 'fen.ts', noticed: 10, all: 10 },
      { file: 'rate.ts', noticed: 8, all: 10 },
    ];
    expect(reaches({ library: 'money', minutes: 1, files })).toBe(true);
  });
});
