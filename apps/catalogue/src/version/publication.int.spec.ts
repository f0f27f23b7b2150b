import { NATION } from '@yiditong/codes';
import {
  createTestDatabase,
  endOf,
  gate,
  PATIENCE,
  patiently,
  queryAs,
  rowCounts,
  waitingForLocks,
  type TestDatabase,
} from '@yiditong/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import type { CatalogueProposal } from '../catalogue/version-proposal.js';
import {
  APPROVE,
  CLERK,
  DraftDesk,
  entry,
  entryRow,
  itemRow,
  OPERATOR,
  serviceCode,
  SUPERVISOR,
} from './draft-desk.js';
import { lockForReading } from './effective.js';

const DRUG = 'XA01ABA001A002010100001';
const OTHER = 'XA01ABA001A002010100002';
const SERVICE = serviceCode(1);
const FROM = '2026-02-01';
const TABLES = `catalogue_version, catalogue_entry, national_item, national_name, catalogue_draft, catalogue_draft_row,
  catalogue_draft_finding, proposal, idempotency`;

let db: TestDatabase;
let desk: DraftDesk;

beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
});
beforeEach(async () => {
  desk = new DraftDesk(db.database);
  await queryAs(db.superuserUrl, `TRUNCATE ${TABLES}`);
});
afterAll(() => db.drop());

/** What stands as of a sequence: codes with their shares, or `-` for what was withdrawn and never came back. */
async function standing(asOf = 1_000): Promise<Record<string, unknown>> {
  const rows = await queryAs<{ code: string; content: unknown; withdrawn: boolean }>(
    db.superuserUrl,
    `SELECT DISTINCT ON (national_code) national_code AS code, withdrawn,
       to_jsonb(e) - 'sequence' - 'effective_from' - 'withdrawn' AS content
     FROM catalogue_entry e WHERE sequence <= $1 ORDER BY national_code, sequence DESC`,
    [asOf],
  );
  return Object.fromEntries(rows.filter(({ withdrawn }) => !withdrawn).map(({ code, content }) => [code, content]));
}

const versions = (): Promise<unknown[]> =>
  queryAs(
    db.superuserUrl,
    `SELECT sequence, entry_count AS entries, added, changed, withdrawn, origin FROM catalogue_version ORDER BY sequence`,
  );
const rows = (): Promise<unknown[]> =>
  queryAs(db.superuserUrl, 'SELECT * FROM catalogue_entry ORDER BY national_code, sequence');

describe('the first business date of a version', () => {
  it('of a catalogue’s first is any, even one long past', async () => {
    expect(await desk.published('WHOLE', '2020-01-01', [entryRow(2, DRUG)])).not.toBe('');
  });

  it('is no more than a year ahead, of a catalogue’s first too, and of a draft', async () => {
    desk.clock.moveTo('2026-03-09T16:00:00.000Z');
    const refusal = { reason: 'CATALOGUE_EFFECTIVE_TOO_LATE', params: { latest: '2027-03-11' } };
    await expect(desk.message('2206-01-01', [entry(OTHER)])).rejects.toMatchObject(refusal);
    await expect(desk.opened('WHOLE', '2027-03-12')).rejects.toMatchObject(refusal);
    const proposal = await desk.message('2027-03-11', [entry(OTHER)]);
    desk.clock.moveTo('2026-03-09T15:59:59.999Z');
    await expect(desk.approve(proposal)).rejects.toMatchObject({ ...refusal, params: { latest: '2027-03-10' } });
  });

  it.each([
    ['2026-03-09T15:49:59.999Z', '2026-03-10'],
    ['2026-03-09T15:50:00.000Z', '2026-03-10'],
    ['2026-03-09T15:50:00.001Z', '2026-03-11'],
    ['2026-03-09T16:00:00.000Z', '2026-03-11'],
  ])('at %s is %s at the earliest, for a proposal as for its approval', async (now, earliest) => {
    await desk.published('WHOLE', '2020-01-01', [entryRow(2, DRUG)]);
    const day = (offset: number): string =>
      new Date(Date.parse(earliest) + offset * 86_400_000).toISOString().slice(0, 10);
    const [tooEarly, inTime] = [
      await desk.message(day(-1), [entry(OTHER)]),
      await desk.message(earliest, [entry(SERVICE)]),
    ];
    desk.clock.moveTo(now);
    const refusal = { reason: 'CATALOGUE_EFFECTIVE_TOO_EARLY', params: { earliest } };
    await expect(desk.approve(tooEarly)).rejects.toMatchObject(refusal);
    await expect(desk.message(day(-1), [entry(OTHER)])).rejects.toMatchObject(refusal);
    const draft = await desk.checked('CHANGES', day(-1), [entryRow(2, OTHER)]);
    await expect(desk.submit(draft)).rejects.toMatchObject(refusal);
    await expect(desk.approve(inTime)).resolves.toMatchObject({ state: 'APPROVED' });
  });

  it('is none before that of the version before it', async () => {
    const first = await desk.published('WHOLE', '2026-06-01', [entryRow(2, DRUG)]);
    const refusal = { reason: 'CATALOGUE_EFFECTIVE_TOO_EARLY', params: { earliest: '2026-06-01' } };
    await expect(desk.message('2026-05-31', [entry(DRUG)])).rejects.toMatchObject(refusal);
    await expect(desk.rollBack(first, '2026-05-31')).rejects.toMatchObject(refusal);
    await expect(desk.message('2026-06-01', [entry(DRUG)])).resolves.toMatchObject({ state: 'PENDING' });
  });
});

