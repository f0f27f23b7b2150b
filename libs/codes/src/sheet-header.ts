import type { SheetColumn } from './catalogue-columns.js';

/** Where each column of a spreadsheet stands, counted from 0, and how many the header names or leaves without a name. */
export type SheetHeader<Name extends string> = {
  readonly columns: Readonly<Partial<Record<Name, number>>>;
  readonly width: number;
};

const MAX_WIDTH = 64;
const LETTERS = 26;
const LETTER_A = 65;

/**
 * Reads a header's cells, in Chinese or in English, in any order. What is wrong with it is said by the letter of the column, in
 * Chinese and in English, and never in the cell's words: a file without a header has content in its place. `refusal` may object
 * to a title, whatever the template says of it.
 */
export function readSheetHeader<Name extends string>(
  known: readonly (Omit<SheetColumn, 'name'> & { readonly name: Name })[],
  cells: readonly string[],
  refusal: (title: string, letter: string) => string | null = () => null,
): SheetHeader<Name> | { readonly problem: string } {
  if (cells.length > MAX_WIDTH) return { problem: `多于 ${MAX_WIDTH} 列 more than ${MAX_WIDTH} columns` };
  const byTitle = new Map(known.flatMap(({ name, zh }) => [name, titleOf(zh)].map((title) => [title, name] as const)));
  const columns: Partial<Record<Name, number>> = {};
  for (const [index, cell] of cells.entries()) {
    const title = titleOf(cell);
    if (title === '') continue;
    const letter = columnLetter(index);
    const refused = refusal(title, letter);
    if (refused !== null) return { problem: refused };
    const column = byTitle.get(title);
    if (column === undefined)
      return { problem: `${letter} 列不是模板中的列 column ${letter} is none of the template’s` };
    if (columns[column] !== undefined) return { problem: `${letter} 列重复 column ${letter} is there a second time` };
    columns[column] = index;
  }
  const missing = known.filter(({ name, required }) => required && columns[name] === undefined);
  if (missing.length > 0) return { problem: lacking(missing) };
  return { columns, width: cells.length };
}

/** A cell as a spreadsheet program names it: column 5, counted from 0, of row 17 is F17. */
export function cellName(column: number, rowNumber: number): string {
  return `${columnLetter(column)}${rowNumber}`;
}

/** A..Z, AA..AZ and so on, for a column counted from 0. */
export function columnLetter(column: number): string {
  let letters = '';
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / LETTERS))
    letters = String.fromCharCode(LETTER_A + ((left - 1) % LETTERS)) + letters;
  return letters;
}

/** What somebody may have typed with a Chinese keyboard, as the template has it. */
function titleOf(cell: string): string {
  return cell
    .normalize('NFKC')
    .replaceAll('\uFEFF', '')
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

function lacking(columns: readonly { readonly zh: string; readonly name: string }[]): string {
  const zh = columns.map((column) => column.zh).join('、');
  return `缺少列 ${zh} columns are missing: ${columns.map(({ name }) => name).join(', ')}`;
}
