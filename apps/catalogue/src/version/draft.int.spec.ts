import { createTestDatabase, queryAs, rowCounts, type TestDatabase } from '@yiditong/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import {
  CLERK,
  DraftDesk,
  ENTRY_TITLES,
  entryRow,
  itemRow,
  LEASE_MS,
  OPERATOR,
  serviceCode,
  SHAANXI,
  SUPERVISOR,
} from './draft-desk.js';

const DRUG = 'XA01ABA001A002010100001';
const OTHER_DRUG = 'XA01ABA001A002010100002';
const SERVICE = serviceCode(1);
const FROM = '2026-02-01';

let db: TestDatabase;
let desk: DraftDesk;

beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
});
beforeEach(async () => {
  desk = new DraftDesk(db.database);
  await queryAs(
    db.superuserUrl,
    `TRUNCATE catalogue_version, catalogue_entry, national_item, national_name, catalogue_draft, catalogue_draft_row,
       catalogue_draft_finding, proposal, idempotency`,
  );
});
afterAll(() => db.drop());

describe('a row of a province’s draft', () => {
  it.each<[string, Parameters<typeof entryRow>[2], string]>([
    ['without a name', { name: ' ' }, 'C2 ROW_VALUE_MISSING'],
    ['with a class that there is not', { item_class: '丁' }, 'D2 ROW_VALUE_INVALID'],
    ['of class B without a share', { first_self_pay: '' }, 'E2 ROW_VALUE_INVALID'],
    ['of class B without a share for everybody', { first_self_pay: '居民 10%' }, 'E2 ROW_VALUE_INVALID'],
    ['of class A with a share', { item_class: '甲' }, 'E2 ROW_VALUE_INVALID'],
    ['with two shares for the same', { first_self_pay: '10%; 居民 5%; 居民 6%' }, 'E2 ROW_VALUE_INVALID'],
    ['with retired residents', { first_self_pay: '10%; 居民退休 5%' }, 'E2 ROW_VALUE_INVALID'],
    ['with a cap and nothing said of what is above', { price_cap: '50' }, 'G2 ROW_VALUE_INVALID'],
    ['with a cap of nothing', { price_cap: '0', over_cap_rule: '全部自付' }, 'F2 ROW_VALUE_INVALID'],
    ['with two caps for a level', { price_cap: '三级 5; 三级 6', over_cap_rule: '全部自付' }, 'F2 ROW_VALUE_INVALID'],
    ['with a condition of which nobody knows who looks', { restriction: '限重症' }, 'I2 ROW_VALUE_INVALID'],
    ['that ends on no day', { ends_on: '2026-02-30' }, 'N2 ROW_VALUE_INVALID'],
    ['that ends before it begins', { ends_on: '2026-01-31' }, 'N2 ROW_VALUE_INVALID'],
    ['without a charge category', { charge_category: '' }, 'H2 CHARGE_CATEGORY_MISSING?'],
  ])('%s is found, by its cell: %#', async (_, change, expected) => {
    const draft = await desk.checked('WHOLE', FROM, [entryRow(2, DRUG, change)]);
    expect(await desk.findingsOf(draft)).toEqual([expected]);
    expect(draft).toMatchObject(
      expected.endsWith('?') ? { state: 'READY', warnings: 1, faultyRows: 0 } : { state: 'FAULTY', faultyRows: 1 },
    );
  });

  it('whose national code is wrong is told the segment', async () => {
    const draft = await desk.checked('WHOLE', FROM, [entryRow(2, 'XA01ABA001A00201010000A')]);
    const [finding] = await desk.drafts.findings(CLERK, draft, null, 10);
    expect(finding).toMatchObject({ cell: 'A2', columnName: '国家编码', reason: 'ROW_VALUE_INVALID' });
    expect(finding?.params['problem']).toContain('第 19–23 位「企业」应为5 位数字');
  });

  it('has no more than 100,000 findings beside it', async () => {
    const wrong = (rowNumber: number) => entryRow(rowNumber, DRUG, { name: '' });
    const upload = await desk.opened('WHOLE', FROM);
    await desk.drafts.stage(CLERK, upload, ENTRY_TITLES, [wrong(2)]);
    await queryAs(
      db.superuserUrl,
      `INSERT INTO catalogue_draft_finding SELECT (jsonb_populate_record(f, jsonb_build_object('row_number', n))).*
       FROM catalogue_draft_finding AS f, generate_series(5, 100003) AS n`,
    );
    await expect(desk.drafts.stage(CLERK, upload, ENTRY_TITLES, [wrong(3)])).rejects.toMatchObject({
      reason: 'UPLOAD_TOO_MANY_ERRORS',
      params: { limit: '100000' },
    });
    // Another upload is rid of them all.
    const again = { ...upload, uploadId: uuidv7() };
    expect(await desk.drafts.stage(CLERK, again, ENTRY_TITLES, [wrong(3)])).toMatchObject({ rows: 1, faultyRows: 1 });
    expect(await desk.findingsOf(await desk.drafts.get(CLERK, again))).toEqual(['C3 ROW_VALUE_MISSING']);
  });

  it('has every wrong cell found at once, the first stray one too', async () => {
    const row = entryRow(2, 'XA', { item_class: '', first_self_pay: '很多' });
    const upload = await desk.opened('WHOLE', FROM);
    await desk.drafts.stage(CLERK, upload, [...ENTRY_TITLES, ''], [{ ...row, cells: [...row.cells, '备注'] }]);
    await desk.drafts.complete(CLERK, upload, 1);
    await desk.work.workOff();
    const draft = await desk.drafts.get(CLERK, upload);
    expect((await desk.findingsOf(draft)).toSorted()).toEqual([
      'A2 ROW_VALUE_INVALID',
      'D2 ROW_VALUE_MISSING',
      'E2 ROW_VALUE_INVALID',
      'P2 ROW_VALUE_INVALID',
    ]);
  });
});

