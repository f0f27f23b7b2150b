import { Readable } from 'node:stream';
import { CLEARED_FUNDS, INSURANCES, PROVINCES } from '@yiditong/codes';
import {
  clearingTables,
  monthlyClearing,
  nationalTable,
  type ClearingCell,
  type ClearingCount,
  type ClearingRow,
  type ClearingTable,
  type ClearingTableNumber,
} from '@yiditong/ledger';
import { fen, formatYuan, parseYuan } from '@yiditong/money';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { openArchive, readPart } from '../spreadsheet/archive.js';
import { readRows } from '../spreadsheet/read-rows.js';
import { SheetParser } from '../spreadsheet/sheet-parser.js';
import type { SheetFormat } from '../spreadsheet/sheet-row.js';
import { spool } from '../spreadsheet/spool.js';
import { readWorkbook } from '../spreadsheet/workbook.js';
import { XmlParser } from '../spreadsheet/xml.js';
import { clearingTableFile } from './clearing-table-files.js';

const HENAN = '410000';
const LIMITS = { rows: 10_000, bytes: 10 * 1_048_576 };
const A4_ON_ITS_SIDE = [0, 0, 841.89, 595.28];
const OTHERS = PROVINCES.map(({ code }) => code).filter((code) => code !== HENAN);

/** What Henan has with so many others, both ways: a few funds each, deductions, and every fifth pair a return. Amounts run into the hundred millions. */
function month(others: readonly string[], funds = CLEARED_FUNDS.slice(0, 3)): ClearingTable[] {
  const rows: ClearingRow[] = [];
  const counts: ClearingCount[] = [];
  let seed = 7n;
  const next = (below: bigint): bigint => (seed = (seed * 6_364_136_223_846_793_005n + 1n) % 2n ** 64n) % below;
  others.forEach((other, at) => {
    for (const [payer, payee] of [
      [HENAN, other],
      [other, HENAN],
    ] as const)
      for (const insurance of INSURANCES) {
        counts.push({ payer, payee, insurance, count: next(60_000n) });
        const pair = { payer, payee, insurance };
        for (const fund of funds)
          for (const costMonth of ['2026-09', '2026-10'])
            rows.push({ ...pair, fund, costMonth, kind: 'COST', amountFen: fen(next(12_345_678_901n) - 999n) });
        const deducted = at % 5 === 4 ? 99_999_999_999n : next(1_000_000n);
        const deduction = { fund: 'POOLING', costMonth: '2026-10', kind: 'AUDIT_DEDUCTION' } as const;
        rows.push({ ...pair, ...deduction, amountFen: fen(deducted) });
      }
  });
  const when = { clearingMonth: '2026-11', generatedOn: '2026-11-21' };
  return [
    nationalTable(when, monthlyClearing(rows).pairs),
    ...clearingTables({ ...when, region: HENAN, rows, counts }),
  ];
}

function numbered(tables: readonly ClearingTable[], number: ClearingTableNumber): ClearingTable {
  const found = tables.find((one) => one.number === number);
  if (!found) throw new Error(`no table ${number}`);
  return found;
}

function plain(cell: ClearingCell): string {
  if (cell.kind === 'TEXT') return cell.text.zh;
  return cell.kind === 'COUNT' ? String(cell.count) : formatYuan(cell.amountFen);
}

/** Blank cells at the end of a row aren't read. */
function trimmed(cells: readonly string[]): string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
}

/** What a spreadsheet of it has, titles first. */
function expectedOf({ columns, rows, total, totalInWords }: ClearingTable): string[][] {
  return [
    columns.map(({ zh, kind }) => (kind === 'AMOUNT' ? `${zh}（元）` : zh)),
    ...[...rows, total].map((cells) => trimmed(cells.map(plain))),
    ...(totalInWords === null ? [] : [['合计大写', `人民币${totalInWords}`]]),
  ];
}

async function rowsOf(bytes: Buffer, format: SheetFormat): Promise<string[][]> {
  const rows: string[][] = [];
  for await (const { cells } of readRows(Readable.from([bytes]), format, LIMITS)) rows.push(trimmed(cells));
  return rows;
}

/** Each sheet with its rows, and its XML. The product's reader of uploads takes files of one sheet only, so its parts are used. */
async function sheetsOf(bytes: Buffer): Promise<{ readonly rows: string[][]; readonly xml: string }[]> {
  const file = await spool(Readable.from([bytes]));
  try {
    const archive = await openArchive(file);
    const workbook = await readWorkbook(archive);
    const sheets: { rows: string[][]; xml: string }[] = [];
    for (const { place, path } of workbook.sheets) {
      const sheet = new SheetParser(workbook, place);
      const parser = new XmlParser(sheet.handlers);
      let xml = '';
      for await (const chunk of readPart(archive, path, LIMITS.bytes)) {
        parser.write(chunk);
        xml += chunk;
      }
      parser.close();
      sheets.push({ rows: sheet.takeRows().map(({ cells }) => trimmed(cells)), xml });
    }
    return sheets;
  } finally {
    await file.close();
  }
}

