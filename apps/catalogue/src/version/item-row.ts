import { coreNameOf, trigramKey } from '@yiditong/harmonization';
import { ITEM_COLUMNS, itemKindOf, type ItemColumnName, type SheetHeader } from '@yiditong/codes';
import { NAME_MAX } from '../catalogue/catalogue-rules.js';
import { storedItem, type NationalItemRow, type StoredItem } from '../catalogue/catalogue.entity.js';
import { simplify } from '../matching/simplify.js';
import { readChargeCategory, readDate, readNationalCode, readOrigin, readYesNo, readYuan } from '../sheet/cells.js';
import type { SentRow } from './draft.entity.js';
import { isWhole } from './entry-row.js';
import { SheetReader, type RowRead } from './sheet-reader.js';

/** Reads a row of the nation's items. Of one that withdraws its code nothing else is asked. */
export function readItemRow(header: SheetHeader<ItemColumnName>, sent: SentRow): RowRead {
  const reader = new SheetReader(ITEM_COLUMNS, header, sent);
  const nationalCode = reader.required('national_code', readNationalCode);
  const withdrawn = reader.optional('withdrawn', readYesNo, false);
  const item = withdrawn === true ? null : readItem(reader, nationalCode);
  if (reader.errors.length > 0 || nationalCode === undefined || item === undefined) return { errors: reader.errors };
  if (item && item.chargeCategory === null) reader.warn('charge_category', 'CHARGE_CATEGORY_MISSING');
  const content = item && withNames(item);
  return {
    row: { rowNumber: sent.rowNumber, nationalCode, withdrawn: item === null, content },
    warnings: reader.warnings,
  };
}

/** Undefined where a cell could not be read, which the reader has kept; every cell is read all the same. */
function readItem(reader: SheetReader<ItemColumnName>, nationalCode: string | undefined): NationalItemRow | undefined {
  const read = {
    nationalCode,
    kind: nationalCode === undefined ? undefined : (itemKindOf(nationalCode) ?? undefined),
    name: reader.words('name', NAME_MAX),
    dosageForm: reader.words('dosage_form', NAME_MAX),
    specification: reader.words('specification', NAME_MAX),
    pack: reader.words('pack', NAME_MAX),
    unit: reader.words('unit', NAME_MAX),
    manufacturer: reader.words('manufacturer', NAME_MAX),
    approvalNumber: reader.words('approval_number', NAME_MAX),
    chargeCategory: reader.optional<string | null>('charge_category', readChargeCategory, null),
    referencePriceMicroYuan: reader.optional<bigint | null>('reference_price_yuan', readYuan, null),
    origin: reader.optional('origin', readOrigin, 'PUBLISHED'),
    endsOn: reader.optional<string | null>('ends_on', readDate, null),
  };
  return isWhole(read) ? read : undefined;
}

function withNames(item: NationalItemRow): StoredItem {
  const coreName = coreNameOf(simplify(item.name), item.kind);
  return storedItem(item, { coreName, nameKey: trigramKey(coreName) });
}
