import { randomUUID } from 'node:crypto';
import { generateDay, loadSample } from '@yiditong/tools';
import supertest, { type Test } from 'supertest';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { rowsOf } from './books.js';
import { dayFromNow } from './catalogue-desk.js';
import { ClearingDesk } from './clearing-desk.js';
import { HospitalDesk } from './hospital-desk.js';
import { judged, refusal } from './refusals.js';
import { SHARED_DAY } from './stack.global.js';
import { tokenFor } from './test-issuer.js';

const { document, databases, issuers, now } = inject('stack');
const { bureau, clerk, area, hospital, insured, operator } = document.tokens;
const gateway = supertest(document.gateway);
const sample = loadSample();

/** 河北; 唐山 in it, for which the sample has no policy; 廊坊, another area of it. */
const [PROVINCE, OWN_AREA, OTHER_AREA] = ['130000', '130200', '131000'];
const [maker, checker] = [clerk.bureau[PROVINCE] ?? '', bureau[PROVINCE] ?? ''];
const secondChecker = await tokenFor(issuers.nation, {
  subject: 'second-supervisor',
  role: 'bureau',
  region: PROVINCE,
  rank: 'supervisor',
});
const foreignChecker = bureau['110000'] ?? '';
const APPROVE = { decision: 'APPROVE', remark: '同意' };
const REJECT = { decision: 'REJECT', remark: '比例有误，请核对' };

type Proposal = {
  readonly proposalId: string;
  readonly state: string;
  readonly maker: string;
  readonly decider: string | null;
  readonly remark: string | null;
};

/** What changes rules: where it is proposed, what of, and how many came into force from a first day on. */
type Subject = {
  readonly path: string;
  /** A first day from which nothing of the sample is in force, each later than the one before. */
  readonly freshDate: () => string;
  readonly content: (from: string) => object;
  readonly inForce: (from: string) => Promise<number>;
  /** Why a second one of the same term isn't approved. */
  readonly movedOn: string;
  /** What would begin too early to be even proposed, once one is published from a first day on, where, and why. */
  readonly tooLate: { readonly path: string; readonly content: (from: string) => object; readonly reason: string };
  /** How the operator is refused who would decide, whether there is the proposal or not. */
  readonly national: readonly [number, string];
  /** How another province's bureau is refused, whether there is the proposal or not. */
  readonly foreign: readonly [number, string];
};

const CATALOGUE: Subject = {
  path: '/v1/catalogues',
  // No catalogue is published for a day more than a year ahead.
  freshDate: () => dayFromNow(++days),
  content: (effectiveFrom) => {
    const { nationalCode, name, itemClass, firstSelfPayBps, ceilingYuan, chargeCategory } =
      sample.catalogues[0]?.entries[0] ?? ({} as Record<string, never>);
    return {
      effectiveFrom,
      entries: [{ nationalCode, name, itemClass, firstSelfPayBps, ceilingYuan, chargeCategory }],
    };
  },
  inForce: async (from) =>
    (
      await rowsOf(
        databases['catalogue'] ?? '',
        'SELECT 1 FROM catalogue_version WHERE province = $1 AND effective_from = $2',
        [PROVINCE, from],
      )
    ).length,
  movedOn: 'CATALOGUE_MOVED_ON',
  tooLate: {
    path: '/v1/catalogues',
    content: (from) => CATALOGUE.content(dayBefore(from)),
    reason: 'CATALOGUE_EFFECTIVE_TOO_EARLY',
  },
  // The operator keeps the nation's catalogue, in which there is no such proposal.
  national: [404, 'PROPOSAL_NOT_FOUND'],
  foreign: [404, 'PROPOSAL_NOT_FOUND'],
};
const POLICY: Subject = {
  path: `/v1/pooling-areas/${OWN_AREA}/policies`,
  freshDate: () => `${++years}-01-01`,
  content: (validFrom) => policyOf(OWN_AREA ?? '', validFrom),
  inForce: async (from) =>
    (
      await rowsOf(databases['benefit'] ?? '', 'SELECT 1 FROM policy WHERE region = $1 AND valid_from = $2', [
        OWN_AREA,
        from,
      ])
    ).length,
  movedOn: 'POLICY_MOVED_ON',
  tooLate: {
    path: `/v1/pooling-areas/${OTHER_AREA}/policies`,
    content: () => successorOf(dayFromNow(0)),
    reason: 'POLICY_EFFECTIVE_TOO_EARLY',
  },
  national: [403, 'NOT_PERMITTED'],
  foreign: [403, 'NOT_PERMITTED'],
};

