import type { ListColumnName, ListState, Reason, ReasonParams, SheetHeader } from '@yiditong/codes';
import type { OwnItem } from '@yiditong/harmonization';

/** Whose items: an institution's, or the province's own where the institution is empty. */
export type Owner = { readonly province: string; readonly institutionCode: string };
export type ListKey = Owner & { readonly listId: string };
export type ListHeader = SheetHeader<ListColumnName>;

/** How rows ended that are done. */
export type MatchCounts = {
  readonly mapped: number;
  readonly queued: number;
  readonly refused: number;
  readonly unchanged: number;
};

/** A row of `item_list`. */
export type ItemList = ListKey &
  MatchCounts & {
    /** First business date of its mappings. */
    readonly effectiveFrom: string;
    readonly state: ListState;
    /** Rows that were sent, faulty ones too. */
    readonly rows: number;
    readonly faultyRows: number;
    /** Of which upload the rows are; null until the first are there. */
    readonly uploadId: string | null;
    /** Null until the first rows are there. */
    readonly header: ListHeader | null;
    /** An account. */
    readonly openedBy: string;
    readonly openedAt: Date;
    readonly updatedAt: Date;
  };

/** What a row of the file says. */
export type ListRow = {
  /** As a spreadsheet program counts it; the header is 1. */
  readonly rowNumber: number;
  readonly item: OwnItem;
};

/** A row of `item_list_error`: what is wrong, never what a cell says. */
export type RowError = {
  readonly rowNumber: number;
  /** Such as F17; empty for the row as a whole. */
  readonly cell: string;
  /** The column's Chinese name; empty where the cell stands in none. */
  readonly columnName: string;
  readonly reason: Reason;
  readonly params: ReasonParams;
};

/** A file on its way into a list. Its id is a UUID of version 7, so that of two the one begun later is known. */
export type Upload = ListKey & { readonly uploadId: string };

/** A row as it was sent. */
export type SentRow = { readonly rowNumber: number; readonly cells: readonly string[] };

/** As JSON has it: the price is a text of whole millionths of a yuan. */
export type StoredOwnItem = Omit<OwnItem, 'priceMicroYuan'> & { readonly priceMicroYuan: string | null };

export function storedOwnItem(item: OwnItem): StoredOwnItem {
  return { ...item, priceMicroYuan: item.priceMicroYuan?.toString() ?? null };
}

export function ownItemFrom(stored: StoredOwnItem): OwnItem {
  const price = stored.priceMicroYuan;
  return { ...stored, priceMicroYuan: price === null ? null : BigInt(price) };
}

export function processedOf({ mapped, queued, refused, unchanged }: MatchCounts): number {
  return mapped + queued + refused + unchanged;
}

/** Under which the owner's requests are told apart from others' of the same province. */
export function scopeOf({ province, institutionCode }: Owner): string {
  return institutionCode === '' ? province : institutionCode;
}
