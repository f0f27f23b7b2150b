import type {
  DraftForm,
  DraftState,
  EntryColumnName,
  ItemColumnName,
  Reason,
  ReasonParams,
  SheetHeader,
} from '@yiditong/codes';
import type { StoredEntry, StoredItem } from '../catalogue/catalogue.entity.js';
import type { ChangeCounts } from './publication.store.js';

export type DraftHeader = SheetHeader<EntryColumnName | ItemColumnName>;

/** A row of `catalogue_draft`. */
export type Draft = {
  /** A province, or NATION, whose rows are national items. */
  readonly province: string;
  readonly draftId: string;
  readonly form: DraftForm;
  readonly effectiveFrom: string;
  readonly state: DraftState;
  /** Rows that were sent, faulty ones too. */
  readonly rows: number;
  readonly faultyRows: number;
  readonly warnings: number;
  readonly checkedRows: number;
  readonly uploadId: string | null;
  readonly header: DraftHeader | null;
  readonly checkedAgainst: number | null;
  /** Of the last check without errors, like the digest. */
  readonly change: DraftChange | null;
  readonly rowsDigest: string | null;
  readonly openedBy: string;
  readonly openedAt: Date;
  readonly updatedAt: Date;
  readonly proposalId: string | null;
};

/** What a draft or a rollback changes against the version that stands. */
export type DraftChange = ChangeCounts & { readonly standingVersionId: string | null };

/** A row of `catalogue_draft_row`. */
export type StagedRow = {
  /** As a spreadsheet program counts it; the header is 1. */
  readonly rowNumber: number;
  readonly nationalCode: string;
  readonly withdrawn: boolean;
  /** Null where it is withdrawn. */
  readonly content: StoredEntry | StoredItem | null;
};

/** A row of `catalogue_draft_finding`: what is wrong, never what a cell says. */
export type Finding = {
  readonly rowNumber: number;
  /** Such as F17; empty for the row as a whole. */
  readonly cell: string;
  /** The column's Chinese name; empty where the cell stands in none. */
  readonly columnName: string;
  readonly warning: boolean;
  readonly reason: Reason;
  readonly params: ReasonParams;
};

export type DraftKey = Pick<Draft, 'province' | 'draftId'>;

/** A file on its way into a draft. Its id is a UUID of version 7, so that of two the one begun later is known. */
export type Upload = DraftKey & { readonly uploadId: string };

/** A row as it was sent. */
export type SentRow = { readonly rowNumber: number; readonly cells: readonly string[] };
