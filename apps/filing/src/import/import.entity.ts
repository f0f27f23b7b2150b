import type { Actor } from '@yiditong/chassis';
import type { FilingCategory, ImportState, MaterialKind, Reason, ReasonParams } from '@yiditong/codes';
import type { ImportHeader } from './import-header.js';

/** A row of `filing_import`. */
export type ImportFile = {
  readonly importId: string;
  readonly province: string;
  /** A province, or a pooling area of it: every row's person is insured in it. */
  readonly insuredRegion: string;
  readonly state: ImportState;
  /** Rows that were sent, faulty ones too. */
  readonly rows: number;
  readonly faultyRows: number;
  /** Of which upload the rows are; null until the first are there. */
  readonly uploadId: string | null;
  /** Of how many rows the persons have been looked up. */
  readonly checkedRows: number;
  /** The business date of the check that found no errors; null until one did. */
  readonly checkedOn: string | null;
  /** Null until the first rows are there. */
  readonly header: ImportHeader | null;
  readonly openedBy: Actor;
  /** Who has it applied; null until somebody does, and again where that failed. */
  readonly appliedBy: Actor | null;
  readonly openedAt: Date;
  readonly updatedAt: Date;
  readonly appliedAt: Date | null;
};

/** A row of `filing_import_row`: what a row of the file proposes. Dates are business dates. */
export type StagedRow = {
  /** As a spreadsheet program counts it; the header is 1. */
  readonly rowNumber: number;
  readonly personId: string;
  readonly category: FilingCategory;
  readonly destinationRegion: string;
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly pledged: boolean;
  readonly materials: readonly MaterialKind[];
};

/** A row of `filing_import_error`: what is wrong, never what a cell says. */
export type RowError = {
  readonly rowNumber: number;
  /** Such as F17; empty for the row as a whole. */
  readonly cell: string;
  /** The column's Chinese name; empty where the cell stands in none. */
  readonly columnName: string;
  readonly reason: Reason;
  readonly params: ReasonParams;
};

/** A file on its way into an import. Its id is a UUID of version 7, so that of two the one begun later is known. */
export type Upload = { readonly importId: string; readonly uploadId: string };

/** A row as it was sent. */
export type SentRow = { readonly rowNumber: number; readonly cells: readonly string[] };
