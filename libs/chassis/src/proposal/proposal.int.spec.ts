import { Rejection } from '@yiditong/codes';
import {
  atOnce,
  createTestDatabase,
  DemoTables1763740800000,
  endOf,
  gate,
  patiently,
  PATIENCE,
  privilegesOf,
  queryAs,
  rowCounts,
  waitingForLocks,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nationalActor, type Actor } from '../actor.js';
import type { Tx } from '../database.js';
import { freeze } from '../exact-json.js';
import {
  bodyOf,
  decideProposal,
  findProposal,
  proposalsOf,
  propose,
  withdrawProposal,
  type Decided,
  type Proposal,
  type ProposalDecision,
  type ProposalKey,
} from './proposal.js';

type Adjustment = { readonly value: number; readonly amountFen: bigint };
type Summary = { readonly title: string };
type Outcome = { readonly demoId: number };

const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'bureau', rank: 'supervisor' };
const XIAN: Actor = { ...BUREAU, area: '610100' };
const BEIJING: Actor = { ...BUREAU, region: '110000' };
const AT = new Date('2026-05-01T08:00:00.123Z');
const [MAKER, CHECKER, OTHER] = ['clerk-1', 'supervisor-1', 'supervisor-2'];

let db: TestDatabase;
let demoIds = 0;

beforeAll(async () => {
  db = await createTestDatabase('chassis', [DemoTables1763740800000]);
});
afterAll(() => db.drop());

const as = <T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> =>
  patiently(() => db.database.transaction(actor, work));

async function proposed(value = 1, actor = BUREAU, area = '610000'): Promise<Proposal<Summary, Outcome>> {
  const { region: province } = actor;
  return as(actor, (tx) =>
    propose<Adjustment, Summary, Outcome>(tx, {
      scope: province,
      province,
      area,
      kind: 'ADJUSTMENT',
      summary: { title: '调整' },
      body: { value, amountFen: 9_007_199_254_740_993n },
      maker: MAKER,
      madeAt: AT,
    }),
  );
}

/** What an approval brings about here: a row of its value. */
async function takeEffect(tx: Tx, { value }: Adjustment): Promise<Outcome> {
  const demoId = ++demoIds;
  await tx.query("INSERT INTO demo (province, id, value) VALUES ('610000', $1, $2)", [demoId, value]);
  return { demoId };
}

async function decide(
  key: ProposalKey,
  decision: ProposalDecision,
  decider: string = CHECKER,
  actor = BUREAU,
  effect = takeEffect,
): Promise<Decided<Summary, Outcome>> {
  const ruling = { decision, decider, decidedAt: AT, remark: `${decision} by ${decider}` };
  return as(actor, (tx) => decideProposal<Adjustment, Summary, Outcome>(tx, key, ruling, (body) => effect(tx, body)));
}

async function withdraw(key: ProposalKey, decider: string = MAKER): Promise<Decided<Summary, Outcome>> {
  return as(BUREAU, (tx) => withdrawProposal(tx, key, { decider, decidedAt: AT, remark: '' }));
}

const act = (key: ProposalKey, what: ProposalDecision | 'WITHDRAW', by: string): Promise<Decided<Summary, Outcome>> =>
  what === 'WITHDRAW' ? withdraw(key, by) : decide(key, what, by);

const read = (key: ProposalKey, actor = BUREAU): Promise<Proposal<Summary, Outcome>> =>
  as(actor, (tx) => findProposal<Summary, Outcome>(tx, key));

async function effects(): Promise<number> {
  return (await rowCounts(db))['demo'] ?? 0;
}

