import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { CanaryLast } from './apps/e2e/src/canary-last.js';

/** Specs run from the sources of every workspace, so that no test ever passes against a stale build. */
const SOURCE = '@yiditong/source';

const UNIT = ['{libs,apps,tools}/**/*.spec.ts'];
const INT = ['{libs,apps,tools}/**/*.int.spec.ts'];
const E2E = ['apps/e2e/src/**/*.e2e.spec.ts'];
const NEVER = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  // Nest reads constructor types from decorator metadata; without it every injection is undefined.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  resolve: { conditions: [SOURCE, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions] } },
  test: {
    maxWorkers: 2,
    sequence: { sequencer: CanaryLast },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: UNIT,
          exclude: [...NEVER, ...INT, '**/*.e2e.spec.ts'],
          // A property of many cases may take long on a machine that is busy with something else.
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'int',
          include: INT,
          exclude: NEVER,
          globalSetup: ['libs/testing/src/template-database.global.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: E2E,
          exclude: NEVER,
          globalSetup: ['apps/e2e/src/stack.global.ts'],
          setupFiles: ['apps/e2e/src/mark-end.ts'],
          // One stack serves all files, and each file moves its clock and its money.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
