/** Who pays what: the treating place's line split and the home province's benefit rules. Pure. */
export * from './accumulators.js';
export * from './adjudicate.js';
export * from './bands.js';
export * from './line-split.js';
export * from './policy.js';