describe('the rows of a draft, among each other and against what stands,', () => {
  it('are about each code once, and agree under one provincial code', async () => {
    const draft = await desk.checked('WHOLE', FROM, [
      entryRow(2, DRUG, { provincial_code: 'BJ1', first_self_pay: '10%; 居民 5%' }),
      entryRow(3, DRUG, { provincial_code: 'BJ2' }),
      entryRow(4, OTHER_DRUG, { provincial_code: 'BJ1' }),
      entryRow(5, SERVICE, {
        provincial_code: 'BJ1',
        first_self_pay: '居民5%；10％',
        name: '别名',
        charge_category: '01',
      }),
    ]);
    expect(await desk.findingsOf(draft)).toEqual(['A3 ROW_REPEATS', 'B4 ROW_CONTRADICTS']);
    const [repeats, contradicts] = await desk.drafts.findings(CLERK, draft, null, 10);
    expect(repeats?.params).toEqual({ row: '2' });
    expect(contradicts?.params).toMatchObject({ row: '2' });
    expect(draft).toMatchObject({ state: 'FAULTY', rows: 4, faultyRows: 2, checkedRows: 4 });
  });

  it('may end on the day on which they begin, and no earlier, the nation’s too', async () => {
    const rows = [entryRow(2, DRUG, { ends_on: FROM })];
    expect(await desk.findingsOf(await desk.checked('CHANGES', FROM, rows))).toEqual([]);
    const charged = { charge_category: '09' };
    const items = [
      itemRow(2, DRUG, { ...charged, ends_on: FROM }),
      itemRow(3, OTHER_DRUG, { ...charged, ends_on: '2026-01-31' }),
    ];
    const draft = await desk.checked('WHOLE', FROM, items, OPERATOR);
    expect(
      (await desk.drafts.findings(OPERATOR, draft, null, 10)).map(({ cell, columnName }) => [cell, columnName]),
    ).toEqual([['L3', '截止日期']]);
    expect(draft).toMatchObject({ state: 'FAULTY', faultyRows: 1 });
  });

  it('are warned of where the nation’s have no charge category, by which provinces that say none classify', async () => {
    const items = [itemRow(2, DRUG), itemRow(3, OTHER_DRUG, { charge_category: '09' })];
    const draft = await desk.checked('WHOLE', FROM, items, OPERATOR);
    expect(draft).toMatchObject({ state: 'READY', warnings: 1, faultyRows: 0 });
    expect((await desk.drafts.findings(OPERATOR, draft, null, 10)).map(({ cell, reason }) => [cell, reason])).toEqual([
      ['I2', 'CHARGE_CATEGORY_MISSING'],
    ]);
  });

  it('withdraw nothing that doesn’t stand, where they are changes', async () => {
    const withdrawn = [entryRow(2, DRUG, { withdrawn: '是', name: '', item_class: '' })];
    expect(await desk.findingsOf(await desk.checked('CHANGES', FROM, withdrawn))).toEqual(['A2 ROW_NOT_STANDING']);
    expect((await desk.checked('WHOLE', FROM, withdrawn)).state).toBe('READY');
    await desk.published('WHOLE', FROM, [entryRow(2, DRUG)]);
    expect((await desk.checked('CHANGES', FROM, withdrawn)).state).toBe('READY');
    await desk.published('CHANGES', FROM, withdrawn);
    expect(await desk.findingsOf(await desk.checked('CHANGES', FROM, withdrawn))).toEqual(['A2 ROW_NOT_STANDING']);
  });

  it('are warned of codes that the nation doesn’t have on their day, once it has published any', async () => {
    const rows = [entryRow(2, DRUG), entryRow(3, OTHER_DRUG), entryRow(4, SERVICE)];
    expect(await desk.findingsOf(await desk.checked('WHOLE', FROM, rows))).toEqual([]);
    await desk.published(
      'WHOLE',
      '2026-01-15',
      [itemRow(2, DRUG), itemRow(3, OTHER_DRUG, { ends_on: '2026-01-31' })],
      OPERATOR,
    );
    expect(await desk.findingsOf(await desk.checked('WHOLE', '2026-01-10', rows))).toEqual([]);
    expect(await desk.findingsOf(await desk.checked('WHOLE', '2026-01-31', rows))).toEqual(['A4 ITEM_ENDED?']);
    const draft = await desk.checked('WHOLE', FROM, rows);
    expect(await desk.findingsOf(draft)).toEqual(['A3 ITEM_ENDED?', 'A4 ITEM_ENDED?']);
    expect(draft).toMatchObject({ state: 'READY', warnings: 2, faultyRows: 0 });
  });
});