/** The text of each page, by a reader that knows nothing of how it was written. Blanks are where it guesses words to end. */
async function pagesOf(pdf: Buffer): Promise<string[]> {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)), { mergePages: false });
  return text.map((page) => page.replaceAll(/\s+/g, ' '));
}

type Box = {
  readonly said: string;
  readonly left: number;
  readonly right: number;
  readonly low: number;
  readonly high: number;
};

/** Where each piece of text stands on each page, as far as its ink may reach. */
async function boxesOf(pdf: Buffer): Promise<Box[][]> {
  const document = await getDocumentProxy(new Uint8Array(pdf));
  const pages: Box[][] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const { items } = await (await document.getPage(number)).getTextContent();
    const boxes = items.flatMap((item): Box[] => {
      if (!('str' in item) || item.str.trim() === '') return [];
      const [left, base] = [Number(item.transform[4]), Number(item.transform[5])];
      const [low, high] = [base - 0.2 * item.height, base + 0.8 * item.height];
      return [{ said: item.str, left, right: left + item.width, low, high }];
    });
    pages.push(boxes);
  }
  return pages;
}

function overlapping(boxes: readonly Box[]): string[] {
  return boxes.flatMap((one, at) =>
    boxes
      .slice(at + 1)
      .filter(
        (other) => one.left < other.right && other.left < one.right && one.low < other.high && other.low < one.high,
      )
      .map((other) => `${one.said} | ${other.said}`),
  );
}

function printed(cell: ClearingCell, language: 'zh' | 'en'): string {
  if (cell.kind === 'TEXT') return cell.text[language].replaceAll('’', "'").replaceAll(' ', '');
  return plain(cell).replaceAll(/\B(?=(\d{3})+(\.|$))/g, ',');
}

function pagesWith(pages: readonly string[], number: ClearingTableNumber): string[] {
  return pages.filter((page) => page.includes(`Annex ${number} `));
}

/** How many figures of a row stand in their order after its texts; what is cut off goes on after them on another page. */
function figuresFound(pages: readonly string[], cells: readonly ClearingCell[], language: 'zh' | 'en'): number {
  const texts = cells.filter(({ kind }) => kind === 'TEXT').map((cell) => printed(cell, language));
  const figures = cells.filter(({ kind }) => kind !== 'TEXT').map((cell) => printed(cell, language));
  let found = 0;
  for (const page of pages) {
    const places = page.replaceAll(' ', '').split(texts.join('')).slice(1);
    const runs = places.map((following) => {
      let count = 0;
      for (let at = 0; found + count < figures.length; count += 1) {
        const next = figures[found + count] ?? '';
        if (!following.startsWith(next, at)) break;
        at += next.length;
      }
      return count;
    });
    found += Math.max(0, ...runs);
  }
  return found;
}