describe('publications at once', () => {
  it('of two one wins, and the other finds that the catalogue moved on, though each would do alone', async () => {
    await desk.published('WHOLE', FROM, [entryRow(2, DRUG)]);
    const proposals: CatalogueProposal[] = [];
    for (const code of [OTHER, SERVICE, serviceCode(2), serviceCode(3)])
      proposals.push(await desk.submit(await desk.checked('CHANGES', FROM, [entryRow(2, code)])));
    const before = await rowCounts(db);
    const ends = await Promise.all(
      proposals.map((one) =>
        endOf(
          patiently(() => desk.approve(one)),
          'published',
        ),
      ),
    );
    expect(ends.sort()).toEqual([...Array<string>(3).fill('CATALOGUE_MOVED_ON'), 'published']);
    expect(await rowCounts(db)).toMatchObject({
      catalogue_version: (before['catalogue_version'] ?? 0) + 1,
      catalogue_entry: (before['catalogue_entry'] ?? 0) + 1,
    });
    expect(desk.told).toBe(2);
  });

  it('with somebody who reads the clock wait for him, and measure their lead after that', async () => {
    await desk.published('WHOLE', '2020-01-01', [entryRow(2, DRUG)]);
    const proposal = await desk.submit(await desk.checked('CHANGES', '2026-03-10', [entryRow(2, SERVICE)]));
    desk.clock.moveTo('2026-03-09T15:49:00Z');
    const before = await rowCounts(db);
    const [reading, finish] = [gate(), gate()];
    const reader = db.database.transaction(CLERK, async (tx) => {
      await lockForReading(tx, [NATION, '110000']);
      reading.open();
      await finish.passed;
    });
    await reading.passed;
    const approval = endOf(desk.approve(proposal), 'published');
    await expect.poll(() => waitingForLocks(db), PATIENCE).toBe(1);
    desk.clock.moveTo('2026-03-09T15:51:00Z');
    finish.open();
    await reader;
    expect(await approval).toBe('CATALOGUE_EFFECTIVE_TOO_EARLY');
    expect(await rowCounts(db)).toEqual(before);
    expect(
      await desk.drafts.get(CLERK, { province: '110000', draftId: proposal.summary.originId ?? '' }),
    ).toMatchObject({
      state: 'SUBMITTED',
    });
  });
});

