import type { AccountKind } from '@yiditong/codes';
import type { Fen } from '@yiditong/money';

/** An entry as the bureau posts it: a credit, or a debit below zero. */
export type NewAccountEntry = {
  readonly entryId: string;
  readonly personId: string;
  readonly kind: AccountKind;
  readonly amountFen: Fen;
};

/** Why a settlement's money moves: taken by it, given back by its reversal or a cancellation, taken again where that was undone. */
export type SettlementCause = 'SETTLEMENT' | 'REVERSAL' | 'CANCELLATION' | 'REINSTATEMENT';

/** What a settlement takes from an account, and its undoing gives back. */
export type SettlementDebit = { readonly kind: AccountKind; readonly amountFen: Fen };

/** A row of `account_entry`. */
export type AccountEntryRow = NewAccountEntry & {
  readonly cause: 'POSTED' | SettlementCause;
  /** Null where it was posted. */
  readonly settlementId: string | null;
  /** The id by which it came: the settlement's, or a cancellation's. Null where it was posted. */
  readonly operationId: string | null;
};

/** A balance that changed, before and after. */
export type AccountChange = { readonly kind: AccountKind; readonly before: Fen; readonly after: Fen };
