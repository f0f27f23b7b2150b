import type { Actor } from '@yiditong/chassis';
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
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { PolicyService, type PolicyProposal } from './policy.service.js';
import { policyInForce } from './policy.store.js';
import { PublishedPolicyService } from './published-policy.service.js';

/** 陕西省医保局; its supervisor; a clerk of 西安 below it. */
const CLERK: Actor = { role: 'bureau', region: '610000', subject: 'clerk', rank: 'clerk' };
const SUPERVISOR: Actor = { ...CLERK, subject: 'supervisor', rank: 'supervisor' };
const XIAN_CLERK: Actor = { ...CLERK, subject: 'xian-clerk', area: '610100' };
const XIAN_SUPERVISOR: Actor = { ...SUPERVISOR, subject: 'xian-supervisor', area: '610100' };
const BAOJI_SUPERVISOR: Actor = { ...SUPERVISOR, subject: 'baoji-supervisor', area: '610300' };
const HUBEI: Actor = { ...SUPERVISOR, region: '420000' };
const APPROVE = { decision: 'APPROVE', remark: '' } as const;
const REJECT = { decision: 'REJECT', remark: '比例有误' } as const;
const XIAN = '610100';

let db: TestDatabase;
let policies: PolicyService;
let published: PublishedPolicyService;
let requests = 0;
const requestId = (): string => `request-${++requests}`;

beforeAll(async () => {
  db = await createTestDatabase('benefit', migrations);
  policies = new PolicyService(db.database, new FixedClock(new Date('2026-01-01T00:00:00Z')));
  published = new PublishedPolicyService(db.database);
});
beforeEach(async () => {
  await queryAs(db.superuserUrl, 'TRUNCATE policy, proposal, idempotency');
});
afterAll(() => db.drop());

type Changes = {
  validFrom?: string;
  validTo?: string | null;
  ratio?: string;
  poolingCap?: unknown;
  region?: string;
  insurance?: string;
};

function policyDocument({ ratio = '80%', ...change }: Changes = {}): string {
  const personType = change.insurance === 'RESIDENT' ? 'MINOR' : 'ACTIVE';
  return JSON.stringify({
    region: XIAN,
    insurance: 'EMPLOYEE',
    title: '西安市职工医保',
    source: 'spec',
    trust: 'D',
    validFrom: '2026-01-01',
    validTo: null,
    visits: {
      INPATIENT: {
        deductible: { basis: 'NONE', standard: '0' },
        bands: [{ upTo: null, ratio: [{ when: { personTypes: [personType] }, is: ratio }, { is: '80%' }] }],
        bandsFrom: 'ZERO',
      },
    },
    adjustments: [],
    poolingCap: null,
    ...change,
  });
}

const proposed = (change: Changes = {}, by = CLERK): Promise<PolicyProposal> =>
  policies.propose(by, requestId(), XIAN, policyDocument(change));

const approve = ({ id }: PolicyProposal, by = SUPERVISOR): Promise<PolicyProposal> =>
  patiently(() => policies.decide(by, XIAN, id, APPROVE));

const read = async ({ id }: PolicyProposal): Promise<PolicyProposal> =>
  (await policies.get(SUPERVISOR, XIAN, id)).proposal;

const idInForce = async (date: string): Promise<string | undefined> =>
  (await db.database.transaction(SUPERVISOR, (tx) => policyInForce(tx, XIAN, 'EMPLOYEE', date)))?.policyId;

const publish = async (change: Changes): Promise<string> =>
  (await approve(await proposed(change))).outcome?.policyId ?? '';