describe('a proposal', () => {
  it('keeps what was proposed to the last digit, and changes nothing yet', async () => {
    const before = await effects();
    const proposal = await proposed(7);
    expect(proposal).toMatchObject({
      state: 'PENDING',
      summary: { title: '调整' },
      maker: MAKER,
      madeAt: '2026-05-01T08:00:00.123Z',
      decider: null,
      decidedAt: null,
      remark: null,
      outcome: null,
      digest: expect.stringMatching(/^[\da-f]{64}$/),
    });
    expect(await read(proposal)).toEqual(proposal);
    const body = await as(BUREAU, (tx) => bodyOf<Adjustment>(tx, proposal));
    expect(body).toEqual({ value: 7, amountFen: 9_007_199_254_740_993n });
    expect(await effects()).toBe(before);
  });

  it('takes effect by its approval, once, in the same transaction', async () => {
    const proposal = await proposed(8);
    const before = await effects();
    const { proposal: approved, isRepeat } = await decide(proposal, 'APPROVE');
    expect(isRepeat).toBe(false);
    expect(approved).toEqual({
      ...proposal,
      state: 'APPROVED',
      decider: CHECKER,
      decidedAt: AT.toISOString(),
      remark: `APPROVE by ${CHECKER}`,
      outcome: { demoId: demoIds },
    });
    expect(await read(proposal)).toEqual(approved);
    expect(await effects()).toBe(before + 1);
  });

  it('that is rejected never takes effect', async () => {
    const proposal = await proposed();
    const before = await effects();
    const { proposal: rejected } = await decide(proposal, 'REJECT');
    expect(rejected).toMatchObject({ state: 'REJECTED', decider: CHECKER, outcome: null });
    expect(await effects()).toBe(before);
  });

  it('of one kind is not met by a decision on another', async () => {
    const proposal = await proposed();
    const otherKind = { ...proposal, kind: 'REOPENING' };
    await expect(decide(otherKind, 'APPROVE')).rejects.toMatchObject({ reason: 'PROPOSAL_NOT_FOUND' });
    await expect(decide({ ...proposal, scope: '610100' }, 'REJECT')).rejects.toMatchObject({
      reason: 'PROPOSAL_NOT_FOUND',
    });
    expect(await read(proposal)).toEqual(proposal);
  });

  it('is listed newest first, page by page, by state', async () => {
    const book = { scope: 'pages', province: '610000', kind: 'ADJUSTMENT' };
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const one = { ...book, area: '610000', summary: { n }, body: { n }, maker: MAKER, madeAt: AT };
      ids.unshift((await as(BUREAU, (tx) => propose(tx, one))).id);
    }
    await decide({ ...book, id: ids[2] ?? '' }, 'REJECT');
    const page = async (state: 'PENDING' | 'REJECTED' | null, after: string | null, limit: number): Promise<string[]> =>
      (await as(BUREAU, (tx) => proposalsOf(tx, book, { state, after, limit }))).map(({ id }) => id);
    expect(await page(null, null, 2)).toEqual(ids.slice(0, 2));
    expect(await page(null, ids[1] ?? null, 10)).toEqual(ids.slice(2));
    expect(await page('PENDING', null, 10)).toEqual(ids.filter((_, index) => index !== 2));
    expect(await page('REJECTED', null, 10)).toEqual([ids[2]]);
  });
});

/** Who does what to a proposal that CHECKER decided or MAKER withdrew: by its maker, by CHECKER, by somebody else. */
const TRANSITIONS: readonly (readonly [state: string, what: ProposalDecision | 'WITHDRAW', ends: string])[] = [
  ['PENDING', 'APPROVE', 'MAKER_IS_CHECKER, APPROVED, APPROVED'],
  ['PENDING', 'REJECT', 'MAKER_IS_CHECKER, REJECTED, REJECTED'],
  ['PENDING', 'WITHDRAW', 'WITHDRAWN, NOT_PERMITTED, NOT_PERMITTED'],
  ['APPROVED', 'APPROVE', 'MAKER_IS_CHECKER, again, PROPOSAL_DECIDED'],
  ['APPROVED', 'REJECT', 'MAKER_IS_CHECKER, PROPOSAL_DECIDED, PROPOSAL_DECIDED'],
  ['APPROVED', 'WITHDRAW', 'PROPOSAL_DECIDED, NOT_PERMITTED, NOT_PERMITTED'],
  ['REJECTED', 'APPROVE', 'MAKER_IS_CHECKER, PROPOSAL_DECIDED, PROPOSAL_DECIDED'],
  ['REJECTED', 'REJECT', 'MAKER_IS_CHECKER, again, PROPOSAL_DECIDED'],
  ['REJECTED', 'WITHDRAW', 'PROPOSAL_DECIDED, NOT_PERMITTED, NOT_PERMITTED'],
  ['WITHDRAWN', 'APPROVE', 'MAKER_IS_CHECKER, PROPOSAL_DECIDED, PROPOSAL_DECIDED'],
  ['WITHDRAWN', 'REJECT', 'MAKER_IS_CHECKER, PROPOSAL_DECIDED, PROPOSAL_DECIDED'],
  ['WITHDRAWN', 'WITHDRAW', 'again, NOT_PERMITTED, NOT_PERMITTED'],
];

