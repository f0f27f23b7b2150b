import { fen, maxFen, minFen, negateFen, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';
import { settleQueue, type QueuedPayment, type QueueSettlement } from './liquidity.js';
import { netPositions, type BilateralPosition } from './positions.js';

/** What a pair owes in a netting. Negative where refunds exceed what is owed: then the payee pays the payer. */
export type OwedPair = BilateralPosition & {
  /** As in {@link QueuedPayment}. What a netting brings anew has 0. */
  readonly priority: number;
  /** Days since the netting that brought it; 0 for what is new. Whoever keeps it adds the days that pass. */
  readonly ageDays: number;
};

/** Why a pair waits for a later netting: a party is excluded, or the region that pays still lacks this much cover (above zero). */
export type CarriedPair = OwedPair &
  (
    | { readonly reason: 'EXCLUDED'; readonly region: string }
    | { readonly reason: 'LACKS_COVER'; readonly region: string; readonly lackFen: Fen }
  );

/** A region that takes no part, and the cover that it lacked (above zero) in the netting that it was taken out of. */
export type Exclusion =
  | { readonly region: string; readonly reason: 'BY_DECISION' }
  | { readonly region: string; readonly reason: 'CANNOT_PAY'; readonly lackFen: Fen };

/** A region's part in a netting. */
export type RegionSettlement = {
  readonly region: string;
  /** Of what settles: receivable less payable. */
  readonly netFen: Fen;
  /** Of the prepayment: what a net debtor pays. Not negative. */
  readonly drawnFen: Fen;
  /** What the region lacked to settle everything, but for regions excluded by decision. Not negative; once every region has it more, all settles. */
  readonly missingFen: Fen;
  /** Cover afterwards. Not negative. */
  readonly coverFen: Fen;
};

/** Money that moves; above zero. */
export type Movement = { readonly payer: string; readonly payee: string; readonly amountFen: Fen };

export type NetSettlement = {
  /** By code: every region that has cover or owes or is owed. */
  readonly regions: readonly RegionSettlement[];
  /** Between net debtors and net creditors, fewer than there are of both. */
  readonly movements: readonly Movement[];
  /** By pair, as what is carried. */
  readonly settled: readonly OwedPair[];
  readonly carried: readonly CarriedPair[];
  /** Decisions first, by code; then in the order in which they were excluded. */
  readonly excluded: readonly Exclusion[];
};

type Shortfall = { readonly region: string; readonly lackFen: Fen };

/**
 * Nets what regions owe each other that agreed to settle net (净额结算), and draws what net debtors owe from their prepayment (预付金). Nothing
 * in the regulation settles net (规程 art. 45: 按月全额清算): this is what would move, and no gross obligation ends by it. Amounts are in fen,
 * cover is not negative.
 *
 * Regions excluded by decision are taken out, with all they owe and are owed. The rest goes through {@link settleQueue}, each pair a
 * payment of its own: all of it nets where it is covered, else a part does. Then a region that owes, of which not one payment settles, and
 * that would be short even if it were paid all it is owed, can't pay. Of such regions the one with the largest shortfall, ties by code, is
 * excluded; all it owes and is owed is carried over; the rest is netted anew, until no such region is left. A region that is held up only
 * because others don't pay it isn't excluded. Nothing settles before the end, so that nothing is ever unwound.
 *
 * What is carried goes into a later netting as `carried`, with its age: of the same priority it comes before what is new. Amounts of the
 * same pair, priority and age are one; one that comes to zero needs nothing and isn't listed. Per pair, what settles and what is carried
 * sum to what came in. Throws a RangeError as settleQueue does.
 */
export function netSettlement(
  positions: readonly BilateralPosition[],
  cover: ReadonlyMap<string, Fen>,
  { carried = [], excluded = new Set() }: { carried?: readonly OwedPair[]; excluded?: ReadonlySet<string> } = {},
): NetSettlement {
  const owed = merge([...carried, ...positions.map((position) => ({ ...position, priority: 0, ageDays: 0 }))]);
  const exclusions: Exclusion[] = [...excluded].sort().map((region) => ({ region, reason: 'BY_DECISION' }));
  const out = new Set(excluded);
  for (;;) {
    const taking = new Map([...owed].filter(([, { payer, payee }]) => !out.has(payer) && !out.has(payee)));
    const queue = settleQueue(cover, [...taking].map(paymentOf));
    const shortest = cannotPay(shortfalls(cover, taking.values()), queue);
    if (!shortest) return report({ owed, cover, excluded, exclusions, out, queue });
    exclusions.push({ region: shortest.region, reason: 'CANNOT_PAY', lackFen: shortest.lackFen });
    out.add(shortest.region);
  }
}

/** By an id, which says what the entry is, in the order of the ids. */
function merge(pairs: readonly OwedPair[]): Map<string, OwedPair> {
  const merged = new Map<string, OwedPair>();
  for (const { payer, payee, grossFen, priority, ageDays } of pairs) {
    const id = `${payer}>${payee} ${priority} ${ageDays}`;
    const sum = sumFen([merged.get(id)?.grossFen ?? ZERO_FEN, grossFen]);
    merged.set(id, { payer, payee, grossFen: sum, priority, ageDays });
  }
  return new Map([...merged].filter(([, { grossFen }]) => grossFen !== 0n).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function paymentOf([paymentId, pair]: readonly [string, OwedPair]): QueuedPayment {
  const { payer, payee, grossFen, priority, ageDays } = pair;
  return grossFen > 0n
    ? { paymentId, payer, payee, amountFen: grossFen, priority, ageDays }
    : { paymentId, payer: payee, payee: payer, amountFen: negateFen(grossFen), priority, ageDays };
}

/** What each region lacks if all of it is netted, by code; regions that lack nothing aren't listed. */
function shortfalls(cover: ReadonlyMap<string, Fen>, pairs: Iterable<OwedPair>): ReadonlyMap<string, Fen> {
  const after = netPositions(pairs).map(({ region, netFen }) => [region, balanceOf(cover, region) + netFen] as const);
  return new Map(after.filter(([, left]) => left < 0n).map(([region, left]) => [region, fen(-left)]));
}

/** Who is short owes something, and what didn't settle is held: so whoever is short and pays nothing, can't. */
function cannotPay(lacks: ReadonlyMap<string, Fen>, { settled }: QueueSettlement): Shortfall | undefined {
  const pays = new Set(settled.map(({ payer }) => payer));
  let largest: Shortfall | undefined;
  for (const [region, lackFen] of lacks)
    if (!pays.has(region) && lackFen > (largest?.lackFen ?? 0n)) largest = { region, lackFen };
  return largest;
}

function report(netting: {
  readonly owed: ReadonlyMap<string, OwedPair>;
  readonly cover: ReadonlyMap<string, Fen>;
  readonly excluded: ReadonlySet<string>;
  readonly exclusions: readonly Exclusion[];
  readonly out: ReadonlySet<string>;
  readonly queue: QueueSettlement;
}): NetSettlement {
  const { owed, cover, excluded, exclusions, out, queue } = netting;
  const paid = new Set(queue.settled.map(({ paymentId }) => paymentId));
  const settled = [...owed].filter(([id]) => paid.has(id)).map(([, pair]) => pair);
  const nets = new Map(netPositions(settled).map(({ region, netFen }) => [region, netFen]));
  const all = [...owed.values()];
  const missing = shortfalls(
    cover,
    all.filter(({ payer, payee }) => !excluded.has(payer) && !excluded.has(payee)),
  );
  const parties = new Set([...cover.keys(), ...all.flatMap(({ payer, payee }) => [payer, payee])]);
  return {
    regions: [...parties].sort().map((region) => {
      const netFen = balanceOf(nets, region);
      return {
        region,
        netFen,
        drawnFen: maxFen(negateFen(netFen), ZERO_FEN),
        missingFen: balanceOf(missing, region),
        coverFen: fen(balanceOf(cover, region) + netFen),
      };
    }),
    movements: movementsOf(nets),
    settled,
    carried: carriedOf(owed, out, queue),
    excluded: exclusions,
  };
}

function carriedOf(
  owed: ReadonlyMap<string, OwedPair>,
  out: ReadonlySet<string>,
  queue: QueueSettlement,
): CarriedPair[] {
  const held = new Map(queue.queued.map(({ payment, lacking, lackFen }) => [payment.paymentId, { lacking, lackFen }]));
  return [...owed].flatMap(([id, pair]): CarriedPair[] => {
    const region = [pair.payer, pair.payee].find((party) => out.has(party));
    if (region !== undefined) return [{ ...pair, reason: 'EXCLUDED', region }];
    const lack = held.get(id);
    return lack ? [{ ...pair, reason: 'LACKS_COVER', region: lack.lacking, lackFen: lack.lackFen }] : [];
  });
}

/**
 * The largest debtor pays the largest creditor what the smaller of the two amounts is, ties by code. Each movement finishes with one
 * region, the last with two: n regions need at most n − 1. Fewer may do where some debts sum to some credits, which is NP-hard to find.
 */
function movementsOf(nets: ReadonlyMap<string, Fen>): Movement[] {
  const debtors = largestFirst([...nets].map(([region, net]) => ({ region, left: negateFen(net) })));
  const creditors = largestFirst([...nets].map(([region, net]) => ({ region, left: net })));
  const movements: Movement[] = [];
  for (let [from, to] = [debtors.shift(), creditors.shift()]; from && to;) {
    const amountFen = minFen(from.left, to.left);
    movements.push({ payer: from.region, payee: to.region, amountFen });
    from.left = fen(from.left - amountFen);
    to.left = fen(to.left - amountFen);
    if (from.left === 0n) from = debtors.shift();
    if (to.left === 0n) to = creditors.shift();
  }
  return movements;
}

/** Nets come by code, and sorting is stable. */
function largestFirst(sides: readonly { region: string; left: Fen }[]): { region: string; left: Fen }[] {
  return sides.filter(({ left }) => left > 0n).sort((a, b) => (a.left > b.left ? -1 : a.left < b.left ? 1 : 0));
}

function balanceOf(amounts: ReadonlyMap<string, Fen>, region: string): Fen {
  return amounts.get(region) ?? ZERO_FEN;
}
