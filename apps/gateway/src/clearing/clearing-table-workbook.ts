import { buffer } from 'node:stream/consumers';
import type { ClearingCell, ClearingTable } from '@yiditong/ledger';
import { ZipFile } from 'yazl';
import { cellName } from '../spreadsheet/sheet-row.js';
import { annexOf, cellText, factsOf, headings, titleOf, wordsOf, type Language } from './clearing-table-text.js';

/** Files of equal tables are equal. */
const MADE_AT = new Date('2000-01-01T00:00:00Z');
const MAX_SHEET_NAME = 31;

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const CONTENT = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Formats that programs know by number (ECMA-376 part 1, 18.8.30): text, #,##0 and #,##0.00. */
const FORMATS: Readonly<Record<ClearingCell['kind'], number>> = { TEXT: 49, COUNT: 3, AMOUNT: 4 };
const KINDS = Object.keys(FORMATS) as ClearingCell['kind'][];
/** In the order of the cell formats below: each kind as it is, each in bold, and headings. */
const STYLE = { plain: 0, bold: KINDS.length, heading: 2 * KINDS.length } as const;

const STYLES =
  `<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>` +
  '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>' +
  `<border>${['left', 'right', 'top', 'bottom'].map((side) => `<${side} style="thin"/>`).join('')}<diagonal/></border></borders>` +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  `<cellXfs count="${STYLE.heading + 1}">${[0, 1].map((font) => KINDS.map((kind) => format(FORMATS[kind], font, '')).join('')).join('')}` +
  `${format(FORMATS.TEXT, 1, '<alignment horizontal="center" vertical="center" wrapText="1"/>')}</cellXfs>` +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

/**
 * An XLSX file with a sheet for each table, its titles in the first row. Amounts and counts are numbers, written digit by digit, so that
 * a program sums them; it shows them in yuan. On paper each sheet is as wide as the page, with title, month and page above and below.
 */
export async function clearingTableWorkbook(tables: readonly ClearingTable[], language: Language): Promise<Buffer> {
  const zip = new ZipFile();
  const add = (path: string, xml: string): void =>
    zip.addBuffer(Buffer.from(DECLARATION + xml), path, { mtime: MADE_AT });
  add('[Content_Types].xml', contentTypes(tables));
  add('_rels/.rels', relationships([['rId1', 'officeDocument', 'xl/workbook.xml']]));
  add('xl/workbook.xml', workbook(tables, language));
  add(
    'xl/_rels/workbook.xml.rels',
    relationships([
      ...tables.map((_, at) => [`rId${at + 1}`, 'worksheet', `worksheets/sheet${at + 1}.xml`] as const),
      [`rId${tables.length + 1}`, 'styles', 'styles.xml'],
    ]),
  );
  add('xl/styles.xml', STYLES);
  tables.forEach((table, at) => add(`xl/worksheets/sheet${at + 1}.xml`, sheet(table, language)));
  zip.end();
  return buffer(zip.outputStream);
}

