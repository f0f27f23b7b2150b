import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Rejection } from '@yiditong/codes';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ZipFile } from 'yazl';
import { readRows } from './read-rows.js';
import type { SheetRow } from './sheet-row.js';

const LIMITS = { rows: 1_000, bytes: 50 * 1_048_576 };

/** Parts of a workbook by their paths; those not given are the least that a workbook has. */
type Parts = Readonly<Record<string, string | Buffer | null>>;

const SHEET = 'xl/worksheets/sheet1.xml';
const STRINGS = 'xl/sharedStrings.xml';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** What an entry of a zip's directory says before its name. */
const DIRECTORY_ENTRY_BYTES = 46;

function relations(...targets: readonly (readonly [type: string, target: string])[]): string {
  const each = targets.map(
    ([type, target], at) => `<Relationship Id="r${at + 1}" Type="${DOCUMENT}/${type}" Target="${target}"/>`,
  );
  return `<?xml version="1.0"?><Relationships>${each.join('')}</Relationships>`;
}

function book(sheets: string, properties = ''): string {
  return `<workbook xmlns:r="${DOCUMENT}">${properties}<sheets>${sheets}</sheets></workbook>`;
}

const PLAIN: Parts = {
  '_rels/.rels': relations(['officeDocument', 'xl/workbook.xml']),
  'xl/workbook.xml': book('<sheet name="一" sheetId="1" r:id="r1"/>'),
  'xl/_rels/workbook.xml.rels': relations(
    ['worksheet', 'worksheets/sheet1.xml'],
    ['sharedStrings', 'sharedStrings.xml'],
    ['styles', '/xl/styles.xml'],
    ['worksheet', 'worksheets/sheet2.xml'],
  ),
  [STRINGS]: '<sst/>',
  'xl/styles.xml':
    '<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>' +
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>' +
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/><xf numFmtId="20"/></cellXfs></styleSheet>',
};

const SECOND = 'xl/worksheets/sheet2.xml';
const TWO_SHEETS: Parts = {
  'xl/workbook.xml': book('<sheet name="一" sheetId="1" r:id="r1"/><sheet name="二" sheetId="2" r:id="r4"/>'),
};

function rowsXml(rows: string): string {
  return `<worksheet><sheetData>${rows}</sheetData></worksheet>`;
}

async function zipped(parts: Parts): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [path, content] of Object.entries({ ...PLAIN, ...parts }))
    if (content !== null) zip.addBuffer(Buffer.from(content), path);
  zip.end();
  return buffer(zip.outputStream);
}

/** The rows without their sheet, which is the first one. */
async function readStream(stream: Readable, limits = LIMITS): Promise<readonly SheetRow[]> {
  const rows: SheetRow[] = [];
  for await (const { sheet, ...row } of readRows(stream, 'xlsx', limits)) {
    expect(sheet).toBe(1);
    rows.push(row);
  }
  return rows;
}

async function read(bytes: Buffer, limits = LIMITS): Promise<readonly SheetRow[]> {
  return readStream(Readable.from([bytes]), limits);
}

async function readSheet(rows: string, parts: Parts = {}): Promise<readonly SheetRow[]> {
  return read(await zipped({ [SHEET]: rowsXml(rows), ...parts }));
}

async function refusal(bytes: Buffer, limits = LIMITS): Promise<Rejection> {
  const error: unknown = await read(bytes, limits).catch((thrown: unknown) => thrown);
  if (error instanceof Rejection) return error;
  throw error instanceof Error ? error : new Error('was read');
}

/** Of its own, because other processes put uploads aside too. */
const directory = mkdtempSync(join(tmpdir(), 'yiditong-spool-'));
beforeAll(() => void vi.stubEnv('TMPDIR', directory));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});
const spooledFiles = (): readonly string[] => readdirSync(directory);

