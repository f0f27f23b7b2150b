import { basename } from 'node:path';
import Table from 'cli-table3';

/** One place of the sources, broken, and what became of it. */
export type Mutant = { readonly fileName: string; readonly status: string };

/** How many of a file's mutants tests noticed. */
export type FileScore = { readonly file: string; readonly noticed: number; readonly all: number };

export type LibraryScore = { readonly library: string; readonly minutes: number; readonly files: readonly FileScore[] };

/** What the tests of each library have to notice. */
export const LEAST_PERCENT = 90;

/** A test that never ends has noticed the mutant as well. */
const NOTICED: readonly string[] = ['Killed', 'Timeout'];
/** What no test reaches counts as unnoticed; what doesn't compile, or is excepted with a reason, doesn't count. */
const UNNOTICED: readonly string[] = ['Survived', 'NoCoverage'];

export function scoreOf(mutants: readonly Mutant[]): FileScore[] {
  const byFile = new Map<string, FileScore>();
  for (const { fileName, status } of mutants) {
    const file = basename(fileName);
    const { noticed, all } = byFile.get(file) ?? { noticed: 0, all: 0 };
    const isNoticed = NOTICED.includes(status);
    if (!isNoticed && !UNNOTICED.includes(status)) continue;
    byFile.set(file, { file, noticed: noticed + (isNoticed ? 1 : 0), all: all + 1 });
  }
  return [...byFile.values()].sort((one, other) => (one.file < other.file ? -1 : 1));
}

/** A library without a mutant has shown nothing. */
export function reaches({ files }: LibraryScore): boolean {
  const { noticed, all } = total(files);
  return all > 0 && noticed * 100 >= all * LEAST_PERCENT;
}

export function printScores(scores: readonly LibraryScore[], say: (line: string) => void): void {
  const table = new Table({
    head: ['文件 file', '变异 mutants', '未发现 unnoticed', '得分 score'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const { library, files } of scores)
    for (const { file, noticed, all } of files)
      table.push([`${library}/${file}`, all, all - noticed, percent({ noticed, all })]);
  say(table.toString());
  for (const score of scores) {
    const { noticed, all } = total(score.files);
    say(
      `${reaches(score) ? '✓' : '✗'} ${score.library} ${percent({ noticed, all })}（${noticed} / ${all}）≥ ${LEAST_PERCENT} %，${score.minutes.toFixed(1)} 分钟 minutes`,
    );
  }
}

function total(files: readonly FileScore[]): Pick<FileScore, 'noticed' | 'all'> {
  return files.reduce((sum, { noticed, all }) => ({ noticed: sum.noticed + noticed, all: sum.all + all }), {
    noticed: 0,
    all: 0,
  });
}

/** Rounded down, so that nothing is said to be reached that isn't. */
function percent({ noticed, all }: Pick<FileScore, 'noticed' | 'all'>): string {
  return all === 0 ? '—' : `${(Math.floor((noticed * 1_000) / all) / 10).toFixed(1)} %`;
}