describe('a draft', () => {
  it('of 20,000 rows with errors among them is found out, told page by page, and of 20,000 good ones published', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => entryRow(index + 2, serviceCode(index)));
    const faulty = rows.map((row, index) => (index % 100 === 99 ? entryRow(row.rowNumber, 'X') : row));
    const found = await desk.checked('WHOLE', FROM, faulty);
    expect(found).toMatchObject({ state: 'FAULTY', rows: 20_000, faultyRows: 200, checkedRows: 20_000 });
    const first = await desk.drafts.findings(CLERK, found, null, 150);
    const rest = await desk.drafts.findings(CLERK, found, first.at(-1) ?? null, 150);
    expect(new Set([...first, ...rest].map(({ cell }) => cell)).size).toBe(200);
    await expect(desk.submit(found)).rejects.toMatchObject({ reason: 'DRAFT_HAS_ERRORS', params: { rows: '200' } });
    await desk.published('WHOLE', FROM, rows);
    expect(await rowCounts(db)).toMatchObject({ catalogue_version: 1, catalogue_entry: 20_000 });
  });

  it('takes rows sent twice once, the later of two files, and never two files at once', async () => {
    const upload = await desk.opened('WHOLE', FROM);
    const later = { ...upload, uploadId: uuidv7() };
    await desk.stageAll(CLERK, upload, [entryRow(2, DRUG), entryRow(3, 'X')]);
    await desk.stageAll(CLERK, upload, [entryRow(2, OTHER_DRUG), entryRow(3, SERVICE)]);
    expect(await desk.drafts.get(CLERK, upload)).toMatchObject({ rows: 2, faultyRows: 1 });
    await desk.stageAll(CLERK, later, [entryRow(2, SERVICE)]);
    expect(await desk.drafts.get(CLERK, upload)).toMatchObject({ rows: 1, faultyRows: 0 });
    await expect(desk.stageAll(CLERK, upload, [entryRow(4, DRUG)])).rejects.toMatchObject({
      reason: 'DRAFT_STATE_CONFLICT',
    });
    await expect(desk.drafts.complete(CLERK, upload, 1)).rejects.toMatchObject({ reason: 'DRAFT_STATE_CONFLICT' });
    await expect(desk.drafts.complete(CLERK, later, 2)).rejects.toMatchObject({
      reason: 'DRAFT_INCOMPLETE',
      params: { expected: '2', received: '1' },
    });
    expect((await desk.drafts.complete(CLERK, later, 1)).state).toBe('CHECKING');
    await expect(desk.stageAll(CLERK, later, [entryRow(4, DRUG)])).rejects.toMatchObject({
      reason: 'DRAFT_STATE_CONFLICT',
    });
  });

  it('is refused under another header than its own, and under one of the other catalogue', async () => {
    const upload = await desk.opened('WHOLE', FROM);
    await desk.stageAll(CLERK, upload, [entryRow(2, DRUG)]);
    const turned = { rowNumber: 3, cells: entryRow(3, SERVICE).cells.toReversed() };
    for (const titles of [ENTRY_TITLES.toReversed(), ['国家编码', '名称', '参考价']])
      await expect(desk.drafts.stage(CLERK, upload, titles, [turned])).rejects.toMatchObject({
        reason: 'SPREADSHEET_HEADER_INVALID',
      });
  });

  it('is opened once for a request, and discarded with all its rows', async () => {
    const opened = { province: '110000', form: 'WHOLE', effectiveFrom: FROM } as const;
    const draft = await desk.drafts.open(CLERK, 'request-1', opened);
    expect(await desk.drafts.open(CLERK, 'request-1', opened)).toEqual(draft);
    await expect(desk.drafts.open(CLERK, 'request-1', { ...opened, form: 'CHANGES' })).rejects.toMatchObject({
      reason: 'IDEMPOTENCY_KEY_REUSED',
    });
    await desk.stageAll(CLERK, { ...draft, uploadId: uuidv7() }, [entryRow(2, DRUG), entryRow(3, 'X')]);
    await desk.drafts.discard(CLERK, draft);
    await desk.work.workOff();
    expect(await desk.drafts.discard(CLERK, draft)).toMatchObject({ state: 'DISCARDED' });
    expect(await rowCounts(db)).toMatchObject({
      catalogue_draft: 1,
      catalogue_draft_row: 0,
      catalogue_draft_finding: 0,
    });
  });

  it('whose check is killed is checked by whoever comes a minute later, and given up where that never ends', async () => {
    const upload = await desk.opened('WHOLE', FROM);
    await desk.stageAll(CLERK, upload, [entryRow(2, DRUG), entryRow(3, DRUG)]);
    await desk.drafts.complete(CLERK, upload, 2);
    const state = async (): Promise<string> => (await desk.drafts.get(CLERK, upload)).state;
    for (let round = 1; round <= 5; round++) {
      // The clock is looked at for the lease, and again as the check's very last step.
      desk.clock.breakAfter(1);
      await desk.work.workOff();
      expect(await rowCounts(db)).toMatchObject({ catalogue_draft_finding: 0 });
      await desk.work.workOff();
      expect(await state()).toBe('CHECKING');
      desk.clock.pass(LEASE_MS);
    }
    await desk.work.workOff();
    expect(await state()).toBe('OPEN');
    await desk.drafts.complete(CLERK, upload, 2);
    desk.clock.breakAfter(1);
    await desk.work.workOff();
    desk.clock.pass(LEASE_MS);
    await new DraftDesk(db.database).work.workOff();
    expect(await state()).toBe('CHECKING');
    await desk.work.workOff();
    expect(await state()).toBe('FAULTY');
  });

  it('says what it changes, and is checked again where another version came between', async () => {
    await desk.published('WHOLE', FROM, [entryRow(2, DRUG), entryRow(3, OTHER_DRUG)]);
    const draft = await desk.checked('CHANGES', FROM, [
      entryRow(2, SERVICE),
      entryRow(3, DRUG, { first_self_pay: '5%' }),
    ]);
    expect(draft.change).toMatchObject({ added: 1, changed: 1, unchanged: 1, removed: 0 });
    const second = await desk.published('CHANGES', FROM, [entryRow(2, SERVICE)]);
    await expect(desk.submit(draft)).rejects.toMatchObject({
      reason: 'DRAFT_STATE_CONFLICT',
      params: { state: '校验中 Being checked' },
    });
    await desk.work.workOff();
    const again = await desk.drafts.get(CLERK, draft);
    expect(again.change).toEqual({ standingVersionId: second, added: 0, changed: 1, unchanged: 2, removed: 0 });
    expect((await desk.submit(again)).summary).toMatchObject({
      entryCount: 3,
      origin: 'DRAFT',
      originId: draft.draftId,
    });
  });

  it('that was rejected or withdrawn can be submitted again, and discarded only then', async () => {
    const draft = await desk.checked('WHOLE', FROM, [entryRow(2, DRUG)]);
    const [requestId, by] = ['request-2', { ...SUPERVISOR, subject: 'checker' }];
    const proposal = await desk.submissions.submit(CLERK, requestId, draft);
    expect(await desk.submissions.submit(CLERK, requestId, draft)).toEqual(proposal);
    expect(await desk.drafts.get(CLERK, draft)).toMatchObject({ state: 'SUBMITTED', proposalId: proposal.id });
    await expect(desk.submit(draft)).rejects.toMatchObject({ reason: 'DRAFT_STATE_CONFLICT' });
    await expect(desk.drafts.discard(CLERK, draft)).rejects.toMatchObject({ reason: 'DRAFT_STATE_CONFLICT' });
    await desk.proposals.decide(by, '110000', proposal.id, { decision: 'REJECT', remark: '不对' });
    expect(await desk.drafts.get(CLERK, draft)).toMatchObject({ state: 'READY', proposalId: null });
    await desk.proposals.withdraw(CLERK, '110000', (await desk.submit(draft)).id, '');
    await desk.approve(await desk.submit(draft));
    expect(await desk.drafts.get(CLERK, draft)).toMatchObject({ state: 'PUBLISHED' });
    await expect(desk.drafts.discard(CLERK, draft)).rejects.toMatchObject({ reason: 'DRAFT_STATE_CONFLICT' });
  });
});

