import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

type Rows = readonly (readonly string[])[];

export function csvOf(rows: Rows): string {
  return rows
    .map((row) => row.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(','))
    .join('\r\n');
}

/** As spreadsheet programs on Chinese Windows save a CSV. */
export function gbkOf(text: string): Buffer {
  return Buffer.concat(Array.from(text, (character) => Buffer.from(bytesOf(character))));
}

/** The least that is an XLSX. */
export async function xlsxOf(rows: Rows): Promise<Buffer> {
  const zip = new ZipFile();
  const add = (name: string, xml: string): void => zip.addBuffer(Buffer.from(xml), name);
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const related = (type: string, target: string): string =>
    `<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/${type}" Target="${target}"/></Relationships>`;
  add('_rels/.rels', related('officeDocument', 'xl/workbook.xml'));
  add('xl/_rels/workbook.xml.rels', related('worksheet', 'worksheets/sheet1.xml'));
  const sheets = '<sheets><sheet name="备案" sheetId="1" r:id="rId1"/></sheets>';
  add('xl/workbook.xml', `<workbook xmlns="${main}" xmlns:r="${office}">${sheets}</workbook>`);
  const cells = (row: readonly string[]): string =>
    row.map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join('');
  const data = rows.map((row, at) => `<row r="${at + 1}">${cells(row)}</row>`).join('');
  add('xl/worksheets/sheet1.xml', `<worksheet xmlns="${main}"><sheetData>${data}</sheetData></worksheet>`);
  zip.end();
  return buffer(zip.outputStream);
}

const LEAD = { from: 0x81, to: 0xfe };
const TRAIL = { from: 0x40, to: 0xfe };
/** What each two bytes of GBK mean, turned around: there is a decoder in the platform and no encoder. */
const GBK: ReadonlyMap<string, readonly number[]> = new Map(
  Array.from({ length: LEAD.to - LEAD.from + 1 }, (_, one) => one + LEAD.from).flatMap((lead) =>
    Array.from({ length: TRAIL.to - TRAIL.from + 1 }, (_, two) => two + TRAIL.from).map((trail): [string, number[]] => [
      new TextDecoder('gbk').decode(Uint8Array.of(lead, trail)),
      [lead, trail],
    ]),
  ),
);

function bytesOf(character: string): readonly number[] {
  return character.charCodeAt(0) < 0x80 ? [character.charCodeAt(0)] : (GBK.get(character) ?? [0x3f]);
}
