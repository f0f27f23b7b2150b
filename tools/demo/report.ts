import { provinceOf } from '@yiditong/codes';
import type { SeenDay } from './run-day.js';

/** A settlement as REST gives it; amounts are decimal strings of fen. */
export type ListedSettlement = {
  readonly settlementId: string;
  readonly insuredRegion: string;
  readonly treatingRegion: string;
  readonly totalFen: string;
  readonly split: {
    readonly fullSelfPayFen: string;
    readonly overCeilingFen: string;
    readonly firstSelfPayFen: string;
    readonly inScopeFen: string;
  };
  readonly funds: readonly { readonly amountFen: string }[];
  readonly fundTotalFen: string;
  readonly personalFen: string;
  readonly accountFen: string;
  readonly mutualAidFen: string;
  readonly cashFen: string;
  readonly businessDate: string;
  readonly reversalBusinessDate: string | null;
};

type NetPosition = {
  readonly region: string;
  readonly payableFen: string;
  readonly receivableFen: string;
  readonly netFen: string;
};
type BilateralPosition = { readonly payer: string; readonly payee: string; readonly grossFen: string };

/** What the closed cycles say, read back over REST. */
export type PositionsRead = {
  readonly dates: readonly string[];
  readonly net: NetPosition[];
  readonly bilateral: BilateralPosition[];
  readonly listed: ListedSettlement[];
};

/** The day's report; amounts are decimal strings of fen. */
export type DayReport = {
  readonly businessDates: readonly string[];
  readonly settled: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly reversed: number;
  readonly netPositions: readonly NetPosition[];
  /** Largest first. */
  readonly bilateral: readonly BilateralPosition[];
  readonly checks: {
    readonly netsSumToZero: boolean;
    readonly positionsMatchRecount: boolean;
    readonly billsHold: boolean;
  };
  readonly officialCase: {
    readonly totalFen: string;
    readonly inScopeFen: string;
    readonly fundFen: string;
    readonly personalFen: string;
  } | null;
};

/** Compares what the system says of the day with what this client saw, and with a recount from the settlements themselves. */
export function reportOf(seen: SeenDay, read: PositionsRead): DayReport {
  const net = addUp(
    read.net,
    ({ region }) => region,
    (a, b) => ({
      region: a.region,
      payableFen: plus(a.payableFen, b.payableFen),
      receivableFen: plus(a.receivableFen, b.receivableFen),
      netFen: plus(a.netFen, b.netFen),
    }),
  );
  const bilateral = addUp(read.bilateral, pairOf, (a, b) => ({ ...a, grossFen: plus(a.grossFen, b.grossFen) }));
  const { official } = seen;
  return {
    businessDates: read.dates,
    settled: seen.settled.size,
    refused: Object.fromEntries([...seen.refused].sort(([a], [b]) => (a < b ? -1 : 1))),
    reversed: seen.reversed.size,
    netPositions: net.sort((a, b) => (a.region < b.region ? -1 : 1)),
    bilateral: bilateral.map(({ payer, payee, grossFen }) => ({ payer, payee, grossFen })).sort(largestFirst),
    checks: {
      netsSumToZero: net.length > 0 && net.reduce((sum, { netFen }) => sum + BigInt(netFen), 0n) === 0n,
      positionsMatchRecount: matchesRecount(net, bilateral, read) && sameSettlements(seen, read),
      billsHold: read.listed.length > 0 && read.listed.every(billHolds),
    },
    officialCase: official && {
      totalFen: official.totalFen,
      inScopeFen: official.split.inScopeFen,
      fundFen: official.fundTotalFen,
      personalFen: official.personalFen,
    },
  };
}

export function balanced({ checks }: DayReport): boolean {
  return Object.values(checks).every(Boolean);
}

