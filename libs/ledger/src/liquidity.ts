import { fen, maxFen, minFen, ZERO_FEN, type Fen } from '@yiditong/money';

/** A payment that waits for cover. */
export type QueuedPayment = {
  /** Unique in its queue. */
  readonly paymentId: string;
  readonly payer: string;
  readonly payee: string;
  /** Above zero. */
  readonly amountFen: Fen;
  /** Any finite number; the lower comes first. */
  readonly priority: number;
  /** Days since it fell due, not negative; the older comes first. */
  readonly ageDays: number;
};

/** A payment that goes on waiting, and what its payer lacks to pay it alone with the cover that is left: always above zero. */
export type HeldPayment = { readonly payment: QueuedPayment; readonly lacking: string; readonly lackFen: Fen };

/** Payments in rank order, and the cover of every region that has any or is party to a payment, by code. */
export type QueueSettlement = {
  readonly settled: readonly QueuedPayment[];
  readonly queued: readonly HeldPayment[];
  readonly cover: ReadonlyMap<string, Fen>;
};

type Balances = Map<string, Fen>;
type Attempt = {
  /** Payments of one payer with the same tier may withdraw in any order, those of the worst tier first. */
  readonly tier: (payment: QueuedPayment) => string | number;
  /** Whether a withdrawal that leaves the payee short counts for less. */
  readonly sparesPayee: boolean;
};
/** By payee, each in the order of {@link bySize}. */
type Tier = Map<string, QueuedPayment[]>;
/** A payment that may withdraw, and by how much shortfalls would be lower without it. */
type Withdrawal = { readonly payment: QueuedPayment; readonly reliefFen: Fen };

const ATTEMPTS: readonly Attempt[] = [
  { tier: ({ paymentId }) => paymentId, sparesPayee: false },
  { tier: ({ priority }) => priority, sparesPayee: true },
  { tier: () => 0, sparesPayee: true },
  { tier: () => 0, sparesPayee: false },
];

/**
 * 净额结算 at one moment: which payments of a queue settle together so that no region's cover falls below zero. A region's cover is in fen and
 * not negative; a region that isn't named has none. Rank is priority, then age, then the larger amount; ties by id.
 *
 * The largest set would take exponential time (the Bank Clearing Problem is NP-hard). Instead, five attempts; the first that settles
 * anything is taken, and the attempts start over with the rest until none does. Each of the first four begins with all that waits, at
 * once; while regions are short, the one with the largest shortfall, ties by code, withdraws one of its payments, and what is left at the
 * end settles:
 *
 * 1. its payment of the worst rank (gridlock resolution, Bech and Soramäki 2001);
 * 2. of its payments of the worst priority the one that lowers the sum of all shortfalls most, its payee's included; then the smallest,
 *    then the worst rank (greedy elimination, of the kind that Güntzer, Jungnickel and Leclerc studied for the German EAF in 1998);
 * 3. as 2, of any priority;
 * 4. as 3, but for its own shortfall only: the smallest that covers it, or else the largest.
 * 5. Nothing at once, but the payment of the best rank that its payer can pay alone.
 *
 * Guaranteed, whatever the order of the input:
 * - no cover is below zero, and covers have the same sum before and after;
 * - all payments settle where that leaves no cover below zero;
 * - no payment that is held could be paid alone with the cover that is left, and settling the rest again settles nothing;
 * - whatever can settle while no payer passes over one of its own payments does settle: the first attempt finds the one largest such set.
 *   Only beyond that set may a payment pass over one of better rank of its own payer.
 *
 * Not guaranteed: the largest value or number. A set of two or more held payments may exist that could settle together; and between payers
 * rank decides only in 5.
 *
 * Throws a RangeError for a negative cover, an amount not above zero, a payer that is its own payee, an id that occurs twice, a priority
 * that is not finite, or an age that is negative or not finite.
 */
export function settleQueue(cover: ReadonlyMap<string, Fen>, payments: readonly QueuedPayment[]): QueueSettlement {
  refuseNonsense(cover, payments);
  const ranked = payments.toSorted(byRank);
  const regions = new Set([...cover.keys(), ...ranked.flatMap(({ payer, payee }) => [payer, payee])]);
  const balances: Balances = new Map([...regions].sort().map((region) => [region, cover.get(region) ?? ZERO_FEN]));
  let waiting: readonly QueuedPayment[] = ranked;
  for (let next = settleable(balances, waiting); next.size > 0; next = settleable(balances, waiting)) {
    for (const payment of next) move(balances, payment, 1n);
    const taken = next;
    waiting = waiting.filter((payment) => !taken.has(payment));
  }
  const held = new Set(waiting);
  return {
    settled: ranked.filter((payment) => !held.has(payment)),
    queued: waiting.map((payment) => ({
      payment,
      lacking: payment.payer,
      lackFen: fen(payment.amountFen - balanceOf(balances, payment.payer)),
    })),
    cover: balances,
  };
}

/** Priority, then age, then the larger amount; ties by id. */
function byRank(a: QueuedPayment, b: QueuedPayment): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.ageDays !== b.ageDays) return b.ageDays - a.ageDays;
  if (a.amountFen !== b.amountFen) return a.amountFen > b.amountFen ? -1 : 1;
  return a.paymentId < b.paymentId ? -1 : 1;
}

function settleable(balances: Balances, waiting: readonly QueuedPayment[]): ReadonlySet<QueuedPayment> {
  for (const attempt of ATTEMPTS) {
    const together = coveredTogether(balances, waiting, attempt);
    if (together.size > 0) return together;
  }
  const alone = waiting.find(({ payer, amountFen }) => amountFen <= balanceOf(balances, payer));
  return new Set(alone ? [alone] : []);
}

