import { isAccumulatorKind, type AccumulatorKind, type Accumulators } from '@yiditong/adjudication';
import { Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { MAX_BILL_FEN } from '@yiditong/money';

/** Nobody has more of them in a year. */
const MAX_KINDS = 100;
const MAX_VISITS = 1_000n;

/** What was booked before, as the asker says it. Rejects with REQUEST_MALFORMED, which names the place and doesn't quote it. */
export function decodeTotals(wire: readonly benefitV1.ModelTotal[]): Accumulators {
  if (wire.length > MAX_KINDS) throw malformed(`person.totals must be at most ${MAX_KINDS}`);
  const totals: Partial<Record<AccumulatorKind, bigint>> = {};
  for (const [index, { kind, value }] of wire.entries()) {
    const place = `person.totals.${index}`;
    if (!isAccumulatorKind(kind)) throw malformed(`${place}.kind is not the name of a total`);
    if (kind in totals) throw malformed(`${place}.kind stands twice`);
    const most = kind.includes('_VISITS') ? MAX_VISITS : MAX_BILL_FEN;
    if (value < 0n || value > most) throw malformed(`${place}.value must be 0 to ${most}`);
    totals[kind] = value;
  }
  return totals;
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
