import type { Fund, Insurance, VisitKind } from '@yiditong/codes';
import type { Fen, Rate } from '@yiditong/money';
import type { Choice, When } from './choice.js';

/** Where a figure comes from. Trust: A official text, B portal or explainer, C machine-written, D assumed for demonstration. */
export type Sourced = { readonly source: string; readonly trust: 'A' | 'B' | 'C' | 'D' };

/** What has a source only where it says one: the rule's that it belongs to stands for it. */
type MaybeSourced = { readonly source?: string | undefined };

/** A benefit policy version (待遇政策) of one pooling area and insurance, in force from a date on. docs/policy-format.md teaches its JSON. */
export type Policy = {
  readonly policyId: string;
  /** The pooling area. */
  readonly region: string;
  readonly insurance: Insurance;
  readonly title: string;
  /** Business dates; `validTo` is the last day, null while open. */
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly benefitYear: BenefitYear;
  /** A kind of visit without a rule is not settled directly. */
  readonly visits: Partial<Record<VisitKind, VisitRule>>;
  /** What changes the ratio of every band, one after another: care away from home, retirement, age, floors. */
  readonly adjustments: readonly RatioAdjustment[];
  /** Yearly cap of what the pooling fund pays over all kinds of visit (统筹基金最高支付限额). What lies above goes on to layers that pay it. */
  readonly poolingCap: Cap | null;
  /** Who else pays, in this order. */
  readonly layers: readonly Layer[];
  /** What personal accounts may pay; null where they pay nothing away from home. */
  readonly account: AccountRule | null;
};

/** 待遇年度. */
export type BenefitYear = {
  /** The first day, MM-DD. 上海's is 07-01. */
  readonly startsOn: string;
  /** A stay over its end (经办规程 art. 41): whole, in the year of the discharge, or divided by nights. */
  readonly crossYear: 'WHOLE' | 'BY_NIGHTS';
  /**
   * Of a divided stay: whether it pays one deductible, as the visit of the year that it began in, or is a visit of each year. The
   * regulation leaves it to the insured place.
   */
  readonly crossYearDeductible: 'ONCE' | 'EACH_YEAR';
} & MaybeSourced;

export type VisitRule = {
  /** What the person pays of a part of the bill before anything else (先行自付 of the home area). */
  readonly firstSelfPay: (Sourced & { readonly ratio: Choice<Rate> }) | null;
  readonly deductible: DeductibleRule;
  /** Bands in ascending order; the last one is open-ended. */
  readonly bands: readonly Band[];
  /** Where the bands begin to count: at the first in-scope fen, or after the deductible. */
  readonly bandsFrom: 'ZERO' | 'AFTER_DEDUCTIBLE';
  /** What they count: this visit alone, or the year's visits of the kind together. */
  readonly bandsOver: 'VISIT' | 'YEAR';
  readonly caps: readonly Cap[];
};

/** 起付标准. */
export type DeductibleRule = Sourced & {
  /** What it is paid once of. */
  readonly basis:
    | 'NONE'
    | 'PER_VISIT'
    | 'PER_YEAR'
    | 'PER_HOSPITAL_AND_YEAR'
    | 'PER_DISEASE_AND_YEAR'
    | 'PER_QUARTER'
    | 'PER_MONTH';
  /** None where nothing is said of the circumstances. */
  readonly standard: Choice<Standard>;
  /** Applied one after another. */
  readonly adjustments: readonly DeductibleAdjustment[];
  /** What a person pays of it at most in a year. */
  readonly yearlyMost: Choice<Fen> | null;
};

/** An amount, or a share of the bill between two amounts (安徽: 20 %, at least 2,000 and at most 10,000 yuan). */
export type Standard =
  | { readonly kind: 'AMOUNT'; readonly fen: Fen }
  | {
      readonly kind: 'SHARE';
      readonly of: 'BILL' | 'IN_SCOPE';
      readonly ratio: Rate;
      readonly leastFen: Fen;
      readonly mostFen: Fen | null;
    };

