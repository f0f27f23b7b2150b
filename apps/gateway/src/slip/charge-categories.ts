import { CHARGE_CATEGORY_NAMES, isChargeCategory } from '@yiditong/codes';
import { fen, type Fen } from '@yiditong/money';
import type { SettledLine } from './settled-bill.js';

/** What of a category's fees is which: they sum to its amount. */
export type CategoryAmounts = {
  readonly amountFen: Fen;
  /** 甲类, without what is full self-pay or above a ceiling. */
  readonly classAFen: Fen;
  /** 乙类, what is paid first by oneself included. */
  readonly classBFen: Fen;
  /** 自费: full self-pay. */
  readonly selfPayFen: Fen;
  /** 其他: above a ceiling. */
  readonly otherFen: Fen;
};
export type ChargeCategory = CategoryAmounts & { readonly code: string };

const OTHER_CHARGES = '14';
const NOTHING: CategoryAmounts = {
  amountFen: fen(0n),
  classAFen: fen(0n),
  classBFen: fen(0n),
  selfPayFen: fen(0n),
  otherFen: fen(0n),
};

/** The bill by the fourteen charge categories, all of them and in their order; a code that is none of them is 其他费. */
export function byChargeCategory(lines: readonly SettledLine[]): ChargeCategory[] {
  const sums = new Map<string, CategoryAmounts>();
  for (const line of lines) {
    const code = isChargeCategory(line.chargeCategory) ? line.chargeCategory : OTHER_CHARGES;
    sums.set(code, added(sums.get(code) ?? NOTHING, amountsOf(line)));
  }
  const codes = Object.keys(CHARGE_CATEGORY_NAMES).sort();
  return codes.map((code) => ({ code, ...(sums.get(code) ?? NOTHING) }));
}

export function sumOfCategories(categories: readonly CategoryAmounts[]): CategoryAmounts {
  return categories.reduce<CategoryAmounts>((sum, category) => added(sum, category), NOTHING);
}

/** Of a line of class C nothing is in scope; were there something, it would be neither 甲 nor 乙. */
function amountsOf({ amountFen, itemClass, split }: SettledLine): CategoryAmounts {
  const covered = fen(split.firstSelfPayFen + split.inScopeFen);
  return {
    amountFen,
    classAFen: itemClass === 'A' ? covered : fen(0n),
    classBFen: itemClass === 'B' ? covered : fen(0n),
    selfPayFen: split.fullSelfPayFen,
    otherFen: fen(split.overCeilingFen + (itemClass === 'C' ? covered : 0n)),
  };
}

function added(one: CategoryAmounts, other: CategoryAmounts): CategoryAmounts {
  return {
    amountFen: fen(one.amountFen + other.amountFen),
    classAFen: fen(one.classAFen + other.classAFen),
    classBFen: fen(one.classBFen + other.classBFen),
    selfPayFen: fen(one.selfPayFen + other.selfPayFen),
    otherFen: fen(one.otherFen + other.otherFen),
  };
}