describe('a cell of an XLSX file', () => {
  it.each<[string, string, string]>([
    ['a shared text', '<c r="A1" t="s"><v>0</v></c>', '张三'],
    ['a shared text in several styles', '<c r="A1" t="s"><v>1</v></c>', '石家庄'],
    ['a shared text with its sound', '<c r="A1" t="s"><v>2</v></c>', '龙'],
    ['a text of its own', '<c r="A1" t="inlineStr"><is><r><t>a </t></r><r><t> b</t></r></is></c>', 'a  b'],
    [
      'a text with escapes',
      '<c r="A1" t="inlineStr"><is><t>1_x000D_&lt;&amp;_x005F_x000D_</t></is></c>',
      '1\r<&_x000D_',
    ],
    ['a text in CDATA', '<c r="A1" t="inlineStr"><is><t><![CDATA[<b>]]></t></is></c>', '<b>'],
    ['a number as it is spelled', '<c r="A1"><v>1.10101199003078E+17</v></c>', '1.10101199003078E+17'],
    ['a long number as it is spelled', '<c r="A1"><v>110101199003070003</v></c>', '110101199003070003'],
    ['a date', '<c r="A1" s="1"><v>45292</v></c>', '2024-01-01'],
    ['a date and time', '<c r="A1" s="2"><v>45292.5</v></c>', '2024-01-01'],
    ['a time', '<c r="A1" s="3"><v>0.5</v></c>', '0.5'],
    ['an ISO date', '<c r="A1" s="1" t="d"><v>2024-01-01T00:00:00</v></c>', '2024-01-01'],
    ['true', '<c r="A1" t="b"><v>1</v></c>', 'TRUE'],
    ['false', '<c r="A1" t="b"><v>0</v></c>', 'FALSE'],
  ])('is read as %s', async (_what, cell, text) => {
    const strings =
      '<sst><si><t>张三</t></si><si><r><rPr><b/></rPr><t>石家</t></r><r><t>庄</t></r></si>' +
      '<si><t>龙</t><rPh sb="0" eb="1"><t>long</t></rPh></si></sst>';
    const rows = await readSheet(`<row r="1">${cell}</row>`, { [STRINGS]: strings });
    expect(rows).toEqual([{ rowNumber: 1, cells: [text] }]);
  });

  it('keeps its column, and its row its number, where others are blank', async () => {
    const rows = await readSheet(
      '<row r="3"><c r="B3"><v>1</v></c><c r="C3" s="1"/><c r="E3"><v>2</v></c><c r="XFD3" s="1"/></row>' +
        '<row r="4"><c r="A4" s="1"/></row><row r="9"><c r="A9"><v>3</v></c></row>',
    );
    expect(rows).toEqual([
      { rowNumber: 3, cells: ['', '1', '', '', '2'] },
      { rowNumber: 9, cells: ['3'] },
    ]);
  });

  it('follows the one before it where neither it nor its row says where it is', async () => {
    const rows = await readSheet('<row><c><v>1</v></c><c><v>2</v></c></row><row r="5"/><row><c><v>3</v></c></row>');
    expect(rows).toEqual([
      { rowNumber: 1, cells: ['1', '2'] },
      { rowNumber: 6, cells: ['3'] },
    ]);
  });

  it('is read whatever prefix its tags have, and what follows the cells is not', async () => {
    const sheet =
      '<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row>' +
      `</x:sheetData><x:row><x:c><x:v>${'9'.repeat(5_000)}</x:v></x:c></x:row></x:worksheet>`;
    expect(await read(await zipped({ [SHEET]: sheet }))).toEqual([{ rowNumber: 1, cells: ['a'] }]);
  });
});

