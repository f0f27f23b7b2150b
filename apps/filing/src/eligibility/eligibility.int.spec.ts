import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Clock, encodeInstant, serviceActor, type Actor, type Tx } from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import type { benefitV1, settlementV1 } from '@yiditong/contracts';
import {
  auditTrail,
  createTestDatabase,
  gate,
  PATIENCE,
  rowCounts,
  testVault,
  waitingForLocks,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ActingService } from '../family/acting.service.js';
import { FactService } from '../fact/fact.service.js';
import { insertInsurance } from '../fact/fact.store.js';
import { recordVersion } from '../filing/filing.store.js';
import type { FilingRow } from '../filing/filing.entity.js';
import { migrations } from '../migrations/index.js';
import { importSubject, lockForRecording, personSubject } from '../recording/recording.store.js';
import { RuleService } from '../rule/rule.service.js';
import type { Answer, AskedVisit } from './answering.js';
import { EligibilityService } from './eligibility.service.js';

const SHAANXI = serviceActor('spec', '610000');
const HOSPITAL = 'H11010500001';
const ROUNDS = 12;
const SINCE = new Date('2026-01-01T00:00:00Z');

let db: TestDatabase;
let service: EligibilityService;
/** What benefit has, and how often it was asked. */
const insured = new Map<string, string>();
let asked = 0;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  const clock = new Clock();
  const benefit = {
    call: (_: string, request: benefitV1.GetInsuranceRequest) => Promise.resolve(answerOfBenefit(request)),
  };
  const directory = { call: () => Promise.resolve(answerOfDirectory()) };
  const facts = new FactService(db.database, clock, benefit as never, directory as never);
  service = new EligibilityService(
    db.database,
    clock,
    new RuleService(db.database, clock),
    facts,
    new ActingService(db.database),
    testVault(),
  );
});
beforeEach(() => void (asked = 0));
afterAll(() => db.drop());

function answerOfBenefit({ personIds }: benefitV1.GetInsuranceRequest): benefitV1.GetInsuranceResponse {
  asked += 1;
  const known = personIds.filter((personId) => insured.has(personId));
  const changedAt = encodeInstant(SINCE);
  return {
    persons: known.map((personId) => ({
      personId,
      insuredRegion: insured.get(personId) ?? '',
      active: true,
      changedAt,
    })),
  };
}

function answerOfDirectory(): settlementV1.GetInstitutionsResponse {
  const hospital = { institutionCode: HOSPITAL, name: '某医院', region: '110105', networked: true, diseaseClasses: [] };
  const rest = {
    level: 'HOSPITAL_LEVEL_TERTIARY',
    visitKinds: ['VISIT_KIND_INPATIENT'],
    changedAt: encodeInstant(SINCE),
  } as const;
  return { institutions: [{ ...hospital, ...rest, visitKinds: [...rest.visitKinds], tags: [] }] };
}

/** Somebody insured in 西安, unless said otherwise, whom benefit knows. */
function person(insuredRegion = '610100'): string {
  const personId = randomUUID();
  insured.set(personId, insuredRegion);
  return personId;
}

function visit(personId: string, change: Partial<AskedVisit> = {}): AskedVisit {
  return {
    personId,
    insuredRegion: '610100',
    treatingRegion: '110105',
    institutionCode: HOSPITAL,
    visitKind: 'INPATIENT',
    diseaseCode: null,
    emergency: false,
    admittedAt: Date.parse('2026-03-05T02:00:00Z'),
    admittedOn: '2026-03-05',
    asOf: null,
    ...change,
  };
}

function filing(personId: string, change: Partial<FilingRow> = {}): FilingRow {
  const insuredRegion = change.insuredRegion ?? '610100';
  const now = new Date();
  return {
    personId,
    filingId: randomUUID(),
    insuredProvince: provinceOf(insuredRegion),
    insuredRegion,
    category: 'RETIREE_RESETTLED',
    destinationRegion: '110000',
    validFrom: '2026-03-01',
    validTo: null,
    state: 'ACTIVE',
    version: 1,
    source: 'ONLINE',
    materials: [],
    pledged: false,
    owed: [],
    lockedUntil: null,
    reviewDueOn: null,
    institutionCode: null,
    importId: null,
    reason: '',
    createdAt: now,
    updatedAt: now,
    ...change,
  };
}

const CAUSE = { event: 'ACCEPT', actor: { role: 'insured', subject: 'spec' }, reason: '' } as const;

/** As every filing is recorded: under the person's lock, at an instant after it was taken. */
async function file(row: FilingRow, tx?: Tx): Promise<FilingRow> {
  const record = async (inside: Tx): Promise<FilingRow> => {
    await lockForRecording(inside, personSubject(row.personId));
    const recorded = { ...row, updatedAt: new Date() };
    await recordVersion(inside, recorded, CAUSE);
    return recorded;
  };
  return tx ? record(tx) : db.database.transaction(serviceActor('spec', row.insuredProvince), record);
}

