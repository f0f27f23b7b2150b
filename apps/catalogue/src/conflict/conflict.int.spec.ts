import { nationalActor } from '@yiditong/chassis';
import { auditFaults, auditTrail, createTestDatabase, queryAs, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  BUREAU,
  CLERK_A,
  HarmonizationDesk,
  HOSPITAL_A,
  OF_A,
  row,
  SICHUAN,
  TODAY,
} from '../matching/harmonization-desk.js';
import { migrations } from '../migrations/index.js';
import { askForScan } from './conflict-scan-due.store.js';
import { conflictText } from './conflict-text.js';

const DRUG = 'XA10BAE041A001010100001';
const OTHER = 'XA10BAE041A001010100002';
const ENDING = 'XA10BAE041A001010100003';
const PROVINCES = ['110000', '120000', '310000', '510000'];

let db: TestDatabase;
let desk: HarmonizationDesk;
beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
  desk = new HarmonizationDesk(db);
});
beforeEach(async () => {
  desk.clock.pass(1_000);
  await queryAs(
    db.superuserUrl,
    'TRUNCATE catalogue_version, catalogue_entry, national_item, national_name, item_list, item_list_row, item_mapping, catalogue_conflict, conflict_scan, idempotency',
  );
});
afterAll(() => db.drop());

const items = (...codes: string[]) =>
  desk.publishItems(codes.map((code) => ({ code, name: '二甲双胍片', category: '09' })));
let requests = 0;
const mapped = (itemCode: string, nationalCode: string) =>
  desk.mappings.revise(CLERK_A, `request-${++requests}`, OF_A, {
    itemCode,
    nationalCode,
    effectiveFrom: TODAY,
    remark: 'x',
  });

/** What a publication leaves behind in its own transaction. */
async function publishedBy(scope: string): Promise<void> {
  const now = desk.clock.now();
  await db.database.transaction(nationalActor('catalogue'), (tx) => askForScan(tx, scope, now));
}