describe('a table as CSV', () => {
  it.each(numberedTables())('%s is read as it is, to the fen', async (number) => {
    const table = numbered(month(OTHERS), number);
    const bytes = await clearingTableFile([table], 'csv', 'zh');
    expect(await rowsOf(bytes, 'csv')).toEqual(expectedOf(table));
    expect(bytes.toString().slice(0, 4)).toBe('\uFEFF代码,');
    expect(bytes.toString().replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('has amounts below zero as numbers, not as guarded texts', async () => {
    const table = numbered(month(OTHERS), '14-7');
    const rows = await rowsOf(await clearingTableFile([table], 'csv', 'zh'), 'csv');
    const totals = rows.slice(1).map((cells) => parseYuan(cells.at(-1) ?? ''));
    expect(totals).toEqual([...table.rows, table.total].map((cells) => amountAt(cells, -1)));
    expect(totals.some((amount) => amount !== null && amount < 0n)).toBe(true);
  });

  it('is in English where that is asked for', async () => {
    const table = numbered(month(['310000', '340000']), '14-1');
    const csv = (await clearingTableFile([table], 'csv', 'en')).toString();
    expect(csv).toContain('Code,Treating province,Employees’ visits,Employees’ pooling fund (yuan),');
    expect(csv).toContain('\r\n310000,Shanghai,');
    expect(csv).toContain('\r\nTotal,,');
  });

  it('is one, and no file is of none', async () => {
    const tables = month(['310000']);
    await expect(clearingTableFile(tables, 'csv', 'zh')).rejects.toThrow('a CSV has one table');
    await expect(clearingTableFile([], 'pdf', 'zh')).rejects.toThrow('a file has a table at least');
  });
});

describe('tables as a workbook', () => {
  it('are a sheet each, read as they are to the fen', async () => {
    const tables = month(OTHERS);
    const sheets = await sheetsOf(await clearingTableFile(tables, 'xlsx', 'zh'));
    expect(sheets.map(({ rows }) => rows)).toEqual(tables.map(expectedOf));
    const amounts = (cells: readonly (bigint | null)[]): (bigint | null)[] => cells.filter((amount) => amount !== null);
    const read = sheets.map(({ rows }) => rows.flatMap((cells) => amounts(cells.map(amountIn))));
    expect(read).toEqual(
      tables.map(({ rows, total }) =>
        [...rows, total].flatMap((cells) => amounts(cells.map((_, at) => amountAt(cells, at)))),
      ),
    );
  });

  it('of one sheet are what the reader of uploads takes', async () => {
    const table = numbered(month(OTHERS), '14-2');
    expect(await rowsOf(await clearingTableFile([table], 'xlsx', 'zh'), 'xlsx')).toEqual(expectedOf(table));
  });

  it('have amounts and counts as numbers that a program sums, and codes as texts', async () => {
    const table = numbered(month(OTHERS), '14-7');
    const [sheet] = await sheetsOf(await clearingTableFile([table], 'xlsx', 'zh'));
    const numbers = [...(sheet?.xml ?? '').matchAll(/<c r="[A-Z]+\d+" s="\d"><v>([^<]*)<\/v><\/c>/g)].map(
      ([, said]) => said,
    );
    const expected = [...table.rows, table.total].flatMap((cells) =>
      cells.filter(({ kind }) => kind !== 'TEXT').map(plain),
    );
    expect(numbers).toEqual(expected);
    expect(numbers.some((said) => said?.startsWith('-'))).toBe(true);
    expect(sheet?.xml).toContain('<c r="A2" s="0" t="inlineStr"><is><t xml:space="preserve">110000</t></is></c>');
  });

  it('keep an amount that a floating-point number would not', async () => {
    const amountFen = fen(900_719_925_474_099_301n);
    const table = numbered(month(['310000']), '14-1');
    const total = table.total.map((cell) => (cell.kind === 'AMOUNT' ? { ...cell, amountFen } : cell));
    const [sheet] = await sheetsOf(await clearingTableFile([{ ...table, total }], 'xlsx', 'zh'));
    expect(sheet?.rows.at(-1)?.at(-1)).toBe('9007199254740993.01');
  });

  it('say on paper what they are', async () => {
    const [sheet] = await sheetsOf(await clearingTableFile([numbered(month(['310000']), '14-1')], 'xlsx', 'zh'));
    expect(sheet?.xml).toContain(
      '&amp;C附件14-1　河南跨省异地就医应付医疗费用清算表\n清算月份 2026-11　生成日期 2026-11-21',
    );
    expect(sheet?.xml).toContain('<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>');
  });
});

describe('tables on paper', () => {
  it.each([
    ['zh', CLEARED_FUNDS.slice(0, 3)],
    ['en', CLEARED_FUNDS.slice(0, 3)],
    ['zh', [...CLEARED_FUNDS]],
    ['en', [...CLEARED_FUNDS]],
  ] as const)('have every figure of every row in its place, in %s with funds %s', async (language, funds) => {
    const tables = month(OTHERS, [...funds]);
    const pdf = await clearingTableFile(tables, 'pdf', language);
    const pages = await pagesOf(pdf);
    for (const { number, rows, total } of tables) {
      const own = pagesWith(pages, number);
      for (const cells of [...rows, total]) {
        const row = cells.map((cell) => printed(cell, language));
        expect([...row, figuresFound(own, cells, language)]).toEqual([
          ...row,
          cells.filter(({ kind }) => kind !== 'TEXT').length,
        ]);
      }
    }
    const document = await getDocumentProxy(new Uint8Array(pdf));
    expect((await document.getPage(1)).view).toEqual(A4_ON_ITS_SIDE);
  });

  it('begin each page with whose they are, when, and the columns’ titles, and number the pages', async () => {
    const tables = month(OTHERS);
    const pages = await pagesOf(await clearingTableFile(tables, 'pdf', 'zh'));
    const counts = tables.map(({ number, titleZh, region, columns }) => {
      const own = pagesWith(pages, number);
      for (const page of own) {
        expect(page).toContain(`附件${number} Annex ${number} ${region === null ? '' : '河南'}${titleZh}`);
        expect(page).toContain('清算月份 2026-11 生成日期 2026-11-21 单位：元');
        expect(page).toContain('Clearing month 2026-11, generated on 2026-11-21, amounts in yuan');
        for (const { zh } of columns) expect(page.replaceAll(' ', '')).toContain(zh);
      }
      return own.length;
    });
    pages.forEach((page, at) =>
      expect(page).toContain(`第 ${at + 1} 页 共 ${pages.length} 页 Page ${at + 1} of ${pages.length}`),
    );
    // Thirty-one counterparties are one page; by cost month, in both directions or with returns they are more rows.
    expect(counts).toEqual([1, 1, 2, 2, 2, 2, 2, 1, 2, 2]);
    expect(pages).toHaveLength(17);
  });

  it.each([31, 30, 29, 28, 27, 26, 25, 24])(
    'have the total of a notice of %i counterparties in words, below it and below a row at least',
    async (count) => {
      const notice = numbered(month(OTHERS.slice(0, count)), '16');
      const pages = await pagesOf(await clearingTableFile([notice], 'pdf', 'zh'));
      expect(pages.at(-1)).toMatch(
        new RegExp(` \\d{6} \\S+ \\S+ [\\d,.]+ 合计 [\\d,.]+ 合计大写 人民币${notice.totalInWords} `),
      );
      expect(pages.filter((page) => page.includes(' 合计 '))).toHaveLength(1);
    },
  );

  it.each([
    ['thirty-one counterparties', month(OTHERS), 'zh'],
    ['thirty-one counterparties in English', month(OTHERS), 'en'],
    ['all funds at once', month(OTHERS, [...CLEARED_FUNDS]), 'zh'],
    ['all funds at once in English', month(OTHERS, [...CLEARED_FUNDS]), 'en'],
    ['nobody', month([]), 'zh'],
  ] as const)('of %s have no text on another, and none off the page', async (_, tables, language) => {
    const pages = await boxesOf(await clearingTableFile(tables, 'pdf', language));
    for (const boxes of pages) {
      expect(boxes.length).toBeGreaterThan(10);
      expect(overlapping(boxes)).toEqual([]);
      for (const { said, left, right, low, high } of boxes)
        expect([said, left >= 30 && right <= 812.5 && low >= 15 && high <= 575]).toEqual([said, true]);
    }
  });

  it('too wide for a page are cut into parts that each have all rows and a total', async () => {
    const table = numbered(month(OTHERS, [...CLEARED_FUNDS]), '14-1');
    const pages = await pagesOf(await clearingTableFile([table], 'pdf', 'zh'));
    const parts = pages.map((page) => /附件14-1 分表 (\d)\/(\d) /.exec(page)?.slice(1).map(Number));
    expect(parts.length).toBeGreaterThan(1);
    expect(parts).toEqual(pages.map((_, at) => [at + 1, pages.length]));
    for (const page of pages) {
      for (const cells of table.rows) expect(page).toContain(` ${printed(cells[0] as ClearingCell, 'zh')} `);
      expect(page).toMatch(/ 合计 [\d,.-]+ /);
    }
  });

  it('are the same bytes each time', async () => {
    const tables = month(['310000', '340000']);
    const [one, again] = [await clearingTableFile(tables, 'pdf', 'zh'), await clearingTableFile(tables, 'pdf', 'zh')];
    expect(one.equals(again)).toBe(true);
    const [sheets, same] = [
      await clearingTableFile(tables, 'xlsx', 'zh'),
      await clearingTableFile(tables, 'xlsx', 'zh'),
    ];
    expect(sheets.equals(same)).toBe(true);
  });

  it('have their fonts inside', async () => {
    const pdf = (await clearingTableFile(month(['310000']), 'pdf', 'zh')).toString('latin1');
    expect(pdf.match(/\/FontFile3 \d+ 0 R/g)).toHaveLength(2);
    expect(pdf).not.toMatch(/\/BaseFont \/(Helvetica|Times)/);
  });
});

function numberedTables(): ClearingTableNumber[] {
  return month([]).map(({ number }) => number);
}

function amountAt(cells: readonly ClearingCell[], at: number): bigint | null {
  const cell = cells.at(at);
  return cell?.kind === 'AMOUNT' ? cell.amountFen : null;
}

/** Of a text with two decimals. */
function amountIn(said: string): bigint | null {
  return /\.\d\d$/.test(said) ? parseYuan(said) : null;
}
