import type { Seal } from '@yiditong/ledger';
import type { Fen } from '@yiditong/money';

/** In order; no step is skipped and none is taken back. */
export const CYCLE_STATES = ['OPEN', 'SEALING', 'SEALED', 'VERIFIED', 'CLOSED'] as const;
export type CycleState = (typeof CYCLE_STATES)[number];

/** A row of `cycle`: one clearing day, with settlement's count and sum from SEALED on. */
export type Cycle = {
  readonly businessDate: string;
  readonly state: CycleState;
  readonly obligationCount: bigint;
  readonly amountFen: Fen;
  readonly closedAt: Date | null;
  /** Of a closed cycle. */
  readonly seal: Seal | null;
};