describe('a version', () => {
  it('from a whole draft withdraws what that lacks, one of changes nothing but what it says; each writes only what differs', async () => {
    const capped = { price_cap: '50; 三级 60', over_cap_rule: '全部自付', needs_approval: '是', restriction: '限重症' };
    await desk.published('WHOLE', FROM, [entryRow(2, DRUG, capped), entryRow(3, OTHER), entryRow(4, SERVICE)]);
    const same = { ...capped, price_cap: '三级60元；５０' };
    await desk.published('WHOLE', FROM, [
      entryRow(2, DRUG, same),
      entryRow(3, OTHER, { first_self_pay: '10%; 居民 20%' }),
    ]);
    await desk.published('CHANGES', FROM, [
      entryRow(2, SERVICE),
      entryRow(3, OTHER, { withdrawn: '是' }),
      entryRow(4, DRUG, { ...same, over_cap_rule: '超出部分自付' }),
    ]);
    await desk.published('WHOLE', FROM, [entryRow(2, DRUG, { withdrawn: '是' }), entryRow(3, SERVICE)]);
    expect(await versions()).toEqual([
      { sequence: 1, entries: 3, added: 3, changed: 0, withdrawn: 0, origin: 'DRAFT' },
      { sequence: 2, entries: 2, added: 0, changed: 1, withdrawn: 1, origin: 'DRAFT' },
      { sequence: 3, entries: 2, added: 1, changed: 1, withdrawn: 1, origin: 'DRAFT' },
      { sequence: 4, entries: 1, added: 0, changed: 0, withdrawn: 1, origin: 'DRAFT' },
    ]);
    expect(await rowCounts(db)).toMatchObject({ catalogue_entry: 9 });
    expect(Object.keys(await standing(2))).toEqual([DRUG, OTHER]);
    expect((await standing(3))[DRUG]).toMatchObject({
      kind: 'WESTERN_DRUG',
      provincial_code: DRUG,
      caps: [
        { hospitalLevel: null, microYuan: '50000000' },
        { hospitalLevel: 'TERTIARY', microYuan: '60000000' },
      ],
      over_cap_rule: 'EXCESS',
      restriction: { needsApproval: true, text: '限重症', minimumLevel: null, visitKinds: [], insurances: [] },
    });
    expect(Object.keys(await standing())).toEqual([SERVICE]);
  });

  it('that changes nothing is one all the same', async () => {
    await desk.published('WHOLE', FROM, [entryRow(2, DRUG)]);
    await desk.published('WHOLE', FROM, [entryRow(2, DRUG)]);
    expect((await versions())[1]).toMatchObject({ sequence: 2, entries: 1, added: 0, changed: 0, withdrawn: 0 });
  });

  it('that restores an earlier one says exactly what that said, and takes nothing away', async () => {
    const first = await desk.published('WHOLE', FROM, [
      entryRow(2, DRUG, { first_self_pay: '10%; 职工退休 5%', ends_on: '2026-12-31' }),
      entryRow(3, OTHER),
    ]);
    await desk.published('CHANGES', FROM, [
      entryRow(2, DRUG),
      entryRow(3, OTHER, { withdrawn: '是' }),
      entryRow(4, SERVICE),
    ]);
    const before = await rows();
    const proposal = await desk.rollBack(first, '2026-03-01');
    expect(proposal.summary).toMatchObject({ origin: 'ROLLBACK', originId: first, entryCount: 2 });
    await desk.approve(proposal);
    expect(await standing()).toEqual(await standing(1));
    expect((await versions())[2]).toEqual({
      sequence: 3,
      entries: 2,
      added: 1,
      changed: 1,
      withdrawn: 1,
      origin: 'ROLLBACK',
    });
    expect(await rows()).toEqual(expect.arrayContaining(before));
  });

  it('of another province, or of none, can’t be restored', async () => {
    const first = await desk.published('WHOLE', FROM, [entryRow(2, DRUG)]);
    const refusal = { reason: 'CATALOGUE_VERSION_NOT_FOUND' };
    await expect(desk.rollBack(first, '2026-03-01', { ...CLERK, region: '610000' })).rejects.toMatchObject(refusal);
    await expect(desk.rollBack('0199c0de-0000-7000-8000-000000000000', '2026-03-01')).rejects.toMatchObject(refusal);
  });

  it('is approved by nobody who submitted it, and tells of itself once', async () => {
    const draft = await desk.checked('WHOLE', FROM, [entryRow(2, DRUG)], SUPERVISOR);
    const proposal = await desk.submit(draft, SUPERVISOR);
    const own = desk.proposals.decide(SUPERVISOR, '110000', proposal.id, APPROVE);
    await expect(own).rejects.toMatchObject({ reason: 'MAKER_IS_CHECKER' });
    expect(desk.told).toBe(0);
    await desk.approve(proposal);
    await desk.approve(proposal);
    expect(desk.told).toBe(1);
  });

  it('can’t be changed or removed by the service, and neither can what it says', async () => {
    await desk.published('WHOLE', FROM, [entryRow(2, DRUG)]);
    await desk.published('WHOLE', FROM, [itemRow(2, DRUG)], OPERATOR);
    for (const table of ['catalogue_version', 'catalogue_entry', 'national_item', 'national_name'])
      for (const change of [`DELETE FROM ${table}`, `UPDATE ${table} SET province = province`, `TRUNCATE ${table}`])
        await expect(queryAs(db.appUrl, change)).rejects.toThrow(`permission denied for table ${table}`);
  });

  it.each<[string, string]>([
    ['another share', `UPDATE catalogue_draft_row SET content = jsonb_set(content, '{shares,0,bps}', '1')`],
    ['a row less', `DELETE FROM catalogue_draft_row WHERE row_number = 3`],
  ])('of a draft that somebody gave %s behind its checker’s back is a fault', async (_, tampering) => {
    const proposal = await desk.submit(await desk.checked('WHOLE', FROM, [entryRow(2, DRUG), entryRow(3, OTHER)]));
    await queryAs(db.superuserUrl, tampering);
    const before = await rowCounts(db);
    await expect(desk.approve(proposal)).rejects.toThrow(/does not hold what was proposed|changes other rows/);
    expect(await rowCounts(db)).toEqual(before);
  });
});