async function check(...visits: AskedVisit[]): Promise<string[]> {
  return (await service.check(visits)).map(said);
}

function said({ eligibility }: Answer): string {
  return eligibility.covered ? `${eligibility.benefitLevel} ${eligibility.reasonCode}` : eligibility.reason;
}

describe('eligibility', () => {
  it('finds a filing that was made late, while the person lay in hospital, and still says what it said before', async () => {
    const personId = person();
    const [before] = await service.check([visit(personId)]);
    expect(before && said(before)).toBe('FILING_REQUIRED');
    await sleep(2);
    await file(filing(personId));
    expect(await check(visit(personId))).toEqual(['LOCAL LATE_FILING']);
    expect(await check(visit(personId, { asOf: before?.asOf ?? 0 }))).toEqual(['FILING_REQUIRED']);
  });

  it('answers many visits of many provinces in the order asked, each by its own record', async () => {
    const [ofShaanxi, ofHubei] = [person(), person('420100')];
    await file(filing(ofShaanxi));
    await file(filing(ofHubei, { insuredRegion: '420100' }));
    expect(
      await check(
        visit(ofHubei, { insuredRegion: '420100' }),
        visit(randomUUID()),
        visit(ofShaanxi),
        visit(ofShaanxi, { institutionCode: null, treatingRegion: '310101' }),
        visit(ofShaanxi, { admittedOn: '2026-02-28', admittedAt: Date.parse('2026-02-28T02:00:00Z') }),
        visit(ofShaanxi, { insuredRegion: '420100' }),
      ),
    ).toEqual([
      'LOCAL LATE_FILING',
      'PERSON_UNKNOWN',
      'LOCAL LATE_FILING',
      'FILING_REQUIRED',
      'FILING_REQUIRED',
      'PERSON_UNKNOWN',
    ]);
  });

  it('asks for whom it never heard of, once, and for nobody whom it knows', async () => {
    const personId = person();
    await check(visit(personId));
    expect(asked).toBe(1);
    await check(visit(personId), visit(personId));
    expect(asked).toBe(1);
  });

  it('of whom others made known while it waited says what was made known, and not that it knows nobody', async () => {
    const personId = person();
    const [locked, finish] = [gate(), gate()];
    const recording = db.database.transaction(SHAANXI, async (tx) => {
      await lockForRecording(tx, personSubject(personId));
      locked.open();
      await finish.passed;
      await insertInsurance(
        tx,
        [{ personId, province: '610000', insuredRegion: '610100', active: true, changedAt: SINCE }],
        new Date(),
      );
    });
    await locked.passed;
    const checking = check(visit(personId));
    await expect.poll(() => waitingForLocks(db), PATIENCE).toBeGreaterThan(0);
    finish.open();
    await recording;
    expect(await checking).toEqual(['FILING_REQUIRED']);
  });

  it('leaves no trace of being asked by a service about whom it knows', async () => {
    const personId = person();
    await check(visit(personId));
    const before = await rowCounts(db);
    await check(visit(personId));
    expect(await rowCounts(db)).toEqual(before);
  });

  it('refuses to answer for an instant that has not come, and of a day that has not, whose rules may still change', async () => {
    const personId = person();
    const tomorrow = Date.now() + 86_400_000;
    const admittedOn = new Date(tomorrow + 8 * 3_600_000).toISOString().slice(0, 10);
    expect(
      await check(
        visit(personId, { asOf: Date.now() + 60_000 }),
        visit(personId, { admittedAt: tomorrow, admittedOn }),
        visit(personId, { asOf: Date.parse('2026-03-04T02:00:00Z') }),
        visit(personId),
      ),
    ).toEqual(['REQUEST_MALFORMED', 'REQUEST_MALFORMED', 'REQUEST_MALFORMED', 'FILING_REQUIRED']);
  });

  it('goes by the institution’s own division, whatever is said of it', async () => {
    const personId = person();
    await file(filing(personId, { destinationRegion: '310000' }));
    expect(
      await check(visit(personId, { treatingRegion: '310101' }), visit(personId, { treatingRegion: null })),
    ).toEqual(['REQUEST_MALFORMED', 'FILING_REQUIRED']);
  });

  it('sees the rows of an import from the instant at which it was applied, all at once and not before', async () => {
    const personId = person();
    await check(visit(personId));
    const importId = randomUUID();
    const inserted = Date.now();
    await sleep(5);
    const applied = await db.database.transaction(SHAANXI, async (tx) => {
      await tx.query(
        `INSERT INTO filing_import (import_id, province, insured_region, state, opened_by, opened_at, updated_at)
         VALUES ($1, '610000', '610100', 'APPLYING', '{}', now(), now())`,
        [importId],
      );
      await file(filing(personId, { importId, source: 'IMPORT' }), tx);
      await sleep(20);
      await lockForRecording(tx, importSubject('610000'));
      const at = new Date();
      await tx.query(`UPDATE filing_import SET state = 'APPLIED', applied_at = $2 WHERE import_id = $1`, [
        importId,
        at,
      ]);
      return at.getTime();
    });
    expect(applied).toBeGreaterThan(inserted);
    expect(await check(visit(personId, { asOf: applied - 1 }), visit(personId, { asOf: applied }))).toEqual([
      'FILING_REQUIRED',
      'LOCAL LATE_FILING',
    ]);
  });
});

