import type { ExplainedStep, FundPaid, StayAdjudication } from '@yiditong/adjudication';
import type { Insurance, PersonType } from '@yiditong/codes';

/** What one fund paid, and how it came about (结算过程), in Chinese. */
export type FundExplained = FundPaid & { readonly process: string };

/**
 * What the home province keeps and answers of one adjudication: as it was said at first, texts and all, so that no later version of the
 * rules or of their wording says it otherwise.
 */
export type RecordedAdjudication = Omit<StayAdjudication, 'steps' | 'funds'> & {
  readonly settlementId: string;
  readonly insurance: Insurance;
  readonly personType: PersonType;
  readonly policyId: string;
  /** Of the discharge. */
  readonly benefitYear: number;
  readonly funds: readonly FundExplained[];
  /** 统筹基金支付比例, in ten-thousandths. */
  readonly poolingRatioE4: number;
  readonly explanation: readonly ExplainedStep[];
};

/** A row of `adjudication`. BARRED: reversed before it came, so that it never will. */
export type AdjudicationRow =
  | { readonly state: 'ADJUDICATED' | 'REVERSED'; readonly result: RecordedAdjudication }
  | { readonly state: 'CANCELLED'; readonly result: RecordedAdjudication; readonly cancellationId: string }
  | { readonly state: 'BARRED'; readonly result: null };

/** A row of `cancellation`. REVERSED: undone, so that the adjudication stands again; BARRED: that before it came. */
export type CancellationRow = {
  readonly settlementId: string;
  readonly state: 'CANCELLED' | 'REVERSED' | 'BARRED';
};

/** What came of undoing a settlement, or a cancellation. */
export type Reversal = {
  /** Whether there was an adjudication, or the cancellation; else the id is barred. */
  readonly hadAdjudication: boolean;
  readonly laterSettlementIds: readonly string[];
};

export type Cancellation = {
  readonly result: RecordedAdjudication;
  readonly laterSettlementIds: readonly string[];
  readonly cancelledAt: Date;
};