describe('the nation’s catalogue', () => {
  it('keeps each name once, and what it is found by', async () => {
    const price = {
      reference_price_yuan: '12.345678',
      specification: '0.25g×24粒',
      approval_number: '国药准字H20000001',
    };
    await desk.published(
      'WHOLE',
      FROM,
      [
        itemRow(2, DRUG, { name: '阿莫西林胶囊', ...price }),
        itemRow(3, OTHER, { name: '阿莫西林胶囊' }),
        itemRow(4, SERVICE, { charge_category: '2', origin: '模拟' }),
      ],
      OPERATOR,
    );
    await desk.published(
      'CHANGES',
      FROM,
      [itemRow(2, SERVICE, { name: '门诊诊查费' }), itemRow(3, OTHER, { withdrawn: '是' })],
      OPERATOR,
    );
    const items = await queryAs(
      db.superuserUrl,
      `SELECT national_code AS code, sequence, kind, name, reference_price_micro_yuan AS price, charge_category AS category, origin, withdrawn
       FROM national_item ORDER BY sequence, national_code DESC`,
    );
    const drug = { kind: 'WESTERN_DRUG', name: '阿莫西林胶囊', category: null, origin: 'PUBLISHED', price: null };
    const service = { code: SERVICE, kind: 'SERVICE', price: null };
    expect(items).toEqual([
      { ...drug, code: OTHER, sequence: 1, withdrawn: false },
      { ...drug, code: DRUG, sequence: 1, withdrawn: false, price: '12345678' },
      { ...service, sequence: 1, name: '住院诊查费', category: '02', origin: 'SYNTHETIC', withdrawn: false },
      { ...drug, code: OTHER, sequence: 2, withdrawn: true },
      { ...service, sequence: 2, name: '门诊诊查费', category: null, origin: 'PUBLISHED', withdrawn: false },
    ]);
    const names = await queryAs<{ name_key: string }>(
      db.superuserUrl,
      'SELECT kind, core_name, name_key FROM national_name',
    );
    expect(names).toHaveLength(3);
    expect(names.every(({ name_key }) => /^[\da-z]+$/.test(name_key))).toBe(true);
  });

  it('is restored with the names it had', async () => {
    const first = await desk.published('WHOLE', FROM, [itemRow(2, SERVICE)], OPERATOR);
    await desk.published('WHOLE', FROM, [itemRow(2, serviceCode(2), { name: '床位费' })], OPERATOR);
    await desk.approve(await desk.rollBack(first, FROM, OPERATOR));
    expect(await rowCounts(db)).toMatchObject({ national_item: 5, national_name: 2 });
  });

  it('has all provinces looked through for conflicts when it is published, a province’s its own', async () => {
    const asked = async (): Promise<unknown> =>
      (await queryAs<{ province: string }>(db.superuserUrl, 'SELECT province FROM conflict_scan')).length;
    await queryAs(db.superuserUrl, 'TRUNCATE conflict_scan');
    await desk.published('WHOLE', FROM, [entryRow(2, SERVICE)]);
    expect(await asked()).toBe(1);
    await desk.published('WHOLE', FROM, [itemRow(2, SERVICE)], OPERATOR);
    expect(await asked()).toBe(32);
  });
});

