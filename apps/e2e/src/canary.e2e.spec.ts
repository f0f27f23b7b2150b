import { randomUUID } from 'node:crypto';
import { idNumberCheck, isDiagnosisCode } from '@yiditong/codes';
import { findInDatabase, type Find } from '@yiditong/testing';
import { generateDay, loadSample } from '@yiditong/tools';
import pg from 'pg';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { againAsNewVisit, HospitalDesk, type Visit } from './hospital-desk.js';
import { personalDataOf } from './left-behind.js';
import { endMark } from './mark-end.js';
import { findIn, findInFiles } from './spoils.js';
import { SHARED_DAY } from './stack.global.js';

/*
 * Everybody in the sample is a canary: whatever other specs did with these people, nothing of them may have stayed in clear where it
 * doesn't belong. This spec runs last, and adds one more person who has a diagnosis that nobody else has and whose hospital
 * does everything wrong that can be done wrong with personal data.
 */
const { document, collector, logs, spoils, now } = inject('stack');
const before = inject('before');
const sample = loadSample();
const day = generateDay({ ...SHARED_DAY, sample, now });
const desk = new HospitalDesk(document, day, sample);

const template = await desk.admit(41);
const { insuredRegion } = template.bill;
const canary = newCanary();
const OF_CANARY = [canary.idNumber, canary.name, canary.phone, canary.diagnosis.name, canary.diagnosis.code];
const SOUGHT = [...personalDataOf(day, sample).keys(), ...OF_CANARY];
/** What must be found in each place, or the search itself is broken. */
const KNOWN_TO_BE_THERE = { logs: 'settlement', telemetry: 'SettlementService/Settle' };

function newCanary() {
  const first17 = `${insuredRegion}19561107${String(Math.floor(Math.random() * 999)).padStart(3, '0')}`;
  return {
    personId: randomUUID(),
    idNumber: `${first17}${idNumberCheck(first17)}`,
    name: '鸑鷟彧',
    phone: `154${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`,
    diagnosis: { code: 'V97.8x7x653', name: `鵺氏${randomUUID().slice(0, 8)}病` },
  };
}

/** Answers that refused something, and what they said. */
const refusals: { readonly status: number; readonly text: string }[] = [];
let visit: Visit;

async function refused(method: string, path: string, body: unknown, token: string): Promise<void> {
  const { status, text } = await desk.api.once(method, path, body, token, `canary-${randomUUID()}`);
  expect(status).toBeGreaterThanOrEqual(400);
  refusals.push({ status, text });
}

beforeAll(async () => {
  const { personId, idNumber, name, phone, diagnosis } = canary;
  const patient = day.persons.find((one) => one.personId === template.bill.personId);
  const person = {
    personId,
    idNumber,
    name,
    phone,
    insuredRegion,
    // As the patient of the template, for whom the insured place has a policy.
    insurance: patient?.insurance,
    personType: patient?.personType,
    active: true,
  };
  const bureau = desk.bureauToken(insuredRegion);
  const hospital = desk.token(template.institutionCode);
  await desk.api.write('PUT', '/v1/insured-persons', { persons: [person] }, bureau, `canary-${randomUUID()}`);
  await desk.api.once('POST', '/v1/insured-persons/search', { idNumber }, hospital);
  await desk.api.once('GET', `/v1/persons/${personId}`, undefined, bureau);
  const filing = {
    personId,
    insuredRegion,
    category: 'LONG_TERM_RESIDENT',
    destinationRegion: day.filings.find((one) => one.personId === template.bill.personId)?.destinationRegion,
    validFrom: day.filings[0]?.validFrom,
    validTo: null,
    pledged: true,
    reason: '窗口办理',
  };
  await desk.api.write('POST', '/v1/filings', filing, bureau, `canary-${randomUUID()}`);
  const bill = { ...template.bill, personId, diagnoses: [diagnosis] };
  visit = againAsNewVisit({ institutionCode: template.institutionCode, bill });
  await recognise(bill.diseaseCode, bureau);
  await desk.settled(visit);
  await desk.reverse(visit);

  await refused('PUT', '/v1/insured-persons', { persons: [{ ...person, [idNumber]: name }] }, bureau);
  await refused(
    'PUT',
    '/v1/insured-persons',
    { persons: [{ ...person, insuredRegion: idNumber, phone: name }] },
    bureau,
  );
  await refused('POST', '/v1/insured-persons/search', { idNumber: `${idNumber}${phone}` }, hospital);
  await refused('POST', '/v1/insured-persons/search', { idNumber, name }, hospital);
  await refused('POST', '/v1/settlements', { messageId: name, bill: { ...bill, visitNumber: idNumber } }, hospital);
  await refused(
    'POST',
    '/v1/settlements/trial',
    { bill: { ...bill, diagnoses: [{ code: name, name: diagnosis.name }] } },
    hospital,
  );
  await refused('GET', `/v1/persons/${idNumber}/filings`, undefined, bureau);
  await refused('GET', `/v1/${encodeURIComponent(name)}?phone=${phone}`, undefined, bureau);
  await refused('GET', `/v1/cycles/2026-01-01/settlements?after=${idNumber}`, undefined, document.tokens.operator);
});

