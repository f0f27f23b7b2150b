import type { Actor } from '@yiditong/access';
import { NATION, PROVINCES, provinceOf } from '@yiditong/codes';
import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { againAsNewVisit, HospitalDesk, type Problem, type Settled, type Visit } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';
import { tokenFor } from './test-issuer.js';

const SERVICES = ['filing', 'catalogue', 'benefit', 'settlement', 'clearing', 'identity'] as const;
type Service = (typeof SERVICES)[number];

type AuditRecord = {
  readonly sequence: string;
  readonly actor: Actor;
  readonly origin: Actor | null;
  readonly via: string | null;
  readonly purpose: string;
  readonly action: string;
  readonly objectId: string;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly traceId: string;
};
type Page = { readonly records: AuditRecord[]; readonly nextAfter: string | null };
type Head = { readonly sequence: string; readonly hash: string };
type Verification = { readonly ok: boolean; readonly checked: string; readonly faults: { readonly kind: string }[] };

const { document, issuers, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const OPERATOR: Actor = { role: 'operator', region: NATION, subject: 'auditor', rank: 'supervisor' };

const supervisorOf = (region: string): Actor => ({ role: 'bureau', region, subject: 'auditor', rank: 'supervisor' });

async function get<T>(actor: Actor, path: string): Promise<{ status: number; body: T & Problem }> {
  return desk.api.once<T & Problem>('GET', path, undefined, await tokenFor(issuers.nation, actor));
}

async function verify(actor: Actor, service: Service, province: string, knownHead: Head | null = null) {
  const token = await tokenFor(issuers.nation, actor);
  const path = `/v1/audit/${service}/verification`;
  return desk.api.once<Verification & Problem>('POST', path, { province, knownHead }, token);
}

async function recordsOf(actor: Actor, service: Service, objectId: string): Promise<AuditRecord[]> {
  const { body } = await get<Page>(actor, `/v1/audit/${service}/records?province=${actor.region}&objectId=${objectId}`);
  return body.records;
}

let visit: Visit;
let settled: Settled;
let home: string;
let treating: string;

beforeAll(async () => {
  visit = await desk.admit(41);
  settled = await desk.settled(visit);
  home = provinceOf(settled.insuredRegion);
  treating = provinceOf(settled.treatingRegion);
});

describe('one settlement', () => {
  it('stands in the audit trails of both provinces: who asked for it, by which service, in one trace', async () => {
    const [adjudicated] = await recordsOf(supervisorOf(home), 'benefit', settled.settlementId);
    const [booked] = await recordsOf(supervisorOf(treating), 'settlement', settled.settlementId);
    const hospital = { role: 'hospital', region: treating, institution: visit.institutionCode };
    expect(adjudicated).toMatchObject({
      action: 'ADJUDICATE',
      via: 'settlement',
      purpose: 'TREATMENT',
      origin: hospital,
    });
    expect(booked).toMatchObject({
      action: 'SETTLE',
      via: 'gateway',
      purpose: 'TREATMENT',
      actor: hospital,
      origin: null,
    });
    expect(booked?.after).toMatchObject({
      state: 'SETTLED',
      personId: visit.bill.personId,
      totalFen: settled.totalFen,
    });
    expect(adjudicated?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(booked?.traceId).toBe(adjudicated?.traceId);
  });

  it('and so does the hospital that tried it before, which reads the person’s totals by that', async () => {
    expect((await desk.trial(againAsNewVisit(visit))).status).toBe(200);
    const readings = await recordsOf(supervisorOf(home), 'benefit', visit.bill.personId);
    expect(readings.at(-1)).toMatchObject({
      action: 'READ_ACCUMULATORS',
      origin: { role: 'hospital', institution: visit.institutionCode },
      after: { by: 'trial' },
    });
  });

  it('and whoever read it, when he read it', async () => {
    await get<Settled>(OPERATOR, `/v1/settlements/${settled.settlementId}`);
    const readings = await recordsOf(supervisorOf(home), 'settlement', settled.settlementId);
    expect(readings).toEqual([expect.objectContaining({ action: 'READ_SETTLEMENT', purpose: 'OPERATION' })]);
    expect(readings[0]?.actor).toMatchObject(OPERATOR);
  });

  it('is one page of many, which are read one after the other', async () => {
    const first = await get<Page>(supervisorOf(treating), `/v1/audit/settlement/records?province=${treating}&limit=2`);
    const { records, nextAfter } = first.body;
    expect(records.map(({ sequence }) => sequence)).toEqual(['1', '2']);
    expect(nextAfter).toBe('2');
    const path = `/v1/audit/settlement/records?province=${treating}&limit=1&after=2`;
    expect((await get<Page>(supervisorOf(treating), path)).body.records[0]?.sequence).toBe('3');
  });
});

describe('a chain', () => {
  it('is verified by its province, against a head that it kept and against one that it never had', async () => {
    const bureau = supervisorOf(treating);
    const { body: head } = await get<Head>(bureau, `/v1/audit/settlement/head?province=${treating}`);
    const kept = { sequence: head.sequence, hash: head.hash };
    expect((await verify(bureau, 'settlement', treating, kept)).body).toMatchObject({ ok: true, faults: [] });
    const wrong = await verify(bureau, 'settlement', treating, { ...kept, hash: 'f'.repeat(64) });
    expect(wrong.body).toMatchObject({ ok: false, faults: [{ kind: 'WRONG_KNOWN_HEAD', sequence: kept.sequence }] });
    const ahead = await verify(bureau, 'settlement', treating, {
      ...kept,
      sequence: `${BigInt(kept.sequence) + 1_000n}`,
    });
    expect(ahead.body.faults.map(({ kind }) => kind)).toContain('CUT_OFF');
  });

  it.each(SERVICES)('of %s is sound for every province and the nation', async (service) => {
    for (const province of [...PROVINCES.map(({ code }) => code), NATION])
      expect((await verify(OPERATOR, service, province)).body, province).toMatchObject({ ok: true });
  });

  const bureau = (change: Partial<Actor>): Actor => ({ ...supervisorOf('110000'), ...change });
  it.each<[string, Actor, string, string]>([
    ['a clerk', bureau({ rank: 'clerk' }), '110000', 'SUPERVISOR_REQUIRED'],
    ['another province', bureau({ region: '310000' }), '110000', 'NOT_PERMITTED'],
    ['a pooling area', bureau({ region: '130000', area: '131000' }), '130000', 'NOT_PERMITTED'],
    ['the nation’s, to a bureau', bureau({}), NATION, 'NOT_PERMITTED'],
    [
      'a hospital',
      { role: 'hospital', region: '110000', subject: 'h', institution: 'H11010500001' },
      '110000',
      'NOT_PERMITTED',
    ],
  ])('is not shown to %s', async (_, actor, province, reason) => {
    for (const path of ['records', 'head']) {
      const answer = await get<unknown>(actor, `/v1/audit/benefit/${path}?province=${province}`);
      expect([answer.status, answer.body.reason]).toEqual([403, reason]);
    }
    expect((await verify(actor, 'benefit', province)).body.reason).toBe(reason);
  });

  it.each([
    '/v1/audit/gateway/head?province=110000',
    '/v1/audit/filing/head?province=110100',
    '/v1/audit/filing/records?province=110000&limit=1001',
    '/v1/audit/filing/records?province=110000&after=-1',
    '/v1/audit/filing/records?province=110000&other=1',
  ])('is not looked for at %s', async (path) => {
    const answer = await get<unknown>(OPERATOR, path);
    expect([answer.status, answer.body.reason]).toEqual([400, 'REQUEST_MALFORMED']);
  });
});
