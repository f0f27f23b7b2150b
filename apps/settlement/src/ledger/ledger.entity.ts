import type { Insurance, VisitKind } from '@yiditong/codes';
import type { Fen } from '@yiditong/money';

/** What a hospital and the platform each write down of a settlement, or of its cancellation, whose amounts are at most zero. */
export type LedgerRow = {
  /** The settlement, or the cancellation of a refund. In lower case. */
  readonly recordId: string;
  readonly personId: string;
  readonly totalFen: Fen;
  /** Without accounts. */
  readonly fundTotalFen: Fen;
  /** 个人账户支出 (acct_pay) of the person's own, as the settlement's answer had it: 共济 is not in it. */
  readonly accountFen: Fen;
  readonly refund: boolean;
};

/** A row of ours, and the message that made it. */
export type OwnRow = LedgerRow & { readonly messageId: string };

export type Totals = Pick<LedgerRow, 'totalFen' | 'fundTotalFen' | 'accountFen'> & { readonly count: number };

/** Instants: from the first on, before the second. */
export type Span = { readonly from: Date; readonly before: Date };

/** Which records of an institution. */
export type LedgerScope = Span & {
  readonly institutionCode: string;
  /** Empty for all. */
  readonly visitKinds: readonly VisitKind[];
};
export type TotalsScope = LedgerScope & { readonly insurance: Insurance; readonly refunds: boolean };

export const MONTH_ENTRY_KINDS = ['SETTLEMENT', 'REVERSAL', 'REFUND', 'REINSTATEMENT'] as const;

/** What an obligation of the institution's settlements says: each is made once and never changes. */
export type MonthEntry = {
  readonly kind: (typeof MONTH_ENTRY_KINDS)[number];
  /** The settlement, or the cancellation that took it back. */
  readonly recordId: string;
  readonly at: Date;
  readonly visitNumber: string;
  readonly visitId: string | null;
  readonly insuredRegion: string;
  /** Negative on a reversal and a refund. */
  readonly totalFen: Fen;
  /** 经办机构支付总额: funds and accounts. */
  readonly agencyPaysFen: Fen;
};
export type MonthRow = Omit<MonthEntry, 'kind'> & { readonly rowNumber: number };

/** A row of `month_extract`: a month as it is given out, from the first time on. */
export type MonthExtract = {
  readonly institutionCode: string;
  /** YYYY-MM. */
  readonly month: string;
  readonly treatingProvince: string;
  readonly totalRows: number;
  /** SHA-256 of all rows, in hexadecimal. */
  readonly digest: string;
  readonly extractedAt: Date;
};

/** The hospital's word on a row of a month. */
export type ConfirmedRow = {
  readonly recordId: string;
  readonly totalFen: Fen;
  readonly agencyPaysFen: Fen;
  readonly confirmed: boolean;
};

/** A row of `month_confirmation`. */
export type MonthConfirmation = {
  readonly institutionCode: string;
  readonly messageId: string;
  readonly treatingProvince: string;
  /** YYYY-MM. */
  readonly month: string;
  /** Of the rows as they were given out. */
  readonly monthDigest: string;
  readonly confirmed: number;
  readonly disputedIds: readonly string[];
  /** The receipt. */
  readonly digest: string;
  readonly confirmedAt: Date;
};

/** A row of `kept_file`. */
export type KeptFile = {
  readonly institutionCode: string;
  readonly messageId: string;
  readonly treatingProvince: string;
  readonly fileId: string;
  readonly fileName: string;
  readonly content: Buffer;
  readonly keptAt: Date;
  readonly expiresAt: Date;
};
