import type { Fund, ItemClass, ItemKind } from '@yiditong/codes';
import type { Fen } from '@yiditong/money';
import type { Accumulators } from './accumulators.js';
import type { Circumstances } from './choice.js';
import type { FeeSplit } from './line-split.js';

/** A bill as the home province sees it: already split by the treating place. */
export type Claim = Omit<Circumstances, 'visitNumber'> & {
  readonly split: FeeSplit;
  /** What is in scope, by what rules may tell apart; none where nobody said. They sum to what is in scope. */
  readonly parts: readonly ClaimPart[];
  readonly institutionCode: string;
  /** The business date of discharge, or of the visit. */
  readonly endedOn: string;
  readonly account: Account | null;
};

export type ClaimPart = {
  readonly itemClass: ItemClass | null;
  readonly itemKind: ItemKind | null;
  readonly unitPriceFen: Fen | null;
  readonly inScopeFen: Fen;
};

/** The personal accounts that may be used: the person's own, and those of relatives (家庭共济). */
export type Account = { readonly balanceFen: Fen; readonly mutualAidFen: Fen };

/** One line of the explanation: rule, source, base, rate, result, and the sentence for the person. */
export type Step = {
  readonly rule: string;
  readonly source: string;
  readonly baseFen: Fen;
  readonly rate: string;
  readonly resultFen: Fen;
  readonly textZh: string;
};

/** Who pays what. total = Σ funds + personal; personal = account + mutual aid + cash; the split sums to the total. */
export type Adjudication = {
  readonly totalFen: Fen;
  readonly split: FeeSplit;
  readonly deductibleFen: Fen;
  readonly funds: readonly { readonly fund: Fund; readonly amountFen: Fen }[];
  readonly fundTotalFen: Fen;
  readonly personalFen: Fen;
  readonly accountFen: Fen;
  readonly mutualAidFen: Fen;
  readonly cashFen: Fen;
  readonly deltas: Accumulators;
  readonly explanation: readonly Step[];
};
