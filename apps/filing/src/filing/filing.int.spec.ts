import { randomUUID } from 'node:crypto';
import { serviceActor, type Actor } from '@yiditong/chassis';
import {
  atOnce,
  auditFaults,
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
import { encodeFiling, type Cancellation, type Registration } from './filing.codec.js';
import type { FilingRow } from './filing.entity.js';
import { BUREAU, FilingDesk, paper, proposal, requestId, self, targetOf, XIAN } from './filing-desk.js';

const NOW = new Date('2026-03-01T02:00:00Z');
const HUBEI_BUREAU: Actor = { ...BUREAU, region: '420000' };
const XIAN_BUREAU: Actor = { ...BUREAU, subject: 'xian-01', area: XIAN };
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'ward-7', institution: 'H11010500001' };

let db: TestDatabase;
let desk: FilingDesk;
let clock: FixedClock;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new FixedClock(NOW);
  desk = new FilingDesk(db.database, clock);
});
beforeEach(() => clock.moveTo(NOW));
afterAll(() => db.drop());

const PLEDGED = { pledged: true };
const BY_BUREAU = { reason: '窗口代办', pledged: true };

function bedside(personId: string, change: Partial<Registration> = {}): Registration {
  return proposal(personId, { institutionCode: 'H11010500001', reason: '患者住院，补办备案', ...change });
}

describe('a filing', () => {
  it('is registered by the person, and the person and the bureaus of the place find it', async () => {
    const personId = desk.person();
    const registered = await desk.register(personId, PLEDGED);
    expect(registered).toMatchObject({ personId, insuredProvince: '610000', insuredRegion: XIAN, state: 'ACTIVE' });
    for (const reader of [self(personId), BUREAU, XIAN_BUREAU]) {
      expect(await desk.reading.get(reader, { personId }, registered.filingId)).toEqual(registered);
      expect(await desk.reading.list(reader, { personId })).toEqual([registered]);
    }
  });

  it.each<[string, Partial<Registration>, object]>([
    ['with a pledge takes effect at once', PLEDGED, { state: 'ACTIVE', pledged: true, owed: ['RESIDENCE_PROOF'] }],
    [
      'with its papers is reviewed first',
      { materials: [paper('RESIDENCE_PROOF')] },
      { state: 'SUBMITTED', owed: [], reviewDueOn: '2026-03-03' },
    ],
    [
      'of exactly six months is long enough',
      { category: 'OTHER_TEMPORARY', validTo: '2026-08-31' },
      { state: 'ACTIVE' },
    ],
    ['of another temporary stay needs no papers', { category: 'OTHER_TEMPORARY' }, { state: 'ACTIVE', owed: [] }],
    [
      'of a temporary stay has nothing to pledge',
      { category: 'OTHER_TEMPORARY', ...PLEDGED },
      { state: 'ACTIVE', pledged: false },
    ],
    [
      'of which only a draft is wanted is that',
      { draft: true },
      { state: 'DRAFT', lockedUntil: null, reviewDueOn: null },
    ],
    [
      'of whoever doesn’t know the code of his place is of it',
      { ...PLEDGED, insuredRegion: null },
      { insuredRegion: XIAN },
    ],
  ])('%s', async (_, change, expected) => {
    expect(await desk.register(desk.person(), change)).toMatchObject({ ...expected, source: 'ONLINE', version: 1 });
  });

  it.each<[string, Partial<Registration>, string]>([
    ['without papers or pledge', {}, 'FILING_MATERIALS_MISSING'],
    ['with a paper of another kind', { materials: [paper('REFERRAL_CERTIFICATE')] }, 'FILING_MATERIALS_MISSING'],
    ['inside the province', { ...PLEDGED, destinationRegion: '610300' }, 'FILING_SAME_PROVINCE'],
    ['to a whole province of prefectures', { ...PLEDGED, destinationRegion: '320000' }, 'FILING_DESTINATION_INVALID'],
    ['for an emergency', { category: 'EMERGENCY' }, 'FILING_EMERGENCY_NOT_REGISTRABLE'],
    ['that is long-term with an end', { ...PLEDGED, validTo: '2027-03-01' }, 'FILING_PERIOD_INVALID'],
    [
      'that is temporary for less than six months',
      { category: 'OTHER_TEMPORARY', validTo: '2026-08-30' },
      'FILING_PERIOD_INVALID',
    ],
    ['that begins more than a year back', { ...PLEDGED, validFrom: '2025-02-28' }, 'FILING_PERIOD_INVALID'],
    ['as a draft that could never be handed in', { draft: true, destinationRegion: '610300' }, 'FILING_SAME_PROVINCE'],
  ])('%s is refused and leaves nothing', async (_, change, reason) => {
    const personId = desk.person();
    await desk.facts.learnInsurance('610000', [personId]);
    const before = await rowCounts(db);
    await expect(desk.register(personId, change)).rejects.toMatchObject({ reason });
    expect(await rowCounts(db)).toEqual(before);
  });

  it('is listed newest first', async () => {
    const personId = desk.person();
    for (const [hour, destinationRegion] of [
      [1, '110000'],
      [3, '310000'],
      [2, '500000'],
    ] as const) {
      clock.moveTo(new Date(Date.UTC(2026, 2, 2, hour)));
      await desk.register(personId, { ...PLEDGED, destinationRegion });
    }
    const listed = await desk.reading.list(BUREAU, { personId });
    expect(listed.map(({ destinationRegion }) => destinationRegion)).toEqual(['310000', '500000', '110000']);
  });

  it('is not there when nobody registered it', async () => {
    const nothing = { reason: 'FILING_NOT_FOUND' };
    const none = { personId: randomUUID(), filingId: randomUUID(), forPersonId: '' };
    await expect(desk.reading.get(BUREAU, none, none.filingId)).rejects.toMatchObject(nothing);
    await expect(desk.reading.history(BUREAU, none, none.filingId)).rejects.toMatchObject(nothing);
    const cancellation = { ...none, insuredRegion: null, reason: '' };
    await expect(desk.transitions.cancel(BUREAU, requestId(), cancellation)).rejects.toMatchObject(nothing);
    expect(await desk.reading.list(BUREAU, none)).toEqual([]);
  });
});

