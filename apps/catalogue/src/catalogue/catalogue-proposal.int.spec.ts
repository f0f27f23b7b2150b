import type { Actor } from '@yiditong/chassis';
import {
  atOnce,
  auditTrail,
  createTestDatabase,
  endOf,
  patiently,
  queryAs,
  rowCounts,
  type TestDatabase,
  type TrailEntry,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { APPROVE, CLERK, DraftDesk, entry, REJECT, SHAANXI, SUPERVISOR } from '../version/draft-desk.js';
import type { CatalogueEntryRow } from './catalogue.entity.js';
import type { CatalogueProposal } from './version-proposal.js';

const DRUG = 'XA01ABA001A002010100001';
const SERVICE = '001101000010000';
const OTHER = '001101000020000';
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
    'TRUNCATE catalogue_entry, catalogue_version, national_item, catalogue_draft, catalogue_draft_row, proposal, idempotency',
  );
});
afterAll(() => db.drop());

const proposed = (entries: readonly CatalogueEntryRow[] = [entry(DRUG)], from = FROM): Promise<CatalogueProposal> =>
  desk.message(from, entries);
const approve = ({ id }: CatalogueProposal, by: Actor = SUPERVISOR): Promise<CatalogueProposal> =>
  patiently(() => desk.proposals.decide(by, '110000', id, APPROVE));
const read = ({ id }: CatalogueProposal): Promise<CatalogueProposal> => desk.proposals.get(SUPERVISOR, '110000', id);
const trailOf = ({ id }: CatalogueProposal): Promise<TrailEntry[]> => auditTrail(db, id);

describe('a proposed catalogue', () => {
  it('is published by its approval, to the millionth of a yuan', async () => {
    const caps = [{ hospitalLevel: null, microYuan: 9_223_372_036_854_775_807n }];
    const proposal = await proposed([
      entry(DRUG, { caps, overCapRule: 'WHOLE', provincialCode: 'BJ-1' }),
      entry(SERVICE, { itemClass: 'A', shares: [], name: '级别护理，“一级”', chargeCategory: null }),
    ]);
    expect(await rowCounts(db)).toMatchObject({ catalogue_version: 0, catalogue_entry: 0 });
    const approved = await approve(proposal);
    expect(approved).toMatchObject({ state: 'APPROVED', maker: 'clerk', decider: 'supervisor' });
    expect(
      await queryAs(
        db.superuserUrl,
        'SELECT version_id, proposal_id, digest, origin, origin_id FROM catalogue_version',
      ),
    ).toEqual([
      {
        version_id: approved.outcome?.versionId,
        proposal_id: proposal.id,
        digest: proposal.digest,
        origin: 'MESSAGE',
        origin_id: null,
      },
    ]);
    const said = await queryAs(
      db.superuserUrl,
      `SELECT national_code AS code, provincial_code AS own, name, item_class AS class, charge_category AS category,
         caps->0->>'microYuan' AS cap, over_cap_rule AS rule FROM catalogue_entry ORDER BY national_code`,
    );
    expect(said).toEqual([
      { code: SERVICE, own: SERVICE, name: '级别护理，“一级”', class: 'A', category: null, cap: null, rule: null },
      {
        code: DRUG,
        own: 'BJ-1',
        name: '某项目',
        class: 'B',
        category: '09',
        cap: '9223372036854775807',
        rule: 'WHOLE',
      },
    ]);
  });

  it('that is rejected or withdrawn leaves no version, and nothing of its rows', async () => {
    const [one, other] = [await proposed(), await proposed()];
    await desk.proposals.decide(SUPERVISOR, '110000', one.id, REJECT);
    await desk.proposals.withdraw(CLERK, '110000', other.id, '');
    await desk.work.workOff();
    expect(await read(one)).toMatchObject({ state: 'REJECTED', remark: '限价有误', outcome: null });
    expect(await read(other)).toMatchObject({ state: 'WITHDRAWN', decider: 'clerk' });
    expect(await rowCounts(db)).toMatchObject({ catalogue_version: 0, catalogue_entry: 0, catalogue_draft_row: 0 });
  });

  it('is approved by nobody who made it, whatever his rank', async () => {
    const own = await desk.message(FROM, [entry(DRUG)], SUPERVISOR);
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
    expect(desk.told).toBe(1);
  });

  it('is answered the same when its request is repeated, and proposed once', async () => {
    const body = { province: '110000', effectiveFrom: FROM, entries: [entry(DRUG)] };
    const first = await desk.proposals.propose(CLERK, 'request-1', body);
    await approve(first);
    expect(await desk.proposals.propose(CLERK, 'request-1', body)).toEqual(first);
    expect(await rowCounts(db)).toMatchObject({ proposal: 1, catalogue_draft: 1 });
  });
});

