import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { tellProblems, wholeNumber } from '../stack/command-line.js';
import { LIBRARIES, mutate, type Library } from './mutate.js';
import { LEAST_PERCENT, printScores, reaches, scoreOf, type LibraryScore } from './score.js';

type Options = { readonly only: readonly Library[]; readonly files?: string; readonly workers: number };

const options = new Command()
  .name('npm run mutate --')
  .description(
    `逐处改坏源代码，看测试是否发现 Breaks the sources place by place and sees whether tests notice: at least ${LEAST_PERCENT} % must be noticed in each library.`,
  )
  .option('--only <names>', '只测这些库 only these libraries', librariesNamed, [...LIBRARIES])
  .option('--files <pattern>', '只测这些文件 only these files, as in "ratio" or "{bands,choice}"')
  .option('--workers <n>', '并行进程数 test runners at once', wholeNumber(1), 2)
  .parse()
  .opts<Options>();

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const directory = mkdtempSync(join(tmpdir(), 'yiditong-mutate-'));
// Also when the run is broken off.
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

process.exitCode = await tellProblems(async () => {
  const scores: LibraryScore[] = [];
  for (const library of options.only) {
    const started = performance.now();
    const mutants = await mutate(library, { ...options, directory });
    scores.push({ library, minutes: (performance.now() - started) / 60_000, files: scoreOf(mutants) });
  }
  printScores(scores, say);
  return scores.every(reaches) ? 0 : 1;
});

function librariesNamed(text: string): Library[] {
  const names = text.split(',');
  if (!names.every((name) => LIBRARIES.some((each) => each === name)))
    throw new InvalidArgumentError(`可选 choose of ${LIBRARIES.join(', ')}`);
  return LIBRARIES.filter((name) => names.includes(name));
}