describe('an XLSX file', () => {
  const one = '<row r="1"><c r="A1" s="1"><v>43830</v></c></row>';

  it('may count its days from 1904', async () => {
    const workbook = book('<sheet name="一" sheetId="1" r:id="r1"/>', '<workbookPr date1904="1"/>');
    expect(await readSheet(one, { 'xl/workbook.xml': workbook })).toEqual([{ rowNumber: 1, cells: ['2024-01-01'] }]);
  });

  it.each(['hidden', 'veryHidden'])('shows its first sheet that is not %s', async (state) => {
    const rows = await readSheet('<row r="1"><c r="A1"><v>1</v></c></row>', {
      'xl/workbook.xml': book(
        `<sheet name="藏" sheetId="1" state="${state}" r:id="r1"/><sheet name="显" sheetId="2" r:id="r4"/>`,
      ),
      'xl/worksheets/sheet2.xml': rowsXml('<row r="1"><c r="A1"><v>2</v></c></row>'),
    });
    expect(rows).toEqual([{ rowNumber: 1, cells: ['2'] }]);
  });

  it.each([
    ['nothing', ''],
    ['no text', '<row r="1"><c r="A1" s="1"/><c r="B1"><v></v></c><c r="C1" t="s"><v>0</v></c></row>'],
  ])('may have more sheets with %s in them', async (_what, others) => {
    const rows = await readSheet('<row r="1"><c r="A1"><v>1</v></c></row>', {
      ...TWO_SHEETS,
      [SECOND]: rowsXml(others),
      [STRINGS]: '<sst><si><t></t></si></sst>',
    });
    expect(rows).toEqual([{ rowNumber: 1, cells: ['1'] }]);
  });

  it('may have merged cells below and beside its rows', async () => {
    const merged = '<mergeCells><mergeCell ref="A3:B4"/><mergeCell ref="C1:D2"/></mergeCells>';
    const sheet = `<worksheet><sheetData><row r="2"><c r="B2"><v>1</v></c></row></sheetData>${merged}</worksheet>`;
    expect(await read(await zipped({ [SHEET]: sheet }))).toEqual([{ rowNumber: 2, cells: ['', '1'] }]);
  });

  it('may have neither shared texts nor styles', async () => {
    const bare = { 'xl/_rels/workbook.xml.rels': relations(['worksheet', 'worksheets/sheet1.xml']) };
    const rows = await readSheet(one, { ...bare, [STRINGS]: null, 'xl/styles.xml': null });
    expect(rows).toEqual([{ rowNumber: 1, cells: ['43830'] }]);
  });

  it('leaves no file behind, nor shows one while it is read', async () => {
    const bytes = await zipped({ [SHEET]: rowsXml(one) });
    for await (const _ of readRows(Readable.from([bytes]), 'xlsx', LIMITS)) expect(spooledFiles()).toEqual([]);
    expect(spooledFiles()).toEqual([]);
  });

  it('is unpacked as its rows are taken: whoever stops in time never meets a damage further on', async () => {
    const rows = Array.from(
      { length: 50_000 },
      (_, at) => `<row r="${at + 1}"><c r="A${at + 1}"><v>${at}</v></c></row>`,
    );
    const bytes = await zipped({ [SHEET]: rowsXml(`${rows.join('')}<row r="1"/>`) });
    const all = { ...LIMITS, rows: 100_000 };
    let taken = 0;
    for await (const { rowNumber } of readRows(Readable.from([bytes]), 'xlsx', all)) {
      taken = rowNumber;
      if (rowNumber === 1_000) break;
    }
    expect(taken).toBe(1_000);
    expect((await refusal(bytes, all)).reason).toBe('SPREADSHEET_UNREADABLE');
  });

  it('whose upload fails ends with that error', async () => {
    const source = Readable.from(
      (function* () {
        yield Buffer.from('PK');
        throw new Error('connection lost');
      })(),
    );
    await expect(readStream(source)).rejects.toThrow('connection lost');
    expect(spooledFiles()).toEqual([]);
  });
});

