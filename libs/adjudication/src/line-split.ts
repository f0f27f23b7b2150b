import {
  HOSPITAL_LEVELS,
  type HospitalLevel,
  type Insurance,
  type ItemClass,
  type LineRule,
  type OverCapRule,
  type PersonType,
  type PriceCap,
  type Restriction,
  type SelfPayShare,
  type VisitKind,
} from '@yiditong/codes';
import { divideToFen, fen, magnitude, maxFen, minFen, subtractFen, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';

/** The four parts of an amount (费用四分). They sum to the whole. */
export type FeeSplit = {
  readonly fullSelfPayFen: Fen;
  readonly overCeilingFen: Fen;
  readonly firstSelfPayFen: Fen;
  readonly inScopeFen: Fen;
};

/** A fee line. Quantities are ten-thousandths, prices millionths of a yuan, as the wire's 16,4 and 16,6; negative on a refund. */
export type ChargedLine = { readonly quantityE4: bigint; readonly unitPriceMicroYuan: bigint; readonly amountFen: Fen };

/** What the treating place's catalogue says of an item at the fee's own time. */
export type CoverageRule = {
  readonly itemClass: ItemClass;
  readonly shares: readonly SelfPayShare[];
  readonly caps: readonly PriceCap[];
  /** Null where there is no cap. */
  readonly overCapRule: OverCapRule | null;
  readonly restriction: Restriction | null;
};

/** For whom, where and as what a line is charged; null for what isn't known, which meets no restriction that asks for it. */
export type LineContext = {
  readonly insurance: Insurance | null;
  readonly personType: PersonType | null;
  readonly hospitalLevel: HospitalLevel | null;
  readonly visitKind: VisitKind | null;
  /** The hospital's word that a restricted item's condition is met (医院审批标志). */
  readonly approved: boolean;
};

/** How a line splits, and by what. */
export type ClassifiedLine = {
  readonly split: FeeSplit;
  readonly rule: LineRule;
  /** What applied, in basis points; 10000 where the line is full self-pay. */
  readonly firstSelfPayBps: number;
  /** The cap that applied, in millionths of a yuan, or null. */
  readonly capMicroYuan: bigint | null;
};

const WHOLE_BPS = 10_000;
const BPS_OF_WHOLE = 10_000n;

/** Hospitals round prices of six decimals; a line may differ from price × quantity by one fen. */
const LINE_TOLERANCE_FEN = 1n;

/** Whether the line's amount is its price times its quantity. */
export function lineAmountHolds(line: ChargedLine): boolean {
  const difference = line.amountFen - priceTimesQuantity(line.unitPriceMicroYuan, line.quantityE4);
  return magnitude(difference) <= LINE_TOLERANCE_FEN;
}

/**
 * Splits a line by the treating place's rule (就医地目录, 通知 二(一)). What is not listed, of class C or restricted to others is full
 * self-pay, and so is all of a line above a cap that says so. The amount over the cap and the first self-pay are rounded half up
 * per line; what is in scope is found by subtraction.
 */
export function classifyLine(line: ChargedLine, rule: CoverageRule | null, context: LineContext): ClassifiedLine {
  if (!rule) return selfPaid(line, 'UNLISTED');
  if (rule.itemClass === 'C') return selfPaid(line, 'CLASS_C');
  if (!meets(rule.restriction, context)) return selfPaid(line, 'RESTRICTED');
  const capMicroYuan = capFor(rule.caps, context);
  const above = capMicroYuan !== null && line.unitPriceMicroYuan > capMicroYuan;
  if (above && rule.overCapRule === 'WHOLE') return { ...selfPaid(line, 'OVER_CAP_WHOLE'), capMicroYuan };
  const overCeilingFen = above ? excess(line, capMicroYuan) : ZERO_FEN;
  const withinCap = subtractFen(line.amountFen, overCeilingFen);
  const firstSelfPayBps = rule.itemClass === 'A' ? 0 : shareFor(rule.shares, context);
  const firstSelfPayFen = divideToFen(withinCap * BigInt(firstSelfPayBps), BPS_OF_WHOLE);
  const split = { ...NOTHING, overCeilingFen, firstSelfPayFen, inScopeFen: subtractFen(withinCap, firstSelfPayFen) };
  return { split, rule: 'ENTRY', firstSelfPayBps, capMicroYuan };
}

/** A line of which nothing is in scope, for a reason. */
export function selfPaid(line: ChargedLine, rule: LineRule): ClassifiedLine {
  const split = { ...NOTHING, fullSelfPayFen: line.amountFen };
  return { split, rule, firstSelfPayBps: WHOLE_BPS, capMicroYuan: null };
}

/** Of the shares that fit, the most specific: insurance and person type, insurance alone, person type alone, neither; all of it where none fits. */
export function shareFor(
  shares: readonly SelfPayShare[],
  { insurance, personType }: Pick<LineContext, 'insurance' | 'personType'>,
): number {
  let [best, found] = [-1, WHOLE_BPS];
  for (const candidate of shares) {
    if (candidate.insurance !== null && candidate.insurance !== insurance) continue;
    if (candidate.personType !== null && candidate.personType !== personType) continue;
    const specific = (candidate.insurance === null ? 0 : 2) + (candidate.personType === null ? 0 : 1);
    if (specific > best) [best, found] = [specific, candidate.bps];
  }
  return found;
}

/** The level's own cap before the one for all; null where there is none. */
export function capFor(
  caps: readonly PriceCap[],
  { hospitalLevel }: Pick<LineContext, 'hospitalLevel'>,
): bigint | null {
  let general: bigint | null = null;
  for (const cap of caps) {
    if (cap.hospitalLevel === null) general = cap.microYuan;
    else if (cap.hospitalLevel === hospitalLevel) return cap.microYuan;
  }
  return general;
}

function meets(restriction: Restriction | null, context: LineContext): boolean {
  if (restriction === null) return true;
  const { needsApproval, minimumLevel, visitKinds, insurances } = restriction;
  const { insurance, hospitalLevel, visitKind, approved } = context;
  if (needsApproval && !approved) return false;
  if (minimumLevel !== null && (hospitalLevel === null || rank(hospitalLevel) < rank(minimumLevel))) return false;
  if (visitKinds.length > 0 && (visitKind === null || !visitKinds.includes(visitKind))) return false;
  return insurances.length === 0 || (insurance !== null && insurances.includes(insurance));
}

function rank(level: HospitalLevel): number {
  return HOSPITAL_LEVELS.indexOf(level);
}

/** Adds splits part by part. */
export function sumSplits(splits: readonly FeeSplit[]): FeeSplit {
  return {
    fullSelfPayFen: sumFen(splits.map((s) => s.fullSelfPayFen)),
    overCeilingFen: sumFen(splits.map((s) => s.overCeilingFen)),
    firstSelfPayFen: sumFen(splits.map((s) => s.firstSelfPayFen)),
    inScopeFen: sumFen(splits.map((s) => s.inScopeFen)),
  };
}

export function splitTotal(split: FeeSplit): Fen {
  return fen(split.fullSelfPayFen + split.overCeilingFen + split.firstSelfPayFen + split.inScopeFen);
}

const NOTHING: FeeSplit = {
  fullSelfPayFen: ZERO_FEN,
  overCeilingFen: ZERO_FEN,
  firstSelfPayFen: ZERO_FEN,
  inScopeFen: ZERO_FEN,
};

/** Between nothing and the line itself, whose amount may differ from price times quantity by a fen; of a refund the amount is what is lowest. */
function excess({ amountFen, unitPriceMicroYuan, quantityE4 }: ChargedLine, capMicroYuan: bigint): Fen {
  const above = priceTimesQuantity(unitPriceMicroYuan - capMicroYuan, quantityE4);
  const [lowest, highest] = [minFen(amountFen, ZERO_FEN), maxFen(amountFen, ZERO_FEN)];
  return maxFen(lowest, minFen(above, highest));
}

/** What so many units cost, in millionths of a yuan a unit and ten-thousandths of units, rounded by the one rule. */
export function priceTimesQuantity(priceMicroYuan: bigint, quantityE4: bigint): Fen {
  // 10^-6 yuan × 10^-4 units = 10^-10 yuan = 10^-8 fen
  return divideToFen(priceMicroYuan * quantityE4, 100_000_000n);
}