describe('a scan finds', () => {
  it('an entry without charge category, until it has one', async () => {
    await desk.publishEntries('610000', [{ code: DRUG, name: '二甲双胍片', category: null }]);
    expect(await desk.conflicts.scan('610000')).toEqual({ found: 1, gone: 0, open: 1 });
    const [conflict] = await desk.conflictsOf('NO_CHARGE_CATEGORY');
    expect(conflict).toMatchObject({ state: 'OPEN', nationalCode: DRUG, institutionCode: '', owner: null });
    expect(await desk.review.assign(BUREAU, conflict?.conflictId ?? '', '')).toMatchObject({
      state: 'ASSIGNED',
      owner: 'shaanxi-01',
    });
    const corrected = { state: 'CORRECTED', resolution: '已在草稿中补上' } as const;
    expect(await desk.review.resolve(BUREAU, conflict?.conflictId ?? '', corrected)).toMatchObject(corrected);
    expect(await desk.conflicts.scan('610000')).toMatchObject({ found: 1, open: 1 });
    expect(await desk.conflictsOf('NO_CHARGE_CATEGORY')).toMatchObject([
      { conflictId: conflict?.conflictId, state: 'OPEN', owner: null, resolution: '' },
    ]);
    await desk.publishEntries('610000', [{ code: DRUG, category: '09' }], TODAY);
    expect(await desk.conflicts.scan('610000')).toEqual({ found: 0, gone: 1, open: 0 });
    expect(await desk.conflictsOf('NO_CHARGE_CATEGORY')).toMatchObject([{ state: 'GONE' }]);
    expect((await auditTrail(db, conflict?.conflictId)).map(({ action }) => action)).toEqual([
      'ASSIGN_CONFLICT',
      'RESOLVE_CONFLICT',
    ]);
  });

  it('what has ended, in the catalogue and in a hospital’s mappings', async () => {
    await items(DRUG, ENDING);
    await desk.publishEntries('610000', [{ code: DRUG }, { code: ENDING }, { code: OTHER }]);
    await mapped('YP1', ENDING);
    expect(await desk.conflicts.scan('610000')).toMatchObject({ found: 1 });
    expect(await desk.conflictsOf('ENDED_CODE_IN_USE')).toMatchObject([
      { nationalCode: OTHER, finding: { isKnown: false, announcedFor: null } },
    ]);
    // Announced is enough: there is time to do something about it.
    await desk.publishItems([{ code: ENDING, name: '二甲双胍片' }], '2026-05-01', true);
    expect(await desk.conflicts.scan('610000')).toMatchObject({ found: 3 });
    const found = await desk.conflictsOf('ENDED_CODE_IN_USE');
    const subjects = found.map(({ institutionCode, itemCode, nationalCode }) =>
      [institutionCode, itemCode, nationalCode].join('/'),
    );
    expect(new Set(subjects)).toEqual(new Set([`//${OTHER}`, `//${ENDING}`, `${HOSPITAL_A}/YP1/${ENDING}`]));
    const announced = found.filter(({ nationalCode }) => nationalCode === ENDING);
    expect(announced.map(({ finding }) => finding.announcedFor)).toEqual(['2026-05-01', '2026-05-01']);
    await mapped('YP1', DRUG);
    expect(await desk.conflicts.scan('610000')).toMatchObject({ found: 2, gone: 1 });
  });

  it('what doesn’t fit today, though a version is announced that puts an end to it', async () => {
    await items(DRUG);
    await desk.publishEntries('610000', [{ code: DRUG }, { code: OTHER }]);
    await desk.publishEntries('610000', [{ code: OTHER }], '2026-06-01', true);
    expect(await desk.conflicts.scan('610000')).toMatchObject({ found: 1 });
    expect(await desk.conflictsOf('ENDED_CODE_IN_USE')).toMatchObject([
      { nationalCode: OTHER, state: 'OPEN', finding: { announcedFor: null } },
    ]);
  });

  it('an item that ends before what is announced, from then on', async () => {
    await desk.publishItems([{ code: DRUG, name: '二甲双胍片', endsOn: '2026-05-31' }]);
    await desk.publishEntries('610000', [{ code: DRUG }]);
    expect(await desk.conflicts.scan('610000')).toMatchObject({ found: 0 });
    await desk.publishEntries('610000', [{ code: DRUG, bps: 2000 }], '2026-06-01');
    await desk.conflicts.scan('610000');
    const [conflict] = await desk.conflictsOf('ENDED_CODE_IN_USE');
    expect(conflict && conflictText(conflict.kind, conflict).zh).toMatch(/^自 2026-06-01 起：/);
  });

  it('what is mapped to nothing yet, until a clerk says what it is or that it is none', async () => {
    await items(DRUG);
    const list = await desk.matched([
      row(2, 'YP1', '停车费', { kind: '医疗服务项目' }),
      row(3, 'YP2', '陪护床租赁', { kind: '医疗服务项目' }),
    ]);
    expect(list).toMatchObject({ refused: 2 });
    expect(await desk.conflicts.scan('610000')).toEqual({ found: 2, gone: 0, open: 2 });
    const found = await desk.conflictsOf('UNMAPPED_ITEM');
    expect(found.map(({ institutionCode, itemCode, finding }) => [institutionCode, itemCode, finding])).toEqual(
      expect.arrayContaining([[HOSPITAL_A, 'YP1', { name: '停车费', state: 'REFUSED', announcedFor: null }]]),
    );
    await mapped('YP1', DRUG);
    const none = { rowNumber: 3, nationalCode: null, remark: '非医疗项目' };
    await desk.matches.decide(CLERK_A, 'request-none', list, none);
    expect(await desk.conflicts.scan('610000')).toEqual({ found: 0, gone: 2, open: 0 });
  });

  it('a price above the cap', async () => {
    await items(DRUG, OTHER);
    const caps = [
      { hospitalLevel: null, microYuan: '20000000' },
      { hospitalLevel: 'TERTIARY', microYuan: '25000000' },
      { hospitalLevel: 'SECONDARY', microYuan: '30000000' },
    ];
    await desk.publishEntries('610000', [
      { code: DRUG, caps },
      { code: OTHER, caps: caps.slice(1) },
    ]);
    for (const [itemCode, price, code] of [
      ['YP1', '20000001', DRUG],
      ['YP2', '20000000', DRUG],
      ['YP3', '25000000', OTHER],
      ['YP4', '25000001', OTHER],
    ] as const) {
      await mapped(itemCode, code);
      await queryAs(db.superuserUrl, 'UPDATE item_mapping SET price_micro_yuan = $2 WHERE item_code = $1', [
        itemCode,
        price,
      ]);
    }
    expect(await desk.conflicts.scan('610000')).toMatchObject({ found: 2 });
    const found = await desk.conflictsOf('PRICE_ABOVE_CAP');
    expect(found.map(({ itemCode }) => itemCode).toSorted()).toEqual(['YP1', 'YP4']);
    const first = found.find(({ itemCode }) => itemCode === 'YP1');
    expect(first && conflictText(first.kind, first).zh).toContain('单价 20.000001 元，超过限价 20.00 元');
    const fourth = found.find(({ itemCode }) => itemCode === 'YP4');
    expect(fourth?.finding).toMatchObject({ capMicroYuan: '25000000', levels: ['TERTIARY'] });
  });

  it('another class or share than most others have, where three at least have the item', async () => {
    await items(DRUG, OTHER);
    await desk.publishEntries('610000', [
      { code: DRUG, itemClass: 'A' },
      { code: OTHER, bps: 2000 },
    ]);
    for (const province of PROVINCES.slice(0, 2))
      await desk.publishEntries(province, [{ code: DRUG }, { code: OTHER }]);
    expect(await desk.conflicts.scan('610000')).toMatchObject({ found: 0 });
    await desk.publishEntries('310000', [
      { code: DRUG, itemClass: 'C' },
      { code: OTHER, bps: 2000 },
    ]);
    expect(await desk.conflicts.scan('610000')).toMatchObject({ found: 2 });
    expect(await desk.conflictsOf('CLASS_DIFFERS')).toMatchObject([
      { nationalCode: DRUG, finding: { own: 'A', usual: 'B', others: 3, agreeing: ['110000', '120000'] } },
    ]);
    expect(await desk.conflictsOf('SHARE_DIFFERS')).toMatchObject([
      { nationalCode: OTHER, finding: { ownBps: 2000, usualBps: 1000, others: 3 } },
    ]);
    // Two against two is no majority.
    await desk.publishEntries('510000', [
      { code: DRUG, itemClass: 'C' },
      { code: OTHER, bps: 2000 },
    ]);
    expect(await desk.conflicts.scan('610000')).toMatchObject({ found: 0, gone: 2 });
  });

  it('entries under one provincial code that say different things', async () => {
    await desk.publishEntries('610000', [
      { code: DRUG, provincialCode: 'SX001' },
      { code: OTHER, provincialCode: 'SX001', bps: 2000 },
      { code: ENDING, provincialCode: 'SX002' },
    ]);
    await desk.conflicts.scan('610000');
    expect(await desk.conflictsOf('ONE_TO_MANY')).toMatchObject([
      { itemCode: 'SX001', finding: { codes: [DRUG, OTHER] } },
    ]);
  });
});