describe('a policy without an end', () => {
  it('is over where the next one begins, and whatever that has', async () => {
    const first = await publish({});
    const second = await publish({ validFrom: '2026-07-01', ratio: '85%' });
    const third = await publish({ validFrom: '2026-09-01', validTo: '2026-12-31' });
    const days = [
      '2025-12-31',
      '2026-01-01',
      '2026-06-30',
      '2026-07-01',
      '2026-08-31',
      '2026-09-01',
      '2026-12-31',
      '2027-01-01',
    ];
    expect(await Promise.all(days.map(idInForce))).toEqual([
      undefined,
      first,
      first,
      second,
      second,
      third,
      third,
      // What was followed doesn’t come back.
      undefined,
    ]);
    for (const day of days)
      expect(
        (await published.list({ region: XIAN, onDate: day, after: null, limit: 9 })).map((one) => one.policyId),
      ).toEqual([await idInForce(day)].filter((id) => id !== undefined));
  });

  it('says who follows it, and so does the list', async () => {
    const first = await publish({});
    expect(await published.find(first)).toMatchObject({ validTo: null, supersededFrom: null });
    const second = await publish({ validFrom: '2026-07-01' });
    const list = await published.list({ region: null, onDate: null, after: null, limit: 9 });
    expect(list.map(({ policyId, supersededFrom }) => [policyId, supersededFrom])).toEqual([
      [first, '2026-07-01'],
      [second, null],
    ]);
    expect(await published.find(first)).toMatchObject({ validTo: null, supersededFrom: '2026-07-01' });
  });

  it('can be followed between two others', async () => {
    const [first, last] = [await publish({}), await publish({ validFrom: '2026-09-01' })];
    const between = await publish({ validFrom: '2026-05-01' });
    const days = ['2026-04-30', '2026-05-01', '2026-08-31', '2026-09-01'];
    expect(await Promise.all(days.map(idInForce))).toEqual([first, between, between, last]);
  });

  it('is corrected before it begins by another of the same day, which is compared with it', async () => {
    const first = await publish({});
    const wrong = await publish({ validFrom: '2026-07-01', ratio: '58%' });
    const right = await proposed({ validFrom: '2026-07-01', ratio: '85%' });
    const { change } = await policies.get(SUPERVISOR, XIAN, right.id);
    expect(change).toMatchObject({ standingPolicyId: wrong, parts: ['visits.INPATIENT'] });
    const { outcome } = await approve(right);
    expect(await Promise.all(['2026-06-30', '2026-07-01'].map(idInForce))).toEqual([first, outcome?.policyId]);
    expect((await policies.get(SUPERVISOR, XIAN, right.id)).change).toEqual(change);
    expect(await published.find(wrong)).toMatchObject({ supersededFrom: '2026-07-01' });
  });

  it('of another insurance or area ends nothing', async () => {
    const first = await publish({});
    const elsewhere = await policies.propose(CLERK, requestId(), '610300', policyDocument({ region: '610300' }));
    await policies.decide(SUPERVISOR, '610300', elsewhere.id, APPROVE);
    await publish({ validFrom: '2026-07-01', insurance: 'RESIDENT' });
    expect(await idInForce('2026-08-01')).toBe(first);
  });
});

