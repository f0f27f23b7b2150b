import {
  addMonths,
  cellName,
  IMPORT_COLUMNS,
  type ImportColumnName,
  type Reason,
  type ReasonParams,
} from '@yiditong/codes';
import { outcomeOfSubmission, refusalOfProposal, type FilingRule } from '@yiditong/eligibility';
import {
  looksLikeIdNumber,
  readCategory,
  readDate,
  readMaterials,
  readPersonId,
  readPledged,
  readRegion,
  textOfCell,
  type Read,
} from './import-cells.js';
import type { ImportHeader } from './import-header.js';
import type { RowError, SentRow, StagedRow } from './import.entity.js';

/** A row that could be read, or all that is wrong with it. */
export type RowRead = { readonly row: StagedRow } | { readonly errors: readonly RowError[] };

/** What a row is judged by besides itself. */
export type RowContext = {
  /** Where the person is insured, or as much of it as is known. */
  readonly insuredRegion: string;
  readonly today: string;
  readonly rules: readonly FilingRule[];
};

const ZH: ReadonlyMap<ImportColumnName, string> = new Map(IMPORT_COLUMNS.map(({ name, zh }) => [name, zh]));
const COLUMN_OF: Readonly<Partial<Record<Reason, ImportColumnName>>> = {
  FILING_EMERGENCY_NOT_REGISTRABLE: 'category',
  FILING_MATERIALS_MISSING: 'materials',
  FILING_PLEDGE_NOT_POSSIBLE: 'pledged',
};
const ID_NUMBER = '疑似含证件号码，请删除 it looks like an ID number, which must not be in the file';
const OUTSIDE = '该列没有表头 its column has no title';
const EMPTY = '不能为空 it is empty';

/** Reads a row's cells, each by the column in which it stands. */
export function readRow(header: ImportHeader, { rowNumber, cells }: SentRow): RowRead {
  const errors: RowError[] = [...strayCells(header, { rowNumber, cells })];
  const read = <T>(column: ImportColumnName, reader: (text: string) => Read<T>, absent?: T): T | undefined => {
    const text = textOfCell(cells[header.columns[column] ?? -1]);
    // What is optional may be left empty.
    if (text === '' && absent !== undefined) return absent;
    const result = looksLikeIdNumber(text) ? { problem: ID_NUMBER } : text === '' ? { problem: EMPTY } : reader(text);
    if ('value' in result) return result.value;
    errors.push(errorIn(header, rowNumber, column, 'IMPORT_CELL_INVALID', { problem: result.problem }));
    return undefined;
  };
  const personId = read('person_id', readPersonId);
  const category = read('category', readCategory);
  if (category === 'EMERGENCY')
    errors.push(errorIn(header, rowNumber, 'category', 'FILING_EMERGENCY_NOT_REGISTRABLE', {}));
  const destinationRegion = read('destination_region', readRegion);
  const validFrom = read('valid_from', readDate);
  const validTo = read<string | null>('valid_to', readDate, null);
  const materials = read('materials', readMaterials, []);
  const pledged = read('pledged', readPledged, false);
  if (errors.length > 0 || !personId || !category || !destinationRegion || !validFrom) return { errors };
  if (validTo === undefined || materials === undefined || pledged === undefined) return { errors };
  return { row: { rowNumber, personId, category, destinationRegion, validFrom, validTo, materials, pledged } };
}

/**
 * Why what a row proposes can't be registered: the filing itself, and its papers, which the bureau has before it. Its destination is
 * named by the cell.
 */
export function errorsOfProposal(header: ImportHeader, row: StagedRow, context: RowContext): RowError[] {
  const { rowNumber, category, destinationRegion, validFrom, validTo, materials, pledged } = row;
  const { insuredRegion, today, rules } = context;
  const proposal = { insuredRegion, category, destinationRegion, validFrom, validTo, today };
  const refusal = refusalOfProposal(proposal, rules);
  const outcome = outcomeOfSubmission({ category, materials, pledged, source: 'IMPORT' });
  return [refusal, typeof outcome === 'string' ? null : outcome].flatMap((found) => {
    if (found === null) return [];
    const error = errorIn(header, rowNumber, columnOf(found.reason, validFrom, today), found.reason, found.params);
    return 'region' in found.params ? [{ ...error, params: { region: error.cell } }] : [error];
  });
}

/** What is wrong in a column of a row. The cell stays empty where the file lacks the column. */
export function errorIn(
  { columns }: ImportHeader,
  rowNumber: number,
  column: ImportColumnName,
  reason: Reason,
  params: ReasonParams,
): RowError {
  const index = columns[column];
  const cell = index === undefined ? '' : cellName(index, rowNumber);
  return { rowNumber, cell, columnName: ZH.get(column) ?? '', reason, params };
}

/** Cells that say something where the header says nothing. */
function strayCells({ columns }: ImportHeader, { rowNumber, cells }: SentRow): RowError[] {
  const titled = new Set(Object.values(columns));
  return cells.flatMap((cell, index) => {
    const text = textOfCell(cell);
    if (text === '' || titled.has(index)) return [];
    const params = { problem: looksLikeIdNumber(text) ? ID_NUMBER : OUTSIDE };
    return [{ rowNumber, cell: cellName(index, rowNumber), columnName: '', reason: 'IMPORT_CELL_INVALID', params }];
  });
}

function columnOf(reason: Reason, validFrom: string, today: string): ImportColumnName {
  // A beginning too far away is wrong by itself; else the end doesn't go with the category.
  const inTime = addMonths(today, -12) <= validFrom && validFrom <= addMonths(today, 12);
  if (reason === 'FILING_PERIOD_INVALID') return inTime ? 'valid_to' : 'valid_from';
  return COLUMN_OF[reason] ?? 'destination_region';
}
