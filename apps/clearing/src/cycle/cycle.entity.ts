import type { Seal } from '@yiditong/ledger';
import type { Fen } from '@yiditong/money';

/** In order; no step is skipped and none is taken back. */
export const CYCLE_STATES = ['OPEN', 'SEALING', 'SEALED', 'VERIFIED', 'CLOSED'] as const;
export type CycleState = (typeof CYCLE_STATES)[number];

/** What is done for a close (日终关账), in order, each by a job of its own. The first four move the cycle's state on by one. */
export const CLOSE_STAGES = ['OPEN_NEXT', 'SEAL', 'VERIFY', 'NET', 'TELL'] as const;
export type CloseStage = (typeof CLOSE_STAGES)[number];

/** The state that a stage finds, if it is its turn. */
export const STATE_BEFORE: Readonly<Record<CloseStage, CycleState>> = {
  OPEN_NEXT: 'OPEN',
  SEAL: 'SEALING',
  VERIFY: 'SEALED',
  NET: 'VERIFIED',
  TELL: 'CLOSED',
};

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
