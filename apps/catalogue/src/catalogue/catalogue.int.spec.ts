import { serviceActor, type Actor } from '@yiditong/chassis';
import { fen } from '@yiditong/money';
import { createTestDatabase, FixedClock, queryAs, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { CatalogueProposalService } from './catalogue-proposal.service.js';
import type { DatedLine } from './catalogue.codec.js';
import type { CatalogueEntryRow } from './catalogue.entity.js';
import { CatalogueService } from './catalogue.service.js';

const SETTLEMENT = serviceActor('settlement', '110000');
const DRUG = 'XA01ABA001A002010100001';
const SERVICE = '001101000010000';
const UNLISTED = '001101000020000';

let db: TestDatabase;
let catalogue: CatalogueService;
let proposals: CatalogueProposalService;
let requests = 0;
const requestId = (): string => `request-${++requests}`;

beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
  catalogue = new CatalogueService(db.database);
  proposals = new CatalogueProposalService(db.database, new FixedClock(new Date('2026-01-01T00:00:00Z')));
});
beforeEach(async () => {
  await queryAs(db.superuserUrl, 'TRUNCATE catalogue_entry, catalogue_version, proposal, idempotency');
});
afterAll(() => db.drop());

function entry(nationalCode: string, change: Partial<CatalogueEntryRow> = {}): CatalogueEntryRow {
  return {
    nationalCode,
    name: '某项目',
    itemClass: 'B',
    firstSelfPayBps: 1000,
    ceilingMicroYuan: null,
    chargeCategory: '09',
    ...change,
  };
}

async function publish(
  effectiveFrom: string,
  entries: readonly CatalogueEntryRow[],
  province = '110000',
): Promise<string> {
  const clerk: Actor = { role: 'bureau', region: province, subject: 'clerk', rank: 'clerk' };
  const supervisor: Actor = { ...clerk, subject: 'supervisor', rank: 'supervisor' };
  const { id } = await proposals.propose(clerk, requestId(), { province, effectiveFrom, entries });
  const { outcome } = await proposals.decide(supervisor, province, id, { decision: 'APPROVE', remark: '' });
  return outcome?.versionId ?? '';
}

/** One unit for 100 yuan. */
function fee(lineNumber: number, occurredOn: string, nationalCode = DRUG): DatedLine {
  return {
    lineNumber,
    nationalCode,
    occurredOn,
    quantityE4: 10_000n,
    unitPriceMicroYuan: 100_000_000n,
    amountFen: fen(10_000n),
  };
}

async function inScopeOf(lines: readonly DatedLine[]): Promise<[number, bigint][]> {
  const classified = await catalogue.classify(SETTLEMENT, '110000', lines);
  return classified.lines
    .map(({ line, split }): [number, bigint] => [line.lineNumber, split.inScopeFen])
    .sort(([a], [b]) => a - b);
}

describe('a stay that crosses an effective date', () => {
  it('takes for each fee the version in force on the fee’s own day', async () => {
    const january = await publish('2026-01-01', [entry(DRUG, { firstSelfPayBps: 1000 })]);
    const february = await publish('2026-02-01', [entry(DRUG, { firstSelfPayBps: 3000 })]);
    const march = await publish('2026-03-01', [entry(DRUG, { ceilingMicroYuan: 50_000_000n, firstSelfPayBps: 0 })]);
    const stay = [fee(1, '2026-01-31'), fee(2, '2026-02-01'), fee(3, '2026-02-28'), fee(4, '2026-03-01')];
    expect(await inScopeOf(stay)).toEqual([
      [1, 9_000n],
      [2, 7_000n],
      [3, 7_000n],
      [4, 5_000n],
    ]);
    const { versionIds } = await catalogue.classify(SETTLEMENT, '110000', stay);
    expect(versionIds).toEqual([january, february, march]);
  });

  it('is read the same whatever the order of its lines', async () => {
    await publish('2026-01-01', [entry(DRUG, { firstSelfPayBps: 1000 })]);
    await publish('2026-02-01', [entry(DRUG, { firstSelfPayBps: 3000 })]);
    const stay = [fee(3, '2026-02-09'), fee(1, '2026-01-05'), fee(4, '2026-02-01'), fee(2, '2026-01-31')];
    expect(await inScopeOf(stay)).toEqual(await inScopeOf([...stay].reverse()));
  });

  it('names only the versions that its fees can touch', async () => {
    await publish('2025-01-01', [entry(DRUG)]);
    const january = await publish('2026-01-01', [entry(DRUG)]);
    await publish('2026-03-01', [entry(DRUG)]);
    const { versionIds } = await catalogue.classify(SETTLEMENT, '110000', [fee(1, '2026-01-15'), fee(2, '2026-02-28')]);
    expect(versionIds).toEqual([january]);
  });

  it('finds an item unlisted where only another version lists it', async () => {
    await publish('2026-01-01', [entry(DRUG)]);
    await publish('2026-02-01', [entry(SERVICE)]);
    const { lines } = await catalogue.classify(SETTLEMENT, '110000', [
      fee(1, '2026-01-31', SERVICE),
      fee(2, '2026-02-01', SERVICE),
      fee(3, '2026-02-01', UNLISTED),
    ]);
    const listed = lines.map(({ line, entry: found }) => [line.lineNumber, found?.nationalCode ?? null]);
    expect(listed).toEqual([
      [1, null],
      [2, SERVICE],
      [3, null],
    ]);
    expect(lines[0]?.split.fullSelfPayFen).toBe(10_000n);
  });
});

describe('a fee from before the first version', () => {
  it('is refused, with the whole bill', async () => {
    await publish('2026-02-01', [entry(DRUG)]);
    const early = catalogue.classify(SETTLEMENT, '110000', [fee(1, '2026-02-01'), fee(2, '2026-01-31')]);
    await expect(early).rejects.toMatchObject({ reason: 'CATALOGUE_NOT_PUBLISHED', params: { region: '110000' } });
  });

  it('is refused where nothing was ever published', async () => {
    const never = catalogue.classify(SETTLEMENT, '110000', [fee(1, '2026-02-01')]);
    await expect(never).rejects.toMatchObject({ reason: 'CATALOGUE_NOT_PUBLISHED' });
  });
});

describe('another province', () => {
  it('is not stood in the way of by a version of the same date, and reads only its own', async () => {
    await publish('2026-01-01', [entry(DRUG)]);
    await publish('2026-01-01', [entry(DRUG, { firstSelfPayBps: 0 })], '610000');
    const peeking = catalogue.classify(serviceActor('settlement', '610000'), '110000', [fee(1, '2026-01-01')]);
    await expect(peeking).rejects.toMatchObject({ reason: 'CATALOGUE_NOT_PUBLISHED' });
    expect(await inScopeOf([fee(1, '2026-01-01')])).toEqual([[1, 9_000n]]);
  });
});
