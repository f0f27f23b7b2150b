import type { BenefitLevel, HospitalLevel, Insurance, PersonType, VisitKind } from '@yiditong/codes';
import type { Fen, Rate } from '@yiditong/money';

/** Where a figure comes from. Trust: A official text, B portal or explainer, C machine-written, D assumed for demonstration. */
export type Sourced = { readonly source: string; readonly trust: 'A' | 'B' | 'C' | 'D' };

/** A benefit policy version (待遇政策) of one pooling area and insurance, in force from a date on. */
export type Policy = {
  readonly policyId: string;
  /** The pooling area. */
  readonly region: string;
  readonly insurance: Insurance;
  readonly title: string;
  /** Business dates; `validTo` is the last day, null while open. */
  readonly validFrom: string;
  readonly validTo: string | null;
  /** A kind of visit without a rule is not settled directly. */
  readonly visits: Partial<Record<VisitKind, VisitRule>>;
  /** Yearly cap on what the pooling fund pays, over all kinds of visit (统筹基金最高支付限额). */
  readonly poolingCap: (Sourced & { readonly annualFen: Fen }) | null;
  /** 职工大额: pays a share of what the pooling cap left unpaid. */
  readonly largeSum: (Sourced & { readonly ratio: Rate; readonly annualFen: Fen | null }) | null;
  /** 居民大病: pays on the year's in-scope self-pay above a threshold. */
  readonly criticalIllness: CriticalIllnessRule | null;
  /** What care away from home changes; LOCAL never changes anything. */
  readonly adjustments: Record<Exclude<BenefitLevel, 'LOCAL'>, Adjustment>;
};

export type VisitRule = {
  readonly deductible: DeductibleRule;
  /** Bands in ascending order; the last one is open-ended. */
  readonly bands: readonly Band[];
  /** Where the bands begin to count: at the first in-scope fen, or after the deductible. */
  readonly bandsFrom: 'ZERO' | 'AFTER_DEDUCTIBLE';
  /** Yearly cap on what the pooling fund pays for this kind of visit. */
  readonly cap: (Sourced & { readonly annualFen: Readonly<Partial<Record<PersonType, Fen>>> }) | null;
};

export type ByLevel<T> = Readonly<Partial<Record<HospitalLevel, T>>>;

/** 起付标准. A hospital level without a standard has none. */
export type DeductibleRule = Sourced & {
  readonly basis: 'NONE' | 'PER_VISIT' | 'PER_YEAR';
  readonly standardFen: Readonly<Partial<Record<PersonType, ByLevel<Fen>>>>;
  /** How the standard falls with each further visit of the year. */
  readonly repeat:
    | { readonly mode: 'NONE' }
    /** One factor a visit; the last one stays. */
    | { readonly mode: 'FACTORS'; readonly factors: readonly Rate[] }
    | { readonly mode: 'STEP_DOWN'; readonly stepFen: Fen; readonly floorFen: Fen };
};

/** 支付比例 up to an amount (exclusive of what lies above), by person and hospital. */
export type Band = Sourced & {
  readonly upToFen: Fen | null;
  readonly ratio: Readonly<Partial<Record<PersonType, ByLevel<Rate>>>>;
};

export type CriticalIllnessRule = Sourced & {
  readonly thresholdFen: Fen;
  /** Whether the deductible counts toward the threshold. */
  readonly countsDeductible: boolean;
  /** Bands of the amount above the threshold. */
  readonly bands: readonly { readonly upToFen: Fen | null; readonly ratio: Rate }[];
  readonly annualFen: Fen | null;
};

/** How care away from home is paid less (通知 二(六)): the pooling ratio only. */
export type Adjustment = Sourced &
  (
    | { readonly mode: 'NONE' }
    /** Percentage points off the ratio, not below zero. */
    | { readonly mode: 'POINTS'; readonly points: Rate }
    | { readonly mode: 'FACTOR'; readonly factor: Rate }
    /** The place's own ratio for such care, and its own deductible where it has one. */
    | { readonly mode: 'ABSOLUTE'; readonly ratio: Rate; readonly deductibleFen: Fen | null }
  );
