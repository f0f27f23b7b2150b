import { fen, share, subtractFen, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';
import { choose, type Circumstances } from './choice.js';
import type { Claim, ClaimPart } from './claim.js';
import type { Explanation } from './explanation.js';
import type { VisitRule } from './policy.js';

/** What is payable of a part, once the home area's own first self-pay is taken off. */
export type PayablePart = Omit<ClaimPart, 'inScopeFen'> & { readonly payableFen: Fen };

/**
 * What is in scope, by what rules may tell apart and in an order that doesn't depend on the bill's: class A first, so that a deductible
 * is taken from it first. Alike parts are one, so that how a bill is cut into lines changes nothing.
 */
export function partsOf({ parts, split }: Claim): readonly ClaimPart[] {
  if (parts.length === 0)
    return [{ itemClass: null, itemKind: null, unitPriceFen: null, inScopeFen: split.inScopeFen }];
  const byKey = new Map<string, ClaimPart>();
  for (const part of parts) {
    const key = `${part.itemClass ?? ''}/${part.itemKind ?? ''}/${String(part.unitPriceFen ?? '').padStart(15, '0')}`;
    const before = byKey.get(key)?.inScopeFen ?? ZERO_FEN;
    byKey.set(key, { ...part, inScopeFen: fen(before + part.inScopeFen) });
  }
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, part]) => part);
}

/** Takes off what the person pays of each part before anything else (先行自付), rounded once a part. */
export function takeFirstSelfPay(
  claim: Claim,
  of: Circumstances,
  rule: VisitRule['firstSelfPay'],
  explanation: Explanation,
): PayablePart[] {
  return partsOf(claim).map(({ inScopeFen, ...part }) => {
    const ratio = rule && choose(rule.ratio, of, part);
    if (rule === null || ratio === null || ratio.numerator === 0n) return { ...part, payableFen: inScopeFen };
    const firstSelfPayFen = share(inScopeFen, ratio);
    explanation.add('FIRST_SELF_PAY', rule.source, inScopeFen, ratio, firstSelfPayFen, '参保地规定的个人先行自付');
    return { ...part, payableFen: subtractFen(inScopeFen, firstSelfPayFen) };
  });
}

export function payableTotal(parts: readonly PayablePart[]): Fen {
  return sumFen(parts.map(({ payableFen }) => payableFen));
}
