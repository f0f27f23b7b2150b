import { serviceActor, type Actor } from '@yiditong/chassis';
import { fen } from '@yiditong/money';
import {
  atOnce,
  auditTrail,
  createTestDatabase,
  endOf,
  FixedClock,
  patiently,
  queryAs,
  rowCounts,
  type TestDatabase,
  type TrailEntry,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { CatalogueProposalService, type CatalogueProposal } from './catalogue-proposal.service.js';
import type { CatalogueEntryRow } from './catalogue.entity.js';
import { CatalogueService } from './catalogue.service.js';

const CLERK: Actor = { role: 'bureau', region: '110000', subject: 'clerk', rank: 'clerk' };
const SUPERVISOR: Actor = { ...CLERK, subject: 'supervisor', rank: 'supervisor' };
const SHAANXI: Actor = { ...SUPERVISOR, region: '610000' };
const APPROVE = { decision: 'APPROVE', remark: '' } as const;
const REJECT = { decision: 'REJECT', remark: '限价有误' } as const;
const DRUG = 'XA01ABA001A002010100001';
const SERVICE = '001101000010000';
const OTHER = '001101000020000';

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
  const usual = { itemClass: 'B', firstSelfPayBps: 1000, ceilingMicroYuan: null, chargeCategory: '09' } as const;
  return { nationalCode, name: '某项目', ...usual, ...change };
}

async function proposed(
  effectiveFrom = '2026-01-01',
  entries: readonly CatalogueEntryRow[] = [entry(DRUG)],
): Promise<CatalogueProposal> {
  return proposals.propose(CLERK, requestId(), { province: '110000', effectiveFrom, entries });
}

const approve = ({ id }: CatalogueProposal, by = SUPERVISOR): Promise<CatalogueProposal> =>
  patiently(() => proposals.decide(by, '110000', id, APPROVE));

const read = async ({ id }: CatalogueProposal): Promise<CatalogueProposal> =>
  (await proposals.get(SUPERVISOR, '110000', id)).proposal;

/** What the catalogue has of an item for a fee of New Year’s Day. */
async function entryInForce(nationalCode: string): Promise<CatalogueEntryRow | null | undefined> {
  const fee = {
    lineNumber: 1,
    nationalCode,
    quantityE4: 10_000n,
    unitPriceMicroYuan: 1_000_000n,
    amountFen: fen(100n),
  };
  const lines = [{ ...fee, occurredOn: '2026-01-01' }];
  const { lines: classified } = await catalogue.classify(serviceActor('settlement', '110000'), '110000', lines);
  return classified[0]?.entry;
}

const trailOf = ({ id }: CatalogueProposal): Promise<TrailEntry[]> => auditTrail(db, id);

describe('a proposed catalogue', () => {
  it('is in force from its approval on, to the millionth of a yuan', async () => {
    const entries = [
      entry(DRUG, { ceilingMicroYuan: 9_223_372_036_854_775_807n, firstSelfPayBps: 9999 }),
      entry(SERVICE, { itemClass: 'A', firstSelfPayBps: 0, name: '级别护理，“一级”' }),
    ];
    const proposal = await proposed('2026-01-01', entries);
    await expect(entryInForce(DRUG)).rejects.toMatchObject({ reason: 'CATALOGUE_NOT_PUBLISHED' });
    const approved = await approve(proposal);
    expect(approved).toMatchObject({ state: 'APPROVED', maker: 'clerk', decider: 'supervisor' });
    expect([await entryInForce(DRUG), await entryInForce(SERVICE)]).toEqual(entries);
    const [version] = await queryAs(db.superuserUrl, 'SELECT version_id, proposal_id, digest FROM catalogue_version');
    expect(version).toEqual({
      version_id: approved.outcome?.versionId,
      proposal_id: proposal.id,
      digest: proposal.digest,
    });
  });

  it('that is rejected or withdrawn leaves no version', async () => {
    const [one, other] = [await proposed(), await proposed()];
    await proposals.decide(SUPERVISOR, '110000', one.id, REJECT);
    await proposals.withdraw(CLERK, '110000', other.id, '');
    expect(await read(one)).toMatchObject({ state: 'REJECTED', remark: '限价有误', outcome: null });
    expect(await read(other)).toMatchObject({ state: 'WITHDRAWN', decider: 'clerk' });
    expect(await rowCounts(db)).toMatchObject({ catalogue_version: 0, catalogue_entry: 0 });
  });

  it('is approved by nobody who made it, whatever his rank', async () => {
    const body = { province: '110000', effectiveFrom: '2026-01-01', entries: [entry(DRUG)] };
    const own = await proposals.propose(SUPERVISOR, requestId(), body);
    await expect(approve(own)).rejects.toMatchObject({ reason: 'MAKER_IS_CHECKER' });
    await expect(approve(own, { ...SUPERVISOR, subject: 'another' })).resolves.toMatchObject({ state: 'APPROVED' });
  });

  it('takes effect once, however often and by however many at once it is approved', async () => {
    const proposal = await proposed();
    const ends = await atOnce(10, (index) =>
      endOf(approve(proposal, { ...SUPERVISOR, subject: `supervisor-${index % 2}` }), 'published'),
    );
    expect(ends.sort()).toEqual([...Array<string>(5).fill('PROPOSAL_DECIDED'), ...Array<string>(5).fill('published')]);
    expect(await rowCounts(db)).toMatchObject({ catalogue_version: 1, catalogue_entry: 1 });
    expect((await trailOf(proposal)).map(({ action }) => action)).toEqual(['PROPOSE_CATALOGUE', 'PUBLISH_CATALOGUE']);
  });

  it('is answered the same when its request is repeated, and proposed once', async () => {
    const id = requestId();
    const body = { province: '110000', effectiveFrom: '2026-01-01', entries: [entry(DRUG)] };
    const first = await proposals.propose(CLERK, id, body);
    await approve(first);
    expect(await proposals.propose(CLERK, id, body)).toEqual(first);
    expect(await rowCounts(db)).toMatchObject({ proposal: 1 });
  });
});