export type DeductibleAdjustment = MaybeSourced & { readonly when: When } & (
    | { readonly mode: 'FACTOR'; readonly factor: Rate }
    | { readonly mode: 'LESS'; readonly fen: Fen }
    /** One factor a visit of the year; the last one stays. */
    | { readonly mode: 'FACTORS_BY_VISIT'; readonly factors: readonly Rate[] }
    /** So much less, or such a share of the standard less, for each earlier visit of the year. */
    | { readonly mode: 'LESS_BY_VISIT'; readonly fen: Fen }
    | { readonly mode: 'SHARE_LESS_BY_VISIT'; readonly ratio: Rate }
    /** Not below; a standard that is below from the start stays as it is. */
    | { readonly mode: 'FLOOR'; readonly least: Choice<Fen> }
  );

/** 支付比例 up to an amount (exclusive of what lies above). */
export type Band = Sourced & { readonly upToFen: Fen | null; readonly ratio: Choice<Rate> };

/**
 * How a ratio changes. Never below 0 or above 1. One that lies further below the ratio at home than 通知 二(六) allows says in
 * `exception` by what filed decision it may.
 */
export type RatioAdjustment = Sourced & { readonly when: When; readonly exception?: string | undefined } & (
    | { readonly mode: 'POINTS_LESS'; readonly points: Rate }
    | { readonly mode: 'POINTS_MORE'; readonly points: Rate }
    | { readonly mode: 'FACTOR'; readonly factor: Rate }
    /** Of what the person pays: 0.3 makes 85 % into 95.5 %. */
    | { readonly mode: 'SELF_PAY_FACTOR'; readonly factor: Rate }
    /** So many points more for each full period of years from an age on, that age included. */
    | { readonly mode: 'POINTS_BY_AGE'; readonly fromAge: number; readonly everyYears: number; readonly points: Rate }
    | { readonly mode: 'ABSOLUTE'; readonly ratio: Choice<Rate> }
    | { readonly mode: 'FLOOR'; readonly ratio: Choice<Rate> }
    | { readonly mode: 'CEILING'; readonly ratio: Choice<Rate> }
  );

/** 最高支付限额: of what the fund pays, or of what it pays on. */
export type Cap = Sourced & {
  readonly period: 'VISIT' | 'MONTH' | 'QUARTER' | 'YEAR';
  readonly on: 'FUND' | 'EXPENSE';
  /** Whether it is counted for each chronic disease (门诊慢特病种) by itself. */
  readonly perDisease: boolean;
  /** None where nothing is said of the circumstances. */
  readonly most: Choice<Fen>;
};

/** A fund that pays after the pooling fund. */
export type Layer = Sourced & {
  readonly fund: Exclude<Fund, 'POOLING'>;
  /** For whom. */
  readonly when: When;
  /**
   * Of what: what lies above the pooling cap (职工大额), what is in scope and still unpaid of this bill, or of the whole year's (居民大病).
   */
  readonly base: 'ABOVE_POOLING_CAP' | 'SELF_PAY' | 'YEAR_SELF_PAY';
  /** Whether the deductible counts to what is unpaid. */
  readonly countsDeductible: boolean;
  /** What it pays nothing of. */
  readonly threshold: Choice<Fen>;
  /** Of the amount above the threshold, in ascending order; the last one is open-ended. */
  readonly bands: readonly (MaybeSourced & { readonly upToFen: Fen | null; readonly ratio: Choice<Rate> })[];
  /** What it pays at most in a year. */
  readonly yearlyMost: Choice<Fen> | null;
};

/** 个人账户与家庭共济. */
export type AccountRule = Sourced & {
  /** Which parts of what the person pays. */
  readonly pays: readonly ('IN_SCOPE' | 'FIRST_SELF_PAY' | 'OVER_CEILING' | 'FULL_SELF_PAY')[];
  /** Whether relatives' accounts pay what the own doesn't. */
  readonly mutualAid: boolean;
};