describe('the insurance', () => {
  it('of nobody knows whom is unknown', async () => {
    await expect(desk.register(randomUUID(), PLEDGED)).rejects.toMatchObject({ reason: 'PERSON_UNKNOWN' });
  });

  it('of another place, or ended, carries no filing', async () => {
    const personId = desk.person('610300');
    await expect(desk.register(personId, PLEDGED)).rejects.toMatchObject({ reason: 'INSURED_REGION_MISMATCH' });
    await desk.insure(personId, { active: false, at: '2026-02-01T00:00:00Z' });
    await expect(desk.register(personId, PLEDGED)).rejects.toMatchObject({ reason: 'INSURANCE_INACTIVE' });
  });

  it('that moved to another pooling area is known to the bureau of the one before', async () => {
    const personId = desk.person();
    await desk.facts.learnInsurance('610000', [personId]);
    await desk.insure(personId, { region: '610300', at: '2026-02-01T00:00:00Z' });
    const late = desk.filings.register(XIAN_BUREAU, requestId(), proposal(personId, BY_BUREAU));
    await expect(late).rejects.toMatchObject({ reason: 'INSURED_REGION_MISMATCH' });
  });

  it.each(['DRAFT', 'RETURNED'] as const)('that ended leaves no filing that was %s to hand in', async (state) => {
    const prepared = await desk.filingIn(state);
    await desk.insure(prepared.personId, { active: false, at: '2026-02-01T00:00:00Z' });
    const request = { ...targetOf(prepared), materials: [], pledged: true, reason: '' };
    const late = desk.filings.submit(self(prepared.personId), requestId(), request);
    await expect(late).rejects.toMatchObject({ reason: 'FILING_STATE_CONFLICT' });
  });

  it('that moved leaves what was under review not in the way of a new filing', async () => {
    const { personId, destinationRegion } = await desk.filingIn('SUBMITTED');
    await desk.insure(personId, { region: '610300', at: '2026-02-01T00:00:00Z' });
    const filed = await desk.register(personId, { ...PLEDGED, insuredRegion: '610300', destinationRegion });
    expect(filed).toMatchObject({ state: 'ACTIVE', insuredRegion: '610300' });
  });

  it('that ends or moves ends the filings it carried, of that place only', async () => {
    const personId = desk.person();
    const active = await desk.register(personId, PLEDGED);
    const waiting = await desk.register(personId, {
      destinationRegion: '310000',
      materials: [paper('RESIDENCE_PROOF')],
    });
    await desk.insure(personId, { at: '2026-02-01T00:00:00Z' });
    expect((await desk.reading.get(BUREAU, { personId }, active.filingId)).state).toBe('ACTIVE');
    await desk.insure(personId, { region: '610300', at: '2026-02-02T00:00:00Z' });
    expect((await desk.reading.get(BUREAU, { personId }, active.filingId)).state).toBe('INVALIDATED');
    expect((await desk.reading.get(BUREAU, { personId }, waiting.filingId)).state).toBe('INVALIDATED');
    const again = await desk.register(personId, { ...PLEDGED, insuredRegion: '610300' });
    await desk.insure(personId, { region: '610300', at: '2026-02-03T00:00:00Z' });
    expect((await desk.reading.get(BUREAU, { personId }, again.filingId)).state).toBe('ACTIVE');
    const trail = await auditTrail(db, active.filingId);
    const ended = trail.filter(({ action }) => action === 'INVALIDATE_FILING');
    expect(ended.map(({ actor, purpose }) => [actor, purpose])).toEqual([[serviceActor('filing', '610000'), 'SYSTEM']]);
  });
});

