import type { Actor, Clock, RpcClient } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import {
  atOnce,
  auditTrail,
  createTestDatabase,
  FixedClock,
  patiently,
  queryAs,
  type TestDatabase,
} from '@yiditong/testing';
import type { FlowJob, FlowProducer, Queue } from 'bullmq';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { CloseProposalService, type CloseProposal } from './close-proposal.service.js';
import { NightlyCloseService } from './nightly-close.service.js';

const CLERK: Actor = { role: 'operator', region: NATION, subject: 'clerk', rank: 'clerk' };
const CHECKER: Actor = { ...CLERK, subject: 'checker', rank: 'supervisor' };
const OTHER: Actor = { ...CHECKER, subject: 'other' };
const APPROVE = { decision: 'APPROVE', remark: '' } as const;
const REJECT = { decision: 'REJECT', remark: '还有票据在途' } as const;
const clock: Clock = new FixedClock(new Date('2026-03-02T00:05:00Z'));

let db: TestDatabase;
let closes: CloseProposalService;
let nightly: NightlyCloseService;
let rung: string[];
/** What the queue has at work or about to be. */
let jobs: { readonly data: object }[];
/** The only cycle that settlement has open: another for each test. */
let day = '';
let days = 10;
let requests = 0;

beforeAll(async () => {
  db = await createTestDatabase('clearing', migrations);
  const settlement = { call: () => Promise.resolve({ businessDates: [day] }) };
  const flows = {
    add: (flow: FlowJob) => Promise.resolve(rung.push((flow.data as { businessDate: string }).businessDate)),
  };
  nightly = new NightlyCloseService(
    db.database,
    clock,
    { getJobs: () => Promise.resolve(jobs) } as unknown as Queue,
    flows as unknown as FlowProducer,
    settlement as unknown as RpcClient<settlementV1.SettlementCycleServiceClient>,
    '0 5 0 * * *',
  );
  closes = new CloseProposalService(db.database, clock, nightly);
});
beforeEach(() => {
  rung = [];
  jobs = [];
  day = `2026-02-${++days}`;
});
afterAll(() => db.drop());

const proposed = (actor = CLERK, key = `request-${++requests}`): Promise<CloseProposal> =>
  closes.propose(actor, key, day);
const actions = async (): Promise<unknown[]> => (await auditTrail(db, day)).map(({ action }) => action);
const requestedCycles = (): Promise<unknown[]> =>
  queryAs(db.superuserUrl, 'SELECT 1 FROM cycle WHERE close_requested_at IS NOT NULL AND business_date = $1', [day]);
const cycleRows = (): Promise<unknown[]> =>
  queryAs(db.superuserUrl, 'SELECT * FROM cycle WHERE business_date = $1', [day]);

describe('a close', () => {
  it('that is proposed asks nothing of the worker yet', async () => {
    expect(await proposed()).toMatchObject({ state: 'PENDING', maker: 'clerk', scope: day, province: NATION });
    expect([await requestedCycles(), rung, await actions()]).toEqual([[], [], ['PROPOSE_CLOSE']]);
  });

  it('that is approved is asked for, and its trail tells who proposed it and who agreed', async () => {
    const { id, digest } = await proposed();
    const { proposal, cycle } = await closes.decide(CHECKER, day, id, APPROVE);
    expect(proposal).toMatchObject({
      state: 'APPROVED',
      decider: 'checker',
      outcome: { cycleState: 'OPEN', first: true },
    });
    expect(cycle).toMatchObject({ businessDate: day, state: 'OPEN' });
    expect([await requestedCycles(), rung]).toEqual([[expect.anything()], [day]]);
    const facts = { proposalId: id, maker: 'clerk', digest };
    expect(await auditTrail(db, day)).toMatchObject([
      { province: NATION, actor: { subject: 'clerk' }, action: 'PROPOSE_CLOSE', after: { ...facts, state: 'PENDING' } },
      {
        actor: { subject: 'checker' },
        action: 'REQUEST_CLOSE',
        after: { ...facts, state: 'APPROVED', cycleState: 'OPEN' },
      },
    ]);
  });

  it.each([APPROVE, REJECT])('is not decided by its maker, though he be a supervisor: $decision', async (said) => {
    const { id } = await proposed(CHECKER);
    await expect(closes.decide(CHECKER, day, id, said)).rejects.toMatchObject({ reason: 'MAKER_IS_CHECKER' });
    expect([await requestedCycles(), rung, await actions()]).toEqual([[], [], ['PROPOSE_CLOSE']]);
    expect((await closes.decide(OTHER, day, id, APPROVE)).proposal.state).toBe('APPROVED');
  });

  it('that is rejected leaves the cycle open, and can’t be approved any more', async () => {
    const { id } = await proposed();
    const { proposal, cycle } = await closes.decide(CHECKER, day, id, REJECT);
    expect([proposal.state, cycle]).toEqual(['REJECTED', null]);
    await expect(closes.decide(CHECKER, day, id, APPROVE)).rejects.toMatchObject({ reason: 'PROPOSAL_DECIDED' });
    expect([await requestedCycles(), rung, await actions()]).toEqual([[], [], ['PROPOSE_CLOSE', 'REJECT_CLOSE']]);
  });

  it('takes effect once, though its approval comes many times at once', async () => {
    const { id } = await proposed();
    const decided = await atOnce(6, () => patiently(() => closes.decide(CHECKER, day, id, APPROVE)));
    for (const { proposal } of decided) expect(proposal).toEqual(decided[0]?.proposal);
    expect(await actions()).toEqual(['PROPOSE_CLOSE', 'REQUEST_CLOSE']);
  });

  it('that the nightly turn asked for in the meantime is approved all the same, and changes nothing', async () => {
    const { id } = await proposed();
    await nightly.requestEndedCycles();
    const before = await cycleRows();
    const { proposal } = await closes.decide(CHECKER, day, id, APPROVE);
    expect(proposal.outcome).toEqual({ cycleState: 'OPEN', first: false });
    expect(await cycleRows()).toEqual(before);
  });

  it('that is under way is not rung for again, whatever else is at work', async () => {
    jobs = [{ data: { businessDate: '2001-01-01' } }, { data: {} }];
    await nightly.ring(day);
    expect(rung).toEqual([day]);
    jobs = [...jobs, { data: { businessDate: day } }];
    await nightly.ring(day);
    expect(rung).toEqual([day]);
  });

  it('is proposed once under its key', async () => {
    expect(await proposed(CLERK, 'same')).toEqual(await proposed(CLERK, 'same'));
    expect(await actions()).toEqual(['PROPOSE_CLOSE']);
  });

  it('of a day that settlement never opened is not proposed, and another day’s proposal is not there', async () => {
    await expect(closes.propose(CLERK, 'never', '2001-01-01')).rejects.toMatchObject({ reason: 'CYCLE_NOT_FOUND' });
    const { id } = await proposed();
    await expect(closes.decide(CHECKER, '2026-03-02', id, APPROVE)).rejects.toMatchObject({
      reason: 'PROPOSAL_NOT_FOUND',
    });
  });
});