describe('a proposed policy', () => {
  it('is in force from its approval on', async () => {
    const proposal = await proposed();
    expect(proposal).toMatchObject({
      state: 'PENDING',
      maker: 'clerk',
      summary: { insurance: 'EMPLOYEE', title: '西安市职工医保', validFrom: '2026-01-01', validTo: null },
    });
    expect(await idInForce('2026-06-01')).toBeUndefined();
    const { outcome } = await approve(proposal);
    expect(await idInForce('2026-06-01')).toBe(outcome?.policyId);
    expect(await queryAs(db.superuserUrl, 'SELECT proposal_id, digest, document FROM policy')).toEqual([
      { proposal_id: proposal.id, digest: proposal.digest, document: policyDocument() },
    ]);
  });

  it('that is rejected or withdrawn is never in force', async () => {
    const [one, other] = [await proposed(), await proposed()];
    await policies.decide(SUPERVISOR, XIAN, one.id, REJECT);
    await policies.withdraw(CLERK, XIAN, other.id, '');
    expect([(await read(one)).state, (await read(other)).state]).toEqual(['REJECTED', 'WITHDRAWN']);
    expect(await rowCounts(db)).toMatchObject({ policy: 0 });
  });

  it('is approved by nobody who made it, whatever his rank', async () => {
    const own = await proposed({}, SUPERVISOR);
    await expect(approve(own)).rejects.toMatchObject({ reason: 'MAKER_IS_CHECKER' });
    expect(await rowCounts(db)).toMatchObject({ policy: 0 });
  });

  it('takes effect once when ten approve it at once', async () => {
    const proposal = await proposed();
    const ends = await atOnce(10, (index) =>
      endOf(approve(proposal, { ...SUPERVISOR, subject: `supervisor-${index}` }), 'published'),
    );
    expect(ends.sort()).toEqual([...Array<string>(9).fill('PROPOSAL_DECIDED'), 'published']);
    expect(await rowCounts(db)).toMatchObject({ policy: 1 });
  });

  it.each<[string, unknown, RegExp]>([
    ['is not one', '{"region": "610100"}', /insurance/],
    ['is of another area than the address says', policyDocument({ region: '610300' }), /region: differs/],
    ['breaks a rule', policyDocument({ validTo: '2025-12-31' }), /before validFrom/],
  ])('that %s is refused as it is proposed', async (_, document, problem) => {
    const before = await rowCounts(db);
    await expect(policies.propose(CLERK, requestId(), XIAN, String(document))).rejects.toMatchObject({
      reason: 'POLICY_INVALID',
      params: { problem: expect.stringMatching(problem) },
    });
    expect(await rowCounts(db)).toEqual(before);
  });

  it.each(['2025-12-31', '2026-01-02'])('of an area that has one in force since today may begin on %s', async (day) => {
    await approve(await proposed());
    expect((await approve(await proposed({ validFrom: day, validTo: '2026-06-30' }))).state).toBe('APPROVED');
  });

  it('of an area that has one in force since today may not begin today', async () => {
    await approve(await proposed());
    const before = await rowCounts(db);
    await expect(proposed({ validFrom: '2026-01-01', validTo: '2026-06-30' })).rejects.toMatchObject({
      reason: 'POLICY_EFFECTIVE_TOO_EARLY',
      params: { earliest: '2026-01-02' },
    });
    expect(await rowCounts(db)).toEqual(before);
  });

  it('that was early enough when it was proposed is refused when it is decided too late', async () => {
    await approve(await proposed());
    const proposal = await proposed({ validFrom: '2026-01-02' });
    const late = new PolicyService(db.database, new FixedClock(new Date('2026-01-01T16:00:00Z')));
    await expect(late.decide(SUPERVISOR, XIAN, proposal.id, APPROVE)).rejects.toMatchObject({
      reason: 'POLICY_EFFECTIVE_TOO_EARLY',
      params: { earliest: '2026-01-03' },
    });
    expect(await read(proposal)).toEqual(proposal);
  });

  it('that would follow another than it was proposed to is refused at its approval, and can still be rejected', async () => {
    const [first, second] = [await proposed(), await proposed({ validFrom: '2026-03-01' })];
    await approve(first);
    const before = await rowCounts(db);
    await expect(approve(second)).rejects.toMatchObject({ reason: 'POLICY_MOVED_ON' });
    expect(await rowCounts(db)).toEqual(before);
    expect(await read(second)).toEqual(second);
    await expect(policies.decide(SUPERVISOR, XIAN, second.id, REJECT)).resolves.toMatchObject({ state: 'REJECTED' });
  });

  it('is one of six that would begin on the same day: the first to be approved, though all are at once', async () => {
    await approve(await proposed());
    const rivals = await Promise.all(Array.from({ length: 6 }, () => proposed({ validFrom: '2026-03-01' })));
    const ends = await atOnce(6, (index) => endOf(approve(rivals[index] as PolicyProposal), 'published'));
    expect(ends.sort()).toEqual([...Array<string>(5).fill('POLICY_MOVED_ON'), 'published']);
  });

  it('shows which parts differ from the policy in force until it begins', async () => {
    const first = await proposed({ validTo: '2026-06-30' });
    const all = await policies.get(SUPERVISOR, XIAN, first.id);
    expect(all.change.standingPolicyId).toBeNull();
    expect(all.change.parts).toContain('visits.INPATIENT');
    expect(all.document).toBe(policyDocument({ validTo: '2026-06-30' }));
    const standing = await approve(first);
    const cap = { period: 'YEAR', on: 'FUND', most: '1' };
    const second = await proposed({ validFrom: '2026-07-01', validTo: null, ratio: '85%', poolingCap: cap });
    const change = {
      standingPolicyId: standing.outcome?.policyId,
      parts: ['poolingCap', 'validFrom', 'validTo', 'visits.INPATIENT'],
    };
    const { change: proposedChange } = await policies.get(SUPERVISOR, XIAN, second.id);
    expect(proposedChange).toMatchObject(change);
    // The cap of one yuan takes all but that yuan from everybody.
    expect(proposedChange.effects).toHaveLength(2 * 3 * 4);
    expect(proposedChange.effects[0]).toMatchObject({ fundBeforeFen: 16_000_000n, fundAfterFen: 100n });
    await approve(second);
    expect((await policies.get(SUPERVISOR, XIAN, second.id)).change).toEqual(proposedChange);
  });

  it('leaves a trail of who proposed and who decided, and which policy it follows', async () => {
    const standing = await approve(await proposed({ validTo: '2026-06-30' }));
    const proposal = await proposed({ validFrom: '2026-07-01' });
    await approve(proposal);
    await approve(proposal);
    const trail = await auditTrail(db, proposal.id);
    expect(trail.map(({ action }) => action)).toEqual(['PROPOSE_POLICY', 'PUBLISH_POLICY']);
    expect(trail[1]).toMatchObject({
      actor: SUPERVISOR,
      before: { policyId: standing.outcome?.policyId, digest: standing.digest },
      after: { state: 'APPROVED', maker: 'clerk', digest: proposal.digest, region: XIAN },
    });
  });
});

