import fc from 'fast-check';
import {
  addRates,
  compareRates,
  fen,
  formatYuan,
  multiplyRates,
  rate,
  roundToFen,
  subtractRates,
  WHOLE_RATE,
  ZERO_RATE,
  type Rate,
} from '@yiditong/money';
import { expect, it } from 'vitest';
import type { AccumulatorKind, Accumulators, Adjudication, Step } from './index.js';
import { claim, documentOf, paid, read, type Json } from './spec-policies.js';

/**
 * The rules once more, as a clerk would with all the time in the world: fen by fen, with no slices, no totals put together beforehand and
 * nothing remembered. Bills are of a few yuan, so that he gets done.
 */
type Bands = readonly { readonly upTo: bigint | null; readonly ratio: Rate }[];
type Change = {
  readonly mode: 'POINTS_LESS' | 'POINTS_MORE' | 'FACTOR' | 'SELF_PAY_FACTOR' | 'FLOOR' | 'CEILING' | 'ABSOLUTE';
  readonly by: Rate;
};
type Cap = {
  readonly period: 'VISIT' | 'MONTH' | 'QUARTER' | 'YEAR';
  readonly on: 'FUND' | 'EXPENSE';
  readonly most: bigint;
};
type Layer = {
  readonly fund: 'LARGE_SUM' | 'CRITICAL_ILLNESS' | 'MEDICAL_AID' | 'OTHER';
  readonly base: 'ABOVE_POOLING_CAP' | 'SELF_PAY' | 'YEAR_SELF_PAY';
  readonly countsDeductible: boolean;
  readonly threshold: bigint;
  readonly bands: Bands;
  readonly yearlyMost: bigint | null;
};
type Rules = {
  readonly firstSelfPay: Rate | null;
  readonly basis: 'NONE' | 'PER_VISIT' | 'PER_YEAR';
  readonly standard: bigint;
  readonly bandsFrom: 'ZERO' | 'AFTER_DEDUCTIBLE';
  readonly bandsOver: 'VISIT' | 'YEAR';
  readonly bands: Bands;
  readonly changes: readonly Change[];
  readonly caps: readonly Cap[];
  readonly poolingCap: Pick<Cap, 'on' | 'most'> | null;
  readonly layers: readonly Layer[];
};

const least = (...amounts: readonly bigint[]): bigint => amounts.reduce((one, other) => (other < one ? other : one));
const notBelowZero = (amount: bigint): bigint => (amount < 0n ? 0n : amount);

function changedRatio(ratio: Rate, changes: readonly Change[]): Rate {
  return changes.reduce((of, { mode, by }) => {
    const next = {
      POINTS_LESS: () => subtractRates(of, by),
      POINTS_MORE: () => addRates(of, by),
      FACTOR: () => multiplyRates(of, by),
      SELF_PAY_FACTOR: () => subtractRates(WHOLE_RATE, multiplyRates(subtractRates(WHOLE_RATE, of), by)),
      FLOOR: () => (compareRates(of, by) < 0 ? by : of),
      CEILING: () => (compareRates(of, by) > 0 ? by : of),
      ABSOLUTE: () => by,
    }[mode]();
    if (compareRates(next, ZERO_RATE) < 0) return ZERO_RATE;
    return compareRates(next, WHOLE_RATE) > 0 ? WHOLE_RATE : next;
  }, ratio);
}

/** How many of the fen are used up until so much is paid; the last one in part. */
function usedBy(payment: bigint, ratios: readonly Rate[]): Rate {
  let soFar = ZERO_RATE;
  for (const [index, ratio] of ratios.entries()) {
    const next = addRates(soFar, ratio);
    if (compareRates(next, rate(payment)) > 0)
      return addRates(
        rate(BigInt(index)),
        multiplyRates(subtractRates(rate(payment), soFar), rate(ratio.denominator, ratio.numerator)),
      );
    soFar = next;
  }
  return rate(BigInt(ratios.length));
}

function paidByBands(amount: Rate, bands: Bands): Rate {
  let [sum, lower] = [ZERO_RATE, ZERO_RATE];
  for (const { upTo, ratio } of bands) {
    const upper = upTo === null || compareRates(amount, rate(upTo)) < 0 ? amount : rate(upTo);
    if (compareRates(upper, lower) <= 0) break;
    sum = addRates(sum, multiplyRates(subtractRates(upper, lower), ratio));
    lower = upper;
  }
  return sum;
}

