/** End-to-end specs: one file per behaviour, black box, against the whole stack. Nothing to import. */
export type { SharedStack } from './stack.global.js';
