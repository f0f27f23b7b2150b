import { IMPORT_COLUMNS, type ImportColumnName } from '@yiditong/codes';

/** Where each column stands, counted from 0, and how many the header names or leaves without a name. */
export type ImportHeader = {
  readonly columns: Readonly<Partial<Record<ImportColumnName, number>>>;
  readonly width: number;
};

const MAX_WIDTH = 64;
const LETTERS = 26;
const LETTER_A = 65;

/** Names of columns that would bring numbers of persons, names, addresses or diagnoses into the file. */
const PERSONAL_ZH = /身份证|证件|社保卡|姓名|电话|手机|联系|住址|地址|生日|出生|诊断|病/;
const PERSONAL_EN = /^(id|id_?(no|num|number|card).*|.*name.*|.*phone.*|.*mobile.*|.*address.*|.*birth.*|.*diagnos.*)$/;

const BY_NAME: ReadonlyMap<string, ImportColumnName> = new Map(
  IMPORT_COLUMNS.flatMap(({ name, zh }) => [
    [name, name],
    [zh, name],
  ]),
);

/**
 * Reads a header's cells, in Chinese or in English, in any order. What is wrong with it is said by the letter of the column, in
 * Chinese and in English, and never in the cell's words: a file without a header has a person in its place.
 */
export function readHeader(cells: readonly string[]): ImportHeader | { readonly problem: string } {
  if (cells.length > MAX_WIDTH) return { problem: `多于 ${MAX_WIDTH} 列 more than ${MAX_WIDTH} columns` };
  const columns: Partial<Record<ImportColumnName, number>> = {};
  for (const [index, cell] of cells.entries()) {
    const title = titleOf(cell);
    if (title === '') continue;
    const letter = columnLetter(index);
    if (PERSONAL_ZH.test(title) || PERSONAL_EN.test(title)) return { problem: personal(letter) };
    const column = BY_NAME.get(title);
    if (column === undefined)
      return { problem: `${letter} 列不是模板中的列 column ${letter} is none of the template’s` };
    if (columns[column] !== undefined) return { problem: `${letter} 列重复 column ${letter} is there a second time` };
    columns[column] = index;
  }
  const missing = IMPORT_COLUMNS.filter(({ name, required }) => required && columns[name] === undefined);
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

function personal(letter: string): string {
  return `${letter} 列含个人信息（证件号码、姓名、电话等），必须删除该列，仅保留人员编号 column ${letter} holds personal data such as ID numbers, names or phones and must be removed; a person is named by person_id alone`;
}

function lacking(columns: readonly { readonly zh: string; readonly name: string }[]): string {
  const zh = columns.map((column) => column.zh).join('、');
  return `缺少列 ${zh} columns are missing: ${columns.map(({ name }) => name).join(', ')}`;
}