describe('an XLSX file is refused for a cell, with its sheet and its place,', () => {
  const rows = '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>2</v></c></row><row r="17"><c r="A17"><v>3</v></c></row>';
  const at17 = (cell: string): string => rowsXml(rows.replace('<v>3</v></c>', `<v>3</v></c>${cell}`));
  const merged = (ref: string): string =>
    `<worksheet><sheetData>${rows}</sheetData><mergeCells count="1"><mergeCell ref="${ref}"/></mergeCells></worksheet>`;

  it.each<[string, string, string, string]>([
    ['that holds a formula', at17('<c r="F17"><f>1/10</f><v>0.1</v></c>'), 'F17', 'formula'],
    ['that holds a formula of a text', at17('<c r="F17" t="str"><f>B1&amp;"x"</f><v>ok</v></c>'), 'F17', 'formula'],
    ['that shares a formula', at17('<c r="F17"><f t="shared" si="0"/><v>1</v></c>'), 'F17', 'formula'],
    ['whose formula was never reckoned', at17('<c r="F17"><f>A1</f></c>'), 'F17', 'formula'],
    ['whose formula is wrong', at17('<c r="F17" t="e"><f>NA()</f><v>#N/A</v></c>'), 'F17', 'formula'],
    ['that shows an error', at17('<c r="F17" t="e"><v>#N/A</v></c>'), 'F17', 'error'],
    ['merged with those below', merged('A2:A9'), 'A2:A9', 'merged'],
    ['of the header merged with the next', merged('A1:B1'), 'A1:B1', 'merged'],
    ['in the last column merged beyond it', merged('C17:E20'), 'C17:E20', 'merged'],
  ])('%s', async (_what, sheet, cell, problem) => {
    const { reason, params, message } = await refusal(await zipped({ [SHEET]: sheet }));
    expect([reason, params['sheet'], params['cell']]).toEqual(['SPREADSHEET_CELL_INVALID', '1', cell]);
    expect(params['problem']).toMatch(/\p{Script=Han}.* [a-z]/u);
    expect(params['problem']).toContain(problem);
    expect(message).not.toContain('0.1');
    expect(spooledFiles()).toEqual([]);
  });

  it('counting the sheets that are shown', async () => {
    const sheets = '<sheet state="hidden" r:id="r1"/><sheet name="图" r:id="r5"/><sheet name="显" r:id="r4"/>';
    const { params } = await refusal(
      await zipped({
        'xl/workbook.xml': book(sheets),
        [SHEET]: rowsXml(rows),
        [SECOND]: rowsXml('<row r="1"><c r="A1"><f>1</f></c></row>'),
      }),
    );
    expect([params['sheet'], params['cell']]).toEqual(['2', 'A1']);
  });
});

describe('an XLSX file is refused for its sheets', () => {
  const [empty, filled] = ['', '<row r="1"><c r="A1"><v>1</v></c></row>'];

  it.each<[string, string, string, string]>([
    ['when two have content', filled, filled, '第 1、2 个工作表（共 2 个）都有内容 2 sheets have content (1, 2)'],
    ['when one has a formula alone', filled, '<row><c><f>A1</f></c></row>', '2 sheets have content (1, 2)'],
    [
      'when one has text alone',
      filled,
      '<row><c t="inlineStr"><is><t>说明</t></is></c></row>',
      '2 sheets have content',
    ],
    ['when the first is empty', empty, filled, 'sheet 1 is empty, and the content is in sheet 2'],
  ])('%s, before any row', async (_what, first, second, problem) => {
    const bytes = await zipped({ ...TWO_SHEETS, [SHEET]: rowsXml(first), [SECOND]: rowsXml(second) });
    const { reason, params } = await refusal(bytes);
    expect(reason).toBe('SPREADSHEET_SHEET_INVALID');
    expect(params['problem']).toContain(problem);
    expect(spooledFiles()).toEqual([]);
  });

  it('and names a few of many', async () => {
    const ids = Array.from({ length: 9 }, (_, at) => `s${at}`);
    const parts = Object.fromEntries(ids.map((id) => [`xl/worksheets/${id}.xml`, rowsXml(filled)]));
    const { params } = await refusal(
      await zipped({
        ...parts,
        'xl/workbook.xml': book(ids.map((_, at) => `<sheet r:id="r${at + 1}"/>`).join('')),
        'xl/_rels/workbook.xml.rels': relations(
          ...ids.map((id): [string, string] => ['worksheet', `worksheets/${id}.xml`]),
        ),
      }),
    );
    expect(params['problem']).toContain('9 sheets have content (1, 2, 3, 4, 5…)');
  });

  it('but not for one that is named often', async () => {
    const sheets = '<sheet name="一" sheetId="1" r:id="r1"/>'.repeat(3);
    const rows = await readSheet(filled, { 'xl/workbook.xml': book(sheets) });
    expect(rows).toEqual([{ rowNumber: 1, cells: ['1'] }]);
  });
});

