import type { Adjudication } from '@yiditong/adjudication';
import type { Insurance, PersonType } from '@yiditong/codes';

/** What the home province keeps and answers of one adjudication. */
export type RecordedAdjudication = Adjudication & {
  readonly settlementId: string;
  readonly insurance: Insurance;
  readonly personType: PersonType;
  readonly policyId: string;
  readonly benefitYear: number;
};

/** A row of `adjudication`. BARRED: reversed before it came, so that it never will. */
export type AdjudicationRow =
  | { readonly state: 'ADJUDICATED' | 'REVERSED'; readonly result: RecordedAdjudication }
  | { readonly state: 'BARRED'; readonly result: null };
