import { lockedUntilOf } from '@yiditong/eligibility';
import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  queryAs,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { COLLEAGUE, ImportDesk, LEASE_MS, row, SHAANXI } from './import-desk.js';

let db: TestDatabase;
let desk: ImportDesk;
beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  desk = new ImportDesk(db);
});
beforeEach(() => desk.clock.pass(60 * LEASE_MS));
afterAll(() => db.drop());

describe('applying', () => {
  it('makes all rows true at once, told in one event and one record', async () => {
    const persons = await desk.insured(3_000);
    const file = await desk.checked(persons.map((person, index) => row(index + 2, person)));
    expect(file).toMatchObject({ state: 'READY', rows: 3_000, faultyRows: 0 });
    const before = await rowCounts(db);
    await desk.imports.apply(COLLEAGUE, file.importId);
    expect(await desk.made(file.importId)).toBe('0/0');
    const seen = new Set<string>();
    const reader = setInterval(() => void desk.made(file.importId).then((counts) => seen.add(counts)), 5);
    await desk.work.workOff();
    clearInterval(reader);
    seen.add(await desk.made(file.importId));
    expect([...seen]).toEqual(['0/0', '3000/3000']);

    const applied = await desk.imports.get(SHAANXI, file.importId);
    expect(applied).toMatchObject({ state: 'APPLIED', appliedAt: desk.clock.now(), appliedBy: COLLEAGUE });
    expect(await desk.staged(file.importId)).toBe(0);
    const trail = await auditTrail(db, file.importId);
    expect(trail.map(({ action, actor, after }) => [action, actor, after])).toEqual([
      ['OPEN_IMPORT', SHAANXI, { insuredRegion: '610000' }],
      [
        'APPLY_IMPORT',
        COLLEAGUE,
        { insuredRegion: '610000', rows: 3_000, digest: expect.stringMatching(/^[\da-f]{64}$/) },
      ],
    ]);
    expect(await rowCounts(db)).toEqual({
      ...before,
      filing: (before['filing'] ?? 0) + 3_000,
      filing_version: (before['filing_version'] ?? 0) + 3_000,
      filing_event: (before['filing_event'] ?? 0) + 1,
      audit_record: (before['audit_record'] ?? 0) + 1,
      filing_import_row: (before['filing_import_row'] ?? 0) - 3_000,
    });
    const events = await queryAs(
      db.superuserUrl,
      "SELECT person_id, content::json AS content FROM filing_event WHERE type = 'import.apply' AND content LIKE '%' || $1 || '%'",
      [file.importId],
    );
    expect(events).toEqual([{ person_id: null, content: { importId: file.importId, rows: 3_000 } }]);
  });

  it('records what each row says', async () => {
    const [one = '', two = '', three = ''] = await desk.insured(3, '610300');
    const file = await desk.checked([
      row(2, one, { category: 'LONG_TERM_WORKER', valid_to: '', materials: '工作合同、居住证明', pledged: '是' }),
      row(3, two, { category: 'RETIREE_RESETTLED', valid_to: '', pledged: 'y' }),
      row(4, three, { category: 'REFERRAL', materials: 'REFERRAL_CERTIFICATE' }),
    ]);
    await desk.imports.apply(SHAANXI, file.importId);
    await desk.work.workOff();
    const filings = await queryAs<object>(
      db.superuserUrl,
      `SELECT f.person_id, f.insured_region, f.category, f.destination_region, f.valid_from::text, f.valid_to::text, f.state, f.version,
         f.source, f.materials, f.pledged, f.owed, f.locked_until, f.review_due_on, f.institution_code, f.reason,
         v.event, v.actor_role, v.actor_subject, to_jsonb(v) @> (to_jsonb(f) - '{created_at,updated_at,area_digits,destination_digits}'::text[]) AS same,
         uuid_extract_version(f.filing_id) AS uuid
       FROM filing f JOIN filing_version v USING (person_id, filing_id, version) WHERE f.import_id = $1
       ORDER BY array_position($2::uuid[], f.person_id)`,
      [file.importId, [one, two, three]],
    );
    const shared = {
      insured_region: '610300',
      destination_region: '310000',
      valid_from: '2026-03-01',
      state: 'ACTIVE',
      version: 1,
      source: 'IMPORT',
      locked_until: null,
      review_due_on: null,
      institution_code: null,
      reason: '',
      event: 'ACCEPT',
      actor_role: 'bureau',
      actor_subject: 'shaanxi-01',
      same: true,
      uuid: 7,
    };
    expect(filings).toEqual([
      {
        ...shared,
        person_id: one,
        category: 'LONG_TERM_WORKER',
        valid_to: null,
        materials: '[{"digest":"","kind":"EMPLOYMENT_CONTRACT"},{"digest":"","kind":"RESIDENCE_PROOF"}]',
        pledged: true,
        owed: [],
      },
      {
        ...shared,
        person_id: two,
        category: 'RETIREE_RESETTLED',
        valid_to: null,
        materials: '[]',
        pledged: true,
        owed: ['HOUSEHOLD_REGISTER'],
      },
      {
        ...shared,
        person_id: three,
        category: 'REFERRAL',
        valid_to: '2026-09-30',
        materials: '[{"digest":"","kind":"REFERRAL_CERTIFICATE"}]',
        pledged: false,
        owed: [],
      },
    ]);
  });

  it('locks long-term filings in from when they take effect, until the same day as any other way of filing does', async () => {
    const month = { kind: 'PROVINCE_POLICY', lockInMonths: 1, temporaryMonths: 6 } as const;
    const halfYear = { ...month, lockInMonths: 6 };
    await desk.publish('610000', month, '2026-02-01', '2026-06-30');
    await desk.publish('610000', halfYear, '2026-07-01');
    const today = desk.clock.businessDate();
    const days = [
      '2025-03-31',
      '2026-02-28',
      '2026-03-01',
      '2026-03-30',
      '2026-03-31',
      '2026-06-30',
      '2026-07-01',
      '2026-08-30',
      '2026-08-31',
      '2026-12-31',
    ];
    const persons = await desk.insured(days.length);
    const long = { category: 'LONG_TERM_RESIDENT', valid_to: '', materials: '居住证明' };
    const { importId, state } = await desk.applied(
      persons.map((person, index) => row(index + 2, person, { ...long, valid_from: days[index] ?? '' })),
    );
    await desk.withdrawRules();
    expect(state).toBe('APPLIED');
    const locked = await queryAs<{ from: string; until: string }>(
      db.superuserUrl,
      'SELECT valid_from::text AS from, locked_until::text AS until FROM filing WHERE import_id = $1 ORDER BY valid_from',
      [importId],
    );
    const untilOf = (from: string): string | null => {
      const effective = from > today ? from : today;
      return lockedUntilOf('LONG_TERM_RESIDENT', effective, effective < '2026-07-01' ? month : halfYear);
    };
    expect(locked).toEqual(days.map((from) => ({ from, until: untilOf(from) })));
  });

  it('that stopped in the middle has applied nothing, and begins again', async () => {
    const persons = await desk.insured(20);
    const file = await desk.checked(persons.map((person, index) => row(index + 2, person)));
    await desk.imports.apply(SHAANXI, file.importId);
    const before = await rowCounts(db);
    // Before it takes the rows, and after all of them are there but for the instant at which they become true.
    for (const looks of [2, 3]) {
      desk.clock.breakAfter(looks);
      await desk.work.workOff();
      expect(await rowCounts(db)).toEqual(before);
      expect(await desk.imports.get(SHAANXI, file.importId)).toMatchObject({ state: 'APPLYING', appliedAt: null });
      // Somebody has taken it, as far as others can see.
      await desk.work.workOff();
      expect(await desk.made(file.importId)).toBe('0/0');
      desk.clock.pass(LEASE_MS);
    }
    await desk.work.workOff();
    expect(await desk.made(file.importId)).toBe('20/20');
    expect((await auditTrail(db, file.importId)).map(({ action }) => action)).toEqual(['OPEN_IMPORT', 'APPLY_IMPORT']);
  });

  it('is done once by several at a time', async () => {
    const persons = await desk.insured(60);
    const ready = await Promise.all(
      [0, 20, 40].map((from) =>
        desk.sent(persons.slice(from, from + 20).map((person, index) => row(index + 2, person))),
      ),
    );
    for (const upload of ready) await desk.imports.complete(SHAANXI, upload, 20);
    await atOnce(4, async () => desk.work.workOff());
    await Promise.all(ready.map(({ importId }) => desk.imports.apply(SHAANXI, importId)));
    await atOnce(4, async () => desk.work.workOff());
    for (const { importId } of ready) {
      expect(await desk.made(importId)).toBe('20/20');
      expect(await desk.imports.apply(SHAANXI, importId)).toMatchObject({ state: 'APPLIED' });
      const trail = await auditTrail(db, importId);
      expect(trail.map(({ action }) => action)).toEqual(['OPEN_IMPORT', 'APPLY_IMPORT']);
    }
  });
});

it('leaves sound audit chains', async () => expect(await auditFaults(db)).toEqual([]));
