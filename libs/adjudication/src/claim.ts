import type { Fund, ItemClass, ItemKind } from '@yiditong/codes';
import type { Fen } from '@yiditong/money';
import type { Accumulators } from './accumulators.js';
import type { Circumstances } from './choice.js';
import type { Step } from './explanation.js';
import type { FeeSplit } from './line-split.js';

/** A bill as the home province sees it: already split by the treating place. */
export type Claim = Omit<Circumstances, 'visitNumber'> & {
  readonly split: FeeSplit;
  /** What is in scope, by what rules may tell apart; none where nobody said. They sum to what is in scope. */
  readonly parts: readonly ClaimPart[];
  readonly institutionCode: string;
  /** The business date of admission, or of the visit. */
  readonly startedOn: string;
  /** The business date of discharge, or of the visit. */
  readonly endedOn: string;
  readonly account: Account | null;
  /** 医院负担: what the hospital bears of the person's part; never more than that part. */
  readonly hospitalPartFen: Fen;
  /** 中途结算: what earlier parts of the same stay paid of its deductible. Null of a stay's first or only part, which is an admission. */
  readonly stayDeductibleFen: Fen | null;
};

export type ClaimPart = {
  readonly itemClass: ItemClass | null;
  readonly itemKind: ItemKind | null;
  readonly unitPriceFen: Fen | null;
  readonly inScopeFen: Fen;
};

/** The personal accounts that may be used: the person's own, and those of relatives (家庭共济). */
export type Account = { readonly balanceFen: Fen; readonly mutualAidFen: Fen };

/** What one fund pays, of what (符合政策范围金额), and what it could have paid at most (本次可支付限额; null where nothing limits it). */
export type FundPaid = {
  readonly fund: Fund;
  readonly amountFen: Fen;
  readonly baseFen: Fen;
  readonly limitFen: Fen | null;
};

/**
 * Who pays what. total = Σ funds + personal + hospital's part; personal = account + mutual aid + cash; the split sums to the total. Only
 * funds that pay something are named, each once.
 */
export type Adjudication = {
  readonly totalFen: Fen;
  readonly split: FeeSplit;
  readonly deductibleFen: Fen;
  readonly funds: readonly FundPaid[];
  readonly fundTotalFen: Fen;
  readonly personalFen: Fen;
  readonly hospitalPartFen: Fen;
  readonly accountFen: Fen;
  readonly mutualAidFen: Fen;
  readonly cashFen: Fen;
  /** Of the person's own account afterwards; null where no account was asked. */
  readonly accountBalanceFen: Fen | null;
  readonly deltas: Accumulators;
  readonly steps: readonly Step[];
};
