import { Rejection } from '@yiditong/codes';

export type SheetFormat = 'csv' | 'xlsx';

/** One row that says anything. Cells that are blank at its end are left out. */
export type SheetRow = {
  /** As the spreadsheet program counts it, from 1. */
  readonly rowNumber: number;
  readonly cells: readonly string[];
  /** The place of its sheet among those that are shown, from 1; a CSV has no sheets. */
  readonly sheet?: number;
};

export type SheetLimits = {
  /** How many rows may follow the header row. */
  readonly rows: number;
  /** How large the file may be as it is sent. */
  readonly bytes: number;
};

export const MAX_COLUMNS = 64;
export const MAX_CELL_CHARACTERS = 2_000;

const LETTERS = 26;
const LETTER_A = 65;

/** What the spreadsheet program calls a cell: column 5 (counted from 0) of row 17 is F17. */
export function cellName(column: number, row: number): string {
  let name = '';
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / LETTERS))
    name = String.fromCharCode(LETTER_A + ((left - 1) % LETTERS)) + name;
  return `${name}${row}`;
}

/** The column of a cell's name, from 0; null where it is none of a spreadsheet (columns end at XFD). */
export function columnOf(name: string): number | null {
  const letters = /^[A-Z]{1,3}(?=\d)/.exec(name)?.[0];
  if (letters === undefined) return null;
  let column = 0;
  for (let at = 0; at < letters.length; at += 1) column = column * LETTERS + letters.charCodeAt(at) - LETTER_A + 1;
  return column - 1;
}

/** Takes a sentence of what is wrong, in Chinese and in English, which never quotes the file. */
export function unreadable(problem: string): Rejection {
  return new Rejection('SPREADSHEET_UNREADABLE', { problem });
}

/** As {@link unreadable}, of one cell or one range of cells. A sheet's own name could be anybody's, so it goes by its place. */
export function invalidCell(sheet: number, cell: string, problem: string): Rejection {
  return new Rejection('SPREADSHEET_CELL_INVALID', { sheet: String(sheet), cell, problem });
}

export function tooLarge(limit: string): Rejection {
  return new Rejection('SPREADSHEET_TOO_LARGE', { limit });
}

export function refuseColumn(column: number, row: number): never {
  const cell = cellName(column, row);
  throw tooLarge(`${MAX_COLUMNS} 列（单元格 ${cell}） ${MAX_COLUMNS} columns (cell ${cell})`);
}

export function refuseCell(column: number, row: number): never {
  const cell = cellName(column, row);
  throw tooLarge(`每格 ${MAX_CELL_CHARACTERS} 字（单元格 ${cell}） ${MAX_CELL_CHARACTERS} characters in cell ${cell}`);
}
