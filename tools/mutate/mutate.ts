import { LogLevel } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { ROOT } from '../tidy/workspace.js';
import { LEAST_PERCENT, type Mutant } from './score.js';

/** Those that decide about money. */
export const LIBRARIES = ['money', 'adjudication'] as const;
export type Library = (typeof LIBRARIES)[number];

type How = {
  /** Where the mutated copies lie: outside of the repository, so that no other tool takes them for sources. */
  readonly directory: string;
  /** Files by their names without `.ts`, as a pattern; all of the library where not said. */
  readonly files?: string;
  readonly workers: number;
};

/** Breaks a library's sources place by place, runs those unit specs that reach the place, and tells what became of each. It takes minutes. */
export async function mutate(library: Library, { directory, files = '*', workers }: How): Promise<readonly Mutant[]> {
  process.chdir(ROOT);
  const stryker = new Stryker({
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'tools/mutate/suite.ts', related: true },
    coverageAnalysis: 'perTest',
    concurrency: workers,
    mutate: [
      `libs/${library}/src/${files}.ts`,
      `!libs/${library}/src/*.spec.ts`,
      // What specs write their policies with is no product.
      `!libs/${library}/src/spec-*.ts`,
    ],
    ignorePatterns: allBut(
      '/package.json',
      '/tsconfig.base.json',
      '/tools/mutate',
      // What the schema of policies is compared with.
      '/docs/policy.schema.json',
      ...LIBRARIES.map((each) => `/libs/${each}`),
    ),
    tempDirName: directory,
    cleanTempDir: 'always',
    // It would need the compiler's own programming interface, which TypeScript 7 doesn't have; vite reads the one that is there.
    tsconfigFile: 'none.json',
    reporters: ['clear-text', 'progress'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
    // A busy machine must not pass for a test that never ends; those that truly don't are stopped by how often they come by.
    timeoutMS: 60_000,
    thresholds: { high: LEAST_PERCENT, low: LEAST_PERCENT, break: null },
    logLevel: LogLevel.Warning,
    allowEmpty: false,
  });
  return stryker.runMutationTest();
}

/** What to leave out, as a .gitignore says it: the directories that a wanted path lies in come along, but nothing else in them. */
function allBut(...wanted: readonly string[]): string[] {
  const parents = [...new Set(wanted.map((path) => path.slice(0, path.lastIndexOf('/'))))];
  return [
    ...parents.flatMap((parent) => (parent === '' ? ['/*'] : [`!${parent}`, `${parent}/*`])),
    ...wanted.map((path) => `!${path}`),
    '**/dist',
  ];
}