describe('a proposal that is', () => {
  const reach: Readonly<Record<string, (key: ProposalKey) => Promise<unknown>>> = {
    PENDING: async () => undefined,
    APPROVED: (key) => decide(key, 'APPROVE'),
    REJECTED: (key) => decide(key, 'REJECT'),
    WITHDRAWN: (key) => withdraw(key),
  };

  it.each(TRANSITIONS)('%s, upon %s by its maker, its decider, another: %s', async (state, what, ends) => {
    const found: string[] = [];
    for (const by of [MAKER, CHECKER, OTHER]) {
      const key = await proposed();
      await reach[state]?.(key);
      const before = freeze([await read(key), await effects()]);
      const end = await act(key, what, by).then(
        ({ proposal, isRepeat }) => (isRepeat ? 'again' : proposal.state),
        (error: unknown) => (error instanceof Rejection ? error.reason : String(error)),
      );
      const isUnchanged = freeze([await read(key), await effects()]) === before;
      const shouldBe = !['APPROVED', 'REJECTED', 'WITHDRAWN'].includes(end);
      found.push(isUnchanged === shouldBe ? end : `${end}, which is not what happened`);
    }
    expect(found.join(', ')).toBe(ends);
  });
});

describe('deciders at once', () => {
  it('of ten with both opinions one wins, and what it said is what took effect', async () => {
    const proposal = await proposed();
    const before = await effects();
    const ends = await atOnce(10, (index) =>
      endOf(decide(proposal, index % 2 === 0 ? 'APPROVE' : 'REJECT', `supervisor-${index}`), `won ${index}`),
    );
    expect(ends.filter((end) => end === 'PROPOSAL_DECIDED')).toHaveLength(9);
    const { state, decider } = await read(proposal);
    expect(ends).toContain(`won ${decider?.split('-')[1]}`);
    expect(await effects()).toBe(before + (state === 'APPROVED' ? 1 : 0));
  });

  it('who are one person repeating themselves all get the one answer, and it takes effect once', async () => {
    const proposal = await proposed();
    const before = await effects();
    const decided = await atOnce(10, () => decide(proposal, 'APPROVE'));
    for (const one of decided) expect(one.proposal).toEqual(decided[0]?.proposal);
    expect(decided.filter(({ isRepeat }) => !isRepeat)).toHaveLength(1);
    expect(await effects()).toBe(before + 1);
  });

  it('against the maker who withdraws: it takes effect exactly if the approval won', async () => {
    for (let round = 0; round < 10; round++) {
      const proposal = await proposed();
      const before = await effects();
      const ends = await Promise.all([
        endOf(decide(proposal, 'APPROVE'), 'APPROVED'),
        endOf(withdraw(proposal), 'WITHDRAWN'),
      ]);
      const { state } = await read(proposal);
      expect(ends.sort()).toEqual(['PROPOSAL_DECIDED', state].sort());
      expect(await effects()).toBe(before + (state === 'APPROVED' ? 1 : 0));
    }
  });

  it('wait for each other, and the second decides where the first one’s effect fails', async () => {
    const proposal = await proposed();
    const [reached, fail] = [gate(), gate()];
    const first = endOf(
      decide(proposal, 'APPROVE', CHECKER, BUREAU, async () => {
        reached.open();
        await fail.passed;
        throw new Rejection('CYCLE_CLOSED', { date: '2026-05-01' });
      }),
      'APPROVED',
    );
    await reached.passed;
    const second = decide(proposal, 'REJECT', OTHER);
    await expect.poll(() => waitingForLocks(db), PATIENCE).toBe(1);
    fail.open();
    expect(await first).toBe('CYCLE_CLOSED');
    expect((await second).proposal).toMatchObject({ state: 'REJECTED', decider: OTHER });
  });
});

