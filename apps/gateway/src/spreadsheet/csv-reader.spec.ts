import { Readable } from 'node:stream';
import { Rejection } from '@yiditong/codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRows } from './read-rows.js';
import type { SheetRow } from './sheet-row.js';

const LIMITS = { rows: 1_000, bytes: 10 * 1_048_576 };

/** Every Chinese character that GB18030 spells with two bytes. */
const GBK: ReadonlyMap<string, Buffer> = (() => {
  const decoder = new TextDecoder('gb18030');
  const spelled = new Map<string, Buffer>();
  for (let lead = 0xb0; lead <= 0xf7; lead += 1)
    for (let trail = 0xa1; trail <= 0xfe; trail += 1) {
      const bytes = Buffer.of(lead, trail);
      spelled.set(decoder.decode(bytes), bytes);
    }
  return spelled;
})();

function gb18030(text: string): Buffer {
  return Buffer.concat(Array.from(text, (character) => GBK.get(character) ?? Buffer.from(character)));
}

/** The bytes in chunks of that many. */
function sent(bytes: Buffer, size = bytes.length): Readable {
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
  return Readable.from(chunks);
}

async function read(stream: Readable, limits = LIMITS): Promise<readonly SheetRow[]> {
  const rows: SheetRow[] = [];
  for await (const row of readRows(stream, 'csv', limits)) rows.push(row);
  return rows;
}

async function refusal(stream: Readable, limits = LIMITS): Promise<Rejection> {
  const error: unknown = await read(stream, limits).catch((thrown: unknown) => thrown);
  if (error instanceof Rejection) return error;
  throw new Error('was read');
}

const NAMES = '姓名,参保地,备注\r\n张三,石家庄市,急\r\n';
const NAMES_READ = [
  { rowNumber: 1, cells: ['姓名', '参保地', '备注'] },
  { rowNumber: 2, cells: ['张三', '石家庄市', '急'] },
];

