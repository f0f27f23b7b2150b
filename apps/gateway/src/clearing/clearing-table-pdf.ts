import type { Wording } from '@yiditong/codes';
import type { ClearingCell, ClearingColumn, ClearingTable } from '@yiditong/ledger';
import PdfDocument from 'pdfkit';
import { slipFonts } from '../slip/slip-fonts.js';
import { printedYuan } from '../slip/written.js';
import { annexOf, factsOf, titleOf, wordsOf, type Language } from './clearing-table-text.js';

/** A4 on its side, in points. */
const PAGE = { width: 841.89, height: 595.28 } as const;
const MARGIN = 30;
const WIDTH = PAGE.width - 2 * MARGIN;
const TOP = 28;
/** What lies below is the footer's. */
const BOTTOM = PAGE.height - 40;
const FOOTER_Y = PAGE.height - 32;
const PADDING = 3;
const RULE = '#999999';
const INK = '#000000';
const PALE = '#555555';

/**
 * The largest is taken at which all columns fit, and all rows on one page if that can be without getting small. Where the columns fit at
 * none, the table is cut into parts that stand one after the other.
 */
const SIZES = [8.5, 8, 7.5, 7, 6.5, 6] as const;
const LEAST_FOR_ONE_PAGE = 7;
const SIZE_OF_PARTS = 6.5;
/** The other language's part of a title. */
const SMALL = 0.72;
/** Characters of the font are set in the middle of lines so high, times their size. */
const LINE = 1.45;
const HALF_GAP = 0.2;
/** Longer texts wrap. */
const MAX_TEXT = 13;
const TITLE_CHARACTERS = 4;

/** Where the first row begins, about, and what the words of a total take. */
const HEAD = 94;
const WORDS = 28;

const PART: Wording = { zh: '分表', en: 'part' };
const NOTHING: Wording = { zh: '本月无', en: 'None this month' };

type Document = PDFKit.PDFDocument;
type Placed = { readonly at: number; readonly width: number; readonly column: ClearingColumn };
/** Columns that stand side by side. */
type Part = readonly Placed[];
type Sheet = {
  readonly doc: Document;
  readonly table: ClearingTable;
  readonly language: Language;
  readonly size: number;
  readonly part: Part;
  /** "1/2" of a table that is cut; empty of a whole one. */
  readonly partOf: string;
};

/**
 * The tables on A4, each on pages of its own that repeat its head and its columns' titles, in black and with their fonts inside. Titles
 * are in both languages, that one first; names are in that one. Takes a second of CPU for a province's nine tables.
 */
export async function clearingTablePdf(
  tables: readonly [ClearingTable, ...ClearingTable[]],
  language: Language,
): Promise<Buffer> {
  const [first] = tables;
  const fonts = await slipFonts();
  const doc = new PdfDocument({
    size: [PAGE.width, PAGE.height],
    margin: 0,
    autoFirstPage: false,
    bufferPages: true,
    lang: language === 'zh' ? 'zh-CN' : 'en',
    displayTitle: true,
    info: {
      Title: `${annexOf(first)[language]} ${titleOf(first)[language]} ${first.clearingMonth}`,
      Author: '异地通 Yiditong',
      CreationDate: new Date(`${first.generatedOn}T00:00:00+08:00`),
    },
  });
  doc.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold);
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => doc.once('end', resolve));
  for (const table of tables) drawTable(doc, table, language);
  drawFooters(doc);
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}

function drawTable(doc: Document, table: ClearingTable, language: Language): void {
  const { size, parts } = partsOf(doc, table, language);
  parts.forEach((part, at) => {
    const partOf = parts.length > 1 ? `${at + 1}/${parts.length}` : '';
    const sheet: Sheet = { doc, table, language, size, part, partOf };
    const words = at === parts.length - 1 && table.totalInWords !== null ? WORDS : 0;
    let y = beginPage(sheet);
    table.rows.forEach((cells, index) => {
      // The total is not to stand alone on a page.
      const below = index === table.rows.length - 1 ? heightOfRow(sheet, table.total, true) + words : 0;
      y = drawRow(sheet, cells, y, { bold: false, below });
    });
    if (table.rows.length === 0) y = drawNothing(sheet, y);
    y = drawRow(sheet, table.total, y, { bold: true, below: words });
    if (words > 0) drawWords(sheet, y);
  });
}

