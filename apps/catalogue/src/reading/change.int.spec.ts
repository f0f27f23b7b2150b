import { createTestDatabase, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { ChangeService, type Changes, type OpenQuestion } from './change.service.js';
import type { EntryChange } from './change.store.js';
import { HeavyReadingService } from './heavy-reading.service.js';
import { ASPIRIN, BED, entry, item, METFORMIN, PublishedDesk, serviceCode, shared, VISIT } from './published-desk.js';

const BEIJING = '110000';
const ALL: OpenQuestion = { span: { since: 0, upTo: null }, kind: null, after: null, limit: 1000 };

let db: TestDatabase;
let desk: PublishedDesk;
let changes: ChangeService;

beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
  desk = new PublishedDesk(db.superuserUrl);
  changes = new ChangeService(new HeavyReadingService(db.database));
});
beforeEach(() => desk.clear());
afterAll(() => db.drop());

function inBrief(found: Changes<{ sequence: number; nationalCode: string; withdrawn: boolean }>): string[] {
  return found.changes.map(
    (change) => `${change.sequence} ${change.nationalCode}${change.withdrawn ? ' withdrawn' : ''}`,
  );
}

async function threeVersions(): Promise<void> {
  await desk.publish(BEIJING, '2026-01-01', [entry(BED), shared(METFORMIN, 1000), entry(VISIT)]);
  await desk.publish(BEIJING, '2026-02-01', [shared(METFORMIN, 500), { ...entry(VISIT), withdrawn: true }]);
  await desk.publish(BEIJING, '2026-03-01', [shared(METFORMIN, 300), shared(ASPIRIN, 1000)]);
}

describe('a download', () => {
  it('has what each version says, by version and code, so that one to come doesn’t hide what is in force', async () => {
    await threeVersions();
    const whole = await changes.entries(BEIJING, ALL);
    expect(inBrief(whole)).toEqual([
      `1 ${VISIT}`,
      `1 ${BED}`,
      `1 ${METFORMIN}`,
      `2 ${VISIT} withdrawn`,
      `2 ${METFORMIN}`,
      `3 ${METFORMIN}`,
      `3 ${ASPIRIN}`,
    ]);
    expect(whole).toMatchObject({ total: 7, span: { since: 0, upTo: 3 }, nextAfter: null });
    expect(whole.changes[5]).toMatchObject({ shares: [{ bps: 300 }], effectiveFrom: '2026-03-01' });
    expect(whole.changes[3]).toMatchObject({ name: '某项目', itemClass: 'A' });
  });

  it('has only what changed since a version that is there already', async () => {
    await threeVersions();
    expect(inBrief(await changes.entries(BEIJING, { ...ALL, span: { since: 2, upTo: null } }))).toEqual([
      `3 ${METFORMIN}`,
      `3 ${ASPIRIN}`,
    ]);
    expect(inBrief(await changes.entries(BEIJING, { ...ALL, span: { since: 1, upTo: 2 } }))).toEqual([
      `2 ${VISIT} withdrawn`,
      `2 ${METFORMIN}`,
    ]);
    const nothing = await changes.entries(BEIJING, { ...ALL, span: { since: 3, upTo: null } });
    expect(nothing).toEqual({ changes: [], nextAfter: null, span: { since: 3, upTo: 3 }, total: 0 });
  });

  it('has one kind only where one is asked for', async () => {
    await threeVersions();
    const drugs = await changes.entries(BEIJING, { ...ALL, kind: 'WESTERN_DRUG' });
    expect(inBrief(drugs)).toEqual([`1 ${METFORMIN}`, `2 ${METFORMIN}`, `3 ${METFORMIN}`, `3 ${ASPIRIN}`]);
    expect(drugs.total).toBe(4);
  });

  it('is the same state on all its pages, whatever is published between two of them', async () => {
    const codes = Array.from({ length: 25 }, (_, n) => serviceCode(n));
    await desk.publish(
      BEIJING,
      '2026-01-01',
      codes.map((code) => entry(code)),
    );
    await desk.publish(
      BEIJING,
      '2026-02-01',
      codes.slice(0, 5).map((code) => entry(code, { itemClass: 'C' })),
    );
    const first = await changes.entries(BEIJING, { ...ALL, limit: 10 });
    await desk.publish(BEIJING, '2026-03-01', [
      { ...entry(serviceCode(24)), withdrawn: true },
      ...codes.slice(3, 20).map((code) => entry(code, { name: '改' })),
    ]);
    const seen = [...first.changes];
    for (let page: Changes<EntryChange> = first; page.nextAfter !== null;) {
      page = await changes.entries(BEIJING, { ...ALL, span: page.span, after: page.nextAfter, limit: 10 });
      expect(page).toMatchObject({ total: 30, span: { since: 0, upTo: 2 } });
      seen.push(...page.changes);
    }
    expect(seen.map(({ nationalCode }) => nationalCode)).toEqual([...codes, ...codes.slice(0, 5)]);
    expect(seen.filter(({ name, withdrawn }) => name === '改' || withdrawn)).toEqual([]);
    const next = await changes.entries(BEIJING, { ...ALL, span: { since: 2, upTo: null } });
    expect(next.total).toBe(18);
  });

  it('of the national items says the same of these', async () => {
    await desk.publishItems('2026-01-01', [item(BED, '床位费'), item(METFORMIN, '盐酸二甲双胍片')]);
    await desk.publishItems('2026-02-01', [{ ...item(BED, '床位费'), withdrawn: true }]);
    const found = await changes.items(ALL);
    expect(inBrief(found)).toEqual([`1 ${BED}`, `1 ${METFORMIN}`, `2 ${BED} withdrawn`]);
    expect(found.changes[2]).toMatchObject({ name: '床位费', effectiveFrom: '2026-02-01' });
  });

  it('is refused where nothing is published, or for versions that there aren’t', async () => {
    await expect(changes.items(ALL)).rejects.toMatchObject({ reason: 'CATALOGUE_NOT_PUBLISHED' });
    await threeVersions();
    for (const span of [
      { since: 4, upTo: null },
      { since: 0, upTo: 4 },
      { since: 2, upTo: 1 },
    ])
      await expect(changes.entries(BEIJING, { ...ALL, span })).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED' });
  });
});