describe('another province', () => {
  it('sees nothing of a draft, by whatever name, and neither does the nation’s operator', async () => {
    const draft = await desk.checked('WHOLE', FROM, [entryRow(2, DRUG), entryRow(3, 'X')]);
    for (const stranger of [SHAANXI, OPERATOR]) {
      const own = { ...draft, province: stranger.region, uploadId: uuidv7() };
      for (const [key, reason] of [
        [{ ...own, province: '110000' }, 'NOT_PERMITTED'],
        [own, 'DRAFT_NOT_FOUND'],
      ] as const) {
        for (const attempt of [
          () => desk.drafts.get(stranger, key),
          () => desk.drafts.findings(stranger, key, null, 10),
          () => desk.drafts.discard(stranger, key),
          () => desk.drafts.complete(stranger, key, 2),
          () => desk.submissions.submit(stranger, 'request-3', key),
        ])
          await expect(attempt()).rejects.toMatchObject({ reason });
      }
    }
    const counts = async (region: string): Promise<unknown> =>
      db.database.transaction({ ...SHAANXI, region }, (tx) =>
        tx.query(`SELECT (SELECT count(*)::int FROM catalogue_draft) AS drafts, (SELECT count(*)::int FROM catalogue_draft_row) AS rows,
          (SELECT count(*)::int FROM catalogue_draft_finding) AS findings`),
      );
    expect(await counts('610000')).toEqual([{ drafts: 0, rows: 0, findings: 0 }]);
    expect(await counts('110000')).toEqual([{ drafts: 1, rows: 1, findings: 1 }]);
  });
});
