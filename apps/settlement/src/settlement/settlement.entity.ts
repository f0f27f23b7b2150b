import type { ExplainedStep, FeeSplit } from '@yiditong/adjudication';
import type {
  BenefitLevel,
  EligibilityBasis,
  FilingCategory,
  Fund,
  Insurance,
  ItemClass,
  LineRule,
  PersonType,
  VisitKind,
} from '@yiditong/codes';
import type { Fen } from '@yiditong/money';
import type { Bill, BillLine, Refusal } from './bill-rules.js';

export type SettlementState = 'SETTLED' | 'REVERSING' | 'REVERSED';

/** A row of `settlement` but for the diagnosis, and the answer as it is frozen in the outcome. The date is the cycle; the instant is ISO text, as it is frozen in the first answer. */
export type Settlement = {
  readonly personId: string;
  readonly settlementId: string;
  readonly institutionCode: string;
  readonly messageId: string;
  readonly visitNumber: string;
  readonly visitKind: VisitKind;
  readonly insuredRegion: string;
  readonly treatingRegion: string;
  readonly filingCategory: FilingCategory;
  readonly benefitLevel: BenefitLevel;
  readonly eligibilityBasis: EligibilityBasis;
  readonly filingId: string | null;
  readonly insurance: Insurance;
  readonly personType: PersonType;
  readonly totalFen: Fen;
  readonly split: FeeSplit;
  readonly deductibleFen: Fen;
  readonly funds: readonly { readonly fund: Fund; readonly amountFen: Fen }[];
  readonly fundTotalFen: Fen;
  /** What the person bears: accountFen + mutualAidFen + cashFen. */
  readonly personalFen: Fen;
  /** 个人账户支出, of the person's own. */
  readonly accountFen: Fen;
  /** 个人账户共济支付, of relatives'. */
  readonly mutualAidFen: Fen;
  /** 个人现金支出. */
  readonly cashFen: Fen;
  readonly policyId: string;
  readonly explanation: readonly ExplainedStep[];
  readonly businessDate: string;
  readonly settledAt: string;
  readonly state: SettlementState;
  readonly reversalBusinessDate: string | null;
};

/** What is sealed in a row of `settlement`. It stands nowhere else: no outcome, no hash that could be searched, no message. */
export type Diagnosed = Pick<Bill, 'diseaseCode' | 'diagnoses'>;

/** What a caller is shown: the diagnosis in clear or masked. */
export type DiagnosedSettlement = Settlement & Diagnosed;

/** A row of `settlement` as it is read. */
export type SealedSettlement = { readonly settlement: Settlement; readonly diagnosisSealed: Buffer };

/**
 * A row of `settlement_line`: the line as it was charged, and what the catalogue said of it. Its national code is the one that the
 * hospital's mapping gave where the bill named none; empty where there is no mapping either.
 */
export type SettledLine = BillLine & {
  readonly itemClass: ItemClass;
  readonly chargeCategory: string;
  readonly catalogueRule: LineRule;
  /** Of the treating province's catalogue, the version in force on the fee's day. */
  readonly catalogueSequence: number;
  readonly split: FeeSplit;
};

/** A row of `settlement_request` that asks for a settlement: the intent, written before anything else happens. */
export type SettleIntent = {
  readonly institutionCode: string;
  readonly messageId: string;
  readonly treatingProvince: string;
  readonly settlementId: string;
  readonly personId: string;
  readonly insuredRegion: string;
  readonly deadlineAt: Date;
  readonly concluded: boolean;
};

/** A row of `settlement_outcome`. Whoever inserts it first decides what became of the settlement id. */
export type Outcome =
  | { readonly outcome: 'SETTLED'; readonly answer: Settlement }
  | { readonly outcome: 'REFUSED'; readonly answer: Refusal }
  | { readonly outcome: 'NOT_SETTLED'; readonly answer: Refusal };