describe('a catalogue that can’t be published', () => {
  it.each<[string, Partial<CatalogueEntryRow>, string]>([
    ['share', { shares: [{ insurance: null, personType: null, bps: 10_001 }] }, 'not between 0% and 100%'],
    ['share of class A', { itemClass: 'A' }, 'class A has no first self-pay'],
    ['lack of a share', { shares: [{ insurance: 'EMPLOYEE', personType: null, bps: 5 }] }, 'that fits everybody'],
    ['cap', { caps: [{ hospitalLevel: null, microYuan: -1n }], overCapRule: 'EXCESS' }, 'not above 0'],
    ['cap without a rule', { caps: [{ hospitalLevel: null, microYuan: 1n }] }, 'a cap needs it'],
    ['category', { chargeCategory: '15' }, 'not 01 to 14'],
    ['code', { nationalCode: 'XA01ABA001A00201010000A' }, 'characters 19 to 23, the manufacturer, must be 5 digits'],
    ['code, which repeats', { nationalCode: DRUG }, 'national_code repeats'],
    ['contradiction', { provincialCode: DRUG, itemClass: 'C', shares: [] }, 'must have the same class'],
    ['date', { endsOn: '2026-02-30' }, 'not a date'],
    ['end', { endsOn: '2025-12-31' }, 'before the effective date'],
  ])('is refused as it is proposed, where an entry has an impossible %s', async (_, change, problem) => {
    const before = await rowCounts(db);
    await expect(proposed([entry(DRUG), entry(SERVICE, change)])).rejects.toMatchObject({
      reason: 'CATALOGUE_CODE_INVALID',
      params: { position: '2', problem: expect.stringContaining(problem) },
    });
    expect(await rowCounts(db)).toEqual(before);
  });

  it('because the world has moved since is refused at its approval, and can still be rejected', async () => {
    const [first, second] = [await proposed(), await proposed([entry(SERVICE)])];
    await approve(first);
    const before = await rowCounts(db);
    await expect(approve(second)).rejects.toMatchObject({ reason: 'CATALOGUE_MOVED_ON' });
    expect(await rowCounts(db)).toEqual(before);
    expect(await read(second)).toEqual(second);
    await desk.proposals.decide(SUPERVISOR, '110000', second.id, REJECT);
    expect((await read(second)).state).toBe('REJECTED');
  });

  it('leaves nothing half-written when its approval fails at the last entry', async () => {
    const proposal = await proposed([entry(DRUG), entry(SERVICE, { itemClass: 'D' as 'B' })]);
    const before = await rowCounts(db);
    await expect(approve(proposal)).rejects.toThrow('catalogue_entry_class');
    expect(await rowCounts(db)).toEqual(before);
    expect(await read(proposal)).toEqual(proposal);
  });
});

