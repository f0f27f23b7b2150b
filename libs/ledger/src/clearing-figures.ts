import { findProvince, INSURANCES, PROVINCES, type ClearedFund, type Insurance } from '@yiditong/codes';
import { fen, negateFen, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';

/** 医疗费用, with refunds and corrections as negative amounts; 审核扣款, above zero, negative where one is taken back. */
export type ClearingItemKind = 'COST' | 'AUDIT_DEDUCTION';

/** One amount that a month's clearing includes. */
export type ClearingRow = {
  /** Insured province. */
  readonly payer: string;
  /** Treating province; another than the payer. */
  readonly payee: string;
  readonly insurance: Insurance;
  readonly fund: ClearedFund;
  /** YYYY-MM. */
  readonly costMonth: string;
  readonly kind: ClearingItemKind;
  readonly amountFen: Fen;
};

/** Costs, deductions, and costs less deductions (规程 art. 54: 用于冲减). Each may be negative. */
export type ClearingAmounts = { readonly costFen: Fen; readonly deductionFen: Fen; readonly totalFen: Fen };

/** A directed pair in the tables: 附件 14-1 of the payer, 14-7 of the payee. */
export type PairClearing = ClearingAmounts & {
  readonly payer: string;
  readonly payee: string;
  /** 职工 (14-2, 14-5) and 居民 (14-3, 14-6); always both. */
  readonly insurances: Readonly<Record<Insurance, ClearingAmounts>>;
  /** By insurance, then fund; only what occurs. */
  readonly funds: readonly (ClearingAmounts & { readonly insurance: Insurance; readonly fund: ClearedFund })[];
  /** By month; only what occurs. */
  readonly months: readonly (ClearingAmounts & { readonly costMonth: string })[];
};

/** What a pair comes to. */
export type PairTotal = Pick<PairClearing, 'payer' | 'payee' | 'totalFen'>;

/** What a province pays and is paid in a month, returns included; neither is negative. */
export type ProvinceClearing = { readonly region: string; readonly payableFen: Fen; readonly receivableFen: Fen };

export type MonthlyClearing = {
  /** By payer, then payee; also those that come to zero. */
  readonly pairs: readonly PairClearing[];
  /** By code. */
  readonly provinces: readonly ProvinceClearing[];
  readonly insurances: Readonly<Record<Insurance, ClearingAmounts>>;
  readonly total: ClearingAmounts;
};

/** A line of a payment notice (附件 15) or of a receipt notice (附件 16). */
export type NoticeLine = {
  readonly counterparty: string;
  /** Above zero. */
  readonly amountFen: Fen;
  /** The treating province returns it to the insured one: "*" stands before the counterparty's name (规程 art. 27, 51). */
  readonly isReturn: boolean;
};

/** What a province pays and is paid in a month (附件 14); none of it is negative. */
export type NationalFigures = {
  readonly payableFen: Fen;
  /** What it gives back as a treating province. */
  readonly returnPayableFen: Fen;
  /** Both. */
  readonly paymentFen: Fen;
  readonly receivableFen: Fen;
  /** What it is given back as an insured province. */
  readonly returnReceivableFen: Fen;
  readonly receiptFen: Fen;
};
/** The whole country's: `paymentFen` of the total is its `receiptFen`, and so are its two returns alike. */
export type NationalClearing = {
  /** Every province there is, by code. */
  readonly provinces: readonly (NationalFigures & { readonly region: string })[];
  readonly total: NationalFigures;
};

/** One insurance's and fund's part of what a notice pays: below zero where the other province owes it, never zero. */
export type NoticePart = { readonly insurance: Insurance; readonly fund: ClearedFund; readonly amountFen: Fen };

/** A province's notices for a month. What one province pays another is in the other's receipts, to the fen and with the same mark. */
export type ClearingNotices = { readonly payments: readonly NoticeLine[]; readonly receipts: readonly NoticeLine[] };

/**
 * The figures of a month's clearing. Gross: the two directions of a pair stay apart (规程 art. 45 and 通知 四(二): 按月全额清算). A pair with a
 * negative total is one that the treating province pays. What all pay is what all receive; the order of the rows doesn't matter. Throws a
 * RangeError where a row has one party.
 */
export function monthlyClearing(rows: Iterable<ClearingRow>): MonthlyClearing {
  const all = [...rows];
  for (const { payer, payee } of all) if (payer === payee) throw new RangeError(`a row of ${payer} has one party`);
  const pairs = grouped(all, ({ payer, payee }) => `${payer}>${payee}`).map(pairClearing);
  const parties = new Set(pairs.flatMap(({ payer, payee }) => [payer, payee]));
  return {
    pairs,
    provinces: [...parties].sort().map((region) => {
      const { payments, receipts } = noticesOf(region, pairs);
      return { region, payableFen: sumOf(payments), receivableFen: sumOf(receipts) };
    }),
    insurances: byInsurance(all),
    total: amountsOf(all),
  };
}

/** What each province and all of them pay and are paid. Throws a RangeError where a pair's party is no province. */
export function nationalClearing(pairs: readonly PairTotal[]): NationalClearing {
  for (const code of pairs.flatMap(({ payer, payee }) => [payer, payee]))
    if (!PROVINCES.some((province) => province.code === code)) throw new RangeError(`${code} is not a province`);
  const provinces = PROVINCES.map(({ code }) => ({ region: code, ...figuresOf(noticesOf(code, pairs)) }));
  const sum = (name: keyof NationalFigures): Fen => sumFen(provinces.map((one) => one[name]));
  return {
    provinces,
    total: {
      payableFen: sum('payableFen'),
      returnPayableFen: sum('returnPayableFen'),
      paymentFen: sum('paymentFen'),
      receivableFen: sum('receivableFen'),
      returnReceivableFen: sum('returnReceivableFen'),
      receiptFen: sum('receiptFen'),
    },
  };
}

function figuresOf({ payments, receipts }: ClearingNotices): NationalFigures {
  const sum = (lines: readonly NoticeLine[], isReturn: boolean): Fen =>
    sumOf(lines.filter((line) => line.isReturn === isReturn));
  return {
    payableFen: sum(payments, false),
    returnPayableFen: sum(payments, true),
    paymentFen: sumOf(payments),
    receivableFen: sum(receipts, false),
    returnReceivableFen: sum(receipts, true),
    receiptFen: sumOf(receipts),
  };
}

/** What the notice of a pair is the sum of: the pair's funds, as who pays counts them. */
export function noticeParts({ totalFen, funds }: Pick<PairClearing, 'totalFen' | 'funds'>): NoticePart[] {
  return funds
    .map(({ insurance, fund, totalFen: part }) => ({
      insurance,
      fund,
      amountFen: totalFen < 0n ? negateFen(part) : part,
    }))
    .filter(({ amountFen }) => amountFen !== 0n);
}

/** What a province pays and receives: by counterparty, returns after the rest. A pair that comes to zero needs no line. */
export function noticesOf(region: string, pairs: readonly PairTotal[]): ClearingNotices {
  const owed = pairs.filter(({ payer }) => payer === region);
  const due = pairs.filter(({ payee }) => payee === region);
  return {
    payments: [...positive(owed, 'payee'), ...returned(due, 'payer')],
    receipts: [...positive(due, 'payer'), ...returned(owed, 'payee')],
  };
}

/** The counterparty's name as a notice has it, with "*" before it for a return. Throws a RangeError where the code is no province's. */
export function noticeName({ counterparty, isReturn }: NoticeLine): string {
  const found = findProvince(counterparty);
  if (!found) throw new RangeError(`${counterparty} is not a province`);
  return `${isReturn ? '*' : ''}${found.nameZh}`;
}

function positive(pairs: readonly PairTotal[], counterparty: 'payer' | 'payee'): NoticeLine[] {
  return pairs
    .filter(({ totalFen }) => totalFen > 0n)
    .map((pair) => ({ counterparty: pair[counterparty], amountFen: pair.totalFen, isReturn: false }));
}

function returned(pairs: readonly PairTotal[], counterparty: 'payer' | 'payee'): NoticeLine[] {
  return pairs
    .filter(({ totalFen }) => totalFen < 0n)
    .map((pair) => ({ counterparty: pair[counterparty], amountFen: negateFen(pair.totalFen), isReturn: true }));
}

function pairClearing(rows: readonly [ClearingRow, ...ClearingRow[]]): PairClearing {
  const [{ payer, payee }] = rows;
  return {
    payer,
    payee,
    ...amountsOf(rows),
    insurances: byInsurance(rows),
    funds: grouped(rows, ({ insurance, fund }) => `${insurance} ${fund}`).map((same) => {
      const [{ insurance, fund }] = same;
      return { insurance, fund, ...amountsOf(same) };
    }),
    months: grouped(rows, ({ costMonth }) => costMonth).map((same) => ({
      costMonth: same[0].costMonth,
      ...amountsOf(same),
    })),
  };
}

function byInsurance(rows: readonly ClearingRow[]): Record<Insurance, ClearingAmounts> {
  const amounts = INSURANCES.map((insurance) => [
    insurance,
    amountsOf(rows.filter((row) => row.insurance === insurance)),
  ]);
  return Object.fromEntries(amounts) as Record<Insurance, ClearingAmounts>;
}

function amountsOf(rows: readonly ClearingRow[]): ClearingAmounts {
  let [costFen, deductionFen] = [ZERO_FEN, ZERO_FEN];
  for (const { kind, amountFen } of rows) {
    if (kind === 'COST') costFen = fen(costFen + amountFen);
    else deductionFen = fen(deductionFen + amountFen);
  }
  return { costFen, deductionFen, totalFen: fen(costFen - deductionFen) };
}

/** Rows of the same key, by key. */
function grouped(rows: readonly ClearingRow[], key: (row: ClearingRow) => string): [ClearingRow, ...ClearingRow[]][] {
  const groups = new Map<string, [ClearingRow, ...ClearingRow[]]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function sumOf(lines: readonly NoticeLine[]): Fen {
  return sumFen(lines.map(({ amountFen }) => amountFen));
}
