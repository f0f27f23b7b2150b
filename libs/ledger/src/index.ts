/** Balanced postings, positions, the Merkle tree that seals a cycle, and the chain that guards the audit trail. Pure. */
export * from './control-totals.js';
export * from './hash-chain.js';
export * from './merkle.js';
export * from './obligation.js';
export * from './positions.js';