const COUNTED_BY = { VISIT: '', MONTH: '@2026-03', QUARTER: '@2026Q1', YEAR: '' } as const;

function byHand(rules: Rules, inScope: bigint, before: Accumulators): Record<string, bigint> {
  const earlier = (kind: string): bigint => before[kind as AccumulatorKind] ?? 0n;
  const { firstSelfPay, basis, standard, bandsFrom, bandsOver, bands, changes, caps, poolingCap } = rules;
  const payable = inScope - (firstSelfPay ? roundToFen(multiplyRates(rate(inScope), firstSelfPay)) : 0n);
  const asked = standard - (basis === 'PER_YEAR' ? earlier('INPATIENT_DEDUCTIBLE') : 0n);
  const deductible = basis === 'NONE' ? 0n : notBelowZero(least(asked, payable));

  const start = (bandsOver === 'YEAR' ? earlier('INPATIENT_SCALE') : 0n) + (bandsFrom === 'ZERO' ? deductible : 0n);
  const each = Array.from({ length: Number(payable - deductible) }, (_, index) => {
    const band = bands.find(({ upTo }) => upTo === null || start + BigInt(index) < upTo);
    return changedRatio(band?.ratio ?? ZERO_RATE, changes);
  });
  const left = ({ period, on, most }: Cap): bigint => {
    const kind = on === 'FUND' ? 'INPATIENT_POOLING' : 'INPATIENT_EXPENSE';
    return notBelowZero(most - (period === 'VISIT' ? 0n : earlier(kind + COUNTED_BY[period])));
  };
  const lefts = (on: Cap['on']): bigint[] => caps.filter((cap) => cap.on === on).map(left);
  const ofCap = (on: Cap['on']): bigint[] =>
    poolingCap?.on === on
      ? [notBelowZero(poolingCap.most - earlier(on === 'FUND' ? 'POOLING_PAID' : 'POOLING_EXPENSE'))]
      : [];

  const visitExpense = least(BigInt(each.length), ...lefts('EXPENSE'));
  const expense = least(visitExpense, ...ofCap('EXPENSE'));
  const counted = each.slice(0, Number(expense));
  const due = roundToFen(counted.reduce(addRates, ZERO_RATE));
  const ofVisit = least(due, ...lefts('FUND'));
  const pooling = least(ofVisit, ...ofCap('FUND'));
  // What rounding made a little less than all uses up all.
  const used = (payment: bigint): Rate => (payment === due ? rate(expense) : usedBy(payment, counted));
  let above = poolingCap?.on === 'EXPENSE' ? rate(visitExpense - expense) : ZERO_RATE;
  if (poolingCap?.on === 'FUND' && pooling < ofVisit) above = subtractRates(used(ofVisit), used(pooling));

  const funds: Record<string, bigint> = { POOLING: pooling };
  let unpaid = payable - pooling;
  for (const { fund, base, countsDeductible, threshold, bands: layerBands, yearlyMost } of rules.layers) {
    const exceeding = (amount: Rate): bigint => {
      const over = subtractRates(amount, rate(threshold));
      return compareRates(over, ZERO_RATE) > 0 ? roundToFen(paidByBands(over, layerBands)) : 0n;
    };
    const selfPay = notBelowZero(countsDeductible ? unpaid : unpaid - deductible);
    const ofYear = earlier(`${fund}_BASE`);
    const dueHere = {
      ABOVE_POOLING_CAP: () => exceeding(above),
      SELF_PAY: () => exceeding(rate(selfPay)),
      YEAR_SELF_PAY: () => exceeding(rate(ofYear + selfPay)) - exceeding(rate(ofYear)),
    }[base]();
    const most =
      yearlyMost === null ? dueHere : notBelowZero(yearlyMost - earlier(`${fund}_PAID`) - (funds[fund] ?? 0n));
    const payment = least(dueHere, most, unpaid);
    funds[fund] = (funds[fund] ?? 0n) + payment;
    unpaid -= payment;
    if (base === 'ABOVE_POOLING_CAP' && dueHere > 0n)
      above = payment >= dueHere ? ZERO_RATE : multiplyRates(above, rate(dueHere - payment, dueHere));
  }
  return { ...Object.fromEntries(Object.entries(funds).filter(([, amount]) => amount > 0n)), deductible };
}

