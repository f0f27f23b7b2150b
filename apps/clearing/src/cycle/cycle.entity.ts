import type { ControlTotals } from '@yiditong/ledger';

/** In order; no step is skipped and none is taken back. */
export const CYCLE_STATES = ['OPEN', 'SEALING', 'SEALED', 'VERIFIED', 'CLOSED'] as const;
export type CycleState = (typeof CYCLE_STATES)[number];

/** A row of `cycle`: one clearing day, with settlement's control totals from SEALED on. */
export type Cycle = ControlTotals & {
  readonly businessDate: string;
  readonly state: CycleState;
  readonly closedAt: Date | null;
};
