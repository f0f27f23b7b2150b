import { Injectable } from '@nestjs/common';
import { Clock, Database, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { ZERO_FEN, type Fen } from '@yiditong/money';
import { costMonthPositions, type CostMonthPosition } from './cost-month.store.js';

/** How a position stands, and how it stood at an earlier instant where that was asked for. */
export type ComparedPosition = CostMonthPosition & {
  readonly earlier: { readonly obligationCount: bigint; readonly amountFen: Fen } | null;
};

/** Reports the costs of a month (费款所属期) as they were known at any instant: what was corrected since shows between two of them. */
@Injectable()
export class CostMonthService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * As the caller's tenancy shows it; `asOf` null for now, `since` null where nothing is compared. Rejects with REQUEST_MALFORMED where
   * an instant is yet to come, or the earlier one is the later.
   */
  async report(
    actor: Actor,
    costMonth: string,
    asOf: Date | null,
    since: Date | null,
  ): Promise<{ readonly asOf: Date; readonly positions: readonly ComparedPosition[] }> {
    const now = this.clock.now();
    const at = asOf ?? now;
    if (at > now) throw new Rejection('REQUEST_MALFORMED', { problem: 'as_of is in the future' });
    if (since !== null && since > at)
      throw new Rejection('REQUEST_MALFORMED', { problem: 'since is later than as_of' });
    return this.database.transaction(actor, async (tx) => {
      const positions = await costMonthPositions(tx, costMonth, at);
      const earlier = since === null ? null : await costMonthPositions(tx, costMonth, since);
      return { asOf: at, positions: earlier === null ? positions.map(alone) : compared(positions, earlier) };
    });
  }
}

function alone(position: CostMonthPosition): ComparedPosition {
  return { ...position, earlier: null };
}

/** What has an obligation keeps it, so that there is no pair that was there earlier alone. */
function compared(
  positions: readonly CostMonthPosition[],
  earlier: readonly CostMonthPosition[],
): readonly ComparedPosition[] {
  const stood = new Map(earlier.map((one) => [keyOf(one), one]));
  return positions.map((one) => {
    const { obligationCount, amountFen } = stood.get(keyOf(one)) ?? NOTHING;
    return { ...one, earlier: { obligationCount, amountFen } };
  });
}

const NOTHING = { obligationCount: 0n, amountFen: ZERO_FEN };

function keyOf({ payer, payee, insurance }: CostMonthPosition): string {
  return `${payer}|${payee}|${insurance}`;
}