describe('after everything that specs did', () => {
  it('the search finds what is known to be there', async () => {
    expect(findInFiles(logs, [KNOWN_TO_BE_THERE.logs]).length).toBeGreaterThan(0);
    expect(findIn('telemetry', await telemetry(), [KNOWN_TO_BE_THERE.telemetry])).toHaveLength(1);
    const [institution] = sample.institutions;
    expect(await inAllDatabases([institution?.name ?? ''])).toContainEqual(
      expect.objectContaining({ where: 'settlement: public.institution' }),
    );
    expect(findInFiles(spoils.files, [institution?.name ?? '']).length).toBeGreaterThan(0);
  });

  it('every other spec of this run has ended', async () => {
    const marks = before.map(endMark);
    expect(findIn('marks', await telemetry(), marks)).toHaveLength(marks.length);
  });

  it('the canary’s diagnosis is one that could be, and nobody else’s', () => {
    expect(isDiagnosisCode(canary.diagnosis.code)).toBe(true);
    expect(JSON.stringify([sample, day])).not.toContain(canary.diagnosis.code);
  });

  it('no log line holds a person’s ID number, name, phone or diagnosis', () => {
    expect(findInFiles(logs, SOUGHT)).toEqual([]);
  });

  it('nothing sent to the collector does, be it a span, a metric or a log record', async () => {
    expect(findIn('telemetry', await telemetry(), SOUGHT)).toEqual([]);
  });

  it('no table of any database does, queues among them', async () => {
    expect(await inAllDatabases(SOUGHT)).toEqual([]);
  });

  it('no file of PostgreSQL’s does, its write-ahead log and its own log among them', () => {
    expect(findInFiles(spoils.files, SOUGHT)).toEqual([]);
  });

  it('no statement that PostgreSQL shows does', async () => {
    const client = new pg.Client({ connectionString: spoils.databases['benefit'] });
    await client.connect();
    const { rows } = await client.query('SELECT query FROM pg_stat_activity');
    await client.end();
    expect(findIn('pg_stat_activity', Buffer.from(JSON.stringify(rows)), SOUGHT)).toEqual([]);
  });

  it('no refusal says back what it was given', () => {
    expect(refusals.length).toBe(9);
    expect(refusals.flatMap(({ text }) => findIn('answer', Buffer.from(text), SOUGHT))).toEqual([]);
  });

  it('the hospital that sent the diagnosis reads it, and the bureau that pays does not', async () => {
    const { body } = await desk.outcome(visit);
    const asHospital = await desk.read(visit, body.settlementId ?? '');
    const asBureau = await desk.api.once(
      'GET',
      `/v1/settlements/${body.settlementId}`,
      undefined,
      desk.bureauToken(insuredRegion),
    );
    expect(asHospital.text).toContain(canary.diagnosis.name);
    expect([asBureau.status, asBureau.text.includes(canary.diagnosis.name)]).toEqual([200, false]);
  });
});

/** What a chronic visit needs besides a filing. */
async function recognise(diseaseCode: string | null, bureau: string): Promise<void> {
  if (diseaseCode === null) return;
  const { personId } = canary;
  const entitlement = { personId, insuredRegion, diseaseCode, validFrom: '2026-01-01' };
  await desk.api.write('POST', '/v1/entitlements', entitlement, bureau, `canary-${randomUUID()}`);
}

/** Everything that any service ever sent. */
async function telemetry(): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${collector}/raw`)).arrayBuffer());
}

async function inAllDatabases(texts: readonly string[]): Promise<Find[]> {
  const finds: Find[] = [];
  for (const [name, url] of Object.entries(spoils.databases)) finds.push(...(await findInDatabase(name, url, texts)));
  return finds;
}
