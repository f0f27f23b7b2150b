import { ENTRY_COLUMNS, type EntryColumnName, type Restriction, type SheetHeader } from '@yiditong/codes';
import { CONDITION_MAX, entryProblems, NAME_MAX, normalEntry } from '../catalogue/catalogue-rules.js';
import { storedEntry, type CatalogueEntryRow } from '../catalogue/catalogue.entity.js';
import {
  readChargeCategory,
  readClass,
  readDate,
  readInsurances,
  readLevel,
  readNationalCode,
  readOverCapRule,
  readVisitKinds,
  readWords,
  readYesNo,
} from '../sheet/cells.js';
import { readCaps, readShares } from '../sheet/share-cells.js';
import type { SentRow } from './draft.entity.js';
import { SheetReader, type RowRead } from './sheet-reader.js';

type Reader = SheetReader<EntryColumnName>;

const PROVINCIAL_CODE_MAX = 30;
const UNSURE =
  '填写了限制条件，须填“是”（须医院审批）或“否”（仅作说明） a condition needs 是 (the hospital has to approve) or 否 (it only informs)';

/** Reads a row of a province's entries. Of one that withdraws its code nothing else is asked. */
export function readEntryRow(header: SheetHeader<EntryColumnName>, sent: SentRow): RowRead {
  const reader = new SheetReader(ENTRY_COLUMNS, header, sent);
  const nationalCode = reader.required('national_code', readNationalCode);
  const withdrawn = reader.optional('withdrawn', readYesNo, false);
  const { rowNumber } = sent;
  if (withdrawn === true) {
    if (reader.errors.length > 0 || nationalCode === undefined) return { errors: reader.errors };
    return { row: { rowNumber, nationalCode, withdrawn, content: null }, warnings: [] };
  }
  const entry = readEntry(reader, nationalCode);
  if (reader.errors.length > 0 || !entry) return { errors: reader.errors };
  for (const { column, problem } of entryProblems(entry)) reader.fail(column, 'ROW_VALUE_INVALID', { problem });
  if (reader.errors.length > 0) return { errors: reader.errors };
  if (entry.chargeCategory === null) reader.warn('charge_category', 'CHARGE_CATEGORY_MISSING');
  const row = { rowNumber, nationalCode: entry.nationalCode, withdrawn: false, content: storedEntry(entry) };
  return { row, warnings: reader.warnings };
}

/** Undefined where a cell could not be read, which the reader has kept; every cell is read all the same. */
function readEntry(reader: Reader, nationalCode: string | undefined): CatalogueEntryRow | undefined {
  const read = {
    nationalCode,
    provincialCode: reader.optional('provincial_code', (text) => readWords(text, PROVINCIAL_CODE_MAX), ''),
    name: reader.words('name', NAME_MAX),
    itemClass: reader.required('item_class', readClass),
    chargeCategory: reader.optional<string | null>('charge_category', readChargeCategory, null),
    shares: reader.optional('first_self_pay', readShares, []),
    caps: reader.optional('price_cap', readCaps, []),
    overCapRule: reader.optional('over_cap_rule', readOverCapRule, null),
    restriction: readRestriction(reader),
    endsOn: reader.optional<string | null>('ends_on', readDate, null),
  };
  return isWhole(read) ? normalEntry(read) : undefined;
}

function readRestriction(reader: Reader): Restriction | undefined {
  const text = reader.words('restriction', CONDITION_MAX);
  const needsApproval = reader.optional<boolean | null>('needs_approval', readYesNo, null);
  if (needsApproval === null && text !== undefined && text !== '')
    reader.fail('needs_approval', 'ROW_VALUE_INVALID', { problem: UNSURE });
  const read = {
    needsApproval: needsApproval ?? false,
    text,
    minimumLevel: reader.optional('minimum_level', readLevel, null),
    visitKinds: reader.optional('visit_kinds', readVisitKinds, []),
    insurances: reader.optional('insurances', readInsurances, []),
  };
  return isWhole(read) ? read : undefined;
}

/** Whether everything could be read. */
export function isWhole<T extends object>(read: { readonly [K in keyof T]: T[K] | undefined }): read is T {
  return Object.values(read).every((value) => value !== undefined);
}