const text = ({ numerator, denominator }: Rate): string => `${numerator}/${denominator}`;
const yuan = (amount: bigint): string => formatYuan(fen(amount));
const written = (bands: Bands): Json[] =>
  bands.map(({ upTo, ratio }) => ({ upTo: upTo === null ? null : yuan(upTo), ratio: text(ratio) }));
const FIELD: Readonly<Record<Change['mode'], string>> = {
  POINTS_LESS: 'points',
  POINTS_MORE: 'points',
  FACTOR: 'factor',
  SELF_PAY_FACTOR: 'factor',
  FLOOR: 'ratio',
  CEILING: 'ratio',
  ABSOLUTE: 'ratio',
};

function documentFor({
  firstSelfPay,
  basis,
  standard,
  bands,
  bandsFrom,
  bandsOver,
  caps,
  changes,
  poolingCap,
  layers,
}: Rules): Json {
  return documentOf(
    {
      firstSelfPay: firstSelfPay && { ratio: text(firstSelfPay) },
      deductible: { basis, standard: yuan(standard) },
      bands: written(bands),
      bandsFrom,
      bandsOver,
      caps: caps.map((cap) => ({ ...cap, most: yuan(cap.most) })),
    },
    {
      adjustments: changes.map(({ mode, by }) => ({ mode, [FIELD[mode]]: text(by) })),
      poolingCap: poolingCap && { period: 'YEAR', on: poolingCap.on, most: yuan(poolingCap.most) },
      layers: layers.map(({ threshold, bands: of, yearlyMost, ...layer }, at) => ({
        ...layer,
        source: `layer ${at}`,
        threshold: yuan(threshold),
        bands: written(of),
        yearlyMost: yearlyMost === null ? null : yuan(yearlyMost),
      })),
    },
  );
}

const amount = (max: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: BigInt(max) });
const ratio = fc.bigInt({ min: 0n, max: 100n }).map((percent) => rate(percent, 100n));
const anyBands = (max: number): fc.Arbitrary<Bands> =>
  fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 1, max }), { maxLength: 3 }),
      fc.array(ratio, { minLength: 4, maxLength: 4 }),
    )
    .map(([limits, ratios]) =>
      [...limits.toSorted((one, other) => one - other).map(BigInt), null].map((upTo, at) => ({
        upTo,
        ratio: ratios[at] ?? ZERO_RATE,
      })),
    );
const anyRules: fc.Arbitrary<Rules> = fc.record({
  firstSelfPay: fc.option(ratio),
  basis: fc.constantFrom('NONE', 'PER_VISIT', 'PER_YEAR'),
  standard: amount(300),
  bandsFrom: fc.constantFrom('ZERO', 'AFTER_DEDUCTIBLE'),
  bandsOver: fc.constantFrom('VISIT', 'YEAR'),
  bands: anyBands(700),
  changes: fc.array(
    fc.record({
      mode: fc.constantFrom('POINTS_LESS', 'POINTS_MORE', 'FACTOR', 'SELF_PAY_FACTOR', 'FLOOR', 'CEILING', 'ABSOLUTE'),
      by: ratio,
    }),
    { maxLength: 2 },
  ),
  caps: fc.array(
    fc.record({
      period: fc.constantFrom('VISIT', 'MONTH', 'QUARTER', 'YEAR'),
      on: fc.constantFrom('FUND', 'EXPENSE'),
      most: amount(700),
    }),
    { maxLength: 2 },
  ),
  poolingCap: fc.option(fc.record({ on: fc.constantFrom('FUND', 'EXPENSE'), most: amount(900) })),
  layers: fc
    .array(
      fc.record({
        fund: fc.constantFrom('LARGE_SUM', 'CRITICAL_ILLNESS', 'MEDICAL_AID', 'OTHER'),
        base: fc.constantFrom('ABOVE_POOLING_CAP', 'SELF_PAY', 'YEAR_SELF_PAY'),
        countsDeductible: fc.boolean(),
        threshold: fc.oneof(fc.constant(0n), amount(200)),
        bands: anyBands(300),
        yearlyMost: fc.option(amount(400)),
      }),
      { maxLength: 3 },
    )
    // A fund has one layer of the whole year at most.
    .filter((layers) => {
      const yearly = layers.filter(({ base }) => base === 'YEAR_SELF_PAY').map(({ fund }) => fund);
      return new Set(yearly).size === yearly.length;
    }),
});
const KINDS = ['INPATIENT_POOLING', 'INPATIENT_EXPENSE'].flatMap((kind) => [kind, `${kind}@2026-03`, `${kind}@2026Q1`]);
const anyBefore: fc.Arbitrary<Accumulators> = fc.dictionary(
  fc.constantFrom(
    ...KINDS,
    'INPATIENT_DEDUCTIBLE',
    'INPATIENT_SCALE',
    'POOLING_PAID',
    'POOLING_EXPENSE',
    'LARGE_SUM_PAID',
    'LARGE_SUM_BASE',
    'CRITICAL_ILLNESS_PAID',
    'CRITICAL_ILLNESS_BASE',
    'MEDICAL_AID_BASE',
    'OTHER_PAID',
  ),
  amount(500),
);

