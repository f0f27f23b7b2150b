import { PassThrough, pipeline, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { cellName } from './sheet-row.js';

const MAX_ROWS = 1_048_576;
const BATCH_CHARACTERS = 16_384;
/** Files of equal rows are equal. */
const MADE_AT = new Date('2000-01-01T00:00:00Z');

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const CONTENT = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const PARTS: readonly (readonly [path: string, xml: string])[] = [
  [
    '[Content_Types].xml',
    `<Types xmlns="${PACKAGE}/content-types">` +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Override PartName="/xl/workbook.xml" ContentType="${CONTENT}.sheet.main+xml"/>` +
      `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${CONTENT}.worksheet+xml"/>` +
      `<Override PartName="/xl/styles.xml" ContentType="${CONTENT}.styles+xml"/></Types>`,
  ],
  [
    '_rels/.rels',
    `<Relationships xmlns="${PACKAGE}/relationships">` +
      `<Relationship Id="rId1" Type="${DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  [
    'xl/workbook.xml',
    `<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  ],
  [
    'xl/_rels/workbook.xml.rels',
    `<Relationships xmlns="${PACKAGE}/relationships">` +
      `<Relationship Id="rId1" Type="${DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>` +
      `<Relationship Id="rId2" Type="${DOCUMENT}/styles" Target="styles.xml"/></Relationships>`,
  ],
  [
    'xl/styles.xml',
    // Style 0 is text as it stands; style 1 is the header's.
    `<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>` +
      '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
      '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
      '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
      '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
      '<cellXfs count="2"><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' +
      '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>' +
      '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
  ],
];

const SHEET_START =
  `${DECLARATION}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">` +
  '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>';
const SHEET_END = '</sheetData></worksheet>';

/** An XLSX file of one sheet of texts; a text is never a formula, whatever it starts with. The first row is bold and stays in view. */
export function writeXlsx(rows: Readable): Readable {
  const zip = new ZipFile();
  const sheet = Readable.from(sheetXml(rows));
  const output = new PassThrough();
  // The zip library doesn't pass on what its sources fail with.
  sheet.on('error', (error) => output.destroy(error));
  pipeline(zip.outputStream, output, () => {
    sheet.destroy();
    rows.destroy();
  });
  for (const [path, xml] of PARTS) zip.addBuffer(Buffer.from(DECLARATION + xml), path, { mtime: MADE_AT });
  zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml', { mtime: MADE_AT });
  zip.end();
  return output;
}

async function* sheetXml(rows: AsyncIterable<readonly string[]>): AsyncGenerator<Buffer, void, undefined> {
  let batch = SHEET_START;
  let rowNumber = 0;
  for await (const cells of rows) {
    rowNumber += 1;
    if (rowNumber > MAX_ROWS) throw new RangeError(`a sheet has ${MAX_ROWS} rows at most`);
    batch += rowXml(cells, rowNumber);
    if (batch.length < BATCH_CHARACTERS) continue;
    yield Buffer.from(batch);
    batch = '';
  }
  yield Buffer.from(batch + SHEET_END);
}

function rowXml(cells: readonly string[], rowNumber: number): string {
  const style = rowNumber === 1 ? 1 : 0;
  const written = cells.map((text, column) =>
    text === ''
      ? ''
      : `<c r="${cellName(column, rowNumber)}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`,
  );
  return `<row r="${rowNumber}">${written.join('')}</row>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * What XML can't hold is written as _xHHHH_, and what looks like that is written so that it is read as it stands
 * (ECMA-376 part 1, 22.9.2.19).
 */
function escaped(text: string): string {
  return text
    .replace(/\p{Cs}/gu, '\uFFFD')
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/(?![\t\n])[\p{Cc}\uFFFE\uFFFF]/gu, (character) => `_x${hex(character)}_`)
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
}
