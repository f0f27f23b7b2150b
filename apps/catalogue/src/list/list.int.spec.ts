import { atOnce, createTestDatabase, endOf, queryAs, type TestDatabase } from '@yiditong/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BUREAU,
  CLERK_A,
  HarmonizationDesk,
  OF_A,
  OF_PROVINCE,
  row,
  TITLES,
  TODAY,
} from '../matching/harmonization-desk.js';
import { migrations } from '../migrations/index.js';
import { decodeOwner, decodeRowCount } from './list.codec.js';

let db: TestDatabase;
let desk: HarmonizationDesk;
beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
  desk = new HarmonizationDesk(db);
});
afterAll(() => db.drop());

describe('a list', () => {
  it('is opened once for a request that is repeated', async () => {
    const first = await desk.lists.open(CLERK_A, 'request-1', OF_A, TODAY);
    expect(await desk.lists.open(CLERK_A, 'request-1', OF_A, TODAY)).toEqual(first);
    await expect(desk.lists.open(CLERK_A, 'request-1', OF_A, '2026-03-02')).rejects.toMatchObject({
      reason: 'IDEMPOTENCY_KEY_REUSED',
    });
    // Another owner's request of the same name is another request.
    expect(await desk.lists.open(BUREAU, 'request-1', OF_PROVINCE, TODAY)).not.toMatchObject({ listId: first.listId });
  });

  it('takes rows that are sent again once, only under one header, and only all of them', async () => {
    const upload = await desk.sent([row(2, 'A', '甲'), row(3, 'B', '乙', { kind: '零食' })]);
    const again = [row(2, 'A', '甲'), row(3, 'B', '乙', { kind: '零食' }), row(4, 'C', '丙')];
    expect(await desk.lists.stage(CLERK_A, upload, TITLES, again)).toMatchObject({ rows: 3, faultyRows: 1 });
    const turned = desk.lists.stage(CLERK_A, upload, TITLES.toReversed(), [row(5, 'D', '丁')]);
    await expect(turned).rejects.toMatchObject({ reason: 'SPREADSHEET_HEADER_INVALID' });
    await expect(desk.lists.stage(CLERK_A, upload, ['院内编码'], [row(5, 'D', '丁')])).rejects.toMatchObject({
      reason: 'SPREADSHEET_HEADER_INVALID',
    });
    await expect(desk.lists.complete(CLERK_A, upload, 4)).rejects.toMatchObject({
      reason: 'ITEM_LIST_INCOMPLETE',
      params: { expected: '4', received: '3' },
    });
    expect(await desk.lists.complete(CLERK_A, upload, 3)).toMatchObject({ state: 'MATCHING' });
    expect(await desk.lists.complete(CLERK_A, upload, 3)).toMatchObject({ state: 'MATCHING' });
    await expect(desk.lists.stage(CLERK_A, upload, TITLES, [row(5, 'D', '丁')])).rejects.toMatchObject({
      reason: 'ITEM_LIST_STATE_CONFLICT',
    });
    await desk.work.workOff();
    expect(await desk.lists.get(CLERK_A, upload)).toMatchObject({ state: 'FAULTY', faultyRows: 1 });
  });

  it('is made of one file: a newer upload replaces what an older one left', async () => {
    const half = await desk.sent([row(2, 'A', '甲'), row(3, 'B', '乙', { kind: '零食' })]);
    const whole = { ...half, uploadId: uuidv7() };
    const staged = await desk.lists.stage(CLERK_A, whole, TITLES, [row(2, 'C', '丙')]);
    expect(staged).toMatchObject({ rows: 1, faultyRows: 0, uploadId: whole.uploadId });
    const refused = [
      desk.lists.stage(CLERK_A, half, TITLES, [row(4, 'D', '丁')]),
      desk.lists.complete(CLERK_A, half, 2),
    ];
    expect(await Promise.all(refused.map((ending) => endOf(ending, 'done')))).toEqual([
      'ITEM_LIST_STATE_CONFLICT',
      'ITEM_LIST_STATE_CONFLICT',
    ]);
  });

  it('is rid of an older upload however long that was, and counts none of it meanwhile', async () => {
    const half = await desk.sent([row(2, 'A', '甲')]);
    await queryAs(
      db.superuserUrl,
      `INSERT INTO item_list_row SELECT (jsonb_populate_record(r, jsonb_build_object('row_number', n))).*
       FROM item_list_row AS r, generate_series(3, 5003) AS n WHERE list_id = $1 AND r.row_number = 2`,
      [half.listId],
    );
    const whole = { ...half, uploadId: uuidv7() };
    expect(await desk.lists.stage(CLERK_A, whole, TITLES, [row(2, 'C', '丙')])).toMatchObject({ rows: 1 });
    const left = await queryAs(db.superuserUrl, 'SELECT item_code FROM item_list_row WHERE list_id = $1', [
      half.listId,
    ]);
    expect(left).toEqual([{ item_code: 'C' }]);
  });

  it('takes no more than 100,000 errors, and tells of the first cell only that has no title', async () => {
    const cells = ['', '', '', '零食'];
    const upload = await desk.opened(CLERK_A, OF_A);
    const stray = { rowNumber: 2, cells: ['A', '甲', '备注', '备注'] };
    await desk.lists.stage(CLERK_A, upload, ['院内编码', '名称', '', ''], [stray]);
    expect((await desk.lists.errors(CLERK_A, upload, null, 10)).map(({ cell }) => cell)).toEqual(['C2']);
    await queryAs(
      db.superuserUrl,
      `INSERT INTO item_list_error SELECT (jsonb_populate_record(e, jsonb_build_object('row_number', n))).*
       FROM item_list_error AS e, generate_series(4, 100002) AS n WHERE list_id = $1`,
      [upload.listId],
    );
    const more = desk.lists.stage(CLERK_A, upload, ['院内编码', '名称', '', ''], [{ rowNumber: 3, cells }]);
    await expect(more).rejects.toMatchObject({ reason: 'UPLOAD_TOO_MANY_ERRORS', params: { limit: '100000' } });
    const good = [{ rowNumber: 3, cells: ['B', '乙', '', ''] }];
    expect(await desk.lists.stage(CLERK_A, upload, ['院内编码', '名称', '', ''], good)).toMatchObject({ rows: 2 });
  });

  it('has its codes as they are written, but for what is around them', async () => {
    const upload = await desk.sent([row(2, ' Ａ0012\u3000', '甲'), row(3, '药①', '乙'), row(4, 'A\n1', '丙')]);
    const codes = await queryAs(
      db.superuserUrl,
      'SELECT item_code AS code FROM item_list_row WHERE list_id = $1 ORDER BY row_number',
      [upload.listId],
    );
    expect(codes).toEqual([{ code: 'Ａ0012' }, { code: '药①' }]);
    expect(await desk.lists.errors(CLERK_A, upload, null, 10)).toMatchObject([{ cell: 'A4' }]);
  });

  it('is for no day more than a year ahead', async () => {
    expect(await desk.lists.open(CLERK_A, 'request-far', OF_A, '2027-03-02')).toMatchObject({ state: 'OPEN' });
    await expect(desk.lists.open(CLERK_A, 'request-too-far', OF_A, '2027-03-03')).rejects.toMatchObject({
      reason: 'CATALOGUE_EFFECTIVE_TOO_LATE',
      params: { latest: '2027-03-02' },
    });
  });

  it('of a file without rows is told so', () => {
    expect(() => decodeRowCount(0)).toThrow(expect.objectContaining({ reason: 'SPREADSHEET_UNREADABLE' }));
  });

  it('counts right when batches of the same rows arrive at once', async () => {
    const upload = await desk.opened(CLERK_A, OF_A);
    const rows = Array.from({ length: 40 }, (_, index) =>
      row(index + 2, `I${index}`, '甲', index % 4 === 0 ? { kind: '零食' } : {}),
    );
    await atOnce(5, () => desk.lists.stage(CLERK_A, upload, TITLES, rows));
    expect(await desk.lists.get(CLERK_A, upload)).toMatchObject({ rows: 40, faultyRows: 10 });
  });

  it('takes no more than 200,000 rows', async () => {
    const upload = await desk.sent([row(2, 'A', '甲')]);
    await queryAs(db.superuserUrl, 'UPDATE item_list SET rows = 199999 WHERE list_id = $1', [upload.listId]);
    const two = [row(3, 'B', '乙'), row(4, 'C', '丙')];
    await expect(desk.lists.stage(CLERK_A, upload, TITLES, two)).rejects.toMatchObject({
      reason: 'ITEM_LIST_TOO_LARGE',
      params: { limit: '200000' },
    });
    expect(await desk.lists.stage(CLERK_A, upload, TITLES, two.slice(1))).toMatchObject({ rows: 200_000 });
  });

  it('that is given up leaves no row, and takes none', async () => {
    const upload = await desk.sent([row(2, 'A', '甲'), row(3, 'B', '乙', { kind: '零食' })]);
    expect(await desk.lists.discard(CLERK_A, upload)).toMatchObject({ state: 'DISCARDED' });
    expect(await desk.lists.discard(CLERK_A, upload)).toMatchObject({ state: 'DISCARDED' });
    await desk.work.workOff();
    const left = await queryAs(
      db.superuserUrl,
      'SELECT list_id FROM item_list_row WHERE list_id = $1 UNION ALL SELECT list_id FROM item_list_error WHERE list_id = $1',
      [upload.listId],
    );
    expect(left).toEqual([]);
    await expect(desk.lists.complete(CLERK_A, upload, 2)).rejects.toMatchObject({ reason: 'ITEM_LIST_STATE_CONFLICT' });
  });

  it('lists its errors page by page', async () => {
    const upload = await desk.sent(Array.from({ length: 9 }, (_, index) => row(index + 2, '', '', { kind: '零食' })));
    const all = await desk.lists.errors(CLERK_A, upload, null, 1_000);
    expect(all).toHaveLength(27);
    const paged = [];
    for (let page = await desk.lists.errors(CLERK_A, upload, null, 5); page.length > 0;) {
      paged.push(...page);
      page = await desk.lists.errors(CLERK_A, upload, page.at(-1) ?? null, 5);
    }
    expect(paged).toEqual(all);
  });
});

describe('an owner', () => {
  it.each([
    ['another province', '510000', '', 'NOT_PERMITTED'],
    ['an institution of another province', '610000', 'H51010100001', 'NOT_PERMITTED'],
    ['no institution', '610000', 'H6101', 'REQUEST_MALFORMED'],
    ['no province', '610100', '', 'REGION_UNKNOWN'],
  ])('is never %s', (_, province, institutionCode, reason) => {
    expect(() => decodeOwner(BUREAU, { province, institutionCode })).toThrow(expect.objectContaining({ reason }));
  });
});