describe('a draft', () => {
  it('whose period is too far back when it is handed in is refused', async () => {
    const draft = await desk.filingIn('DRAFT');
    clock.moveTo(new Date('2027-03-02T02:00:00Z'));
    const request = { ...targetOf(draft), materials: [], pledged: true, reason: '' };
    const late = desk.filings.submit(self(draft.personId), requestId(), request);
    await expect(late).rejects.toMatchObject({ reason: 'FILING_PERIOD_INVALID' });
  });

  it('does not stand in the way of another', async () => {
    const draft = await desk.filingIn('DRAFT');
    expect((await desk.register(draft.personId, PLEDGED)).state).toBe('ACTIVE');
    const request = { ...targetOf(draft), materials: [], pledged: true, reason: '' };
    const second = desk.filings.submit(self(draft.personId), requestId(), request);
    await expect(second).rejects.toMatchObject({ reason: 'FILING_OVERLAPS' });
  });
});

describe('a request', () => {
  it('that is repeated at once or a year later gets the first answer, byte for byte', async () => {
    const personId = desk.person();
    const [key, request] = [requestId(), proposal(personId, { materials: [paper('RESIDENCE_PROOF')] })];
    const answers = await atOnce(5, () => patiently(() => desk.filings.register(self(personId), key, request)));
    clock.moveTo(new Date('2028-03-01T02:00:00Z'));
    answers.push(await desk.filings.register(self(personId), key, request));
    const wire = answers.map((answer) => JSON.stringify(encodeFiling(answer), (_, value: unknown) => String(value)));
    expect(new Set(wire).size).toBe(1);
    expect(await desk.reading.list(BUREAU, { personId })).toHaveLength(1);
  });

  it('for something else under the key of the first is refused', async () => {
    const personId = desk.person();
    const key = requestId();
    await desk.filings.register(self(personId), key, proposal(personId, PLEDGED));
    const other = desk.filings.register(
      self(personId),
      key,
      proposal(personId, { ...PLEDGED, destinationRegion: '310000' }),
    );
    await expect(other).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });
});

