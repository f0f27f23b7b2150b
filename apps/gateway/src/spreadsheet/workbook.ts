import { posix } from 'node:path';
import { type Archive, readPart } from './archive.js';
import { isDateFormat } from './serial-date.js';
import { MAX_CELL_CHARACTERS, tooLarge, unreadable } from './sheet-row.js';
import { readXml } from './xml.js';

const MEBIBYTE = 1_048_576;
const MAX_SMALL_PART_BYTES = 16 * MEBIBYTE;
const MAX_STRINGS_BYTES = 256 * MEBIBYTE;
const MAX_STRINGS = 2_000_000;
const MAX_STRING_CHARACTERS = 32_000_000;

/** A sheet of rows that is shown. */
export type ShownSheet = {
  /** Its place among all that are shown, from 1, as its reader counts them. */
  readonly place: number;
  /** Where in the archive it is. */
  readonly path: string;
};

/** What is needed of a workbook to read one of its sheets. */
export type Workbook = {
  /** One at least, each part of the archive once. */
  readonly sheets: readonly ShownSheet[];
  /** Days are counted from 1904 instead of 1900. */
  readonly from1904: boolean;
  readonly strings: readonly string[];
  /** For each cell style, whether it shows a number as a date. */
  readonly dateStyles: readonly boolean[];
};

type Relationship = { readonly id: string; readonly type: string; readonly target: string };

export async function readWorkbook(archive: Archive): Promise<Workbook> {
  const document = (await relationships(archive, '')).find(({ type }) => type === 'officeDocument')?.target;
  if (document === undefined) throw unreadable('不是 Excel 工作簿 this is not a workbook');
  const related = await relationships(archive, document);
  const { shown, from1904 } = await readSheets(archive, document);
  const sheets = shownSheets(shown, related);
  if (sheets.length === 0) throw unreadable('没有可见的工作表 there is no visible sheet');
  const strings = related.find(({ type }) => type === 'sharedStrings')?.target;
  const styles = related.find(({ type }) => type === 'styles')?.target;
  return {
    sheets,
    from1904,
    strings: strings === undefined ? [] : await readStrings(archive, strings),
    dateStyles: styles === undefined ? [] : await readDateStyles(archive, styles),
  };
}

/** A part that several sheets claim to be counts once: read for each of them, a small file would keep the gateway busy for hours. */
function shownSheets(shown: readonly string[], related: readonly Relationship[]): readonly ShownSheet[] {
  const parts = new Map(related.filter(({ type }) => type === 'worksheet').map(({ id, target }) => [id, target]));
  const places = new Map<string, number>();
  for (const [index, id] of shown.entries()) {
    const path = parts.get(id);
    if (path !== undefined && !places.has(path)) places.set(path, index + 1);
  }
  return Array.from(places, ([path, place]) => ({ place, path }));
}

/** What a part refers to; of an empty path, what the archive as a whole does. */
async function relationships(archive: Archive, part: string): Promise<readonly Relationship[]> {
  const { dir, base } = posix.parse(part);
  const found: Relationship[] = [];
  await readXml(readPart(archive, posix.join(dir, '_rels', `${base}.rels`), MAX_SMALL_PART_BYTES), {
    open: (name, { Id: id = '', Type: type = '', Target: target = '' }) => {
      if (name !== 'Relationship') return;
      const path = target.startsWith('/') ? target.slice(1) : posix.join(dir, target);
      found.push({ id, type: type.slice(type.lastIndexOf('/') + 1), target: path });
    },
  });
  return found;
}

async function readSheets(archive: Archive, document: string): Promise<{ shown: string[]; from1904: boolean }> {
  const shown: string[] = [];
  let from1904 = false;
  await readXml(readPart(archive, document, MAX_SMALL_PART_BYTES), {
    open: (name, attributes) => {
      if (name === 'workbookPr') from1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
      if (name === 'sheet' && (attributes['state'] ?? 'visible') === 'visible') shown.push(attributes['id'] ?? '');
    },
  });
  return { shown, from1904 };
}

/** The strings that cells refer to by number. Excel may write them after the sheets, so they are read beforehand and held. */
async function readStrings(archive: Archive, path: string): Promise<readonly string[]> {
  const strings: string[] = [];
  let total = 0;
  let text = '';
  let inText = false;
  let inPhonetic = false;
  await readXml(readPart(archive, path, MAX_STRINGS_BYTES), {
    open: (name) => {
      if (name === 'si') text = '';
      if (name === 'rPh') inPhonetic = true;
      inText = name === 't' && !inPhonetic;
    },
    // One character too many is kept, so that a cell that refers to the string is refused; other sheets' strings don't matter.
    text: (more) => {
      if (inText) text = (text + more).slice(0, MAX_CELL_CHARACTERS + 1);
    },
    close: (name) => {
      if (name === 't') inText = false;
      if (name === 'rPh') inPhonetic = false;
      if (name !== 'si') return;
      total += text.length;
      if (strings.length >= MAX_STRINGS || total > MAX_STRING_CHARACTERS)
        throw tooLarge('工作簿文本总量 the amount of text in the workbook');
      strings.push(detached(text));
    },
  });
  return strings;
}

/** A copy: a part of a longer string keeps the whole of that in memory. */
function detached(text: string): string {
  return Buffer.from(text).toString();
}

async function readDateStyles(archive: Archive, path: string): Promise<readonly boolean[]> {
  const codes = new Map<string, string>();
  const formats: string[] = [];
  let inCellStyles = false;
  await readXml(readPart(archive, path, MAX_SMALL_PART_BYTES), {
    open: (name, { numFmtId = '0', formatCode = '' }) => {
      if (name === 'numFmt') codes.set(numFmtId, formatCode);
      if (name === 'cellXfs') inCellStyles = true;
      if (name === 'xf' && inCellStyles) formats.push(numFmtId);
    },
    close: (name) => {
      if (name === 'cellXfs') inCellStyles = false;
    },
  });
  return formats.map((id) => isDateFormat(Number(id), codes.get(id)));
}