describe('a CSV file', () => {
  it.each<[string, Buffer]>([
    ['in UTF-8', Buffer.from(NAMES)],
    ['in UTF-8 with its mark', Buffer.from(`\uFEFF${NAMES}`)],
    ['in GB18030', gb18030(NAMES)],
  ])('%s is read, wherever its chunks end', async (_what, bytes) => {
    for (const size of [1, 2, 3, 5, bytes.length]) expect(await read(sent(bytes, size))).toEqual(NAMES_READ);
  });

  it('in GB18030 is read though its first characters could be UTF-8', async () => {
    const [twice] = [...GBK].find(([, [lead = 0, trail = 0]]) => lead > 0xc1 && lead < 0xe0 && trail < 0xc0) ?? [''];
    expect(twice).not.toBe('');
    const [row] = await read(sent(gb18030(`${twice},姓名\n`), 1));
    expect(row?.cells).toEqual([twice, '姓名']);
  });

  it('in GB18030 is read though the first 100 KB are ASCII', async () => {
    const plain = 'a,b\n'.repeat(25_000);
    const rows = await read(sent(gb18030(`${plain}龙,凤\n`), 65_536), { ...LIMITS, rows: 100_000 });
    expect(rows.at(-1)).toEqual({ rowNumber: 25_001, cells: ['龙', '凤'] });
  });

  it.each([
    ['CRLF', 'a,b\r\n1,2\r\n'],
    ['LF', 'a,b\n1,2'],
    ['CR', 'a,b\r1,2\r'],
    ['mixed line ends', 'a,b\n1,2\r\n'],
  ])('with %s has two rows', async (_what, text) =>
    expect((await read(sent(Buffer.from(text)))).map(({ cells }) => cells)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]),
  );

  it('keeps commas, quotes and line breaks inside quotes', async () => {
    const [row] = await read(sent(Buffer.from('"a,b","say ""hi""","one\r\ntwo"\r\n'), 3));
    expect(row?.cells).toEqual(['a,b', 'say "hi"', 'one\r\ntwo']);
  });

  it('leaves blank rows out, counts them, and leaves blank cells at the end out', async () => {
    expect(await read(sent(Buffer.from('\n,,\na,,b,,\n')))).toEqual([{ rowNumber: 3, cells: ['a', '', 'b'] }]);
  });

  it('gives back whatever was quoted into it', async () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => `|${text.replaceAll('\0', '')}`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 20 }),
        async (table, size) => {
          const text = table
            .map((cells) => cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(','))
            .join('\r\n');
          const rows = await read(sent(Buffer.from(text), size));
          expect(rows.map(({ cells }) => cells)).toEqual(table);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a CSV file is refused', () => {
  it.each<[string, Buffer]>([
    ['that is empty', Buffer.alloc(0)],
    ['of blank rows', Buffer.from('\n,,\n')],
    ['in an encoding of neither kind', Buffer.from([0x61, 0x2c, 0xff, 0xfe, 0x0a])],
    [
      'that changes its encoding',
      Buffer.concat([Buffer.from(`${'汉'.repeat(1_000)}\n`.repeat(60)), gb18030('\n汉字\n')]),
    ],
    ['marked as UTF-8 that isn’t', Buffer.concat([Buffer.from('\uFEFF姓名\n'), gb18030('汉字\n')])],
    ['that ends within a character', Buffer.concat([gb18030('姓名,汉字\n'), Buffer.of(0xc4)])],
    ['that is a binary file', Buffer.from('PK\u0003\u0004\0\0\0')],
    ['whose quote is never closed', Buffer.from('a,b\n1,"2\n3,4\n')],
    ['whose quote stands where none may', Buffer.from('a,b\n1,2"3\n')],
    ['whose open quote gathers too much', Buffer.from(`a\n"${'x\n'.repeat(400_000)}`)],
  ])('%s', async (_what, bytes) => {
    const { reason, params } = await refusal(sent(bytes, 60_000));
    expect(reason).toBe('SPREADSHEET_UNREADABLE');
    expect(params['problem']).toMatch(/\p{Script=Han}.* [a-z]/u);
  });

  it('by the row in which it is broken, without what the row says', async () => {
    const { message } = await refusal(sent(Buffer.from('a\nb\n110101199003070003,"x" y\n')));
    expect(message).toContain('row 3 on, cell B3');
    expect(message).not.toContain('110101199003070003');
  });

  const lines = (count: number, line: string): Buffer => Buffer.from(`${line}\n`.repeat(count));
  const wrong = Buffer.of(0xff);
  it.each<[string, Buffer, string]>([
    ['the first byte', Buffer.concat([wrong, gb18030('姓名\n')]), 'row 1 on, cell A1'],
    [
      'a byte late in UTF-8',
      Buffer.concat([lines(9_000, '汉,字'), Buffer.from('汉,x'), wrong]),
      'row 9001 on, cell B9001',
    ],
    [
      'GB18030 after UTF-8',
      Buffer.concat([lines(9_000, '汉,字'), gb18030('汉,汉,字\n'), lines(9_000, '汉,字')]),
      'row 9001 on, cell A9001',
    ],
    [
      'a byte late in GB18030',
      Buffer.concat([gb18030('汉,字\n'.repeat(20_000)), gb18030('汉,字,x'), wrong, gb18030('\n汉')]),
      'row 20001 on, cell C20001',
    ],
    [
      'a byte in quotes, after a line break in quotes',
      Buffer.concat([gb18030('"汉\n字",1\n字,"汉\n'), wrong, gb18030('字"\n')]),
      'row 2 on, cell B2',
    ],
    ['an end within a character', Buffer.concat([gb18030('姓名,汉字\n'), Buffer.of(0xc4)]), 'row 2 on, cell A2'],
  ])('by the row and the cell where its text breaks off: %s', async (_what, bytes, place) => {
    for (const size of [1_000, 60_000, bytes.length]) {
      const { reason, params } = await refusal(sent(bytes, size), { ...LIMITS, rows: 100_000 });
      expect(reason).toBe('SPREADSHEET_UNREADABLE');
      expect(params['problem']).toContain('the text is neither UTF-8 nor GB18030');
      expect(params['problem']).toContain(place);
    }
  });

  it.each<[string, string, string]>([
    ['of more rows than may be', 'h\n'.repeat(12), '10 rows below the header'],
    ['of more columns than may be', `h\n${','.repeat(64)}x\n`, '64 columns (cell BM2)'],
    ['with a cell longer than may be', `h\n,${'x'.repeat(2_001)}\n`, '2000 characters in cell B2'],
    ['of more bytes than may be', '\n'.repeat(3 * 1_048_576), '2 MiB'],
  ])('%s', async (_what, text, limit) => {
    const { reason, params } = await refusal(sent(Buffer.from(text), 1_000), { rows: 10, bytes: 2 * 1_048_576 });
    expect(reason).toBe('SPREADSHEET_TOO_LARGE');
    expect(params['limit']).toContain(limit);
  });

  it('but not one that is as large as it may be', async () => {
    const columns = `${','.repeat(63)}${'x'.repeat(2_000)}\n`;
    const rows = await read(sent(Buffer.from(columns.repeat(11))), { rows: 10, bytes: 11 * columns.length });
    expect(rows).toHaveLength(11);
  });
});

describe('a CSV stream', () => {
  const ROWS = 100_000;
  const line = (row: number): string => `${row},张三,石家庄市,长期居住\n`;

  it('is read no faster than its rows are taken', async () => {
    let produced = 0;
    let taken = 0;
    let ahead = 0;
    const source = Readable.from(
      (function* () {
        for (; produced < ROWS; produced += 1) yield Buffer.from(line(produced));
      })(),
    );
    for await (const { cells } of readRows(source, 'csv', { rows: ROWS, bytes: 100 * 1_048_576 })) {
      if (cells[0] !== String(taken)) throw new Error('a row is missing');
      taken += 1;
      ahead = Math.max(ahead, produced - taken);
    }
    expect(taken).toBe(ROWS);
    expect(ahead).toBeLessThan(10_000);
  });

  it('is read no further once its consumer stops, and is not destroyed', async () => {
    let produced = 0;
    const source = Readable.from(
      (function* () {
        for (; produced < ROWS; produced += 1) yield Buffer.from(line(produced));
      })(),
    );
    for await (const { rowNumber } of readRows(source, 'csv', LIMITS)) if (rowNumber === 10) break;
    const stoppedAt = produced;
    await new Promise((resolve) => setImmediate(resolve));
    expect(stoppedAt).toBeLessThan(10_000);
    expect(produced - stoppedAt).toBeLessThan(5);
    expect(source.destroyed).toBe(false);
    source.destroy();
  });

  it('that fails ends the rows with its own error', async () => {
    const source = Readable.from(
      (function* () {
        yield Buffer.from(line(1));
        throw new Error('connection lost');
      })(),
    );
    await expect(read(source)).rejects.toThrow('connection lost');
  });
});
