import { fen, minFen, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';
import { advancesOf, byValue, remainingFen, type Advance } from './prepayment-deposit.js';
import type { PrepaymentPair } from './prepayment.js';

/** What a pair owes for a cost month (YYYY-MM) and the prepayment is to pay. Not negative; one per pair and month. */
export type DrawClaim = PrepaymentPair & { readonly costMonth: string; readonly amountFen: Fen };

/** What was paid of a claim. */
export type DrawnClaim = DrawClaim & { readonly drawnFen: Fen; readonly unpaidFen: Fen };

/** One line of the lineage: this advance paid (or got back) so much for this claim. */
export type LineageEntry = PrepaymentPair & {
  readonly kind: 'DRAW' | 'RETURN';
  readonly costMonth: string;
  readonly advanceId: string;
  /** Whose deposit it is: the payer's own, or another insured province's that the treating province pooled (可调剂使用). */
  readonly advancedBy: string;
  readonly advancedOn: string;
  /** Above zero. */
  readonly amountFen: Fen;
};

export type DrawResult = {
  /** In the order of the claims: oldest month first, then by pair. */
  readonly claims: readonly DrawnClaim[];
  /** In the order in which it was drawn. */
  readonly lineage: readonly LineageEntry[];
  readonly advances: readonly Advance[];
};

/**
 * Pays claims from prepayments. First every claim, the oldest month first, draws on its own pair's deposits: so no province's money pays
 * others while its own claims need it. What is left is drawn from the pool of all deposits at the same treating province (规程 art. 18):
 * claims of the oldest month first, then the largest, then by code; from the province with the most left, ties by code. Each province's
 * deposits go first in, first out; those of one day by id.
 *
 * No advance pays more than it has; a claim's draws are its lineage to the fen, and what nothing covers is unpaid. The order of the input
 * doesn't matter. Throws a RangeError for a negative claim or one that comes twice.
 */
export function drawFor(claims: readonly DrawClaim[], advances: readonly Advance[]): DrawResult {
  refuseNonsense(claims);
  const ordered = claims.toSorted((a, b) => byValue(claimKey(a), claimKey(b)));
  const left = new Map(advances.map((advance) => [advance.advanceId, remainingFen(advance)]));
  const lineage: LineageEntry[] = [];
  const unpaid = new Map(ordered.map((claim) => [claim, claim.amountFen]));
  const draw = (claim: DrawClaim, from: readonly Advance[]): void => {
    for (const advance of from) {
      const amountFen = minFen(unpaid.get(claim) ?? ZERO_FEN, left.get(advance.advanceId) ?? ZERO_FEN);
      if (amountFen === 0n) continue;
      lineage.push(entryOf('DRAW', claim, advance, amountFen));
      unpaid.set(claim, fen((unpaid.get(claim) ?? 0n) - amountFen));
      left.set(advance.advanceId, fen((left.get(advance.advanceId) ?? 0n) - amountFen));
    }
  };
  for (const claim of ordered) draw(claim, advancesOf(claim, advances));
  // Sorting is stable, so that of one month and amount the lower code comes first.
  const pooling = ordered
    .filter((claim) => unpaid.get(claim) !== 0n)
    .sort((a, b) => byValue(a.costMonth, b.costMonth) || byValue(unpaid.get(b) ?? 0n, unpaid.get(a) ?? 0n));
  for (const claim of pooling) draw(claim, poolFor(claim, advances, left));
  return {
    claims: ordered.map((claim) => {
      const unpaidFen = unpaid.get(claim) ?? ZERO_FEN;
      return { ...claim, drawnFen: fen(claim.amountFen - unpaidFen), unpaidFen };
    }),
    lineage,
    advances: moved(advances, lineage),
  };
}

/**
 * Puts back what a claim drew, once its clearing is paid or refunded: in the reverse order of the draws, so that what was borrowed from
 * other provinces goes back first and a full return undoes the claim exactly. `lineage` is all of it so far, oldest first. What exceeds the
 * draws is in `excessFen`. Throws a RangeError for a negative amount, or an advance in the lineage that isn't given.
 */
export function returnFor(
  claim: DrawClaim,
  lineage: readonly LineageEntry[],
  advances: readonly Advance[],
): { readonly lineage: readonly LineageEntry[]; readonly advances: readonly Advance[]; readonly excessFen: Fen } {
  refuseNonsense([claim]);
  const own = lineage.filter((entry) => claimKey(entry) === claimKey(claim));
  const byId = new Map(advances.map((advance) => [advance.advanceId, advance]));
  const returned: LineageEntry[] = [];
  let excessFen = claim.amountFen;
  const draws = own.filter(({ kind }) => kind === 'DRAW');
  // The last draw on an advance decides its turn.
  for (const advanceId of new Set(draws.toReversed().map((entry) => entry.advanceId))) {
    const advance = byId.get(advanceId);
    if (!advance) throw new RangeError(`advance ${advanceId} is not given`);
    const amountFen = minFen(outstandingFen(own, advanceId), excessFen);
    if (amountFen === 0n) continue;
    returned.push(entryOf('RETURN', claim, advance, amountFen));
    excessFen = fen(excessFen - amountFen);
  }
  return { lineage: returned, advances: moved(advances, returned), excessFen };
}

/** What the lineage still holds of each claim's draws, by advance: draws less returns, nothing that came to zero. By claim, then as drawn. */
export function fundingOf(lineage: Iterable<LineageEntry>): LineageEntry[] {
  const found = new Map<string, LineageEntry>();
  for (const entry of lineage) {
    const key = `${claimKey(entry)} ${entry.advanceId}`;
    const amountFen = fen((found.get(key)?.amountFen ?? 0n) + signed(entry));
    found.set(key, { ...entry, kind: 'DRAW', amountFen });
  }
  return [...found.values()]
    .filter(({ amountFen }) => amountFen !== 0n)
    .sort((a, b) => byValue(claimKey(a), claimKey(b)));
}

/** All advances at the same treating province, the province with the most left first; the claim's own has nothing left by then. */
function poolFor(claim: DrawClaim, advances: readonly Advance[], left: ReadonlyMap<string, Fen>): Advance[] {
  const pool = advances.filter(({ payee }) => payee === claim.payee);
  return [...new Set(pool.map(({ payer }) => payer))]
    .map((payer) => {
      const own = advancesOf({ payer, payee: claim.payee }, pool);
      return { payer, own, leftFen: sumFen(own.map(({ advanceId }) => left.get(advanceId) ?? ZERO_FEN)) };
    })
    .sort((a, b) => byValue(b.leftFen, a.leftFen) || byValue(a.payer, b.payer))
    .flatMap(({ own }) => own);
}

function moved(advances: readonly Advance[], lineage: readonly LineageEntry[]): Advance[] {
  return advances.map((advance) => ({
    ...advance,
    drawnFen: fen(advance.drawnFen + outstandingFen(lineage, advance.advanceId)),
  }));
}

/** Draws on an advance less returns to it. */
function outstandingFen(lineage: readonly LineageEntry[], advanceId: string): Fen {
  return sumFen(lineage.filter((entry) => entry.advanceId === advanceId).map(signed));
}

function signed({ kind, amountFen }: LineageEntry): Fen {
  return kind === 'DRAW' ? amountFen : fen(-amountFen);
}

function entryOf(kind: LineageEntry['kind'], claim: DrawClaim, advance: Advance, amountFen: Fen): LineageEntry {
  const { payer, payee, costMonth } = claim;
  const { advanceId, payer: advancedBy, paidOn: advancedOn } = advance;
  return { kind, payer, payee, costMonth, advanceId, advancedBy, advancedOn, amountFen };
}

function claimKey({ costMonth, payer, payee }: Omit<DrawClaim, 'amountFen'>): string {
  return `${costMonth} ${payer}>${payee}`;
}

function refuseNonsense(claims: readonly DrawClaim[]): void {
  const keys = new Set<string>();
  for (const claim of claims) {
    if (claim.amountFen < 0n) throw new RangeError(`the claim ${claimKey(claim)} is negative`);
    if (keys.has(claimKey(claim))) throw new RangeError(`the claim ${claimKey(claim)} comes twice`);
    keys.add(claimKey(claim));
  }
}