describe('a second filing of the person', () => {
  const referral = {
    category: 'REFERRAL',
    materials: [paper('REFERRAL_CERTIFICATE')],
    validFrom: '2026-03-01',
    validTo: '2026-09-30',
  } as const;

  it.each<[string, Partial<Registration>]>([
    ['that begins on the last day of the first', { validFrom: '2026-09-30', validTo: '2027-09-30' }],
    ['that ends on the first day of the first', { validFrom: '2025-08-01', validTo: '2026-03-01' }],
    ['that lies around the first', { validFrom: '2026-02-10', validTo: '2026-10-20' }],
    ['that stays open', { category: 'RETIREE_RESETTLED', validTo: null, ...PLEDGED }],
  ])('%s is refused, under review or in force, and its key can be tried again', async (_, change) => {
    for (const accepted of [false, true]) {
      const first = await desk.register(desk.person(), referral);
      if (accepted) await desk.review(first, 'ACCEPT');
      const key = requestId();
      const second = proposal(first.personId, { ...referral, ...change });
      const overlapping = desk.filings.register(self(first.personId), key, second);
      await expect(overlapping).rejects.toMatchObject({ reason: 'FILING_OVERLAPS' });
      const elsewhere = { ...second, destinationRegion: '310000' };
      expect((await desk.filings.register(self(first.personId), key, elsewhere)).destinationRegion).toBe('310000');
    }
  });

  it.each<[string, Partial<Registration>]>([
    ['that begins the day after the first', { validFrom: '2026-10-01', validTo: '2027-04-01' }],
    ['that ends the day before the first', { validFrom: '2025-08-01', validTo: '2026-02-28' }],
    ['for another destination', { destinationRegion: '310000' }],
  ])('%s is taken', async (_, change) => {
    const { personId } = await desk.register(desk.person(), referral);
    await desk.register(personId, { ...referral, ...change });
    expect(await desk.reading.list(BUREAU, { personId })).toHaveLength(2);
  });

  it.each(['CANCELLED', 'REJECTED', 'RETURNED'] as const)('is taken where the first is %s', async (state) => {
    const { personId } = await desk.filingIn(state);
    expect((await desk.register(personId, PLEDGED)).state).toBe('ACTIVE');
  });

  it('of ten at once is one, the others overlap', async () => {
    const personId = desk.person();
    const ends = await atOnce(10, () => {
      const key = requestId();
      return endOf(
        patiently(() => desk.filings.register(self(personId), key, proposal(personId, PLEDGED))),
        'registered',
      );
    });
    expect(ends.sort()).toEqual([...Array<string>(9).fill('FILING_OVERLAPS'), 'registered']);
    expect(await desk.reading.list(BUREAU, { personId })).toHaveLength(1);
  });
});

describe('an insured person', () => {
  it('cannot register, read or change for another', async () => {
    const filing = await desk.register(desk.person(), PLEDGED);
    const another = self(desk.person());
    const before = await rowCounts(db);
    for (const attempt of [
      () =>
        desk.filings.register(
          another,
          requestId(),
          proposal(filing.personId, { ...PLEDGED, destinationRegion: '310000' }),
        ),
      () => desk.reading.get(another, filing, filing.filingId),
      () => desk.reading.list(another, filing),
      () => desk.reading.history(another, filing, filing.filingId),
      () => desk.cancel(filing, another),
    ])
      await expect(attempt()).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    expect(await rowCounts(db)).toEqual(before);
  });

  it('cannot register in a province that is not his, or in a hospital’s name', async () => {
    const personId = desk.person('420100');
    const elsewhere = desk.filings.register(
      self(personId),
      requestId(),
      proposal(personId, { insuredRegion: '420100' }),
    );
    await expect(elsewhere).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    const asHospital = desk.filings.register(self(personId), requestId(), bedside(personId));
    await expect(asHospital).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED' });
  });
});