function contentTypes(tables: readonly ClearingTable[]): string {
  const override = (path: string, type: string): string =>
    `<Override PartName="/xl/${path}.xml" ContentType="${CONTENT}.${type}+xml"/>`;
  const sheets = tables.map((_, at) => override(`worksheets/sheet${at + 1}`, 'worksheet'));
  return (
    `<Types xmlns="${PACKAGE}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    `${override('workbook', 'sheet.main')}${sheets.join('')}${override('styles', 'styles')}</Types>`
  );
}

function relationships(all: readonly (readonly [id: string, type: string, target: string])[]): string {
  const each = all.map(([id, type, path]) => `<Relationship Id="${id}" Type="${DOCUMENT}/${type}" Target="${path}"/>`);
  return `<Relationships xmlns="${PACKAGE}/relationships">${each.join('')}</Relationships>`;
}

/** The first row is on each printed page of a sheet. */
function workbook(tables: readonly ClearingTable[], language: Language): string {
  const names = tables.map((table) => sheetName(table, language));
  const sheets = names.map((name, at) => `<sheet name="${escaped(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`);
  const titles = names.map(
    (name, at) =>
      `<definedName name="_xlnm.Print_Titles" localSheetId="${at}">'${escaped(name.replaceAll("'", "''"))}'!$1:$1</definedName>`,
  );
  return (
    `<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}"><sheets>${sheets.join('')}</sheets>` +
    `<definedNames>${titles.join('')}</definedNames></workbook>`
  );
}

/** The number makes it unique, wherever the title is cut off. */
function sheetName({ number, titleZh, titleEn }: ClearingTable, language: Language): string {
  const title = language === 'zh' ? titleZh.replace('跨省异地就医', '') : titleEn;
  return `${number} ${title.replaceAll(/[:\\/?*[\]]/g, ' ')}`.slice(0, MAX_SHEET_NAME).trimEnd();
}

function sheet(table: ClearingTable, language: Language): string {
  const words = wordsOf(table);
  const titles = headings(table, language).map((said) => textCell(said, STYLE.heading));
  const last = words?.map((said) => textCell(typeof said === 'string' ? said : said[language], STYLE.bold)) ?? [];
  const rows = [
    titles,
    ...table.rows.map((cells) => cells.map((cell) => valueCell(cell, STYLE.plain, language))),
    table.total.map((cell) => valueCell(cell, STYLE.bold, language)),
    last,
  ];
  return (
    `<worksheet xmlns="${MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>` +
    '<sheetViews><sheetView workbookViewId="0">' +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `<cols>${columnWidths(table, language)}</cols><sheetData>${rows.map(rowXml).join('')}</sheetData>` +
    '<pageMargins left="0.4" right="0.4" top="0.9" bottom="0.6" header="0.3" footer="0.3"/>' +
    '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>' +
    `${headerFooter(table, language)}</worksheet>`
  );
}

type CellAt = (column: number, row: number) => string;

function rowXml(cells: readonly CellAt[], at: number): string {
  if (cells.length === 0) return '';
  const row = at + 1;
  return `<row r="${row}">${cells.map((cell, column) => cell(column, row)).join('')}</row>`;
}

function valueCell(cell: ClearingCell, style: number, language: Language): CellAt {
  const said = cellText(cell, language);
  const styled = style + KINDS.indexOf(cell.kind);
  if (cell.kind === 'TEXT') return textCell(said, styled);
  return (column, row) => `<c r="${cellName(column, row)}" s="${styled}"><v>${said}</v></c>`;
}

function textCell(said: string, style: number): CellAt {
  return (column, row) =>
    said === ''
      ? `<c r="${cellName(column, row)}" s="${style}"/>`
      : `<c r="${cellName(column, row)}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(said)}</t></is></c>`;
}

/** In digits, of which a Chinese character takes two; the title of a number wraps. */
function columnWidths(table: ClearingTable, language: Language): string {
  return table.columns
    .map(({ kind, [language]: title }, at) => {
      const cells = [...table.rows, table.total].map((row) => row[at]);
      const said = cells.map((cell) => (cell ? cellText(cell, language) : ''));
      // Numbers are shown with commas.
      const widest = Math.max(...said.map((text) => digits(text) * (kind === 'TEXT' ? 1 : 4 / 3)));
      const width = Math.ceil(Math.max(widest, Math.min(digits(title), 12))) + 2;
      return `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`;
    })
    .join('');
}

function digits(said: string): number {
  return said.length + (said.match(/[\u2E80-\uFFEF]/g)?.length ?? 0);
}

/** In this text & begins a command: &C centre, &L left, &R right, &P the page of &N. */
function headerFooter(table: ClearingTable, language: Language): string {
  const said = (text: string): string => text.replaceAll('&', '&&');
  const title = said(`${annexOf(table)[language]}　${titleOf(table)[language]}`);
  const header = `&C${title}\n${said(factsOf(table)[language])}`;
  return `<headerFooter><oddHeader>${escaped(header)}</oddHeader><oddFooter>${escaped('&L异地通 Yiditong&R&P / &N')}</oddFooter></headerFooter>`;
}

function format(numberFormat: number, font: number, alignment: string): string {
  const applied = `applyNumberFormat="1" applyBorder="1"${font > 0 ? ' applyFont="1"' : ''}${alignment && ' applyAlignment="1"'}`;
  return `<xf numFmtId="${numberFormat}" fontId="${font}" fillId="0" borderId="1" xfId="0" ${applied}>${alignment}</xf>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** All texts are our own, so there is none that XML can't hold. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