describe('an approval whose effect', () => {
  it.each<[string, (tx: Tx, body: Adjustment) => Promise<Outcome>, string]>([
    ['is refused', () => Promise.reject(new Rejection('CYCLE_CLOSED', { date: '2026-05-01' })), 'Cycle 2026-05-01'],
    ['breaks a rule of the database', (tx) => takeEffect(tx, { value: -1, amountFen: 0n }), 'demo_not_negative'],
    [
      'fails after it wrote',
      async (tx, body) => {
        await takeEffect(tx, body);
        throw new Error('too late');
      },
      'too late',
    ],
  ])('%s leaves nothing and stays decidable', async (_, effect, problem) => {
    const proposal = await proposed();
    const before = await rowCounts(db);
    await expect(decide(proposal, 'APPROVE', CHECKER, BUREAU, effect)).rejects.toThrow(problem);
    expect(await rowCounts(db)).toEqual(before);
    expect(await read(proposal)).toEqual(proposal);
    await expect(decide(proposal, 'APPROVE')).resolves.toMatchObject({ isRepeat: false });
  });

  it('would be other than what was proposed is a fault', async () => {
    const proposal = await proposed(5);
    await queryAs(db.superuserUrl, `UPDATE proposal SET body = replace(body, '5', '6') WHERE id = $1`, [proposal.id]);
    await expect(decide(proposal, 'APPROVE')).rejects.toThrow('does not hold what was proposed');
  });
});

describe('in the database itself', () => {
  const SESSION = '-c app.region=610000 -c app.area= -c app.institution= -c app.person=';
  /** A statement for 陕西, whatever the application would say. */
  const runAs = (url: string, sql: string, { id }: ProposalKey): Promise<unknown[]> =>
    queryAs(`${url}?options=${encodeURIComponent(SESSION)}`, sql, [id]);
  /** As the service's own role. */
  const run = (sql: string, key: ProposalKey): Promise<unknown[]> => runAs(db.appUrl, sql, key);
  const DECIDE = `UPDATE proposal SET decided_at = now(), remark = '', state =`;

  it.each([
    [
      'approved by its maker',
      `${DECIDE} 'APPROVED', outcome = '1', decider = maker WHERE id = $1`,
      'proposal_maker_is_not_checker',
    ],
    ['rejected by its maker', `${DECIDE} 'REJECTED', decider = maker WHERE id = $1`, 'proposal_maker_is_not_checker'],
    ['approved by nobody', `${DECIDE} 'APPROVED', outcome = '1' WHERE id = $1`, 'proposal_state'],
    ['approved without an outcome', `${DECIDE} 'APPROVED', decider = 'x' WHERE id = $1`, 'proposal_state'],
    ['rejected with an outcome', `${DECIDE} 'REJECTED', outcome = '1', decider = 'x' WHERE id = $1`, 'proposal_state'],
    ['withdrawn by another', `${DECIDE} 'WITHDRAWN', decider = 'x' WHERE id = $1`, 'proposal_withdrawn_by_maker'],
    ['put into a state that there is not', `${DECIDE} 'LOST', decider = 'x' WHERE id = $1`, 'proposal_state'],
    [
      'left pending with a word on it',
      `UPDATE proposal SET remark = 'x' WHERE id = $1`,
      'row-level security|proposal_state',
    ],
    ['given another body', `UPDATE proposal SET body = '' WHERE id = $1`, 'permission denied'],
    ['given another maker', `UPDATE proposal SET maker = 'x' WHERE id = $1`, 'permission denied'],
    ['given to another province', `UPDATE proposal SET province = '110000' WHERE id = $1`, 'permission denied'],
    ['deleted', 'DELETE FROM proposal WHERE id = $1', 'permission denied'],
  ])('a proposal is not %s', async (_, sql, problem) => {
    const proposal = await proposed();
    await expect(run(sql, proposal)).rejects.toThrow(new RegExp(problem));
    expect(await read(proposal)).toEqual(proposal);
  });

  it('a proposal is not born decided', async () => {
    const proposal = await proposed();
    const forged = `INSERT INTO proposal SELECT scope, uuidv7(), province, area, kind, summary, body, digest, maker, made_at,
      'APPROVED', 'x', now(), '', '1' FROM proposal WHERE id = $1`;
    await expect(run(forged, proposal)).rejects.toThrow('row-level security');
  });

  it.each(['APPROVED', 'REJECTED'])('a decided one is met by no update, nor by the owner’s, to %s', async (state) => {
    const proposal = await proposed();
    const { proposal: decided } = await decide(proposal, 'REJECT');
    const outcome = state === 'APPROVED' ? `'1'` : 'NULL';
    const update = `${DECIDE} '${state}', decider = 'x', outcome = ${outcome} WHERE id = $1 RETURNING 1`;
    expect(await run(update, proposal)).toEqual([]);
    expect(await runAs(db.ownerUrl, update, proposal)).toEqual([]);
    expect(await run('SELECT 1 FROM proposal WHERE id = $1 FOR UPDATE', proposal)).toEqual([]);
    expect(await read(proposal)).toEqual(decided);
  });

  it('the owner may not delete one either, not even after giving himself the right', async () => {
    const proposal = await proposed();
    await expect(runAs(db.ownerUrl, 'DELETE FROM proposal WHERE id = $1', proposal)).rejects.toThrow(
      'permission denied',
    );
    await expect(queryAs(db.ownerUrl, 'TRUNCATE proposal')).rejects.toThrow('permission denied');
    await queryAs(db.ownerUrl, 'GRANT DELETE ON proposal TO CURRENT_USER');
    expect(await runAs(db.ownerUrl, 'DELETE FROM proposal WHERE id = $1 RETURNING 1', proposal)).toEqual([]);
    expect(await read(proposal)).toEqual(proposal);
  });

  it('the service’s role may do nothing but propose, read and decide', async () => {
    expect((await privilegesOf('chassis', db))['proposal']).toEqual(['INSERT', 'SELECT', 'UPDATE']);
  });
});