describe('an XLSX file is refused as unreadable', () => {
  const sheet = rowsXml('<row r="1"><c r="A1"><v>1</v></c></row>');
  const whole = (): Promise<Buffer> => zipped({ [SHEET]: sheet });
  /** Changes a field of the sheet's entry in the directory at the end, by its distance from the entry's start. */
  const declaring = async (field: number, bits: number): Promise<Buffer> => {
    const bytes = await whole();
    const at = bytes.lastIndexOf(SHEET) - DIRECTORY_ENTRY_BYTES + field;
    bytes.writeUInt16LE(bytes.readUInt16LE(at) ^ bits, at);
    return bytes;
  };
  const damaged = async (): Promise<Buffer> => {
    const bytes = await whole();
    const at = bytes.indexOf(SHEET) + SHEET.length + 15;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
    return bytes;
  };

  it.each<[string, Promise<Buffer>]>([
    ['that is empty', Promise.resolve(Buffer.alloc(0))],
    ['of one byte', Promise.resolve(Buffer.from('P'))],
    ['that is text', Promise.resolve(Buffer.from('姓名,参保地\n'.repeat(100)))],
    ['that is cut off', whole().then((bytes) => bytes.subarray(0, bytes.length - 30))],
    ['that is cut in half', whole().then((bytes) => bytes.subarray(0, bytes.length / 2))],
    ['one of whose bytes is wrong', damaged()],
    ['whose checksum is wrong', declaring(16, 1)],
    ['with an encrypted part', declaring(8, 1)],
    ['with a part packed in an unknown way', declaring(10, 1)],
    ['that is a zip of something else', zipped({ '_rels/.rels': null })],
    ['that is another document', zipped({ '_rels/.rels': relations(['extended-properties', 'docProps/app.xml']) })],
    ['whose sheet is missing', zipped({})],
    ['without a visible sheet', zipped({ 'xl/workbook.xml': book('<sheet state="hidden" r:id="r1"/>') })],
    ['without a row', zipped({ [SHEET]: rowsXml('') })],
    ['whose XML ends too early', zipped({ [SHEET]: '<worksheet><sheetData><row r="1">' })],
    ['whose XML is none', zipped({ [SHEET]: 'a,b' })],
    ['whose text is not UTF-8', zipped({ [SHEET]: Buffer.from(sheet.replace('1</v>', '\u00e9</v>'), 'latin1') })],
    ['with a document type', zipped({ [SHEET]: `<!DOCTYPE a [<!ENTITY b "c">]>${sheet}` })],
    ['with an entity of its own', zipped({ [SHEET]: rowsXml('<row r="1"><c r="A1"><v>&b;</v></c></row>') })],
    ['nested too deep', zipped({ [SHEET]: rowsXml('<a>'.repeat(40) + '</a>'.repeat(40)) })],
    [
      'with too many attributes',
      zipped({ [SHEET]: rowsXml(`<row ${Array.from({ length: 99 }, (_, a) => `a${a}=""`).join(' ')}/>`) }),
    ],
    ['that refers to a text that is not there', zipped({ [SHEET]: rowsXml('<row><c t="s"><v>0</v></c></row>') })],
    ['whose rows go back', zipped({ [SHEET]: rowsXml('<row r="2"/><row r="2"/>') })],
    ['whose cells go back', zipped({ [SHEET]: rowsXml('<row><c r="B1"/><c r="A1"/></row>') })],
    ['whose cells are nowhere', zipped({ [SHEET]: rowsXml('<row><c r="7"/></row>') })],
    ['whose merged cells are nowhere', zipped({ [SHEET]: sheet.replace('</sheetData>', '</sheetData><mergeCell/>') })],
  ])('%s', async (_what, bytes) => {
    const { reason, params } = await refusal(await bytes);
    expect(reason).toBe('SPREADSHEET_UNREADABLE');
    expect(params['problem']).toMatch(/\p{Script=Han}.* [a-z]/u);
    expect(spooledFiles()).toEqual([]);
  });

  it('with a password, or in the format of Excel 97', async () => {
    const { params } = await refusal(Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(4_096)]));
    expect(params['problem']).toContain('password');
  });
});

