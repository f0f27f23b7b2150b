import { cellName, LIST_COLUMNS, ownCode, type ListColumnName, type Reason, type ReasonParams } from '@yiditong/codes';
import {
  readKind,
  readNationalCode,
  readWords,
  readYuan,
  strayCell,
  textOfCell,
  UNTITLED,
  wordsOfCell,
  type Read,
} from '../sheet/cells.js';
import type { ListHeader, ListRow, RowError, SentRow } from './list.entity.js';

/** A row that could be read, or all that is wrong with it. */
export type RowRead = { readonly row: ListRow } | { readonly errors: readonly RowError[] };

type Column = { readonly zh: string; readonly required: boolean };

const COLUMNS: ReadonlyMap<ListColumnName, Column> = new Map(LIST_COLUMNS.map((column) => [column.name, column]));
const TEXT_MAX = 200;

/** Reads a row's cells, each by the column in which it stands. */
export function readListRow(header: ListHeader, { rowNumber, cells }: SentRow): RowRead {
  const errors: RowError[] = [...strayCells(header, { rowNumber, cells })];
  const read = <T>(column: ListColumnName, reader: (text: string) => Read<T>, absent: T, textOf = wordsOfCell): T => {
    const text = textOf(cells[header.columns[column] ?? -1]);
    const result = text === '' ? null : reader(text);
    if (result !== null && 'value' in result) return result.value;
    if (result !== null) errors.push(errorIn(header, rowNumber, column, reasonIn(column), { problem: result.problem }));
    else if (COLUMNS.get(column)?.required === true)
      errors.push(errorIn(header, rowNumber, column, 'ROW_VALUE_MISSING', {}));
    return absent;
  };
  const words = (column: ListColumnName): string => read(column, (text) => readWords(text, TEXT_MAX), '');
  const price = read('price_yuan', readYuan, 0n, textOfCell);
  const item = {
    itemCode: read('item_code', ownCode, ''),
    name: words('name'),
    kind: read('kind', readKind, null, textOfCell),
    dosageForm: words('dosage_form'),
    specification: words('specification'),
    pack: words('pack'),
    unit: words('unit'),
    manufacturer: words('manufacturer'),
    approvalNumber: read('approval_number', (text) => readWords(text, TEXT_MAX), '', textOfCell),
    // What costs nothing has no price that could be compared.
    priceMicroYuan: price === 0n ? null : price,
    claimedNationalCode: read('national_code', readNationalCode, '', textOfCell),
  };
  return errors.length > 0 ? { errors } : { row: { rowNumber, item } };
}

/** What is wrong in a column of a row. The cell stays empty where the file lacks the column. */
export function errorIn(
  { columns }: ListHeader,
  rowNumber: number,
  column: ListColumnName,
  reason: Reason,
  params: ReasonParams,
): RowError {
  const index = columns[column];
  const cell = index === undefined ? '' : cellName(index, rowNumber);
  return { rowNumber, cell, columnName: COLUMNS.get(column)?.zh ?? '', reason, params };
}

function reasonIn(column: ListColumnName): Reason {
  return column === 'national_code' ? 'NATIONAL_CODE_INVALID' : 'ROW_VALUE_INVALID';
}

/** A cell that says something where the header says nothing. */
function strayCells({ columns }: ListHeader, { rowNumber, cells }: SentRow): RowError[] {
  const index = strayCell(cells, columns);
  if (index < 0) return [];
  const params = { problem: UNTITLED };
  return [{ rowNumber, cell: cellName(index, rowNumber), columnName: '', reason: 'ROW_VALUE_INVALID', params }];
}
