import { cellName, type Reason, type ReasonParams, type SheetColumn, type SheetHeader } from '@yiditong/codes';
import { readWords, strayCell, textOfCell, UNTITLED, wordsOfCell, type Read } from '../sheet/cells.js';
import type { Finding, SentRow, StagedRow } from './draft.entity.js';

/** A row that could be read, with what it is warned of, or all that is wrong with it. */
export type RowRead =
  | { readonly row: StagedRow; readonly warnings: readonly Finding[] }
  | { readonly errors: readonly Finding[] };

/** Reads a row cell by cell, by the columns in which they stand, and keeps what is wrong. */
export class SheetReader<Name extends string> {
  readonly errors: Finding[] = [];
  readonly warnings: Finding[] = [];

  constructor(
    private readonly columns: readonly (Omit<SheetColumn, 'name'> & { readonly name: Name })[],
    private readonly header: SheetHeader<Name>,
    private readonly sent: SentRow,
  ) {
    const index = strayCell(sent.cells, header.columns);
    if (index >= 0) {
      const found = {
        rowNumber: sent.rowNumber,
        cell: cellName(index, sent.rowNumber),
        columnName: '',
        warning: false,
      };
      this.errors.push({ ...found, reason: 'ROW_VALUE_INVALID', params: { problem: UNTITLED } });
    }
  }

  /** What a cell must say; undefined where it doesn't, which is kept as an error. */
  required<T>(column: Name, read: (text: string) => Read<T>): T | undefined {
    const text = textOfCell(this.cell(column));
    if (text !== '') return this.valueOf(column, read(text));
    this.fail(column, 'ROW_VALUE_MISSING');
    return undefined;
  }

  /** What a cell says, or another value where it is empty. */
  optional<T>(column: Name, read: (text: string) => Read<T>, absent: T): T | undefined {
    const text = textOfCell(this.cell(column));
    return text === '' ? absent : this.valueOf(column, read(text));
  }

  /** A name or the like, as it stands; empty where it isn't required and nothing is said. */
  words(column: Name, longest: number): string | undefined {
    const text = wordsOfCell(this.cell(column));
    if (text === '' && this.columns.some(({ name, required }) => name === column && required))
      this.fail(column, 'ROW_VALUE_MISSING');
    return this.valueOf(column, readWords(text, longest));
  }

  fail(column: Name, reason: Reason, params: ReasonParams = {}): void {
    this.errors.push(this.finding(column, reason, params, false));
  }

  warn(column: Name, reason: Reason): void {
    this.warnings.push(this.finding(column, reason, {}, true));
  }

  private valueOf<T>(column: Name, read: Read<T>): T | undefined {
    if ('value' in read) return read.value;
    this.fail(column, 'ROW_VALUE_INVALID', { problem: read.problem });
    return undefined;
  }

  /** The cell stays empty where the file lacks the column. */
  private finding(column: Name, reason: Reason, params: ReasonParams, warning: boolean): Finding {
    const index = this.header.columns[column];
    const { rowNumber } = this.sent;
    const cell = index === undefined ? '' : cellName(index, rowNumber);
    const columnName = this.columns.find(({ name }) => name === column)?.zh ?? '';
    return { rowNumber, cell, columnName, warning, reason, params };
  }

  private cell(column: Name): string | undefined {
    return this.sent.cells[this.header.columns[column] ?? -1];
  }
}
