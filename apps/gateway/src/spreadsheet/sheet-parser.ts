import { serialToDate } from './serial-date.js';
import {
  cellName,
  columnOf,
  invalidCell,
  MAX_CELL_CHARACTERS,
  MAX_COLUMNS,
  refuseCell,
  refuseColumn,
  type SheetRow,
  unreadable,
} from './sheet-row.js';
import type { Workbook } from './workbook.js';
import type { XmlHandlers } from './xml.js';

const MAX_ROW_NUMBER = 1_048_576;

/** Of merged cells, the first and the last. */
const RANGE = /^[A-Z]{1,3}(\d{1,7})(?::[A-Z]{1,3}\d{1,7})?$/;

/**
 * Gathers a sheet's rows while its XML is read. Rows and cells need not say where they are: they then follow one another.
 *
 * Refuses with SPREADSHEET_CELL_INVALID what doesn't hold a value that somebody entered: a formula, whose last result may be of other
 * days or none; an error; and merged cells, of which only the first has the value. Merged cells are told after all rows.
 */
export class SheetParser {
  private rows: SheetRow[] = [];
  private rowNumber = 0;
  private cells: string[] = [];
  private column = -1;
  private lastRow = 0;
  private width = 0;
  private type = '';
  private style = '';
  private text = '';
  private inText = false;
  private inPhonetic = false;
  private ended = false;

  readonly handlers: XmlHandlers = {
    open: (name, attributes) => this.open(name, attributes),
    close: (name) => this.close(name),
    text: (text) => {
      if (this.inText) this.gather(text);
    },
  };

  constructor(
    private readonly workbook: Workbook,
    private readonly sheet: number,
  ) {}

  /** The rows that were finished since the last time. */
  takeRows(): readonly SheetRow[] {
    const taken = this.rows;
    this.rows = [];
    return taken;
  }

  private open(name: string, attributes: Readonly<Record<string, string>>): void {
    // What follows the cells uses some of their names for other things.
    if (this.ended) {
      if (name === 'mergeCell') this.refuseMerged(attributes['ref']);
      return;
    }
    if (name === 'row') this.openRow(attributes['r']);
    else if (name === 'c') this.openCell(attributes);
    else if (name === 'v') this.inText = true;
    else if (name === 't') this.inText = !this.inPhonetic;
    else if (name === 'rPh') this.inPhonetic = true;
    else if (name === 'f')
      this.refuse('是公式，请复制后选择性粘贴为数值 it holds a formula: copy it and paste it as a value');
  }

  private openRow(number: string | undefined): void {
    const next = number === undefined ? this.rowNumber + 1 : Number(number);
    if (!Number.isInteger(next) || next <= this.rowNumber || next > MAX_ROW_NUMBER)
      throw unreadable('工作表行号有误 the sheet’s row numbers are damaged');
    this.rowNumber = next;
    this.cells = [];
    this.column = -1;
  }

  private openCell({ r: reference, t: type = 'n', s: style = '' }: Readonly<Record<string, string>>): void {
    const column = reference === undefined ? this.column + 1 : columnOf(reference);
    if (column === null || column <= this.column)
      throw unreadable('工作表单元格位置有误 the sheet’s cell positions are damaged');
    this.column = column;
    this.type = type;
    this.style = style;
    this.text = '';
  }

  private gather(text: string): void {
    this.text += text;
    if (this.text.length > MAX_CELL_CHARACTERS) refuseCell(this.column, this.rowNumber);
  }

  private close(name: string): void {
    if (this.ended) return;
    if (name === 'v' || name === 't') this.inText = false;
    else if (name === 'rPh') this.inPhonetic = false;
    else if (name === 'c') this.closeCell();
    else if (name === 'row') this.closeRow();
    else if (name === 'sheetData') this.ended = true;
  }

  private closeRow(): void {
    if (this.cells.length === 0) return;
    this.rows.push({ rowNumber: this.rowNumber, cells: this.cells, sheet: this.sheet });
    this.lastRow = this.rowNumber;
    this.width = Math.max(this.width, this.cells.length);
  }

  private closeCell(): void {
    if (this.type === 'e') this.refuse('显示的是错误值（如 #N/A） it shows an error, such as #N/A');
    const shown = this.shownText();
    if (shown === '') return;
    if (this.column >= MAX_COLUMNS) refuseColumn(this.column, this.rowNumber);
    if (shown.length > MAX_CELL_CHARACTERS) refuseCell(this.column, this.rowNumber);
    while (this.cells.length < this.column) this.cells.push('');
    this.cells.push(shown);
  }

  private refuse(problem: string): never {
    throw invalidCell(this.sheet, cellName(this.column, this.rowNumber), problem);
  }

  /** Those below the last row, or beside the widest, are of no matter. */
  private refuseMerged(range = ''): void {
    const row = RANGE.exec(range)?.[1];
    const column = columnOf(range);
    if (row === undefined || column === null)
      throw unreadable('工作表合并单元格位置有误 the sheet’s merged cells are damaged');
    if (column >= this.width || Number(row) > this.lastRow) return;
    const problem = '是合并的单元格，请取消合并并逐格填写 its cells are merged: unmerge them, and fill in each';
    throw invalidCell(this.sheet, range, problem);
  }

  /** ECMA-376 part 1, 18.18.11: what a cell holds, by its type. Numbers keep their text: nothing is rounded on the way. */
  private shownText(): string {
    if (this.text === '') return '';
    switch (this.type) {
      case 's':
        return this.sharedText();
      case 'inlineStr':
      case 'str':
        return unescaped(this.text);
      case 'b':
        return this.text === '1' || this.text === 'true' ? 'TRUE' : 'FALSE';
      case 'd':
        return this.text.slice(0, 'YYYY-MM-DD'.length);
      case 'n': {
        const isDate = this.style !== '' && this.workbook.dateStyles[Number(this.style)] === true;
        return isDate ? serialToDate(this.text, this.workbook.from1904) : this.text;
      }
      default:
        return this.text;
    }
  }

  private sharedText(): string {
    const text = this.workbook.strings[Number(this.text)];
    if (text === undefined) throw unreadable('工作表引用的文本缺失 a text of the sheet is missing');
    return unescaped(text);
  }
}

/** Characters that XML can't hold are written as _xHHHH_ (ECMA-376 part 1, 22.9.2.19). */
function unescaped(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
