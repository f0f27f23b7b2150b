/** Who pays what: the treating place's line split and the home province's benefit rules. Pure. */
export * from './accumulators.js';
export * from './adjudicate.js';
export * from './benefit-year.js';
export * from './choice.js';
export * from './claim-document.js';
export * from './claim.js';
export * from './line-split.js';
export * from './policy-document.js';
export * from './policy-linter.js';
export * from './policy.js';
