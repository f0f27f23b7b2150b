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

export type SettlementState =
  | 'SETTLED'
  | 'REVERSING'
  | 'REVERSED'
  | 'CANCELLING'
  | 'RESTORING'
  | 'CANCELLED'
  | 'REINSTATING';

/** A row of `settlement` but for the diagnosis, and the answer as it is frozen in the outcome. The date is the cycle; the instant is ISO text, as it is frozen in the first answer. */
export type Settlement = {
  readonly personId: string;
  readonly settlementId: string;
  readonly institutionCode: string;
  readonly messageId: string;
  readonly visitNumber: string;
  readonly visitKind: VisitKind;
  /** Which part of the visit, where it is settled in several: a batch, or a keyed hash of the disease; empty for the whole. */
  readonly partKey: string;
  /** Of a stay that is settled in parts, which one, from 1; 0 of all others. */
  readonly stayPart: number;
  /** 中途结算: the stay went on. */
  readonly midStay: boolean;
  /** Whether another part of the stay was its admission when this one was settled. */
  readonly continuesStay: boolean;
  /** The visit that the fees were collected in; null where the bill came in one message. */
  readonly visitId: string | null;
  readonly admittedAt: string;
  readonly endedAt: string;
  readonly emergency: boolean;
  readonly trauma: boolean;
  readonly insuredRegion: string;
  readonly treatingRegion: string;
  readonly filingCategory: FilingCategory;
  readonly benefitLevel: BenefitLevel;
  readonly eligibilityBasis: EligibilityBasis;
  readonly filingId: string | null;
  readonly insurance: Insurance;
  readonly personType: PersonType;
  /** Whether the bill named them, so that the catalogue divided it by them. */
  readonly insuranceBilled: boolean;
  /** 个人账户使用标志: the person wanted accounts to pay what they may. */
  readonly useAccount: boolean;
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
  /** 医院负担 (hosp_part_amt). */
  readonly hospitalPartFen: Fen;
  /** 余额 (balc) after the bill; null where no account was asked. */
  readonly accountBalanceFen: Fen | null;
  /** 统筹基金支付比例, in ten-thousandths. */
  readonly poolingRatioE4: number;
  /** setldetail, as the home province gave it. */
  readonly details: readonly FundDetail[];
  readonly policyId: string;
  readonly explanation: readonly ExplainedStep[];
  readonly businessDate: string;
  readonly settledAt: string;
  readonly state: SettlementState;
  readonly reversalBusinessDate: string | null;
  /** Of what a refund left: the settlement that was cancelled for it. */
  readonly remainderOf: string | null;
  /** Of one that is being cancelled, or was. */
  readonly cancellationId: string | null;
  readonly cancellationMessageId: string | null;
  readonly cancellationBusinessDate: string | null;
  readonly cancelledAt: string | null;
  /** Later settlements of the person that counted on it, as the home province named them. */
  readonly laterSettlementIds: readonly string[];
  /** The reversal that is undoing its cancellation; null at all other times. */
  readonly reinstatementId: string | null;
  /** When its last cancellation was undone; null where there was none. */
  readonly reinstatedAt: string | null;
};

/** What one fund paid, and of what (setldetail). */
export type FundDetail = {
  readonly fund: Fund;
  readonly baseFen: Fen;
  readonly limitFen: Fen | null;
  readonly amountFen: Fen;
  readonly process: string;
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

/** What a message may ask for that has an outcome of its own. */
export type OperationKind = 'SETTLE' | 'CANCEL' | 'REFUND' | 'VISIT';

/** A row of `settlement_request` that asks for an operation: the intent, written before anything else happens. */
export type OperationIntent = {
  readonly kind: OperationKind;
  readonly institutionCode: string;
  readonly messageId: string;
  readonly treatingProvince: string;
  /** The operation's own id: what it settles, the cancellation, or the change of a visit. */
  readonly settlementId: string;
  readonly personId: string;
  readonly insuredRegion: string;
  /** Of a cancellation or refund: the settlement that it takes back. */
  readonly originalSettlementId: string | null;
  /** Of a refund: the id that what remains is settled under. */
  readonly remainderId: string | null;
  readonly deadlineAt: Date;
  readonly concluded: boolean;
};

/** 结算撤销、退费: what was taken back. The settlement is frozen as it stood then, without its diagnosis. */
export type Cancellation = {
  readonly cancellationId: string;
  readonly messageId: string;
  readonly settlement: Settlement;
  readonly laterSettlementIds: readonly string[];
  readonly cancelledAt: string;
};

/** Of a refund in part. */
export type Refunded = { readonly cancellation: Cancellation; readonly remainder: Settlement };

/** A row of `settlement_outcome`. Whoever inserts it first decides what became of the operation. */
export type Outcome =
  | { readonly outcome: 'SETTLED'; readonly answer: Settlement }
  | { readonly outcome: 'CANCELLED'; readonly answer: Cancellation }
  | { readonly outcome: 'REFUNDED'; readonly answer: Refunded }
  /** Of a visit; the answer is its own. */
  | { readonly outcome: 'DONE'; readonly answer: unknown }
  | { readonly outcome: 'REFUSED'; readonly answer: Refusal }
  | { readonly outcome: 'NOT_SETTLED'; readonly answer: Refusal };
