import { sha256 } from '@yiditong/chassis';
import type { DeciderKind } from '@yiditong/codes';
import type { Evidence, OwnItem } from '@yiditong/harmonization';

type Described = Pick<OwnItem, 'name' | 'specification' | 'pack' | 'dosageForm' | 'manufacturer' | 'approvalNumber'>;

/** What an owner's item is from a day on: a row of `item_mapping`. */
export type MappingRow = {
  readonly itemCode: string;
  /** First business date. */
  readonly effectiveFrom: string;
  /** Counts the item's mappings from 1; of two for a day the greater counts. */
  readonly revision: number;
  readonly itemName: string;
  /** Of the item as its owner described it then, see {@link digestOf}; null where the mapping was made without a list, by name and code alone. */
  readonly itemDigest: string | null;
  /** What its owner charges, millionths of a yuan; null where unknown. */
  readonly priceMicroYuan: bigint | null;
  /** Null: to nothing. */
  readonly nationalCode: string | null;
  readonly deciderKind: DeciderKind;
  /** The version of the rules, or the account. */
  readonly decidedBy: string;
  readonly decidedAt: Date;
  /** Of the chosen candidate; 0 where a clerk chose one that wasn't proposed. */
  readonly scoreBps: number;
  readonly evidence: readonly Evidence[];
  readonly remark: string;
  /** Null where it was revised by itself. */
  readonly listId: string | null;
};

/** What makes an own item another one under the same code: its price and its unit don't. In hexadecimal. */
export function digestOf(item: Described): string {
  const { name, specification, pack, dosageForm, manufacturer, approvalNumber } = item;
  const said = JSON.stringify([name, specification, pack, dosageForm, manufacturer, approvalNumber]);
  return sha256(Buffer.from(said)).toString('hex');
}

/** As it is read: with whose it is, and the last business date, null for open. One that another replaced before it began ends before it begins. */
export type Mapping = Omit<MappingRow, 'priceMicroYuan' | 'itemDigest'> & {
  readonly institutionCode: string;
  readonly effectiveTo: string | null;
};

/** The first business date that an item's next mapping may have: fees of earlier days went by what was said then. */
export function earliestMappingDay(today: string, wasMapped: boolean): string | null {
  return wasMapped ? today : null;
}

/** From when on what a list says of an item counts. */
export function mappingDayOf(listedFrom: string, today: string, wasMapped: boolean): string {
  const earliest = earliestMappingDay(today, wasMapped);
  return earliest !== null && listedFrom < earliest ? earliest : listedFrom;
}
