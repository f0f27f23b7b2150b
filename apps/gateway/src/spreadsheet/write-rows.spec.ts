import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { readRows } from './read-rows.js';
import type { SheetFormat, SheetRow } from './sheet-row.js';
import { writeRows } from './write-rows.js';

const FORMATS: readonly SheetFormat[] = ['csv', 'xlsx'];
const LIMITS = { rows: 200_000, bytes: 100 * 1_048_576 };
const HEADER = ['编号', '姓名', '备注'];

async function* each(rows: readonly (readonly string[])[]): AsyncGenerator<readonly string[]> {
  yield* rows;
}

async function read(stream: Readable, format: SheetFormat): Promise<readonly SheetRow[]> {
  const rows: SheetRow[] = [];
  for await (const { sheet: _, ...row } of readRows(stream, format, LIMITS)) rows.push(row);
  return rows;
}

async function written(rows: readonly (readonly string[])[], format: SheetFormat): Promise<Buffer> {
  return buffer(writeRows(each(rows), HEADER, format));
}

async function sheetXml(rows: readonly (readonly string[])[]): Promise<string> {
  const zip = await fromBufferPromise(await written(rows, 'xlsx'), { lazyEntries: true });
  for await (const entry of zip.eachEntry())
    if (entry.fileName === 'xl/worksheets/sheet1.xml') return text(await zip.openReadStreamPromise(entry));
  throw new Error('no sheet');
}

describe.each(FORMATS)('rows written as %s', (format) => {
  it('are read as they were', async () => {
    // What a formula could start with is changed on purpose in CSV; a row's last cell is never blank, or it would be left out.
    const cell = fc
      .string({ unit: 'grapheme', maxLength: 10 })
      .map((value) => value.replace(/\p{Cc}/gu, '\n').replace(/^[\s=+\-@＝＋－＠]+/u, ''));
    const row = fc.tuple(
      cell,
      cell,
      cell.map((value) => `${value}。`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 10 }), async (rows) => {
        const found = await read(writeRows(each(rows), HEADER, format), format);
        expect(found).toEqual([HEADER, ...rows].map((cells, at) => ({ rowNumber: at + 1, cells })));
      }),
      { numRuns: 50 },
    );
  });

  it('are a hundred thousand, made no faster than they are taken', async () => {
    const ROWS = 100_000;
    let produced = 0;
    let ahead = 0;
    let bytes = 0;
    const rows = (async function* () {
      for (; produced < ROWS; produced += 1) yield [String(produced), '张三', `石家庄市第 ${produced} 条`];
    })();
    const stream = writeRows(rows, HEADER, format);
    const first = stream[Symbol.asyncIterator]();
    await first.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    ahead = produced;
    for await (const chunk of { [Symbol.asyncIterator]: () => first }) bytes += (chunk as Buffer).length;
    expect(ahead).toBeLessThan(40_000);
    expect(produced).toBe(ROWS);
    expect(bytes).toBeGreaterThan(100_000);
  });

  it('are no longer asked for when nobody reads on', async () => {
    let ended = false;
    let produced = 0;
    const rows = (async function* () {
      try {
        for (; ; produced += 1) yield ['1', '张三', '。'.repeat(500)];
      } finally {
        ended = true;
      }
    })();
    const stream = writeRows(rows, HEADER, format);
    for await (const _ of stream) if (produced > 100) break;
    await expect.poll(() => ended).toBe(true);
  });

  it('end with the error of what they come from', async () => {
    const rows = (async function* () {
      yield ['1', '张三', '。'];
      throw new Error('database gone');
    })();
    await expect(buffer(writeRows(rows, HEADER, format))).rejects.toThrow('database gone');
  });

  it('may be none', async () => {
    const found = await read(Readable.from(await written([], format)), format);
    expect(found).toEqual([{ rowNumber: 1, cells: HEADER }]);
  });
});

describe('a CSV that was written', () => {
  it('has the mark of UTF-8 and CRLF', async () => {
    expect((await written([['1', '张三', '"a"\nb,c']], 'csv')).toString()).toBe(
      '\uFEFF编号,姓名,备注\r\n1,张三,"""a""\nb,c"\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@x', '\tx', '\rx'])('holds %j as no formula', async (cell) => {
    const [, row] = await read(writeRows(each([[cell]]), HEADER, 'csv'), 'csv');
    expect(row?.cells).toEqual([`'${cell}`]);
  });
});

describe('an XLSX that was written', () => {
  it('has a bold header that stays in view, and texts only', async () => {
    const xml = await sheetXml([['=1+1', '', '<&>']]);
    expect(xml).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>');
    expect(xml).toContain('<c r="A1" s="1" t="inlineStr"><is><t xml:space="preserve">编号</t></is></c>');
    expect(xml).toContain(
      '<row r="2"><c r="A2" s="0" t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>' +
        '<c r="C2" s="0" t="inlineStr"><is><t xml:space="preserve">&lt;&amp;&gt;</t></is></c></row>',
    );
    expect(xml).not.toContain('<f>');
  });

  it('keeps what XML can’t hold, and what looks like an escape', async () => {
    const cells = ['a\u0001\r\u007F', '_x0041_', '\uFFFFz'];
    const [, row] = await read(writeRows(each([cells]), HEADER, 'xlsx'), 'xlsx');
    expect(row?.cells).toEqual(cells);
  });

  it('is the same for the same rows', async () => {
    const rows = [['1', '张三', 'a']];
    expect(await written(rows, 'xlsx')).toEqual(await written(rows, 'xlsx'));
  });
});

describe('rows written as text of the national form', () => {
  it('have tabs between cells, no header, and no cell that breaks a row', async () => {
    const rows = each([
      ['1', '西药\t片', 'a\r\nb'],
      ['2', '', ''],
    ]);
    expect(await text(writeRows(rows, HEADER, 'txt'))).toBe('1\t西药 片\ta b\n2\t\t\n');
  });

  it('are nothing where there are none', async () => {
    expect(await text(writeRows(each([]), HEADER, 'txt'))).toBe('');
  });
});
