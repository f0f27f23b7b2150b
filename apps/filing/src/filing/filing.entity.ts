import type { FilingCategory } from '@yiditong/codes';

/** A row of `filing`. Dates are business dates, YYYY-MM-DD. */
export type FilingRow = {
  readonly personId: string;
  readonly filingId: string;
  readonly insuredProvince: string;
  readonly insuredRegion: string;
  readonly category: FilingCategory;
  readonly destinationRegion: string;
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly createdAt: Date;
};