describe('a family member', () => {
  /** The parent, insured in 西安, lets the child act, who is insured in 湖北. */
  async function family(): Promise<{ child: Actor & { readonly person: string }; parent: string }> {
    const parent = desk.person();
    const child = { ...self(desk.person('420100'), '420000'), person: desk.person('420100') };
    await queryAs(
      db.superuserUrl,
      `INSERT INTO family_access (person_id, access_id, province, agent_person_id, agent_province, relation, granted_at)
       VALUES ($1, $2, '610000', $3, '420000', 'CHILD', now())`,
      [parent, randomUUID(), child.person],
    );
    return { child, parent };
  }

  it('registers, reads and cancels for a person of another province who lets him, and is named for it', async () => {
    const { child, parent } = await family();
    const request = proposal(child.person, { ...PLEDGED, forPersonId: parent });
    const filing = await desk.filings.register(child, requestId(), request);
    expect(filing).toMatchObject({ personId: parent, insuredProvince: '610000', state: 'ACTIVE' });
    const named = { personId: child.person, forPersonId: parent };
    expect(await desk.reading.list(child, named)).toEqual([filing]);
    expect(await desk.reading.get(child, named, filing.filingId)).toEqual(filing);
    const cancellation = { ...named, filingId: filing.filingId, insuredRegion: null, reason: '' };
    expect((await desk.transitions.cancel(child, requestId(), cancellation)).state).toBe('CANCELLED');
    const trail = await auditTrail(db, filing.filingId);
    expect(trail.map(({ action }) => action)).toEqual(['REGISTER_FILING', 'READ_FILING', 'CANCEL_FILING']);
    expect(new Set(trail.map(({ province }) => province))).toEqual(new Set(['610000']));
    expect(trail.map(({ actor }) => actor)).toEqual([child, child, child]);
  });

  it('who was not let, or no longer, may not', async () => {
    const { child, parent } = await family();
    const stranger = desk.person();
    const strange = desk.filings.register(
      child,
      requestId(),
      proposal(child.person, { ...PLEDGED, forPersonId: stranger }),
    );
    await expect(strange).rejects.toMatchObject({ reason: 'FAMILY_ACCESS_MISSING' });
    await queryAs(db.superuserUrl, 'UPDATE family_access SET revoked_at = now() WHERE person_id = $1', [parent]);
    const late = desk.reading.list(child, { personId: child.person, forPersonId: parent });
    await expect(late).rejects.toMatchObject({ reason: 'FAMILY_ACCESS_MISSING' });
  });
});

