/** Balanced postings, positions, and the Merkle tree that seals a cycle. Pure. */
export * from './control-totals.js';
export * from './merkle.js';
export * from './obligation.js';
export * from './positions.js';