describe('an XLSX file is refused as too large', () => {
  const rows = (count: number): string => rowsXml('<row><c><v>1</v></c></row>'.repeat(count));
  const strings = `<sst><si><t>${'x'.repeat(2_001)}</t></si></sst>`;

  it.each<[string, Parts, string]>([
    ['of more rows than may be', { [SHEET]: rows(12) }, '10 rows below the header'],
    ['of more columns', { [SHEET]: rowsXml('<row r="7"><c r="BM7"><v>1</v></c></row>') }, '64 columns (cell BM7)'],
    ['with a longer number', { [SHEET]: rowsXml(`<row><c><v>${'1'.repeat(2_001)}</v></c></row>`) }, 'in cell A1'],
    [
      'with a longer text',
      { [SHEET]: rowsXml('<row><c r="C1" t="s"><v>0</v></c></row>'), [STRINGS]: strings },
      'in cell C1',
    ],
    ['that bursts when unpacked', { [SHEET]: rowsXml(' '.repeat(5_000_000)) }, 'compression ratio 200'],
    ['that bursts somewhere else', { [SHEET]: rows(1), 'x.bin': Buffer.alloc(5_000_000) }, 'compression ratio 200'],
    [
      'of very many parts',
      { [SHEET]: rows(1), ...Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`p${at}`, ''])) },
      '1000 parts',
    ],
  ])('%s', async (_what, parts, limit) => {
    const { reason, params } = await refusal(await zipped(parts), { ...LIMITS, rows: 10 });
    expect(reason).toBe('SPREADSHEET_TOO_LARGE');
    expect(params['limit']).toContain(limit);
    expect(spooledFiles()).toEqual([]);
  });

  it('of more bytes than may be, before they are all sent', async () => {
    let sent = 0;
    const source = Readable.from(
      (function* () {
        for (; sent < 1_000; sent += 1) yield Buffer.alloc(65_536);
      })(),
    );
    await expect(readStream(source, { rows: 1, bytes: 1_048_576 })).rejects.toThrow('1 MiB');
    expect(sent).toBeLessThan(50);
  });

  it('that declares less than it holds, once it holds more', async () => {
    const bytes = await zipped({ [SHEET]: rows(100_000) });
    const entry = bytes.lastIndexOf(SHEET) - DIRECTORY_ENTRY_BYTES;
    bytes.writeUInt32LE(1_000, entry + 24);
    expect((await refusal(bytes, { ...LIMITS, rows: 1_000_000 })).reason).toBe('SPREADSHEET_UNREADABLE');
  });

  it('but not for what another sheet holds', async () => {
    const cell = rowsXml('<row><c t="s"><v>1</v></c></row>');
    const both = `<sst><si><t>${'x'.repeat(200_000)}</t></si><si><t>ok</t></si></sst>`;
    expect(await read(await zipped({ [SHEET]: cell, [STRINGS]: both }))).toEqual([{ rowNumber: 1, cells: ['ok'] }]);
  });
});