describe('a hospital at the bedside', () => {
  it('files for a person of another province with a pledge, for its own place, and is named for it', async () => {
    const personId = desk.person();
    const filing = await desk.filings.register(HOSPITAL, requestId(), bedside(personId, PLEDGED));
    expect(filing).toMatchObject({
      state: 'ACTIVE',
      source: 'INSTITUTION',
      institutionCode: 'H11010500001',
      owed: ['RESIDENCE_PROOF'],
      reason: '患者住院，补办备案',
    });
    expect(await desk.reading.list(self(personId), { personId })).toEqual([filing]);
    const [record] = await auditTrail(db, filing.filingId);
    expect(record).toMatchObject({
      province: '610000',
      actor: HOSPITAL,
      purpose: 'TREATMENT',
      action: 'REGISTER_FILING',
    });
  });

  it.each<[string, Partial<Registration>, object]>([
    ['of another temporary stay takes effect at once', { category: 'OTHER_TEMPORARY' }, { state: 'ACTIVE' }],
    ['with papers is reviewed', { materials: [paper('RESIDENCE_PROOF')] }, { state: 'SUBMITTED', pledged: false }],
    ['can be prepared for the person to hand in', { draft: true }, { state: 'DRAFT' }],
  ])('what it files %s', async (_, change, expected) => {
    const filing = await desk.filings.register(HOSPITAL, requestId(), bedside(desk.person(), change));
    expect(filing).toMatchObject({ ...expected, source: 'INSTITUTION' });
  });

  it.each<[string, Partial<Registration>, string]>([
    ['to another place than its own', { destinationRegion: '310000' }, 'FILING_DESTINATION_INVALID'],
    ['in another’s name', { institutionCode: 'H11010500002' }, 'NOT_PERMITTED'],
    ['in no name', { institutionCode: null }, 'NOT_PERMITTED'],
    ['without saying why', { reason: '' }, 'REQUEST_MALFORMED'],
    ['without saying where the person is insured', { insuredRegion: null }, 'REQUEST_MALFORMED'],
    ['for family', { forPersonId: randomUUID() }, 'NOT_PERMITTED'],
  ])('cannot file %s', async (_, change, reason) => {
    const attempt = desk.filings.register(HOSPITAL, requestId(), bedside(desk.person(), { ...PLEDGED, ...change }));
    await expect(attempt).rejects.toMatchObject({ reason });
  });

  const REFERRED = { category: 'REFERRAL', materials: [paper('REFERRAL_CERTIFICATE')] } as const;
  const referred = () => desk.filings.register(HOSPITAL, requestId(), bedside(desk.person(), REFERRED));
  const takingBack = (filing: FilingRow, change: Partial<Cancellation> = {}): Cancellation => ({
    ...targetOf(filing),
    insuredRegion: XIAN,
    reason: '患者不转院了',
    ...change,
  });

  it.each<['RETURN' | null, string]>([
    [null, 'under review'],
    ['RETURN', 'returned to it'],
  ])('takes back (%s) what it filed and is %s, once, and is named for it', async (decision) => {
    const filed = await referred();
    if (decision) await desk.review(filed, decision);
    const key = requestId();
    const answers = await atOnce(3, () => patiently(() => desk.transitions.cancel(HOSPITAL, key, takingBack(filed))));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ state: 'CANCELLED', reason: '患者不转院了' });
    const trail = (await auditTrail(db, filed.filingId)).filter(({ action }) => action === 'CANCEL_FILING');
    expect(trail).toMatchObject([{ province: '610000', actor: HOSPITAL, purpose: 'TREATMENT' }]);
    await expect(desk.transitions.cancel(HOSPITAL, requestId(), takingBack(filed))).rejects.toMatchObject({
      reason: 'FILING_STATE_CONFLICT',
    });
  });

  it('ends no filing that the insured place has accepted, nor one that the person has handed in again', async () => {
    const accepted = await referred();
    await desk.review(accepted, 'ACCEPT');
    const takenOver = await referred();
    await desk.review(takenOver, 'RETURN');
    const papers = { materials: [paper('REFERRAL_CERTIFICATE', '6')], pledged: false, reason: '' };
    await desk.filings.submit(self(takenOver.personId), requestId(), { ...targetOf(takenOver), ...papers });
    for (const filing of [accepted, takenOver]) {
      await expect(desk.transitions.cancel(HOSPITAL, requestId(), takingBack(filing))).rejects.toMatchObject({
        reason: 'FILING_ENDS_AT_HOME',
      });
      const { state } = await desk.reading.get(BUREAU, filing, filing.filingId);
      expect(state).toBe(filing === accepted ? 'ACTIVE' : 'SUBMITTED');
    }
  });

  it.each<[string, Actor, Partial<Cancellation>]>([
    ['another hospital’s', { ...HOSPITAL, institution: 'H11010500002' }, {}],
    ['one of another province', HOSPITAL, { insuredRegion: '420100' }],
    ['one of another person', HOSPITAL, { personId: randomUUID() }],
  ])('finds nothing of %s filing', async (_, actor, change) => {
    const filed = await referred();
    await expect(desk.transitions.cancel(actor, requestId(), takingBack(filed, change))).rejects.toMatchObject({
      reason: 'FILING_NOT_FOUND',
      params: {},
    });
    expect((await desk.reading.get(BUREAU, filed, filed.filingId)).state).toBe('SUBMITTED');
  });

  it('finds nothing of a filing that the person made himself', async () => {
    const filing = await desk.filingIn('SUBMITTED');
    await expect(desk.transitions.cancel(HOSPITAL, requestId(), takingBack(filing))).rejects.toMatchObject({
      reason: 'FILING_NOT_FOUND',
    });
  });
});

