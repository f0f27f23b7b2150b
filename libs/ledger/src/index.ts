/** Balanced postings, positions, prepayment and months, the Merkle trees that seal a cycle, and the chain that guards the audit trail. Pure. */
export * from './calendar-trial.js';
export * from './clearing-figures.js';
export * from './clearing-month.js';
export {
  CLEARING_TABLE_NUMBERS,
  type ClearingCell,
  type ClearingColumn,
  type ClearingTable,
  type ClearingTableNumber,
} from './clearing-table.js';
export * from './clearing-tables.js';
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
export * from './prepayment.js';
export { adjustDeposit, depositOf, remainingFen, type Adjustment, type Advance } from './prepayment-deposit.js';
export * from './prepayment-draw.js';
export * from './prepayment-forecast.js';
export * from './statement.js';
