/** In order; no step is skipped and none is taken back. */
export const CYCLE_STATES = ['OPEN', 'SEALING', 'SEALED', 'VERIFIED', 'CLOSED'] as const;
export type CycleState = (typeof CYCLE_STATES)[number];

/** A row of `cycle`: one clearing day. */
export type Cycle = {
  readonly businessDate: string;
  readonly state: CycleState;
  /** Settlement's control totals, from SEALED on. */
  readonly obligationCount: bigint;
  readonly amountFen: bigint;
  readonly merkleRoot: string;
  readonly closedAt: Date | null;
};

export type ControlTotals = Pick<Cycle, 'obligationCount' | 'amountFen' | 'merkleRoot'>;
