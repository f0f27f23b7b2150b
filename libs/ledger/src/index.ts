/** Balanced postings, positions, the Merkle trees that seal a cycle, and the chain that guards the audit trail. Pure. */
export * from './control-totals.js';
export * from './cycle-seal.js';
export * from './hash-chain.js';
export * from './journal.js';
export * from './liquidity.js';
export { HASH_BYTES, merkleLeaf, merkleRoot, type Hash } from './merkle.js';
export * from './merkle-frontier.js';
export * from './merkle-proof.js';
export * from './net-settlement.js';
export * from './obligation.js';
export * from './positions.js';
export * from './statement.js';
