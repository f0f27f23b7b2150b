import { fundTotalMeant, fundTotalShown } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { readDetailFile, resultRows, type DetailRow, type FundReading } from './detail-file.js';
import { nationalIdOf } from './national-codes.js';
import { unzipText, zipRows } from './zipped-text.js';

const SETTLEMENT = '01890a5d-ac96-774b-bcce-b302099a8057';
const PERSON = '01890a5d-ac96-774b-bcce-b302099a8058';
const GOOD = [nationalIdOf(SETTLEMENT), 'M1', nationalIdOf(PERSON), '100.00', '60.5', '9', '0'];
const beijing: FundReading = (shown, account) => fundTotalMeant(shown, account, '110105');

const fileOf = (...rows: readonly (readonly string[])[]): string => rows.map((row) => `${row.join('\t')}\n`).join('');
const spoilt = (column: number, cell: string): string => fileOf(GOOD.with(column, cell));

describe('a detail file', () => {
  it('is read row by row, with or without an end of its last line, in lines of either kind', () => {
    const row = {
      recordId: SETTLEMENT,
      personId: PERSON,
      totalFen: 10_000n,
      fundTotalFen: 6_050n,
      accountFen: 900n,
      refund: false,
      visit: 'M1',
    };
    for (const text of [
      fileOf(GOOD),
      fileOf(GOOD).trimEnd(),
      fileOf(GOOD).replace('\n', '\r\n'),
      `\uFEFF${fileOf(GOOD)}`,
    ])
      expect(readDetailFile(text, beijing)).toEqual([row]);
    expect(readDetailFile('', beijing)).toEqual([]);
  });

  it('has a refund’s amounts negative', () => {
    const refund = [...GOOD.slice(0, 3), '-100.00', '-60.00', '0.00', '1'];
    expect(readDetailFile(fileOf(refund), beijing)[0]).toMatchObject({ totalFen: -10_000n, refund: true });
  });

  it('is read as the province writes the funds’ total, where accounts are in it', () => {
    const guangdong: FundReading = (shown, account) => fundTotalMeant(shown, account, '440100');
    expect(readDetailFile(fileOf(GOOD), guangdong)[0]?.fundTotalFen).toBe(5_150n);
  });

  it.each([
    ['no settlement id', spoilt(0, ''), 'setl_id'],
    ['a settlement id of another form', spoilt(0, '123'), 'setl_id'],
    ['a visit that is too long', spoilt(1, 'x'.repeat(31)), 'mdtrt_id'],
    ['no person', spoilt(2, ''), 'psn_no'],
    ['no total', spoilt(3, ''), 'medfee_sumamt'],
    ['three decimals', spoilt(3, '100.000'), 'medfee_sumamt'],
    ['an exponent', spoilt(3, '1e2'), 'medfee_sumamt'],
    ['a number with a comma', spoilt(4, '1,000.00'), 'fund_pay_sumamt'],
    ['too many digits', spoilt(4, '100000000000000.00'), 'fund_pay_sumamt'],
    ['a negative amount', spoilt(5, '-1'), 'acct_pay'],
    ['a refund with a positive amount', spoilt(6, '1'), 'acct_pay'],
    ['no flag', spoilt(6, ''), 'refd_setl_flag'],
    ['a column too few', fileOf(GOOD.slice(0, 6)), '7'],
    ['a column too many', fileOf([...GOOD, '']), '7'],
    ['an empty line', `\n${fileOf(GOOD)}`, '7'],
  ])('with %s is refused, naming the row and the column', (_, text, column) => {
    expect(() => readDetailFile(text, beijing)).toThrow(
      expect.objectContaining({
        reason: 'DETAIL_FILE_INVALID',
        params: { row: '1', problem: expect.stringContaining(column) as string },
      }),
    );
  });

  it('with a settlement twice is refused at the second', () =>
    expect(() => readDetailFile(fileOf(GOOD, GOOD), beijing)).toThrow(
      expect.objectContaining({
        reason: 'DETAIL_FILE_INVALID',
        params: expect.objectContaining({ row: '2' }) as object,
      }),
    ));

  it('is answered with what differs, in the province’s own reading', () => {
    const uploaded = readDetailFile(fileOf(GOOD), beijing);
    const row = uploaded[0] as DetailRow;
    const other = { ...row, recordId: PERSON, refund: true, totalFen: -1n, fundTotalFen: -1n, accountFen: 0n };
    const compared = [
      { difference: 'ROW_DIFFERENCE_DIFFERS' as const, row, messageId: 'm1' },
      { difference: 'ROW_DIFFERENCE_ONLY_HERE' as const, row: other, messageId: 'm2' },
      { difference: 'ROW_DIFFERENCE_ONLY_THERE' as const, row, messageId: '' },
    ];
    const shown: FundReading = (fund, account) => fundTotalShown(fund, account, '440100');
    const [person, settlement] = [nationalIdOf(PERSON), nationalIdOf(SETTLEMENT)];
    expect(resultRows(compared, uploaded, shown)).toEqual([
      [person, 'M1', settlement, 'm1', '103', '0', '数据不一致', '100.00', '69.50', '9.00'],
      [person, '', person, 'm2', '101', '1', '中心多', '-0.01', '-0.01', '0.00'],
      [person, 'M1', settlement, '', '102', '0', '医药机构多', '100.00', '69.50', '9.00'],
    ]);
  });
});

describe('a zipped text', () => {
  it('comes out as it went in, but for what would make two cells of one', async () => {
    const zip = await zipRows('a.txt', [['甲', 'b\tc'], ['d\ne']]);
    expect(await unzipText(zip)).toBe('甲\tb c\nd e\n');
    expect(await zipRows('a.txt', [['甲', 'b\tc'], ['d\ne']])).toEqual(zip);
  });

  it('fails where its rows do', async () => {
    async function* failing() {
      yield ['a'];
      throw new Error('the service is gone');
    }
    await expect(zipRows('a.txt', failing())).rejects.toThrow('the service is gone');
  });

  it.each([
    ['nothing', () => Promise.resolve(Buffer.alloc(0))],
    ['no zip', () => Promise.resolve(Buffer.from('a\tb\n'))],
    ['half a zip', async () => (await zipRows('a.txt', [['a']])).subarray(0, 40)],
    ['a changed byte', async () => flipped(await zipRows('a.txt', [['a'.repeat(100)]]), 40)],
  ])('is refused where it is %s', async (_, made) => {
    await expect(unzipText(await made())).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED' });
  });

  it('is refused where it holds more than a detail file may', async () => {
    const zip = await zipRows('a.txt', [['a'.repeat(5 * 1024 * 1024)]]);
    await expect(unzipText(zip)).rejects.toMatchObject({ reason: 'PAYLOAD_TOO_LARGE' });
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}