describe('a policy that is not published', () => {
  it.each([
    ['rejected', 'REJECT_POLICY', SUPERVISOR, ({ id }) => policies.decide(SUPERVISOR, XIAN, id, REJECT)],
    ['withdrawn', 'WITHDRAW_POLICY', CLERK, ({ id }) => policies.withdraw(CLERK, XIAN, id, '重拟')],
  ] satisfies [string, string, Actor, (proposal: PolicyProposal) => Promise<PolicyProposal>][])(
    'but %s leaves one record of %s: who did it, what stands and what became of the proposal',
    async (_, action, actor, end) => {
      const standing = await approve(await proposed({ validTo: '2026-06-30' }));
      const proposal = await proposed({ validFrom: '2026-07-01' });
      const { state, maker, digest } = await end(proposal);
      await end(proposal);
      const trail = await auditTrail(db, proposal.id);
      expect(trail.map((entry) => entry.action)).toEqual(['PROPOSE_POLICY', action]);
      expect(trail[1]).toMatchObject({
        province: '610000',
        actor,
        before: { policyId: standing.outcome?.policyId, digest: standing.digest },
        after: { state, maker, digest, region: XIAN, validFrom: '2026-07-01' },
      });
    },
  );
});

describe('a pooling area’s policy', () => {
  it('is proposed and decided by its own bureau as by its province’s', async () => {
    const proposal = await proposed({}, XIAN_CLERK);
    expect(await approve(proposal, XIAN_SUPERVISOR)).toMatchObject({ maker: 'xian-clerk', decider: 'xian-supervisor' });
    const other = await proposed({ validFrom: '2025-01-01', validTo: '2025-12-31' }, XIAN_CLERK);
    expect(await approve(other, SUPERVISOR)).toMatchObject({ state: 'APPROVED' });
  });

  it('is nothing to the bureau of another area, in whose own book it is not either', async () => {
    const proposal = await proposed({}, XIAN_CLERK);
    for (const work of [
      () => proposed({}, BAOJI_SUPERVISOR),
      () => approve(proposal, BAOJI_SUPERVISOR),
      () => policies.get(BAOJI_SUPERVISOR, XIAN, proposal.id),
      () => policies.list(BAOJI_SUPERVISOR, XIAN, { state: null, after: null, limit: 10 }),
    ])
      await expect(work()).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    await expect(policies.decide(BAOJI_SUPERVISOR, '610300', proposal.id, APPROVE)).rejects.toMatchObject({
      reason: 'PROPOSAL_NOT_FOUND',
    });
  });

  it('is not another province’s to propose or decide', async () => {
    const proposal = await proposed();
    await expect(proposed({}, HUBEI)).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    await expect(approve(proposal, HUBEI)).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    await expect(policies.decide(HUBEI, '420100', proposal.id, APPROVE)).rejects.toMatchObject({
      reason: 'PROPOSAL_NOT_FOUND',
    });
    expect(await read(proposal)).toEqual(proposal);
  });
});