/** A settlement counts in its cycle with all but its cash, its reversal against it in the reversal's; both are counted here if their cycle was read. */
function matchesRecount(
  net: readonly NetPosition[],
  bilateral: readonly BilateralPosition[],
  read: PositionsRead,
): boolean {
  const pairs = new Map<string, bigint>();
  const provinces = new Map<string, bigint>();
  const move = (totals: Map<string, bigint>, key: string, by: bigint): void =>
    void totals.set(key, (totals.get(key) ?? 0n) + by);
  for (const settlement of uniqueById(read.listed).values()) {
    const signs = [settlement.businessDate, settlement.reversalBusinessDate].map((date, index) =>
      date && read.dates.includes(date) ? 1n - 2n * BigInt(index) : 0n,
    );
    const owed = BigInt(settlement.totalFen) - BigInt(settlement.cashFen);
    const amount = owed * signs.reduce((sum, sign) => sum + sign, 0n);
    const [payer, payee] = [provinceOf(settlement.insuredRegion), provinceOf(settlement.treatingRegion)];
    move(pairs, `${payer}>${payee}`, amount);
    move(provinces, payer, -amount);
    move(provinces, payee, amount);
  }
  const told = (rows: readonly (readonly [string, string])[]): Map<string, bigint> =>
    new Map(rows.map(([key, value]) => [key, BigInt(value)]));
  return (
    sameTotals(pairs, told(bilateral.map((position) => [pairOf(position), position.grossFen]))) &&
    sameTotals(provinces, told(net.map(({ region, netFen }) => [region, netFen])))
  );
}

/** Nothing that this client was told is missing or altered, nothing is there that it wasn't told. */
function sameSettlements(seen: SeenDay, read: PositionsRead): boolean {
  const listed = uniqueById(read.listed);
  if (listed.size !== seen.settled.size) return false;
  return [...seen.settled].every(([id, told]) => {
    const found = listed.get(id);
    const sameMoney =
      found?.fundTotalFen === told.fundTotalFen &&
      found.personalFen === told.personalFen &&
      found.cashFen === told.cashFen &&
      found.totalFen === told.totalFen;
    return sameMoney && (found.reversalBusinessDate !== null) === seen.reversed.has(id);
  });
}

/** total = four parts of the split = funds + personal; personal = accounts + cash; and no part is negative. */
function billHolds(settlement: ListedSettlement): boolean {
  const total = BigInt(settlement.totalFen);
  const split = Object.values(settlement.split).map(BigInt);
  const funds = settlement.funds.map(({ amountFen }) => BigInt(amountFen));
  const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);
  const shares = [BigInt(settlement.fundTotalFen), BigInt(settlement.personalFen)];
  const personal = [settlement.accountFen, settlement.mutualAidFen, settlement.cashFen].map(BigInt);
  const noneNegative = [...split, ...funds, ...shares, ...personal].every((amount) => amount >= 0n);
  const wholes = sum(split) === total && sum(shares) === total;
  return noneNegative && wholes && sum(funds) === shares[0] && sum(personal) === shares[1];
}

function addUp<T>(rows: readonly T[], keyOf: (row: T) => string, add: (a: T, b: T) => T): T[] {
  const sums = new Map<string, T>();
  for (const row of rows) {
    const before = sums.get(keyOf(row));
    sums.set(keyOf(row), before === undefined ? row : add(before, row));
  }
  return [...sums.values()];
}

function uniqueById(settlements: readonly ListedSettlement[]): Map<string, ListedSettlement> {
  return new Map(settlements.map((settlement) => [settlement.settlementId, settlement]));
}

function sameTotals(a: ReadonlyMap<string, bigint>, b: ReadonlyMap<string, bigint>): boolean {
  return [...new Set([...a.keys(), ...b.keys()])].every((key) => (a.get(key) ?? 0n) === (b.get(key) ?? 0n));
}

function pairOf({ payer, payee }: BilateralPosition): string {
  return `${payer}>${payee}`;
}

function largestFirst(a: BilateralPosition, b: BilateralPosition): number {
  const difference = BigInt(b.grossFen) - BigInt(a.grossFen);
  return difference > 0n ? 1 : difference < 0n ? -1 : pairOf(a) < pairOf(b) ? -1 : 1;
}

function plus(a: string, b: string): string {
  return String(BigInt(a) + BigInt(b));
}
