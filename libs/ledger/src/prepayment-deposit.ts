import { fen, minFen, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';
import type { PrepaymentPair } from './prepayment.js';

/** One deposit of a pair, and what became of it. */
export type Advance = PrepaymentPair & {
  readonly advanceId: string;
  /** YYYY-MM-DD. */
  readonly paidOn: string;
  /** Above zero, in fen, as are all amounts here. */
  readonly amountFen: Fen;
  /** Given back to the insured province by lower quotas. Not negative. */
  readonly loweredFen: Fen;
  /** Drawn and not returned yet. Not negative; with what was lowered never more than the amount. */
  readonly drawnFen: Fen;
};

/** What an advance can still pay. */
export function remainingFen({ amountFen, loweredFen, drawnFen }: Advance): Fen {
  return fen(amountFen - loweredFen - drawnFen);
}

/** A pair's prepayment: what it advanced, less what was lowered. Draws don't change it. */
export function depositOf(pair: PrepaymentPair, advances: Iterable<Advance>): Fen {
  return sumFen(advancesOf(pair, advances).map(({ amountFen, loweredFen }) => fen(amountFen - loweredFen)));
}

/** A pair's advances, first in first. */
export function advancesOf({ payer, payee }: PrepaymentPair, advances: Iterable<Advance>): Advance[] {
  return [...advances]
    .filter((advance) => advance.payer === payer && advance.payee === payee)
    .sort((a, b) => byValue(a.paidOn, b.paidOn) || byValue(a.advanceId, b.advanceId));
}

export type Adjustment =
  | { readonly outcome: 'UNCHANGED' }
  | { readonly outcome: 'RAISED'; readonly advance: Advance; readonly advances: readonly Advance[] }
  | {
      readonly outcome: 'LOWERED';
      /** Which advances gave it back; each above zero. */
      readonly parts: readonly { readonly advanceId: string; readonly amountFen: Fen }[];
      readonly advances: readonly Advance[];
    }
  | {
      readonly outcome: 'REFUSED';
      /** So much would have to be lowered, and the deposit can't fall below what is drawn of it. */
      readonly reason: 'PREPAYMENT_DRAWN';
      readonly depositFen: Fen;
      readonly drawnFen: Fen;
      /** The most that can be lowered now. */
      readonly lowerableFen: Fen;
    };

/**
 * Changes a pair's deposit (额度调整, 规程 art. 20, 24, 27). Above zero, it is a new advance under the given id and date. Below zero, the
 * treating province gives it back: from the newest advances, as draws take the oldest. Refused where that would need what is drawn, by
 * whomever.
 */
export function adjustDeposit(
  {
    byFen,
    advanceId,
    paidOn,
    ...pair
  }: PrepaymentPair & {
    readonly byFen: Fen;
    readonly advanceId: string;
    readonly paidOn: string;
  },
  advances: readonly Advance[],
): Adjustment {
  if (byFen === 0n) return { outcome: 'UNCHANGED' };
  if (byFen > 0n) {
    const { payer, payee } = pair;
    const advance = { advanceId, payer, payee, paidOn, amountFen: byFen, loweredFen: ZERO_FEN, drawnFen: ZERO_FEN };
    return { outcome: 'RAISED', advance, advances: [...advances, advance] };
  }
  const own = advancesOf(pair, advances);
  const lowerableFen = sumFen(own.map(remainingFen));
  if (-byFen > lowerableFen) {
    const drawnFen = sumFen(own.map((advance) => advance.drawnFen));
    return { outcome: 'REFUSED', reason: 'PREPAYMENT_DRAWN', depositFen: depositOf(pair, own), drawnFen, lowerableFen };
  }
  const lowered = new Map<string, Fen>();
  let leftFen = fen(-byFen);
  for (const advance of own.toReversed()) {
    const amountFen = minFen(leftFen, remainingFen(advance));
    if (amountFen > 0n) lowered.set(advance.advanceId, amountFen);
    leftFen = fen(leftFen - amountFen);
  }
  return {
    outcome: 'LOWERED',
    parts: [...lowered].map(([id, amountFen]) => ({ advanceId: id, amountFen })),
    advances: advances.map((advance) => ({
      ...advance,
      loweredFen: fen(advance.loweredFen + (lowered.get(advance.advanceId) ?? 0n)),
    })),
  };
}

/** For sorting by text or by amount, the lowest first. */
export function byValue<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
