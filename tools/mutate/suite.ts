import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/** Specs run from sources, as in the repository's own configuration. */
const SOURCE = '@yiditong/source';

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
  },
});
