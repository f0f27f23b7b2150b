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

type XlsxContent = {
  /** A range whose cells are merged. */
  readonly merged?: string;
  /** What a second sheet has. */
  readonly second?: Rows;
};

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';

/** The least that is an XLSX. A cell that begins with an equals sign holds a formula, whose last result was 1. */
export async function xlsxOf(rows: Rows, { merged, second }: XlsxContent = {}): Promise<Uint8Array<ArrayBuffer>> {
  const zip = new ZipFile();
  const add = (name: string, xml: string): void => zip.addBuffer(Buffer.from(xml), name);
  const related = (type: string, ...targets: string[]): string => {
    const each = targets.map(
      (target, at) => `<Relationship Id="rId${at + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`,
    );
    return `<Relationships xmlns="${RELATIONS}">${each.join('')}</Relationships>`;
  };
  const all = second === undefined ? [rows] : [rows, second];
  add('_rels/.rels', related('officeDocument', 'xl/workbook.xml'));
  const paths = all.map((_, at) => `worksheets/sheet${at + 1}.xml`);
  add('xl/_rels/workbook.xml.rels', related('worksheet', ...paths));
  const sheets = all.map((_, at) => `<sheet name="备案${at + 1}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`).join('');
  add('xl/workbook.xml', `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets}</sheets></workbook>`);
  for (const [at, each] of all.entries()) add(`xl/${paths[at]}`, sheetOf(each, at === 0 ? merged : undefined));
  zip.end();
  return new Uint8Array(await buffer(zip.outputStream));
}

function sheetOf(rows: Rows, merged: string | undefined): string {
  const data = rows.map((row, at) => `<row r="${at + 1}">${row.map(cellOf).join('')}</row>`).join('');
  const after = merged === undefined ? '' : `<mergeCells count="1"><mergeCell ref="${merged}"/></mergeCells>`;
  return `<worksheet xmlns="${MAIN}"><sheetData>${data}</sheetData>${after}</worksheet>`;
}

function cellOf(text: string): string {
  return text.startsWith('=')
    ? `<c><f>${text.slice(1)}</f><v>1</v></c>`
    : `<c t="inlineStr"><is><t>${text}</t></is></c>`;
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