/** Columns as wide as they need to be, and wider where there is room. Each part begins with the texts that say what a row is of. */
function partsOf(
  doc: Document,
  table: ClearingTable,
  language: Language,
): { readonly size: number; readonly parts: readonly Part[] } {
  const placedAt = (size: number): Placed[] =>
    table.columns.map((column, at) => ({ at, column, width: widthOf(doc, table, at, language, size) }));
  const sizes = SIZES.filter((one) => widthOfAll(placedAt(one)) <= WIDTH);
  const onOnePage = sizes.find((one) => one >= LEAST_FOR_ONE_PAGE && heightOf(table, one) <= BOTTOM - TOP);
  const size = onOnePage ?? sizes[0];
  if (size !== undefined) return { size, parts: [stretched(placedAt(size))] };
  return { size: SIZE_OF_PARTS, parts: cut(placedAt(SIZE_OF_PARTS)).map(stretched) };
}

/** As few parts as there can be, and about as wide as each other. */
function cut(placed: readonly Placed[]): Part[] {
  const leading = placed.filter(({ column }) => column.kind === 'TEXT');
  const figures = placed.filter(({ column }) => column.kind !== 'TEXT');
  const filledTo = (limit: number): Placed[][] => {
    const parts: Placed[][] = [];
    for (const one of figures) {
      const last = parts.at(-1);
      if (last && widthOfAll(last) + one.width <= limit) last.push(one);
      else parts.push([...leading, one]);
    }
    return parts;
  };
  const fewest = filledTo(WIDTH);
  for (let limit = WIDTH / 2; limit < WIDTH; limit += 10) {
    const parts = filledTo(limit);
    if (parts.length === fewest.length) return parts;
  }
  return fewest;
}

/** With titles of three lines; texts that wrap come on top of it. */
function heightOf({ rows, totalInWords }: ClearingTable, size: number): number {
  return HEAD + rowHeight(size, rows.length + 1) + (totalInWords === null ? 0 : WORDS);
}

function rowHeight(size: number, rows: number): number {
  return rows * (size * LINE + 1);
}

function widthOfAll(part: Part): number {
  return part.reduce((sum, { width }) => sum + width, 0);
}

function stretched(part: Part): Part {
  const factor = WIDTH / widthOfAll(part);
  return part.map((one) => ({ ...one, width: one.width * factor }));
}

/** Numbers never wrap; titles do, but not within an English word. */
function widthOf(doc: Document, table: ClearingTable, at: number, language: Language, size: number): number {
  const column = table.columns[at];
  const cells = [...table.rows, table.total].flatMap((row) => row[at] ?? []);
  const widest = Math.max(...cells.map((cell) => styled(doc, size, true).widthOfString(shown(cell, language))));
  const inCell = column?.kind === 'TEXT' ? Math.min(widest, MAX_TEXT * size) : widest;
  const titles = (['zh', 'en'] as const).map((one) => {
    const characters = titleSize(size, one, language);
    const said = column?.[one] ?? '';
    const pieces = one === 'en' ? printable(said).split(' ') : [said.slice(0, TITLE_CHARACTERS)];
    return Math.max(...pieces.map((piece) => styled(doc, characters, true).widthOfString(piece)));
  });
  return Math.ceil(Math.max(inCell, ...titles)) + 2 * PADDING + 1;
}

function titleSize(size: number, of: Language, first: Language): number {
  return of === first ? size : size * SMALL;
}

/** A new page with the table's head and its columns' titles; says where the rows begin. */
function beginPage(sheet: Sheet): number {
  const { doc, table, language, partOf } = sheet;
  doc.addPage();
  const other = language === 'zh' ? 'en' : 'zh';
  const [annex, title, facts] = [annexOf(table), titleOf(table), factsOf(table)];
  const line = (text: string, y: number, size: number, align: 'left' | 'center', bold = false, color = INK): void => {
    styled(doc, size, bold).fillColor(color).text(printable(text), MARGIN, y, { width: WIDTH, align });
  };
  const continued = partOf && `　${PART[language]} ${partOf}`;
  line(`${annex[language]}${continued}`, TOP, 9, 'left', true);
  line(annex[other], TOP + 13, 6.5, 'left', false, PALE);
  line(title[language], TOP, 15, 'center', true);
  line(title[other], TOP + 22, 8, 'center', false, PALE);
  line(facts[language], TOP + 36, 8.5, 'left');
  line(facts[other], TOP + 48, 6.5, 'left', false, PALE);
  return drawTitles(sheet, TOP + 61);
}