describe('a conflict', () => {
  it('that is accepted stays so while it is found, and takes no other word', async () => {
    await desk.publishEntries('610000', [{ code: DRUG, category: null }]);
    await desk.conflicts.scan('610000');
    const id = (await desk.conflictsOf('NO_CHARGE_CATEGORY'))[0]?.conflictId ?? '';
    const accepted = { state: 'ACCEPTED', resolution: '本省不收费' } as const;
    await desk.review.resolve(BUREAU, id, accepted);
    expect(await desk.review.resolve(BUREAU, id, accepted)).toMatchObject(accepted);
    expect(await desk.conflicts.scan('610000')).toEqual({ found: 1, gone: 0, open: 0 });
    const closed = { reason: 'CONFLICT_CLOSED' };
    await expect(desk.review.assign(BUREAU, id, '')).rejects.toMatchObject(closed);
    const other = { state: 'CORRECTED', resolution: 'x' } as const;
    await expect(desk.review.resolve(BUREAU, id, other)).rejects.toMatchObject(closed);
  });

  it('is its province’s alone', async () => {
    await desk.publishEntries('610000', [{ code: DRUG, category: null }]);
    await desk.conflicts.scan('610000');
    const id = (await desk.conflictsOf('NO_CHARGE_CATEGORY'))[0]?.conflictId ?? '';
    await expect(desk.review.assign(SICHUAN, id, '')).rejects.toMatchObject({ reason: 'CONFLICT_NOT_FOUND' });
    const page = { kind: null, state: null, institutionCode: '', before: null, limit: 10 };
    expect(await desk.review.list(SICHUAN, page)).toEqual([]);
  });

  it('is looked for soon after it was asked for, for all where the nation publishes, and when a business day begins', async () => {
    await desk.publishEntries('610000', [{ code: DRUG, category: null }]);
    await publishedBy('000000');
    await desk.conflicts.workOff();
    expect(await desk.conflictsOf('NO_CHARGE_CATEGORY')).toHaveLength(1);
    const due = await queryAs(
      db.superuserUrl,
      'SELECT count(*)::int AS provinces, min(due_at) AS next FROM conflict_scan',
    );
    expect(due).toEqual([{ provinces: 32, next: new Date('2026-03-02T00:00:00+08:00') }]);
  });

  it('is looked for in the background where a bureau asks, which is told what the last scan came to', async () => {
    await desk.publishEntries('610000', [{ code: DRUG, category: null }]);
    expect(await desk.conflicts.isScanning(BUREAU)).toBe(false);
    expect(await desk.conflicts.ask(BUREAU)).toEqual({ found: 0, gone: 0, open: 0, scanning: true });
    expect(await desk.conflicts.isScanning(BUREAU)).toBe(true);
    expect(await desk.conflicts.isScanning(SICHUAN)).toBe(false);
    await desk.conflicts.workOff();
    expect(await desk.conflicts.isScanning(BUREAU)).toBe(false);
    expect(await desk.conflicts.ask(BUREAU)).toEqual({ found: 1, gone: 0, open: 1, scanning: true });
  });

  it('is looked for once more where it was asked for while a scan was under way', async () => {
    await publishedBy('610000');
    const scan = desk.conflicts.scan.bind(desk.conflicts);
    let scans = 0;
    desk.conflicts.scan = async (province) => {
      scans += 1;
      if (scans === 1) await desk.conflicts.ask(BUREAU);
      return scan(province);
    };
    await desk.conflicts.workOff();
    desk.conflicts.scan = scan;
    expect(scans).toBe(2);
    expect(await desk.conflicts.isScanning(BUREAU)).toBe(false);
  });

  it('leaves sound audit chains', async () => expect(await auditFaults(db)).toEqual([]));
});