describe('a catalogue that can’t be published', () => {
  it.each<[string, Partial<CatalogueEntryRow>, string]>([
    ['share', { firstSelfPayBps: 10_001 }, 'first_self_pay_bps must be 0 to 10000'],
    ['share of class A', { itemClass: 'A' }, 'class A has no first self-pay'],
    ['ceiling', { ceilingMicroYuan: -1n }, 'ceiling must not be negative'],
    ['category', { chargeCategory: '15' }, 'charge_category must be 01 to 14'],
    ['code', { nationalCode: 'ASPIRIN' }, 'national_code has no national format'],
    ['code, which repeats', { nationalCode: DRUG }, 'national_code repeats'],
  ])('is refused as it is proposed, where an entry has an impossible %s', async (_, change, problem) => {
    const before = await rowCounts(db);
    await expect(proposed('2026-01-01', [entry(DRUG), entry(SERVICE, change)])).rejects.toMatchObject({
      reason: 'CATALOGUE_CODE_INVALID',
      params: { position: '2', problem },
    });
    expect(await rowCounts(db)).toEqual(before);
  });

  it('is refused as it is proposed, where the province has a version from that date, which stands', async () => {
    await approve(await proposed('2026-01-01', [entry(DRUG, { firstSelfPayBps: 500 })]));
    const before = await rowCounts(db);
    await expect(proposed('2026-01-01', [entry(DRUG)])).rejects.toMatchObject({
      reason: 'CATALOGUE_VERSION_EXISTS',
      params: { date: '2026-01-01' },
    });
    expect(await rowCounts(db)).toEqual(before);
    expect(await entryInForce(DRUG)).toMatchObject({ firstSelfPayBps: 500 });
  });

  it('because the world has moved since is refused at its approval, and can still be rejected', async () => {
    const [first, second] = [await proposed(), await proposed('2026-01-01', [entry(SERVICE)])];
    await approve(first);
    const before = await rowCounts(db);
    await expect(approve(second)).rejects.toMatchObject({ reason: 'CATALOGUE_VERSION_EXISTS' });
    expect(await rowCounts(db)).toEqual(before);
    expect(await read(second)).toEqual(second);
    await proposals.decide(SUPERVISOR, '110000', second.id, REJECT);
    expect((await read(second)).state).toBe('REJECTED');
  });

  it('leaves nothing half-written when its approval fails at the last entry', async () => {
    const impossible = entry(SERVICE, { itemClass: 'D' as 'C' });
    const proposal = await proposed('2026-01-01', [entry(DRUG), impossible]);
    const before = await rowCounts(db);
    await expect(approve(proposal)).rejects.toThrow('catalogue_entry_class');
    expect(await rowCounts(db)).toEqual(before);
    expect(await read(proposal)).toEqual(proposal);
  });

  it('is nine of ten from one date that are approved at once: one is published, whole', async () => {
    const ten = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        patiently(() => proposed('2026-01-01', [entry(DRUG, { firstSelfPayBps: index }), entry(SERVICE)])),
      ),
    );
    const ends = await Promise.all(ten.map((one) => endOf(approve(one), 'published')));
    expect(ends.sort()).toEqual([...Array<string>(9).fill('CATALOGUE_VERSION_EXISTS'), 'published']);
    expect(await rowCounts(db)).toMatchObject({ catalogue_version: 1, catalogue_entry: 2 });
    const pending = await proposals.list(CLERK, '110000', { state: 'PENDING', after: null, limit: 100 });
    expect(pending).toHaveLength(9);
  });
});