function drawTitles({ doc, part, size, language }: Sheet, y: number): number {
  const order = language === 'zh' ? (['zh', 'en'] as const) : (['en', 'zh'] as const);
  const heights = part.map(({ column, width }) =>
    order.map((one) =>
      styled(doc, titleSize(size, one, language), one === language).heightOfString(printable(column[one]), {
        width: width - 2 * PADDING,
      }),
    ),
  );
  const height = Math.max(...heights.map(([main = 0, small = 0]) => main + small)) + 2;
  let x = MARGIN;
  part.forEach(({ column, width }, at) => {
    const align = column.kind === 'TEXT' ? 'left' : 'right';
    let below = y + size * HALF_GAP;
    order.forEach((one, index) => {
      styled(doc, titleSize(size, one, language), one === language)
        .fillColor(one === language ? INK : PALE)
        .text(printable(column[one]), x + PADDING, below, { width: width - 2 * PADDING, align });
      below += heights[at]?.[index] ?? 0;
    });
    x += width;
  });
  drawRules(doc, part, y, height);
  return y + height;
}

/** Below the last row, or on the next page where it and what is to follow it don't fit any more; says where the next one goes. */
function drawRow(
  sheet: Sheet,
  cells: readonly ClearingCell[],
  from: number,
  { bold, below }: { readonly bold: boolean; readonly below: number },
): number {
  const { doc, part, size } = sheet;
  const texts = textsOf(sheet, cells);
  const height = heightOfRow(sheet, cells, bold);
  const y = from + height + below <= BOTTOM ? from : beginPage(sheet);
  let x = MARGIN;
  part.forEach(({ column, width }, at) => {
    const text = texts[at] ?? '';
    const top = y + size * HALF_GAP;
    styled(doc, size, bold).fillColor(INK);
    if (column.kind === 'TEXT') doc.text(text, x + PADDING, top, { width: width - 2 * PADDING });
    else doc.text(text, x + width - PADDING - doc.widthOfString(text), top, { lineBreak: false });
    x += width;
  });
  drawRules(doc, part, y, height);
  return y + height;
}

function heightOfRow(sheet: Sheet, cells: readonly ClearingCell[], bold: boolean): number {
  const { doc, part, size } = sheet;
  const texts = textsOf(sheet, cells);
  const heights = part.map(({ column, width }, at) =>
    column.kind === 'TEXT'
      ? styled(doc, size, bold).heightOfString(texts[at] ?? '', { width: width - 2 * PADDING })
      : size * LINE,
  );
  return Math.max(...heights) + 1;
}

/** What the part's columns show of a row. */
function textsOf({ part, language }: Sheet, cells: readonly ClearingCell[]): string[] {
  return part.map(({ at }) => {
    const cell = cells[at];
    return cell ? shown(cell, language) : '';
  });
}

function drawNothing({ doc, size, language }: Sheet, y: number): number {
  const height = rowHeight(size, 1);
  styled(doc, size, false)
    .fillColor(PALE)
    .text(NOTHING[language], MARGIN + PADDING, y + size * HALF_GAP);
  doc.lineWidth(0.4).strokeColor(RULE).rect(MARGIN, y, WIDTH, height).stroke();
  return y + height;
}

/** Around each cell. */
function drawRules(doc: Document, part: Part, y: number, height: number): void {
  doc.lineWidth(0.4).strokeColor(RULE);
  let x = MARGIN;
  for (const { width } of part) {
    doc.rect(x, y, width, height);
    x += width;
  }
  doc.stroke();
}

function drawWords({ doc, table, language }: Sheet, y: number): void {
  const words = wordsOf(table);
  if (!words) return;
  const [name, said] = words;
  styled(doc, 10, true)
    .fillColor(INK)
    .text(`${name[language]}　${said}`, MARGIN + PADDING, y + 8, { width: WIDTH });
}

function drawFooters(doc: Document): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    doc.switchToPage(start + page);
    styled(doc, 7.5, false).fillColor(INK);
    doc.text('异地通 Yiditong', MARGIN, FOOTER_Y, { width: WIDTH });
    const pageOf = `第 ${page + 1} 页 共 ${count} 页　Page ${page + 1} of ${count}`;
    doc.text(pageOf, MARGIN, FOOTER_Y, { width: WIDTH, align: 'right' });
  }
}

function shown(cell: ClearingCell, language: Language): string {
  switch (cell.kind) {
    case 'TEXT':
      return printable(cell.text[language]);
    case 'COUNT':
      return String(cell.count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
    case 'AMOUNT':
      return printedYuan(cell.amountFen);
  }
}

/** The Chinese font has this mark as wide as a character, which tears English words apart. */
function printable(text: string): string {
  return text.replaceAll('’', "'");
}

function styled(doc: Document, size: number, bold: boolean): Document {
  return doc.font(bold ? 'bold' : 'regular').fontSize(size);
}
