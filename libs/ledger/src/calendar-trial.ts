import { addDays, daysSince1970 } from '@yiditong/codes';
import { fen, magnitude, maxFen, negateFen, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';
import { netSettlement, type CarriedPair, type NetSettlement, type OwedPair } from './net-settlement.js';
import { netPositions, type BilateralPosition } from './positions.js';

/**
 * When provinces would settle: each day; on working days, a holiday with the next one; on Sundays, for the week; or on the last day of the
 * month.
 */
export const TRIAL_CALENDARS = ['DAILY', 'WORKING_DAYS', 'WEEKLY', 'MONTHLY'] as const;
export type TrialCalendar = (typeof TRIAL_CALENDARS)[number];

export type TrialDay = { readonly businessDate: string; readonly positions: readonly BilateralPosition[] };

export type TrialRules = {
  readonly calendar: TrialCalendar;
  /** What a province pays at most in one turn, in fen, not negative; one that isn't named pays whatever it owes. */
  readonly caps: ReadonlyMap<string, Fen>;
  readonly excluded: ReadonlySet<string>;
  readonly isWorkingDay: (date: string) => boolean;
};

/** One netting of the trial: the days that it settles, and what comes of it. */
export type TrialTurn = Pick<NetSettlement, 'movements' | 'carried' | 'excluded'> & {
  readonly settledOn: string;
  readonly dates: readonly string[];
};

/** A province in the trial beside what really came of the same days. */
export type TrialRegion = {
  readonly region: string;
  /** Receivable less payable: of the real cycles, of what settles in the trial, and of what still waits at its end. The last two sum to the first. */
  readonly realNetFen: Fen;
  readonly netFen: Fen;
  readonly waitingFen: Fen;
  /** The most that it would pay in one cycle, and pays in one turn. Not negative. */
  readonly realPeakFen: Fen;
  readonly peakFen: Fen;
};

export type ClearingTrial = {
  readonly turns: readonly TrialTurn[];
  /** By code. */
  readonly regions: readonly TrialRegion[];
  /** What would move between provinces if the real cycles were settled net, and what moves in the trial. Not negative. */
  readonly realMovedFen: Fen;
  readonly movedFen: Fen;
};

/**
 * What if days were settled net by another calendar, without some provinces, or with limits (试算)? Turn by turn, by {@link netSettlement};
 * what a turn leaves waits for the next, with its age. Beside it the real cycles, a day each, without any limit. Throws a RangeError as
 * netSettlement does.
 */
export function tryCalendar(days: readonly TrialDay[], rules: TrialRules): ClearingTrial {
  const turns: (TrialTurn & Pick<NetSettlement, 'regions'>)[] = [];
  let carried: readonly OwedPair[] = [];
  let before: string | null = null;
  for (const [settledOn, ofTurn] of turnsOf(days, rules)) {
    const passed = before === null ? 0 : daysSince1970(settledOn) - daysSince1970(before);
    const waiting = carried.map((pair) => ({ ...pair, ageDays: pair.ageDays + passed }));
    const positions = ofTurn.flatMap((day) => day.positions);
    const settlement = netSettlement(positions, coverOf([...positions, ...waiting], rules), {
      carried: waiting,
      excluded: rules.excluded,
    });
    const { movements, excluded, regions } = settlement;
    turns.push({
      settledOn,
      dates: ofTurn.map(({ businessDate }) => businessDate),
      movements,
      excluded,
      regions,
      carried: settlement.carried,
    });
    carried = settlement.carried.map(owedOf);
    before = settledOn;
  }
  return reportOf(days, turns, carried);
}

function turnsOf(days: readonly TrialDay[], rules: TrialRules): Map<string, TrialDay[]> {
  const turns = new Map<string, TrialDay[]>();
  for (const day of days.toSorted((a, b) => (a.businessDate < b.businessDate ? -1 : 1))) {
    const settledOn = settledOnOf(day.businessDate, rules);
    turns.set(settledOn, [...(turns.get(settledOn) ?? []), day]);
  }
  return turns;
}

/** The day on which a business date settles. */
function settledOnOf(date: string, { calendar, isWorkingDay }: TrialRules): string {
  switch (calendar) {
    case 'DAILY':
      return date;
    case 'WORKING_DAYS': {
      let day = date;
      while (!isWorkingDay(day)) day = addDays(day, 1);
      return day;
    }
    case 'WEEKLY':
      // 1970-01-01 was a Thursday.
      return addDays(date, 6 - ((daysSince1970(date) + 3) % 7));
    case 'MONTHLY': {
      let day = date;
      while (addDays(day, 1).slice(0, 7) === date.slice(0, 7)) day = addDays(day, 1);
      return day;
    }
  }
}

/** Whoever has no cap can pay all that anybody could ask. */
function coverOf(owed: readonly BilateralPosition[], { caps }: TrialRules): Map<string, Fen> {
  const ample = sumFen(owed.map(({ grossFen }) => fen(magnitude(grossFen))));
  const parties = new Set(owed.flatMap(({ payer, payee }) => [payer, payee]));
  return new Map([...parties].map((region) => [region, caps.get(region) ?? ample]));
}

function owedOf({ payer, payee, grossFen, priority, ageDays }: CarriedPair): OwedPair {
  return { payer, payee, grossFen, priority, ageDays };
}

function reportOf(
  days: readonly TrialDay[],
  turns: readonly (TrialTurn & Pick<NetSettlement, 'regions'>)[],
  carried: readonly OwedPair[],
): ClearingTrial {
  const real = days.map((day) => netsIn(netPositions(day.positions)));
  const tried = turns.map(({ regions }) => netsIn(regions));
  const waiting = netsIn(netPositions(carried));
  const all = new Set([...real, ...tried].flatMap((nets) => [...nets.keys()]));
  const total = (of: readonly Nets[], region: string): Fen => sumFen(of.map((nets) => nets.get(region) ?? ZERO_FEN));
  const peak = (of: readonly Nets[], region: string): Fen =>
    of.reduce((most, nets) => maxFen(most, negateFen(nets.get(region) ?? ZERO_FEN)), ZERO_FEN);
  return {
    turns: turns.map(({ regions: _regions, ...turn }) => turn),
    regions: [...all].sort().map((region) => ({
      region,
      realNetFen: total(real, region),
      netFen: total(tried, region),
      waitingFen: waiting.get(region) ?? ZERO_FEN,
      realPeakFen: peak(real, region),
      peakFen: peak(tried, region),
    })),
    realMovedFen: movedIn(real),
    movedFen: movedIn(tried),
  };
}

type Nets = ReadonlyMap<string, Fen>;

function netsIn(of: readonly { readonly region: string; readonly netFen: Fen }[]): Nets {
  return new Map(of.map(({ region, netFen }) => [region, netFen]));
}

/** What net debtors pay. */
function movedIn(all: readonly Nets[]): Fen {
  return sumFen(all.flatMap((nets) => [...nets.values()]).map((net) => maxFen(ZERO_FEN, negateFen(net))));
}