function adjudicated(rules: Rules, inScope: bigint, before: Accumulators): Adjudication {
  const none = fen(0n);
  const split = { fullSelfPayFen: fen(7n), overCeilingFen: none, firstSelfPayFen: none, inScopeFen: fen(inScope) };
  return paid(claim({ split }), read(documentFor(rules)), before);
}

it('is paid what a clerk finds who counts fen by fen', () => {
  fc.assert(
    fc.property(anyRules, amount(900), anyBefore, (rules, inScope, before) => {
      const { funds, deductibleFen, steps } = adjudicated(rules, inScope, before);
      const found = Object.fromEntries(funds.map(({ fund, amountFen }) => [fund, amountFen]));
      expect({ ...found, deductible: deductibleFen }).toEqual(byHand(rules, inScope, before));
      expect(steps.every(({ resultFen }) => resultFen >= 0n)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, each) => total + each, 0n);
const product = ({ baseFen, rate: of }: Step): Rate => multiplyRates(rate(baseFen), of ?? ZERO_RATE);
function isWithinAFen(one: Rate, other: Rate): boolean {
  const isBelow = (less: Rate, more: Rate): boolean => compareRates(subtractRates(more, less), WHOLE_RATE) < 0;
  return isBelow(one, other) && isBelow(other, one);
}

type Kind = 'COUNTED' | 'YEAR' | 'THRESHOLD' | 'EARLIER' | 'PAYMENT' | 'CAP' | 'UNPAID';
const KINDS_IN_ORDER: readonly Kind[] = ['COUNTED', 'YEAR', 'THRESHOLD', 'EARLIER', 'PAYMENT', 'CAP', 'UNPAID'];
const kindOf = ({ rule }: Step): Kind => KINDS_IN_ORDER.find((kind) => rule.endsWith(`_${kind}`)) ?? 'PAYMENT';

/** Somebody who reads the lines of a layer and has only the rules and totals to hold against them: what it pays, and what is wrong. */
function readLayer(lines: readonly Step[], of: Layer, earlier: bigint): { payment: bigint; wrong: string[] } {
  const wrong: string[] = [];
  const must = (holds: boolean, what: string): void => void (holds || wrong.push(what));
  const kinds = lines.map(kindOf);
  must(
    kinds.toSorted((one, other) => KINDS_IN_ORDER.indexOf(one) - KINDS_IN_ORDER.indexOf(other)).join() === kinds.join(),
    'the order',
  );
  must(
    kinds.every((kind, at) => kind === 'PAYMENT' || kinds.indexOf(kind) === at),
    'each but payments once',
  );
  const line = (kind: Kind): Step | undefined => lines[kinds.indexOf(kind)];
  const payments = lines.filter((each) => kindOf(each) === 'PAYMENT');
  const due = sum(payments.map(({ resultFen }) => resultFen));

  let amountFen: bigint = line('COUNTED')?.resultFen ?? 0n;
  const follow = (kind: Kind, change: bigint): void => {
    const { baseFen, rate: none, resultFen } = line(kind) ?? { baseFen: amountFen, rate: null, resultFen: amountFen };
    must(baseFen === amountFen && none === null && resultFen - baseFen === change, kind);
    amountFen = resultFen;
  };
  follow('YEAR', earlier);
  follow('THRESHOLD', -of.threshold);
  const settled = notBelowZero(earlier - of.threshold);
  follow('EARLIER', -settled);
  must(sum(payments.map(({ baseFen }) => baseFen)) === amountFen, 'bands cover what is above the threshold');

  let position = settled;
  for (const each of payments) {
    const isAt = (at: bigint): boolean => {
      const band = of.bands.find(({ upTo }) => upTo === null || at < upTo);
      return compareRates(band?.ratio ?? ZERO_RATE, each.rate ?? WHOLE_RATE) === 0;
    };
    must(isAt(position) && isAt(position + each.baseFen - 1n), 'a band');
    must(isWithinAFen(product(each), rate(each.resultFen)), 'a payment by its rate');
    position += each.baseFen;
  }
  const exactly = payments.map(product).reduce(addRates, ZERO_RATE);
  const isWhole = line('COUNTED')?.rate === null && settled === 0n;
  must(isWhole ? due === roundToFen(exactly) : isWithinAFen(exactly, rate(due)), 'what is due');

  amountFen = due;
  for (const kind of ['CAP', 'UNPAID'] as const) {
    const { baseFen, resultFen } = line(kind) ?? { baseFen: amountFen, resultFen: amountFen };
    must(baseFen === amountFen && (line(kind) === undefined || resultFen < baseFen), kind);
    amountFen = resultFen;
  }
  must(line('CAP') === undefined || of.yearlyMost !== null, 'a limit');
  return { payment: amountFen, wrong };
}

/** What a layer’s first line should be. */
function countedOf({ base, countsDeductible }: Layer, line: Step, unpaid: bigint, deductible: bigint): Partial<Step> {
  if (base === 'ABOVE_POOLING_CAP') return { resultFen: roundToFen(product(line)) };
  return { baseFen: fen(unpaid), rate: null, resultFen: fen(countsDeductible ? unpaid : unpaid - deductible) };
}

it('is explained by lines that lead from what is unpaid to what each layer pays', () => {
  const seen = new Set<Kind>();
  fc.assert(
    fc.property(anyRules, amount(900), anyBefore, (rules, inScope, before) => {
      const { steps, funds, deductibleFen } = adjudicated(rules, inScope, before);
      const lineOf = (rule: Step['rule']): bigint => steps.find((step) => step.rule === rule)?.resultFen ?? 0n;
      let unpaid =
        lineOf('IN_SCOPE') - lineOf('FIRST_SELF_PAY') - (funds.find(({ fund }) => fund === 'POOLING')?.amountFen ?? 0n);
      const paidBy: Record<string, bigint> = {};
      for (const [at, layer] of rules.layers.entries()) {
        const lines = steps.filter(({ source }) => source === `layer ${at}`);
        const [first] = lines;
        if (first === undefined) continue;
        for (const each of lines) seen.add(kindOf(each));
        const { fund, base } = layer;
        expect(lines.every(({ rule }) => rule.startsWith(fund))).toBe(true);
        expect(first).toMatchObject(countedOf(layer, first, unpaid, deductibleFen));
        const earlier = base === 'YEAR_SELF_PAY' ? (before[`${fund}_BASE`] ?? 0n) : 0n;
        const { payment, wrong } = readLayer(lines, layer, earlier);
        expect(wrong).toEqual([]);
        unpaid -= payment;
        if (payment > 0n) paidBy[fund] = (paidBy[fund] ?? 0n) + payment;
      }
      const found = funds.filter(({ fund }) => fund !== 'POOLING').map(({ fund, amountFen }) => [fund, amountFen]);
      expect(Object.fromEntries(found)).toEqual(paidBy);
    }),
    { numRuns: 2_000 },
  );
  expect([...seen].toSorted()).toEqual(KINDS_IN_ORDER.toSorted());
});