describe('published policies', () => {
  const idOf = ({ outcome }: PolicyProposal): string => outcome?.policyId ?? '';
  const everything = { region: null, onDate: null, after: null, limit: 500 };
  let old: string;
  let current: string;
  let baoji: string;
  beforeEach(async () => {
    old = idOf(await approve(await proposed({ validTo: '2026-06-30' })));
    current = idOf(await approve(await proposed({ validFrom: '2026-07-01', ratio: '85%' })));
    const body = policyDocument({ region: '610300' });
    const elsewhere = await policies.propose(CLERK, requestId(), '610300', body);
    baoji = idOf(await policies.decide(SUPERVISOR, '610300', elsewhere.id, APPROVE));
    await proposed({ validFrom: '2025-01-01', validTo: '2025-12-31' });
  });

  it('are listed by area and date, and nothing that is only proposed', async () => {
    const list = await published.list(everything);
    expect(list.map(({ policyId }) => policyId)).toEqual([old, current, baoji]);
    expect(list[0]).toEqual({
      policyId: old,
      region: XIAN,
      insurance: 'EMPLOYEE',
      title: '西安市职工医保',
      validFrom: '2026-01-01',
      validTo: '2026-06-30',
      source: 'spec',
      trust: 'D',
      publishedAt: new Date('2026-01-01T00:00:00Z'),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      supersededFrom: '2026-07-01',
    });
  });

  it.each<[string, { region?: string; onDate?: string }, () => string[]]>([
    ['of one area', { region: XIAN }, () => [old, current]],
    ['of an area without any', { region: '420100' }, () => []],
    ['in force on the last day of one', { onDate: '2026-06-30' }, () => [old, baoji]],
    ['in force on the first day of the next', { onDate: '2026-07-01' }, () => [current, baoji]],
    ['in force before all of them', { onDate: '2025-12-31' }, () => []],
    ['of one area on one day', { region: XIAN, onDate: '2027-01-01' }, () => [current]],
  ])('are found where %s', async (_, asked, found) =>
    expect((await published.list({ ...everything, ...asked })).map(({ policyId }) => policyId)).toEqual(found()),
  );

  it('come page by page, each once', async () => {
    const pages: string[][] = [];
    for (let after: string | null = null; pages.length < 4; after = pages.at(-1)?.at(-1) ?? null)
      pages.push((await published.list({ ...everything, after, limit: 2 })).map(({ policyId }) => policyId));
    expect(pages.slice(0, 2)).toEqual([[old, current], [baoji]]);
    expect(pages[2]).toEqual([]);
  });

  it('are read with the document that was sent', async () => {
    const { document, digest } = await published.find(current);
    expect(document).toBe(policyDocument({ validFrom: '2026-07-01', ratio: '85%' }));
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are compared one way and the other', async () => {
    const change = await published.compare(current, old);
    expect(change).toMatchObject({ standingPolicyId: old, parts: ['validFrom', 'validTo', 'visits.INPATIENT'] });
    expect(change.effects).toHaveLength(3 * 4);
    expect(change.effects[0]).toMatchObject({
      personType: 'ACTIVE',
      fundBeforeFen: 16_000_000n,
      fundAfterFen: 17_000_000n,
    });
    expect(await published.compare(current, old)).toEqual(change);
    expect((await published.compare(old, current)).effects[0]).toMatchObject({
      fundBeforeFen: 17_000_000n,
      fundAfterFen: 16_000_000n,
    });
  });

  it('are not compared across areas', async () => {
    await expect(published.compare(current, baoji)).rejects.toMatchObject({ reason: 'POLICIES_NOT_COMPARABLE' });
  });

  it('are not found by an id that none has', async () => {
    const none = '00000000-0000-4000-8000-000000000000';
    for (const work of [
      () => published.find(none),
      () => published.compare(none, old),
      () => published.compare(old, none),
    ])
      await expect(work()).rejects.toMatchObject({ reason: 'POLICY_VERSION_NOT_FOUND' });
  });
});
