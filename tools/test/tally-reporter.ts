import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { supplyGroupBy } from './group-by.js';
import type { Tally } from './tally.js';

supplyGroupBy();

/** Names the file that the tally is written to, so that nothing vitest prints can be mistaken for it. */
export const TALLY_FILE_VARIABLE = 'YIDITONG_TALLY_FILE';

export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env[TALLY_FILE_VARIABLE];
    if (file !== undefined) writeFileSync(file, JSON.stringify(tallyOf(modules, unhandledErrors)));
  }
}

function tallyOf(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): Tally {
  const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
  const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  return {
    passed: states.filter((state) => state === 'passed').length,
    // A test still pending at the end was cut off: it has not passed.
    failed: states.filter((state) => state === 'failed' || state === 'pending').length,
    skipped: states.filter((state) => state === 'skipped').length,
    brokenSuites: suites.filter((suite) => suite.errors().length > 0).length + unhandledErrors.length,
  };
}