/** What is left of the waiting payments, all settled at once, when no region is short any more. */
function coveredTogether(balances: Balances, waiting: readonly QueuedPayment[], attempt: Attempt): Set<QueuedPayment> {
  const after: Balances = new Map(balances);
  const chosen = new Set(waiting);
  for (const payment of waiting) move(after, payment, 1n);
  const lines = new Map<string, Tier[]>();
  for (let short = shortest(after); short; short = shortest(after)) {
    const line = lines.get(short.region) ?? tiersOf(short.region, waiting, attempt);
    lines.set(short.region, line);
    const payment = withdraw(line, short.lackFen, attempt.sparesPayee ? after : undefined);
    chosen.delete(payment);
    move(after, payment, -1n);
  }
  return chosen;
}

/** The region with the largest shortfall. Balances are in the order of codes, so that the earlier wins a tie. */
function shortest(balances: Balances): { readonly region: string; readonly lackFen: Fen } | undefined {
  let found: { region: string; lackFen: Fen } | undefined;
  for (const [region, balance] of balances)
    if (balance < -(found?.lackFen ?? 0n)) found = { region, lackFen: fen(-balance) };
  return found;
}

/** What a region pays, the worst tier last. */
function tiersOf(region: string, ranked: readonly QueuedPayment[], { tier }: Attempt): Tier[] {
  const tiers = new Map<string | number, Tier>();
  for (const payment of ranked) {
    if (payment.payer !== region) continue;
    const same: Tier = tiers.get(tier(payment)) ?? new Map();
    const owed = same.get(payment.payee) ?? [];
    owed.push(payment);
    tiers.set(tier(payment), same.set(payment.payee, owed));
  }
  for (const same of tiers.values()) for (const owed of same.values()) owed.sort(bySize);
  return [...tiers.values()];
}

/** Takes the payment of the worst tier that lowers shortfalls most; then the smallest, then the worst rank. */
function withdraw(line: Tier[], lackFen: Fen, balances: Balances | undefined): QueuedPayment {
  const worst: Tier = line.at(-1) ?? new Map();
  let best: Withdrawal | undefined;
  for (const [payee, owed] of worst) {
    const spareFen = balances ? maxFen(balanceOf(balances, payee), ZERO_FEN) : undefined;
    for (const payment of candidates(owed, minFen(lackFen, spareFen ?? lackFen))) {
      const overFen = spareFen === undefined ? 0n : maxFen(fen(payment.amountFen - spareFen), ZERO_FEN);
      const withdrawal = { payment, reliefFen: fen(minFen(payment.amountFen, lackFen) - overFen) };
      if (!best || isBetter(withdrawal, best)) best = withdrawal;
    }
  }
  // Cover is never negative, so that a region is short only for what it still pays.
  if (!best) throw new Error('a region is short that pays nothing');
  const { payment } = best;
  const owed = worst.get(payment.payee) ?? [];
  owed.splice(owed.indexOf(payment), 1);
  if (owed.length === 0) worst.delete(payment.payee);
  if (worst.size === 0) line.pop();
  return payment;
}

/**
 * Of payments to one payee only two can be best. Relief rises with the amount until the lack, or what the payee can spare, is reached, and
 * never rises after it: so the smallest from there on, and the largest before.
 */
function candidates(owed: readonly QueuedPayment[], reachedFen: Fen): QueuedPayment[] {
  const at = firstOfAtLeast(owed, reachedFen);
  const below = owed[at - 1];
  return [owed[at], below && owed[firstOfAtLeast(owed, below.amountFen)]].filter((payment) => payment !== undefined);
}

function isBetter(a: Withdrawal, b: Withdrawal): boolean {
  return a.reliefFen === b.reliefFen ? bySize(a.payment, b.payment) < 0 : a.reliefFen > b.reliefFen;
}

/** The smallest first, and of the same amount the worst rank first. */
function bySize(a: QueuedPayment, b: QueuedPayment): number {
  if (a.amountFen !== b.amountFen) return a.amountFen < b.amountFen ? -1 : 1;
  return byRank(b, a);
}

function firstOfAtLeast(ascending: readonly QueuedPayment[], amount: Fen): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle]?.amountFen ?? amount) < amount) low = middle + 1;
    else high = middle;
  }
  return low;
}

function balanceOf(balances: ReadonlyMap<string, Fen>, region: string): Fen {
  return balances.get(region) ?? ZERO_FEN;
}

function move(balances: Balances, { payer, payee, amountFen }: QueuedPayment, sign: 1n | -1n): void {
  balances.set(payer, fen(balanceOf(balances, payer) - sign * amountFen));
  balances.set(payee, fen(balanceOf(balances, payee) + sign * amountFen));
}

function refuseNonsense(cover: ReadonlyMap<string, Fen>, payments: readonly QueuedPayment[]): void {
  for (const [region, balance] of cover) if (balance < 0n) throw new RangeError(`the cover of ${region} is negative`);
  const ids = new Set<string>();
  for (const { paymentId, payer, payee, amountFen, priority, ageDays } of payments) {
    if (ids.has(paymentId)) throw new RangeError(`payment ${paymentId} is queued twice`);
    ids.add(paymentId);
    if (amountFen <= 0n) throw new RangeError(`payment ${paymentId} moves nothing`);
    if (payer === payee) throw new RangeError(`payment ${paymentId} has one party`);
    if (!Number.isFinite(priority) || !Number.isFinite(ageDays) || ageDays < 0)
      throw new RangeError(`payment ${paymentId} has no rank`);
  }
}