describe('a bureau', () => {
  it('files at its window with the papers before it, which take effect at once', async () => {
    const request = proposal(desk.person(), { materials: [paper('RESIDENCE_PROOF')], reason: '窗口代办' });
    const filing = await desk.filings.register(XIAN_BUREAU, requestId(), request);
    expect(filing).toMatchObject({ state: 'ACTIVE', source: 'BUREAU', pledged: false, owed: [] });
  });

  it.each<[string, Actor, Partial<Registration>, string]>([
    ['for another province', HUBEI_BUREAU, {}, 'NOT_PERMITTED'],
    ['for another pooling area', { ...XIAN_BUREAU, area: '610300' }, {}, 'NOT_PERMITTED'],
    ['without saying why', BUREAU, { reason: '' }, 'REQUEST_MALFORMED'],
    ['for family', BUREAU, { forPersonId: randomUUID() }, 'NOT_PERMITTED'],
    ['in a hospital’s name', BUREAU, { institutionCode: 'H11010500001' }, 'REQUEST_MALFORMED'],
  ])('cannot file %s', async (_, actor, change, reason) => {
    const attempt = desk.filings.register(actor, requestId(), proposal(desk.person(), { ...BY_BUREAU, ...change }));
    await expect(attempt).rejects.toMatchObject({ reason });
  });

  it.each([
    ['of another province', HUBEI_BUREAU],
    ['of another pooling area', { ...XIAN_BUREAU, area: '610300' }],
  ])('%s finds nothing of a filing and does nothing to it', async (_, stranger) => {
    const filing = await desk.filingIn('SUBMITTED');
    const { personId, filingId } = filing;
    const before = await queryAs(db.superuserUrl, 'SELECT * FROM filing WHERE filing_id = $1', [filingId]);
    const nothing = { reason: 'FILING_NOT_FOUND' };
    expect(await desk.reading.list(stranger, filing)).toEqual([]);
    const review = { personId, filingId, decision: 'REJECT', reason: '不符' } as const;
    for (const attempt of [
      () => desk.reading.get(stranger, filing, filingId),
      () => desk.reading.history(stranger, filing, filingId),
      () => desk.transitions.review(stranger, requestId(), review),
      () => desk.cancel(filing, stranger),
    ])
      await expect(attempt()).rejects.toMatchObject(nothing);
    expect(await queryAs(db.superuserUrl, 'SELECT * FROM filing WHERE filing_id = $1', [filingId])).toEqual(before);
  });

  it('of another province learns nothing from registering the same person', async () => {
    const { personId } = await desk.register(desk.person(), PLEDGED);
    await desk.insure(personId, { region: '420100', at: '2026-01-01T00:00:00Z' });
    const own = proposal(personId, { ...BY_BUREAU, insuredRegion: '420100' });
    expect((await desk.filings.register(HUBEI_BUREAU, requestId(), own)).insuredRegion).toBe('420100');
    expect(await desk.reading.list(BUREAU, { personId })).toHaveLength(1);
  });
});

describe('the audit trail', () => {
  it('has who registered a filing, once for a request that was repeated, and who read it or listed', async () => {
    const personId = desk.person();
    const [key, request] = [requestId(), proposal(personId, PLEDGED)];
    const { filingId } = await desk.filings.register(self(personId), key, request);
    await desk.filings.register(self(personId), key, request);
    await desk.reading.get(XIAN_BUREAU, { personId }, filingId);
    await desk.reading.history(BUREAU, { personId }, filingId);
    await desk.reading.list(BUREAU, { personId });
    const trail = await auditTrail(db, filingId);
    expect(trail.map(({ action, actor, after }) => [action, actor, after])).toEqual([
      [
        'REGISTER_FILING',
        self(personId),
        expect.objectContaining({ personId, state: 'ACTIVE', destinationRegion: '110000' }),
      ],
      ['READ_FILING', XIAN_BUREAU, { personId }],
      ['READ_FILING', BUREAU, { personId, versions: 1 }],
    ]);
    const [listing] = await auditTrail(db, personId);
    expect(listing).toMatchObject({ action: 'LIST_FILINGS', after: { filingIds: [filingId] } });
  });

  it('is sound', async () => expect(await auditFaults(db)).toEqual([]));
});