describe('what was decided', () => {
  it('is decided the same for ever, however many record and ask at once', { timeout: 60_000 }, async () => {
    const persons = Array.from({ length: 6 }, () => person());
    await service.check(persons.map((personId) => visit(personId)));
    const given: { readonly visit: AskedVisit; readonly answer: Answer }[] = [];
    const recording = new AbortController();
    const recorder = async (personId: string): Promise<void> => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const first = await file(filing(personId));
        await sleep(1);
        if (round < ROUNDS - 1) await file({ ...first, version: 2, state: 'CANCELLED', reason: '不再需要' });
      }
    };
    const askOnce = async (): Promise<void> => {
      const visits = persons.map((personId) => visit(personId, { admittedAt: Date.now(), admittedOn: today() }));
      const answers = await service.check(visits);
      given.push(...visits.map((asking, at) => ({ visit: asking, answer: answers[at] as Answer })));
    };
    const asker = async (): Promise<void> => {
      while (!recording.signal.aborted) await askOnce();
    };
    await askOnce();
    const askers = [asker(), asker(), asker()];
    await Promise.all(persons.map(recorder));
    recording.abort();
    await Promise.all(askers);
    await askOnce();
    const again = await service.check(given.map(({ visit: asking, answer }) => ({ ...asking, asOf: answer.asOf })));
    expect(again.map(({ eligibility }) => eligibility)).toEqual(given.map(({ answer }) => answer.eligibility));
    // Before and after at the least.
    expect(new Set(given.map(({ answer: { eligibility } }) => eligibility.covered))).toEqual(new Set([true, false]));
  });
});

describe('who records', () => {
  // Without it both could happen in one millisecond, and who asked again as of that one would get another answer.
  it('takes his instant some milliseconds after a decision about the same person can have been over', async () => {
    const waited = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = performance.now();
      await db.database.transaction(SHAANXI, (tx) => lockForRecording(tx, personSubject(randomUUID())));
      waited.push(performance.now() - before);
    }
    expect(Math.min(...waited)).toBeGreaterThan(4);
  });
});

describe('somebody who asks', () => {
  it('for himself needn’t know the code of his insured place', async () => {
    const personId = person();
    await file(filing(personId));
    const actor: Actor = { role: 'insured', region: '610000', subject: 'app', person: personId };
    const answer = await service.decide(actor, { personId }, { ...visit(personId), insuredRegion: null });
    expect(said(answer)).toBe('LOCAL LATE_FILING');
  });

  const bureau: Actor = { role: 'bureau', region: '610000', subject: 'xian', rank: 'clerk', area: '610100' };
  const hospital: Actor = { role: 'hospital', region: '110000', subject: 'desk', institution: HOSPITAL };

  it.each([
    ['a bureau of the insured place', bureau],
    ['a hospital in another province', hospital],
  ])('is answered and recorded where the person is insured: %s', async (_, actor) => {
    const personId = person();
    const { filingId } = await file(filing(personId));
    const answer = await service.decide(actor, { personId, insuredRegion: '610100' }, visit(personId));
    expect(answer.eligibility).toMatchObject({ covered: true, filingId });
    expect(await auditTrail(db, personId)).toEqual([
      expect.objectContaining({
        province: '610000',
        actor,
        action: 'DECIDE_ELIGIBILITY',
        after: expect.objectContaining({ covered: true, basis: 'FILED', filingId }) as unknown,
      }),
    ]);
  });

  it('is refused as a stranger, and leaves nothing', async () => {
    const [personId, stranger] = [person(), randomUUID()];
    const actor: Actor = { role: 'insured', region: '610000', subject: 'app', person: stranger };
    const before = await rowCounts(db);
    const asking = service.decide(actor, { personId: stranger, forPersonId: personId }, visit(personId));
    await expect(asking).rejects.toBeInstanceOf(Rejection);
    await expect(asking).rejects.toMatchObject({ reason: 'FAMILY_ACCESS_MISSING' });
    expect(await rowCounts(db)).toEqual(before);
  });
});

function today(): string {
  return new Clock().businessDate();
}