type Step =
  | { readonly kind: 'WHOLE' | 'CHANGES'; readonly rows: readonly { code: number; bps: number; withdrawn: boolean }[] }
  | { readonly kind: 'ROLLBACK'; readonly to: number };

const draftStep = fc.record({
  kind: fc.constantFrom('WHOLE' as const, 'CHANGES' as const),
  rows: fc.uniqueArray(
    fc.record({ code: fc.integer({ min: 1, max: 5 }), bps: fc.integer({ min: 1, max: 3 }), withdrawn: fc.boolean() }),
    {
      selector: ({ code }) => code,
      minLength: 1,
    },
  ),
});
const rollbackStep = fc.record({ kind: fc.constant('ROLLBACK' as const), to: fc.nat(9) });

describe('whatever is published in whatever order,', () => {
  it('each version says for ever what it said, and writes as many rows as it says', async () => {
    const steps = fc.array(fc.oneof({ weight: 4, arbitrary: draftStep }, { weight: 1, arbitrary: rollbackStep }), {
      minLength: 3,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        await queryAs(db.superuserUrl, `TRUNCATE ${TABLES}`);
        const models: ReadonlyMap<number, number>[] = [];
        const ids: string[] = [];
        for (const step of all) await publishStep(step, models, ids);
        for (const [index, model] of models.entries()) {
          const said = Object.entries(await standing(index + 1)).map(([code, content]) => [code, bpsOf(content)]);
          expect(said).toEqual([...model].sort(([a], [b]) => a - b).map(([code, bps]) => [serviceCode(code), bps]));
        }
        const [sum] = await queryAs<{ said: number; written: number }>(
          db.superuserUrl,
          `SELECT coalesce(sum(added + changed + withdrawn), 0)::int AS said, (SELECT count(*)::int FROM catalogue_entry) AS written
           FROM catalogue_version`,
        );
        expect(sum?.written).toBe(sum?.said);
      }),
      { numRuns: 12 },
    );
  });
});

/** Publishes a step, and what it should say as of it; a draft that withdraws what doesn't stand is none. */
async function publishStep(step: Step, models: ReadonlyMap<number, number>[], ids: string[]): Promise<void> {
  const before = models.at(-1) ?? new Map<number, number>();
  if (step.kind === 'ROLLBACK') {
    if (ids.length === 0) return;
    const to = step.to % ids.length;
    const { outcome } = await desk.approve(await desk.rollBack(ids[to] ?? '', '2026-03-01'));
    ids.push(outcome?.versionId ?? '');
    models.push(models[to] ?? new Map());
    return;
  }
  const said = step.rows.filter(({ code, withdrawn }) => step.kind === 'WHOLE' || !withdrawn || before.has(code));
  if (said.length === 0) return;
  const after = new Map(step.kind === 'WHOLE' ? [] : before);
  for (const { code, bps, withdrawn } of said) {
    if (withdrawn) after.delete(code);
    else after.set(code, bps);
  }
  const sent = said.map(({ code, bps, withdrawn }, index) =>
    entryRow(index + 2, serviceCode(code), { first_self_pay: `0.0${bps}%`, withdrawn: withdrawn ? '是' : '否' }),
  );
  ids.push(await desk.published(step.kind, '2026-03-01', sent));
  models.push(after);
}

function bpsOf(content: unknown): unknown {
  return (content as { shares: { bps: number }[] }).shares[0]?.bps;
}
