import type { ItemClass } from '@yiditong/codes';

/** A row of `catalogue_version`; the date is a business date. */
export type CatalogueVersionRow = {
  readonly province: string;
  readonly versionId: string;
  readonly effectiveFrom: string;
  readonly entryCount: number;
  readonly publishedAt: Date;
  /** Whose approval published it. */
  readonly proposalId: string;
  /** SHA-256 of the proposal, in hexadecimal. */
  readonly digest: string;
};

/** A row of `catalogue_entry` within its version. */
export type CatalogueEntryRow = {
  readonly nationalCode: string;
  readonly name: string;
  readonly itemClass: ItemClass;
  /** 0 to 10000. */
  readonly firstSelfPayBps: number;
  /** Millionths of a yuan, or null for none. */
  readonly ceilingMicroYuan: bigint | null;
  /** 医疗收费项目类别, 01 to 14. */
  readonly chargeCategory: string;
};