describe('what a proposal would change', () => {
  it('is counted against the version that is in force until its date, before and after its approval', async () => {
    const first = await proposed('2026-01-01', [entry(DRUG), entry(SERVICE)]);
    expect((await proposals.get(SUPERVISOR, '110000', first.id)).change).toEqual({
      standingVersionId: null,
      added: 2,
      changed: 0,
      unchanged: 0,
      removed: 0,
    });
    const standing = await approve(first);
    await approve(await proposed('2026-03-01', [entry(DRUG)]));
    const second = await proposed('2026-02-01', [entry(DRUG, { ceilingMicroYuan: 5n }), entry(OTHER)]);
    const change = { standingVersionId: standing.outcome?.versionId, added: 1, changed: 1, unchanged: 0, removed: 1 };
    expect((await proposals.get(SUPERVISOR, '110000', second.id)).change).toEqual(change);
    await approve(second);
    expect((await proposals.get(CLERK, '110000', second.id)).change).toEqual(change);
  });

  it.each<[string, Partial<CatalogueEntryRow>]>([
    ['name', { name: '另一项目' }],
    ['class', { itemClass: 'C' }],
    ['share', { firstSelfPayBps: 1001 }],
    ['ceiling', { ceilingMicroYuan: 7_000_001n }],
    ['ceiling, which falls away', { ceilingMicroYuan: null }],
    ['category', { chargeCategory: '10' }],
  ])('sees another %s', async (_, different) => {
    const ceilingMicroYuan = 7_000_000n;
    const same = entry(SERVICE);
    await approve(await proposed('2026-01-01', [entry(DRUG, { ceilingMicroYuan }), same]));
    const proposal = await proposed('2026-02-01', [entry(DRUG, { ceilingMicroYuan, ...different }), same]);
    expect((await proposals.get(SUPERVISOR, '110000', proposal.id)).change).toMatchObject({ changed: 1, unchanged: 1 });
  });
});

describe('the trail of a change', () => {
  it('says who proposed and who decided, and which version it follows', async () => {
    const standing = await approve(await proposed('2026-01-01'));
    const before = { versionId: standing.outcome?.versionId, digest: standing.digest };
    const proposal = await proposed('2026-02-01', [entry(DRUG), entry(SERVICE)]);
    const approved = await approve(proposal);
    const after = { maker: 'clerk', digest: proposal.digest, effectiveFrom: '2026-02-01', entryCount: 2 };
    const object = { province: '110000', objectType: 'catalogue_proposal', objectId: proposal.id };
    const purpose = 'ADMINISTRATION';
    expect(await trailOf(proposal)).toEqual([
      { ...object, purpose, action: 'PROPOSE_CATALOGUE', actor: CLERK, before, after: { ...after, state: 'PENDING' } },
      {
        ...object,
        purpose,
        action: 'PUBLISH_CATALOGUE',
        actor: SUPERVISOR,
        before,
        after: { ...after, state: 'APPROVED', versionId: approved.outcome?.versionId },
      },
    ]);
  });

  it('says what was rejected and withdrawn, once, and nothing of a refusal', async () => {
    const [one, other] = [await proposed(), await proposed()];
    await expect(approve(one, CLERK)).rejects.toMatchObject({ reason: 'MAKER_IS_CHECKER' });
    for (let repeat = 0; repeat < 2; repeat++) {
      await proposals.decide(SUPERVISOR, '110000', one.id, REJECT);
      await proposals.withdraw(CLERK, '110000', other.id, '');
    }
    expect((await trailOf(one)).map(({ action }) => action)).toEqual(['PROPOSE_CATALOGUE', 'REJECT_CATALOGUE']);
    expect((await trailOf(other)).map(({ action }) => action)).toEqual(['PROPOSE_CATALOGUE', 'WITHDRAW_CATALOGUE']);
  });
});

describe('another province', () => {
  it('can neither propose nor decide for this one, and finds none of its proposals as its own', async () => {
    const proposal = await proposed();
    const body = { province: '110000', effectiveFrom: '2026-02-01', entries: [entry(DRUG)] };
    await expect(proposals.propose(SHAANXI, requestId(), body)).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    await expect(approve(proposal, SHAANXI)).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    for (const work of [
      () => proposals.decide(SHAANXI, '610000', proposal.id, APPROVE),
      () => proposals.withdraw({ ...SHAANXI, subject: 'clerk' }, '610000', proposal.id, ''),
      () => proposals.get(SHAANXI, '610000', proposal.id),
    ])
      await expect(work()).rejects.toMatchObject({ reason: 'PROPOSAL_NOT_FOUND' });
    expect(await proposals.list(SHAANXI, '610000', { state: null, after: null, limit: 10 })).toEqual([]);
    expect(await read(proposal)).toEqual(proposal);
  });
});
