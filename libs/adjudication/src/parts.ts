import { fen, share, subtractFen, ZERO_FEN, type Fen } from '@yiditong/money';
import type { Asked } from './asked.js';
import { chooseFigure, type Circumstances } from './choice.js';
import type { Claim, ClaimPart } from './claim.js';
import { addStep, type Steps } from './explanation.js';
import type { VisitRule } from './policy.js';

/** What is payable of a part, once the home area's own first self-pay is taken off. */
export type PayablePart = Omit<ClaimPart, 'inScopeFen'> & { readonly payableFen: Fen };

/**
 * What is in scope, by what the policy tells apart and in an order that doesn't depend on the bill's: class A first, so that a deductible
 * is taken from it first. Alike parts are one, so that how a bill is cut into lines changes nothing.
 */
export function partsOf({ parts, split }: Claim, { itemClasses, itemKinds, unitPrice }: Asked): readonly ClaimPart[] {
  if (parts.length === 0 || !(itemClasses || itemKinds || unitPrice))
    return [{ itemClass: null, itemKind: null, unitPriceFen: null, inScopeFen: split.inScopeFen }];
  const byKey = new Map<string, ClaimPart>();
  for (const part of parts) {
    const itemClass = itemClasses ? part.itemClass : null;
    const itemKind = itemKinds ? part.itemKind : null;
    const unitPriceFen = unitPrice ? part.unitPriceFen : null;
    const key = `${itemClass ?? ''}/${itemKind ?? ''}/${String(unitPriceFen ?? '').padStart(15, '0')}`;
    const before = byKey.get(key)?.inScopeFen ?? ZERO_FEN;
    byKey.set(key, { itemClass, itemKind, unitPriceFen, inScopeFen: fen(before + part.inScopeFen) });
  }
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, part]) => part);
}

/** Takes off what the person pays of each part before anything else (先行自付), rounded once a part. */
export function takeFirstSelfPay(
  parts: readonly ClaimPart[],
  of: Circumstances,
  rule: VisitRule['firstSelfPay'],
  steps: Steps,
): PayablePart[] {
  return parts.map((part) => {
    const { itemClass, itemKind, unitPriceFen, inScopeFen } = part;
    const chosen = rule && chooseFigure(rule.ratio, of, part);
    if (rule === null || chosen === null || chosen.value.numerator === 0n)
      return { itemClass, itemKind, unitPriceFen, payableFen: inScopeFen };
    const { value: ratio, source = rule.source } = chosen;
    const firstSelfPayFen = share(inScopeFen, ratio);
    addStep(steps, 'FIRST_SELF_PAY', source, inScopeFen, ratio, firstSelfPayFen);
    return { itemClass, itemKind, unitPriceFen, payableFen: subtractFen(inScopeFen, firstSelfPayFen) };
  });
}

export function payableTotal(parts: readonly PayablePart[]): Fen {
  let total = 0n;
  for (const { payableFen } of parts) total += payableFen;
  return fen(total);
}
