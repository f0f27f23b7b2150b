import { readFileSync, statSync } from 'node:fs';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Specs run from sources, as in the repository's own configuration. */
const SOURCE = '@yiditong/source';

/** Quick specs before properties, short ones before long: a run ends with the first test that notices the mutant. */
class QuickFirst extends BaseSequencer {
  override async sort(specs: TestSpecification[]): Promise<TestSpecification[]> {
    const costs = new Map(specs.map(({ moduleId }) => [moduleId, costOf(moduleId)]));
    return specs.toSorted((one, other) => (costs.get(one.moduleId) ?? 0) - (costs.get(other.moduleId) ?? 0));
  }
}

function costOf(spec: string): number {
  const isProperty = readFileSync(spec, 'utf8').includes("from 'fast-check'");
  return statSync(spec).size + (isProperty ? 1_000_000 : 0);
}

/** The unit suites of the pure libraries, as a mutation run needs them: nothing of other workspaces, and the same cases for every mutant. */
export default defineConfig({
  resolve: { conditions: [SOURCE, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions] } },
  test: {
    include: ['libs/{money,adjudication}/src/*.spec.ts'],
    setupFiles: ['tools/mutate/same-cases.ts'],
    testTimeout: 60_000,
    // These libraries keep no state that one spec could leave to another, and every mutant would pay for a fresh start of each.
    isolate: false,
    sequence: { sequencer: QuickFirst },
  },
});