function policyOf(region: string, validFrom: string): object {
  const policy = JSON.parse(sample.policies[0]?.documentJson ?? '{}') as object;
  return { document: { ...policy, region, validFrom, validTo: `${validFrom.slice(0, 4)}-12-31`, examples: [] } };
}

/** What would follow the shipped policy of the other area. */
function successorOf(validFrom: string): object {
  const shipped = sample.policies.find(({ region }) => region === OTHER_AREA)?.documentJson ?? '{}';
  const next = { insurance: 'EMPLOYEE', validFrom, validTo: null, examples: [] };
  return { document: { ...(JSON.parse(shipped) as object), ...next } };
}

let [years, days] = [2100, 40];

function dayBefore(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

function send(method: 'get' | 'post', path: string, token: string, body?: object): Test {
  const request = gateway[method](path).auth(token, { type: 'bearer' }).set('idempotency-key', `e2e-${randomUUID()}`);
  return body === undefined ? request : request.send(body);
}

describe.each([
  ['a catalogue', CATALOGUE],
  ['a benefit policy', POLICY],
])('%s', (_, { path, freshDate, content, inForce, movedOn, tooLate, foreign, national }) => {
  const propose = async (from: string, token = maker): Promise<Proposal> =>
    (await send('post', path, token, content(from)).expect(202)).body as Proposal;
  const decide = (id: string, token = checker, decision: object = APPROVE): Test =>
    send('post', `${path}/proposals/${id}/decision`, token, decision);
  const withdraw = (id: string, token = maker): Test => send('post', `${path}/proposals/${id}/withdrawal`, token, {});
  const read = async (id: string, token = checker): Promise<Proposal> =>
    (await send('get', `${path}/proposals/${id}`, token).expect(200)).body as Proposal;
  const listed = async (query: string, token = checker): Promise<string[]> => {
    const { body } = await send('get', `${path}/proposals?${query}`, token).expect(200);
    return (body as { proposals: Proposal[] }).proposals.map(({ proposalId }) => proposalId);
  };

  it('is proposed by a clerk, approved by a supervisor, and in force from then on', async () => {
    const from = freshDate();
    const proposal = await propose(from);
    expect(proposal).toMatchObject({ state: 'PENDING', maker: `bureau-${PROVINCE}-clerk`, decider: null });
    expect(await inForce(from)).toBe(0);
    expect(await listed('state=PENDING')).toContain(proposal.proposalId);
    expect(await read(proposal.proposalId)).toMatchObject({ ...proposal, change: expect.anything() });

    const { body } = await decide(proposal.proposalId).expect(200);
    expect(body).toMatchObject({ state: 'APPROVED', decider: `bureau-${PROVINCE}-supervisor`, remark: '同意' });
    expect(await inForce(from)).toBe(1);
    expect(await listed('state=PENDING')).not.toContain(proposal.proposalId);
    expect(await listed('limit=1&state=APPROVED', maker)).toEqual([proposal.proposalId]);
  });

  it.each<[string, string, number, string]>([
    ['a clerk', maker, 403, 'SUPERVISOR_REQUIRED'],
    ['a hospital', Object.values(hospital)[0] ?? '', 403, 'NOT_PERMITTED'],
    ['an insured person', Object.values(insured)[0] ?? '', 403, 'NOT_PERMITTED'],
    ['the operator of the clearinghouse', operator, ...national],
    ['a supervisor of another pooling area', area[OTHER_AREA ?? ''] ?? '', 403, 'NOT_PERMITTED'],
    ['a supervisor of another province', foreignChecker, ...foreign],
  ])('is not approved by %s, who learns nothing of it', async (_who, token, status, reason) => {
    const from = freshDate();
    const { proposalId } = await propose(from);
    for (const id of [proposalId, randomUUID()]) {
      expect(judged(await decide(id, token))).toEqual(refusal(status, reason, 'zh'));
      expect(judged(await decide(id, token, REJECT))).toEqual(refusal(status, reason, 'zh'));
    }
    expect(await read(proposalId)).toMatchObject({ state: 'PENDING' });
    expect(await inForce(from)).toBe(0);
  });

  it('is shown to no other province, nor withdrawn by it', async () => {
    const { proposalId } = await propose(freshDate());
    for (const id of [proposalId, randomUUID()]) {
      expect(judged(await send('get', `${path}/proposals/${id}`, foreignChecker))).toEqual(refusal(...foreign, 'zh'));
      expect(judged(await withdraw(id, foreignChecker))).toEqual(refusal(...foreign, 'zh'));
    }
    expect((await send('get', `${path}/proposals`, foreignChecker)).text).not.toContain(proposalId);
  });

  it('is not approved nor rejected by the supervisor who made it, but by another', async () => {
    const from = freshDate();
    const { proposalId } = await propose(from, checker);
    for (const decision of [APPROVE, REJECT])
      expect(judged(await decide(proposalId, checker, decision))).toEqual(refusal(403, 'MAKER_IS_CHECKER', 'zh'));
    expect(await inForce(from)).toBe(0);
    await decide(proposalId, secondChecker).expect(200);
    expect(judged(await decide(proposalId, checker))).toEqual(refusal(403, 'MAKER_IS_CHECKER', 'zh'));
    expect(await inForce(from)).toBe(1);
  });

  it('takes effect once when its approval is repeated, one after another and at once', async () => {
    const from = freshDate();
    const { proposalId } = await propose(from);
    const first = await decide(proposalId).expect(200);
    const again = await Promise.all(Array.from({ length: 6 }, () => decide(proposalId)));
    for (const answer of again) expect([answer.status, answer.text]).toEqual([200, first.text]);
    expect(await inForce(from)).toBe(1);
  });

  it('takes effect once when two approve it at once: one is told that it is decided', async () => {
    const from = freshDate();
    const { proposalId } = await propose(from);
    const answers = await Promise.all([decide(proposalId), decide(proposalId, secondChecker)]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    const loser = answers.find(({ status }) => status === 409);
    expect(loser && judged(loser)).toEqual(refusal(409, 'PROPOSAL_DECIDED', 'zh'));
    expect(await inForce(from)).toBe(1);
  });

  it('that is rejected leaves nothing in force, and its maker reads why', async () => {
    const from = freshDate();
    const { proposalId } = await propose(from);
    expect(judged(await decide(proposalId, checker, { decision: 'REJECT' }))).toEqual(
      refusal(400, 'REQUEST_MALFORMED', 'zh'),
    );
    await decide(proposalId, checker, REJECT).expect(200);
    for (const token of [checker, secondChecker])
      expect(judged(await decide(proposalId, token))).toEqual(refusal(409, 'PROPOSAL_DECIDED', 'zh'));
    expect(await read(proposalId, maker)).toMatchObject({ state: 'REJECTED', remark: REJECT.remark });
    expect(await inForce(from)).toBe(0);
  });

  it('is withdrawn by its maker alone, and takes no decision then', async () => {
    const from = freshDate();
    const { proposalId } = await propose(from);
    expect(judged(await withdraw(proposalId, checker))).toEqual(refusal(403, 'NOT_PERMITTED', 'zh'));
    await withdraw(proposalId).expect(200);
    await withdraw(proposalId).expect(200);
    expect(judged(await decide(proposalId))).toEqual(refusal(409, 'PROPOSAL_DECIDED', 'zh'));
    expect(await inForce(from)).toBe(0);
  });

  it('whose world has moved is refused with the reason, and stays decidable', async () => {
    const from = freshDate();
    const [first, second] = [await propose(from), await propose(from)];
    await decide(first.proposalId).expect(200);
    expect(judged(await decide(second.proposalId))).toEqual(refusal(409, movedOn, 'zh'));
    expect(await read(second.proposalId)).toMatchObject({ state: 'PENDING', decider: null });
    const late = await send('post', tooLate.path, maker, tooLate.content(from));
    expect(judged(late)).toEqual(refusal(409, tooLate.reason, 'zh'));
    await decide(second.proposalId, checker, REJECT).expect(200);
    expect(await inForce(from)).toBe(1);
  });

  it('is answered the same when its request is repeated under its key, and proposed once', async () => {
    const body = content(freshDate());
    const key = `e2e-${randomUUID()}`;
    const first = await send('post', path, maker, body).set('idempotency-key', key).expect(202);
    await decide((first.body as Proposal).proposalId).expect(200);
    const again = await send('post', path, maker, body).set('idempotency-key', key).expect(202);
    expect(again.text).toBe(first.text);
  });
});

describe('a pooling area’s policy', () => {
  const path = `/v1/pooling-areas/${OTHER_AREA}/policies`;
  let proposalId: string;
  beforeAll(async () => {
    const areaClerk = clerk.area[OTHER_AREA ?? ''] ?? '';
    const { body } = await send('post', path, areaClerk, policyOf(OTHER_AREA ?? '', '2001-01-01')).expect(202);
    ({ proposalId } = body as Proposal);
  });

  it('is no business of its neighbours, but its own bureau’s', async () => {
    const areaChecker = area[OTHER_AREA ?? ''] ?? '';
    expect(judged(await send('post', POLICY.path, areaChecker, POLICY.content('2001-01-01')))).toEqual(
      refusal(403, 'NOT_PERMITTED', 'zh'),
    );
    await send('post', `${path}/proposals/${proposalId}/decision`, areaChecker, APPROVE).expect(200);
  });
});

describe('a policy that another follows', () => {
  const [follower, path] = ['2099-01-01', `/v1/pooling-areas/${OTHER_AREA}/policies`];
  type Version = { policyId: string; insurance: string; validTo: string | null; supersededFrom: string | null };
  const versionsOn = async (onDate: string): Promise<Version[]> => {
    const { body } = await gateway.get(`/v1/policies?region=${OTHER_AREA}&onDate=${onDate}`).expect(200);
    return (body as { policies: Version[] }).policies.filter(({ insurance }) => insurance === 'EMPLOYEE');
  };
  it('is over when that begins', async () => {
    const [standing] = await versionsOn(dayFromNow(0));
    expect(standing).toMatchObject({ validTo: null, supersededFrom: null });
    const { body } = await send('post', path, maker, successorOf(follower)).expect(202);
    const { proposalId } = body as Proposal;
    await send('post', `${path}/proposals/${proposalId}/decision`, checker, APPROVE).expect(200);
    expect(await versionsOn(dayBefore(follower))).toEqual([{ ...standing, supersededFrom: follower }]);
    const [after] = await versionsOn(follower);
    expect(after).toMatchObject({ validFrom: follower, validTo: null, supersededFrom: null });
    expect(after?.policyId).not.toBe(standing?.policyId);
  });
});

describe('a close by hand', () => {
  const clearing = new ClearingDesk(document);
  const hospitals = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
  let date: string;
  beforeAll(async () => {
    date = (await hospitals.settled(await hospitals.admit(27))).businessDate;
  });

  const propose = async (token?: string): Promise<string> => (await clearing.proposeClose(date, token)).body.proposalId;
  const state = async (): Promise<string> => (await clearing.cycle(date)).body.state;

  it.each<[string, () => string, string]>([
    ['a clerk', () => clerk.operator, 'SUPERVISOR_REQUIRED'],
    ['a bureau', () => checker, 'NOT_PERMITTED'],
  ])('is not approved by %s', async (_, token, reason) => {
    const { status, body } = await clearing.decideClose(date, await propose(), token());
    expect([status, body.reason, await state()]).toEqual([403, reason, 'OPEN']);
  });

  it('is not approved by the supervisor who proposed it', async () => {
    const { status, body } = await clearing.decideClose(date, await propose(operator));
    expect([status, body.reason, await state()]).toEqual([403, 'MAKER_IS_CHECKER', 'OPEN']);
  });

  it('that is rejected leaves the cycle open', async () => {
    const { status, body } = await clearing.decideClose(date, await propose(), operator, REJECT);
    expect([status, body.state, body.cycle, await state()]).toEqual([200, 'REJECTED', null, 'OPEN']);
  });

  it('takes effect once when its approval is repeated', async () => {
    const proposalId = await propose();
    expect(await state()).toBe('OPEN');
    const answers = await Promise.all(Array.from({ length: 4 }, () => clearing.decideClose(date, proposalId)));
    for (const { status, body } of answers) expect([status, body.state]).toEqual([200, 'APPROVED']);
    const closed = await clearing.untilIn(date, 'CLOSED');
    expect((await clearing.decideClose(date, proposalId)).body).toMatchObject({ state: 'APPROVED', cycle: closed });
    const requested = await rowsOf(
      databases['clearing'] ?? '',
      "SELECT 1 FROM audit_record WHERE action = 'REQUEST_CLOSE' AND object_id = $1",
      [date],
    );
    expect(requested).toHaveLength(1);
  });
});
