import type { FilingCategory, FilingEvent, FilingSource, FilingState, MaterialKind } from '@yiditong/codes';

/** A paper as it was handed in; the digest is SHA-256 in hexadecimal. */
export type Material = { readonly kind: MaterialKind; readonly digest: string };

/** A row of `filing`: how a filing stands. Dates are business dates, YYYY-MM-DD. */
export type FilingRow = {
  readonly personId: string;
  readonly filingId: string;
  readonly insuredProvince: string;
  readonly insuredRegion: string;
  readonly category: FilingCategory;
  readonly destinationRegion: string;
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly state: FilingState;
  /** From 1; one more with each event. */
  readonly version: number;
  readonly source: FilingSource;
  readonly materials: readonly Material[];
  readonly pledged: boolean;
  /** Any one of these is owed under the pledge. */
  readonly owed: readonly MaterialKind[];
  readonly lockedUntil: string | null;
  readonly reviewDueOn: string | null;
  readonly institutionCode: string | null;
  readonly importId: string | null;
  readonly reason: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** A row of `filing_version`: how it stood after an event, and who brought it there. */
export type FilingVersionRow = Omit<FilingRow, 'createdAt' | 'updatedAt'> & {
  readonly event: FilingEvent;
  readonly actorRole: string;
  readonly actorSubject: string;
  readonly recordedAt: Date;
};
