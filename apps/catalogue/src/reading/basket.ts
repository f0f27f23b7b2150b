import {
  classifyLine,
  priceTimesQuantity,
  selfPaid,
  splitTotal,
  sumSplits,
  type ClassifiedLine,
  type FeeSplit,
  type LineContext,
} from '@yiditong/adjudication';
import { subtractFen, type Fen } from '@yiditong/money';
import type { StandingEntry, StandingItem } from './standing.store.js';

export type BasketLine = {
  readonly nationalCode: string;
  readonly quantityE4: bigint;
  readonly unitPriceMicroYuan: bigint;
  readonly approved: boolean;
};

/** For whom and where the basket is bought; what isn't known is null. */
export type BasketContext = Omit<LineContext, 'approved'>;

export type PricedLine = {
  readonly nationalCode: string;
  /** Null where the province doesn't list it. */
  readonly entry: StandingEntry | null;
  readonly chargeCategory: string;
  readonly classified: ClassifiedLine;
};

export type PricedBasket = {
  readonly totalFen: Fen;
  readonly split: FeeSplit;
  /** All but what is in scope. */
  readonly ownExpenseFen: Fen;
  /** In the order of the basket. */
  readonly lines: readonly PricedLine[];
};

/** What is in force on a day, by national code. */
export type Catalogue = {
  readonly entries: ReadonlyMap<string, StandingEntry>;
  /** Null where the nation has no catalogue then, so that there is nothing by which a code would have ended. */
  readonly items: ReadonlyMap<string, Pick<StandingItem, 'chargeCategory'>> | null;
};

/** Of the category that is left where none is given: 其他费. */
const OTHER_CHARGES = '14';

export type ProvincePrice = {
  readonly province: string;
  readonly versionId: string;
  readonly sequence: number;
  readonly basket: PricedBasket;
};
/** Of a province without a catalogue on the day. */
export type NoPrice = { readonly province: string; readonly versionId: null };

/** What a basket costs before any insurance pays, line by line as a bill of that day is split. */
export function priceBasket(lines: readonly BasketLine[], catalogue: Catalogue, context: BasketContext): PricedBasket {
  const priced = lines.map((line) => priceLine(line, catalogue, context));
  const split = sumSplits(priced.map(({ classified }) => classified.split));
  const totalFen = splitTotal(split);
  return { totalFen, split, ownExpenseFen: subtractFen(totalFen, split.inScopeFen), lines: priced };
}

function priceLine(
  { nationalCode, approved, ...quantity }: BasketLine,
  { entries, items }: Catalogue,
  context: BasketContext,
): PricedLine {
  const line = { ...quantity, amountFen: amountOf(quantity) };
  const item = items?.get(nationalCode) ?? null;
  if (items !== null && item === null) {
    const classified = selfPaid(line, 'NO_NATIONAL_ITEM');
    return { nationalCode, entry: null, chargeCategory: OTHER_CHARGES, classified };
  }
  const entry = entries.get(nationalCode) ?? null;
  const chargeCategory = entry?.chargeCategory ?? item?.chargeCategory ?? OTHER_CHARGES;
  return { nationalCode, entry, chargeCategory, classified: classifyLine(line, entry, { ...context, approved }) };
}

export function amountOf(line: Pick<BasketLine, 'unitPriceMicroYuan' | 'quantityE4'>): Fen {
  return priceTimesQuantity(line.unitPriceMicroYuan, line.quantityE4);
}

/** From the least own expense to the most, those of the same by code; those without a catalogue last. */
export function inOrderOfExpense(prices: readonly (ProvincePrice | NoPrice)[]): (ProvincePrice | NoPrice)[] {
  return [...prices].sort((a, b) => {
    if (a.versionId !== null && b.versionId !== null && a.basket.ownExpenseFen !== b.basket.ownExpenseFen)
      return a.basket.ownExpenseFen < b.basket.ownExpenseFen ? -1 : 1;
    if ((a.versionId === null) !== (b.versionId === null)) return a.versionId === null ? 1 : -1;
    return a.province < b.province ? -1 : 1;
  });
}