describe('what a proposal would change', () => {
  it('is counted against the version that stood when it was made, before and after its approval', async () => {
    const first = await proposed([entry(DRUG), entry(SERVICE)]);
    const none = { standingVersionId: null, added: 2, changed: 0, unchanged: 0, removed: 0 };
    expect(first.summary).toMatchObject({ entryCount: 2, change: none });
    const standing = await approve(first);
    const second = await proposed([entry(DRUG, { name: '另一项目' }), entry(OTHER)]);
    const change = { standingVersionId: standing.outcome?.versionId, added: 1, changed: 1, unchanged: 0, removed: 1 };
    expect(second.summary).toMatchObject({ entryCount: 2, change });
    await approve(second);
    expect((await read(second)).summary.change).toEqual(change);
    expect((await read(first)).summary.change).toEqual(none);
  });

  it.each<[string, Partial<CatalogueEntryRow>]>([
    ['name', { name: '另一项目' }],
    ['provincial code', { provincialCode: 'BJ-2' }],
    ['class', { itemClass: 'C', shares: [] }],
    ['share', { shares: [{ insurance: null, personType: null, bps: 1001 }] }],
    ['cap', { caps: [{ hospitalLevel: null, microYuan: 7_000_001n }] }],
    ['cap, which falls away', { caps: [], overCapRule: null }],
    ['rule', { overCapRule: 'WHOLE' }],
    [
      'restriction',
      { restriction: { needsApproval: false, text: '', minimumLevel: 'TERTIARY', visitKinds: [], insurances: [] } },
    ],
    ['category', { chargeCategory: null }],
    ['end', { endsOn: '2026-12-31' }],
  ])('sees another %s', async (_, different) => {
    const usual = { caps: [{ hospitalLevel: null, microYuan: 7_000_000n }], overCapRule: 'EXCESS' } as const;
    await approve(await proposed([entry(DRUG, usual), entry(SERVICE)]));
    const proposal = await proposed([entry(DRUG, { ...usual, ...different }), entry(SERVICE)]);
    expect(proposal.summary.change).toMatchObject({ changed: 1, unchanged: 1 });
  });

  it('is nothing where the same is said in another order, or of a class what goes without saying', async () => {
    const shares = [
      { insurance: null, personType: null, bps: 10 },
      { insurance: 'RESIDENT', personType: 'MINOR', bps: 0 },
    ] as const;
    const restriction = { needsApproval: false, text: '', minimumLevel: null, visitKinds: [], insurances: [] };
    await approve(await proposed([entry(DRUG, { shares }), entry(SERVICE, { itemClass: 'C', shares: [] })]));
    const full = [{ insurance: null, personType: null, bps: 10_000 }];
    const proposal = await proposed([
      entry(DRUG, { shares: shares.toReversed(), provincialCode: DRUG, restriction }),
      entry(SERVICE, { itemClass: 'C', shares: full }),
    ]);
    expect(proposal.summary.change).toMatchObject({ added: 0, changed: 0, unchanged: 2, removed: 0 });
  });
});

describe('the trail of a change', () => {
  it('says who proposed and who decided, and which version it follows', async () => {
    const standing = await approve(await proposed());
    const before = { versionId: standing.outcome?.versionId };
    const proposal = await proposed([entry(DRUG), entry(SERVICE)]);
    const approved = await approve(proposal);
    const after = { maker: 'clerk', digest: proposal.digest, ...proposal.summary };
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
      await desk.proposals.decide(SUPERVISOR, '110000', one.id, REJECT);
      await desk.proposals.withdraw(CLERK, '110000', other.id, '');
    }
    expect((await trailOf(one)).map(({ action }) => action)).toEqual(['PROPOSE_CATALOGUE', 'REJECT_CATALOGUE']);
    expect((await trailOf(other)).map(({ action }) => action)).toEqual(['PROPOSE_CATALOGUE', 'WITHDRAW_CATALOGUE']);
  });
});

describe('another province', () => {
  it('can neither propose nor decide for this one, and finds none of its proposals as its own', async () => {
    const proposal = await proposed();
    const body = { province: '110000', effectiveFrom: FROM, entries: [entry(DRUG)] };
    await expect(desk.proposals.propose(SHAANXI, 'request-2', body)).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    await expect(approve(proposal, SHAANXI)).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    for (const work of [
      () => desk.proposals.decide(SHAANXI, '610000', proposal.id, APPROVE),
      () => desk.proposals.withdraw({ ...SHAANXI, subject: 'clerk' }, '610000', proposal.id, ''),
      () => desk.proposals.get(SHAANXI, '610000', proposal.id),
    ])
      await expect(work()).rejects.toMatchObject({ reason: 'PROPOSAL_NOT_FOUND' });
    expect(await desk.proposals.list(SHAANXI, '610000', { state: null, after: null, limit: 10 })).toEqual([]);
    expect(await read(proposal)).toEqual(proposal);
  });
});
