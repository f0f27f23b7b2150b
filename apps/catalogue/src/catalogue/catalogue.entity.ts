import {
  itemKindOf,
  type ItemClass,
  type ItemKind,
  type ItemOrigin,
  type OverCapRule,
  type PriceCap,
  type Restriction,
  type SelfPayShare,
  type VersionOrigin,
} from '@yiditong/codes';

/** A row of `catalogue_version`; the date is a business date. */
export type CatalogueVersionRow = {
  /** A province, or NATION for the national catalogue. */
  readonly province: string;
  readonly versionId: string;
  readonly sequence: number;
  readonly effectiveFrom: string;
  readonly entryCount: number;
  readonly added: number;
  readonly changed: number;
  readonly withdrawn: number;
  readonly origin: VersionOrigin;
  readonly originId: string | null;
  readonly publishedAt: Date;
  /** Whose approval published it. */
  readonly proposalId: string;
  /** SHA-256 of what was proposed, in hexadecimal. */
  readonly digest: string;
};

/** What a province says of a national item: the content of a row of `catalogue_entry`, and of a draft's. */
export type CatalogueEntryRow = {
  readonly nationalCode: string;
  /** 医保目录编码 (hilist_code). */
  readonly provincialCode: string;
  readonly name: string;
  readonly itemClass: ItemClass;
  /** 医疗收费项目类别, 01 to 14, or null where none is given. */
  readonly chargeCategory: string | null;
  readonly shares: readonly SelfPayShare[];
  readonly caps: readonly PriceCap[];
  /** Null where there is no cap. */
  readonly overCapRule: OverCapRule | null;
  readonly restriction: Restriction | null;
  /** Last business date, or null until withdrawn. */
  readonly endsOn: string | null;
};

/** What the nation says of an item: the content of a row of `national_item`, and of a draft's. */
export type NationalItemRow = {
  readonly nationalCode: string;
  readonly kind: ItemKind;
  readonly name: string;
  readonly dosageForm: string;
  readonly specification: string;
  readonly pack: string;
  readonly unit: string;
  readonly manufacturer: string;
  readonly approvalNumber: string;
  readonly chargeCategory: string | null;
  /** What a unit usually costs, in millionths of a yuan, or null where unknown. */
  readonly referencePriceMicroYuan: bigint | null;
  readonly origin: ItemOrigin;
  readonly endsOn: string | null;
};

/** As JSON has it in a draft's row and in a proposal: amounts are texts of whole millionths of a yuan. */
export type StoredEntry = Omit<CatalogueEntryRow, 'caps'> & {
  readonly kind: ItemKind;
  readonly caps: readonly { readonly hospitalLevel: PriceCap['hospitalLevel']; readonly microYuan: string }[];
};
export type StoredItem = Omit<NationalItemRow, 'referencePriceMicroYuan'> & {
  readonly referencePriceMicroYuan: string | null;
  /** What is left of the name for comparing, and the same spelt for trigrams. */
  readonly coreName: string;
  readonly nameKey: string;
};

/** Of an entry whose code is valid. */
export function storedEntry(entry: CatalogueEntryRow): StoredEntry {
  const kind = itemKindOf(entry.nationalCode);
  if (kind === null) throw new Error('an entry is kept only under a national code');
  return {
    ...entry,
    kind,
    caps: entry.caps.map(({ hospitalLevel, microYuan }) => ({ hospitalLevel, microYuan: microYuan.toString() })),
  };
}

/** An item, and what its name is found by. */
export function storedItem(item: NationalItemRow, names: Pick<StoredItem, 'coreName' | 'nameKey'>): StoredItem {
  return { ...item, ...names, referencePriceMicroYuan: item.referencePriceMicroYuan?.toString() ?? null };
}
