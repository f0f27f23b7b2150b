/** Exact money: integer fen, exact rates, one rounding rule, allocation without loss. Pure. */
export * from './allocate.js';
export * from './amount-in-words.js';
export * from './decimal.js';
export * from './fen.js';
export * from './number-text.js';
export * from './rate.js';