describe('a proposal of a province', () => {
  it.each<[string, Actor]>([
    ['another province', BEIJING],
    ['a pooling area below it', XIAN],
    ['a hospital in it', { role: 'hospital', region: '610000', subject: 'h', institution: 'H61010100001' }],
    [
      'an insured person of it',
      { role: 'insured', region: '610000', subject: 'p', person: '0190a000-0000-7000-8000-000000000001' },
    ],
  ])('does not exist for %s: it is neither read, nor decided, nor locked', async (_, actor) => {
    const proposal = await proposed();
    const gone = { reason: 'PROPOSAL_NOT_FOUND' };
    await expect(read(proposal, actor)).rejects.toMatchObject(gone);
    await expect(decide(proposal, 'APPROVE', CHECKER, actor)).rejects.toMatchObject(gone);
    await expect(decide(proposal, 'APPROVE', MAKER, actor)).rejects.toMatchObject(gone);
    expect(await as(actor, (tx) => proposalsOf(tx, proposal, { state: null, after: null, limit: 100 }))).toEqual([]);
    const [holding, release] = [gate(), gate()];
    const deciding = decide(proposal, 'APPROVE', CHECKER, BUREAU, async (tx, body) => {
      holding.open();
      await release.passed;
      return takeEffect(tx, body);
    });
    await holding.passed;
    await expect(decide(proposal, 'REJECT', OTHER, actor)).rejects.toMatchObject(gone);
    release.open();
    expect((await deciding).proposal.state).toBe('APPROVED');
  });

  it('is seen by the nation, and by the province’s bureau where it is about one of its areas', async () => {
    const proposal = await proposed(1, BUREAU, '610100');
    for (const actor of [BUREAU, XIAN, nationalActor('spec')]) expect(await read(proposal, actor)).toEqual(proposal);
    await expect(read(proposal, { ...XIAN, area: '610300' })).rejects.toMatchObject({ reason: 'PROPOSAL_NOT_FOUND' });
  });

  it('is written for no other province, and stands in no other’s way under the same id', async () => {
    const { id, scope } = await proposed();
    const forOthers = as(BEIJING, (tx) => tx.query(`${COPY} '110000' ${REST}`, [scope, id]));
    await expect(forOthers).resolves.toBeDefined();
    const foreign = as(BEIJING, (tx) => tx.query(`${COPY} '610000' ${REST}`, [scope, id]));
    await expect(foreign).rejects.toThrow('row-level security');
  });
});

const COPY = `INSERT INTO proposal (scope, id, province, area, kind, summary, body, digest, maker, made_at, state)
  SELECT $1, $2,`;
const REST = `, '110000', 'ADJUSTMENT', '{}', '{}', repeat('0', 64), 'x', now(), 'PENDING'`;
