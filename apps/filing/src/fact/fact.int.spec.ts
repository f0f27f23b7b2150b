import { randomUUID } from 'node:crypto';
import { encodeInstant, nationalActor, serviceActor, type Actor, type RpcClient } from '@yiditong/chassis';
import { NATION, Rejection } from '@yiditong/codes';
import type { benefitV1, settlementV1 } from '@yiditong/contracts';
import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  FixedClock,
  patiently,
  queryAs,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordFilings } from '../filing/filing-record.js';
import type { FilingRow } from '../filing/filing.entity.js';
import { migrations } from '../migrations/index.js';
import { StatementEventService } from '../notification/statement-event.service.js';
import { FactController } from './fact.controller.js';
import { FactService } from './fact.service.js';
import { latestInsurance, type NewInstitutionFact, type NewInsuranceFact } from './fact.store.js';

const SHAANXI = serviceActor('spec', '610000');
const NOW = new Date('2026-03-01T02:00:00Z');
const hours = (count: number): Date => new Date(NOW.getTime() + count * 3_600_000);

/** What the peers were asked, and what they know. */
type Asked = { readonly method: string; readonly ids: readonly string[]; readonly region: string };
const asked: Asked[] = [];
let insured: benefitV1.PersonInsurance[] = [];
let institutions: settlementV1.Institution[] = [];
let down = false;

let db: TestDatabase;
let clock: FixedClock;
let facts: FactService;
let statements: StatementEventService;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new FixedClock(NOW);
  facts = new FactService(db.database, clock, benefit(), directory());
  statements = new StatementEventService(db.database);
});
beforeEach(() => {
  asked.length = 0;
  down = false;
  clock.moveTo(NOW);
});
afterAll(() => db.drop());

function benefit(): RpcClient<benefitV1.BenefitServiceClient> {
  const call = async (method: string, request: benefitV1.GetInsuranceRequest, actor: Actor) => {
    asked.push({ method, ids: request.personIds, region: actor.region });
    if (down) throw new Rejection('SERVICE_UNAVAILABLE', { service: 'benefit' });
    return { persons: insured.filter(({ personId }) => request.personIds.includes(personId)) };
  };
  return { call } as unknown as RpcClient<benefitV1.BenefitServiceClient>;
}

function directory(): RpcClient<settlementV1.InstitutionServiceClient> {
  const call = async (method: string, request: settlementV1.GetInstitutionsRequest, actor: Actor) => {
    asked.push({ method, ids: request.institutionCodes, region: actor.region });
    return {
      institutions: institutions.filter(({ institutionCode }) => request.institutionCodes.includes(institutionCode)),
    };
  };
  return { call } as unknown as RpcClient<settlementV1.InstitutionServiceClient>;
}

function insurance(personId: string, change: Partial<NewInsuranceFact> = {}): NewInsuranceFact {
  return { personId, province: '610000', insuredRegion: '610100', active: true, changedAt: hours(-48), ...change };
}

async function insuranceOf(personId: string) {
  return queryAs<{ region: string; active: boolean; changedAt: Date; recordedAt: Date }>(
    db.superuserUrl,
    `SELECT insured_region AS region, active, changed_at AS "changedAt", recorded_at AS "recordedAt"
     FROM insurance_fact WHERE person_id = $1 ORDER BY changed_at`,
    [personId],
  );
}

/** A filing in force, entered a day ago. */
async function file(personId: string, change: Partial<FilingRow> = {}): Promise<FilingRow> {
  const filing: FilingRow = {
    personId,
    filingId: randomUUID(),
    insuredProvince: '610000',
    insuredRegion: '610100',
    category: 'RETIREE_RESETTLED',
    destinationRegion: '110000',
    validFrom: '2026-01-01',
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
    createdAt: hours(-24),
    updatedAt: hours(-24),
    ...change,
  };
  const cause = { event: 'SUBMIT', actor: { role: 'insured', subject: 'app' }, reason: '' } as const;
  await db.database.transaction(SHAANXI, (tx) => recordFilings(tx, cause, [{ before: null, after: filing }]));
  return filing;
}

async function versionsOf({ filingId }: FilingRow) {
  return queryAs<{ version: number; state: string; event: string; role: string; reason: string; recordedAt: Date }>(
    db.superuserUrl,
    `SELECT version, state, event, actor_role AS role, reason, recorded_at AS "recordedAt"
     FROM filing_version WHERE filing_id = $1 ORDER BY version`,
    [filingId],
  );
}

const statesOf = async (filing: FilingRow): Promise<string[]> => (await versionsOf(filing)).map(({ state }) => state);

describe('a fact about insurance', () => {
  it('is kept once however often it comes, at once too, with the instant at which it became known', async () => {
    const personId = randomUUID();
    await atOnce(5, () => patiently(() => facts.recordInsurance([insurance(personId)])));
    clock.moveTo(hours(1));
    await facts.recordInsurance([insurance(personId), insurance(personId)]);
    expect(await insuranceOf(personId)).toEqual([
      { region: '610100', active: true, changedAt: hours(-48), recordedAt: NOW },
    ]);
  });

  it('is never written over by another of the same instant', async () => {
    const personId = randomUUID();
    await facts.recordInsurance([insurance(personId)]);
    await facts.recordInsurance([insurance(personId, { active: false })]);
    expect(await insuranceOf(personId)).toMatchObject([{ active: true }]);
  });

  it('counts by when it became so, in whatever order facts come', async () => {
    const personId = randomUUID();
    const ended = insurance(personId, { active: false, changedAt: hours(-30) });
    const resumed = insurance(personId, { changedAt: hours(-20) });
    // The last says what the first says; were it dropped for that, the one in between would stand for ever.
    for (const fact of [insurance(personId), resumed, ended]) await facts.recordInsurance([fact]);
    expect((await insuranceOf(personId)).map(({ active }) => active)).toEqual([true, false, true]);
    const latest = await db.database.transaction(SHAANXI, (tx) => latestInsurance(tx, personId));
    expect(latest).toEqual(resumed);
  });

  it('of a thousand persons of many provinces is recorded in each one’s own', async () => {
    const many = Array.from({ length: 1_000 }, (_, at) => {
      const [province, insuredRegion] =
        at % 2 === 0 ? (['610000', '610100'] as const) : (['420000', '420100'] as const);
      return insurance(randomUUID(), { province, insuredRegion });
    });
    const before = (await rowCounts(db)).insurance_fact ?? 0;
    await facts.recordInsurance(many);
    expect((await rowCounts(db)).insurance_fact).toBe(before + 1_000);
    const seen = await db.database.transaction(SHAANXI, (tx) => latestInsurance(tx, many[1]?.personId ?? ''));
    expect(seen).toBeNull();
  });

  it.each([
    ['of another province than its division', { province: '420000' }, 'REQUEST_MALFORMED'],
    ['of no division', { insuredRegion: '990100' }, 'REGION_UNKNOWN'],
    ['of no person', { personId: 'nobody' }, 'REQUEST_MALFORMED'],
    ['without an instant', { changedAt: undefined }, 'REQUEST_MALFORMED'],
  ])('%s is refused', async (_, change, reason) => {
    const wire = { ...insurance(randomUUID()), changedAt: encodeInstant(NOW), ...change };
    const recording = new FactController(facts, statements).recordInsurance({ facts: [wire] });
    await expect(recording).rejects.toMatchObject({ reason });
  });
});

describe('insurance that ends or moves', () => {
  it('ends the filings of the old place from now on, tells of it, and leaves what was recorded of before', async () => {
    const personId = randomUUID();
    const filing = await file(personId);
    await facts.recordInsurance([insurance(personId, { active: false, changedAt: hours(-1) })]);
    expect(await versionsOf(filing)).toEqual([
      { version: 1, state: 'ACTIVE', event: 'SUBMIT', role: 'insured', reason: '', recordedAt: hours(-24) },
      {
        version: 2,
        state: 'INVALIDATED',
        event: 'INVALIDATE',
        role: 'service',
        reason: expect.stringContaining('参保关系终止') as string,
        recordedAt: NOW,
      },
    ]);
    const events = await queryAs(db.superuserUrl, 'SELECT type FROM filing_event WHERE person_id = $1', [personId]);
    expect(events).toEqual([{ type: 'filing.submit' }, { type: 'filing.invalidate' }]);
    const trail = await auditTrail(db, filing.filingId);
    expect(trail.map(({ action, actor, province }) => [action, actor.role, province])).toEqual([
      ['INVALIDATE_FILING', 'service', '610000'],
    ]);
  });

  it.each(['DRAFT', 'SUBMITTED', 'RETURNED'] as const)('ends a filing that is %s as well', async (state) => {
    const filing = await file(randomUUID(), { state, reviewDueOn: state === 'SUBMITTED' ? '2026-03-03' : null });
    await facts.recordInsurance([insurance(filing.personId, { active: false })]);
    expect(await statesOf(filing)).toEqual([state, 'INVALIDATED']);
  });

  it.each(['REJECTED', 'CANCELLED', 'EXPIRED'] as const)('leaves a filing that is %s alone', async (state) => {
    const filing = await file(randomUUID(), { state });
    await facts.recordInsurance([insurance(filing.personId, { active: false })]);
    expect(await statesOf(filing)).toEqual([state]);
  });

  it('to another division keeps what was filed from there', async () => {
    const personId = randomUUID();
    const old = await file(personId);
    const own = await file(personId, { insuredRegion: '610200', destinationRegion: '310000' });
    await facts.recordInsurance([insurance(personId, { insuredRegion: '610200' })]);
    expect([await statesOf(old), await statesOf(own)]).toEqual([['ACTIVE', 'INVALIDATED'], ['ACTIVE']]);
  });

  it('ends a filing once, of however many messages at once', async () => {
    const personId = randomUUID();
    const filing = await file(personId);
    const ended = insurance(personId, { active: false });
    await atOnce(6, (at) =>
      patiently(() => facts.recordInsurance([at % 2 === 0 ? ended : { ...ended, changedAt: hours(-at) }])),
    );
    expect(await statesOf(filing)).toEqual(['ACTIVE', 'INVALIDATED']);
  });

  it('ends nothing where it was resumed by then, nor where the insurance stands', async () => {
    const personId = randomUUID();
    const filing = await file(personId);
    const ended = insurance(personId, { active: false, changedAt: hours(-3) });
    await facts.recordInsurance([ended, insurance(personId, { changedAt: hours(-2) })]);
    expect(await statesOf(filing)).toEqual(['ACTIVE']);
  });

  it('ends nothing of others, nor in another province', async () => {
    const [personId, other] = [randomUUID(), randomUUID()];
    const [own, others] = [await file(personId), await file(other)];
    await facts.recordInsurance([
      insurance(personId, { province: '420000', insuredRegion: '420100', active: false }),
      insurance(other),
    ]);
    expect([await statesOf(own), await statesOf(others)]).toEqual([['ACTIVE'], ['ACTIVE']]);
  });
});

describe('what was never told', () => {
  it('of a person is asked for once, and then known', async () => {
    const [known, unheard, unknown] = [randomUUID(), randomUUID(), randomUUID()];
    await facts.recordInsurance([insurance(known)]);
    insured = [{ personId: unheard, insuredRegion: '610100', active: true, changedAt: encodeInstant(hours(-9)) }];
    await facts.learnInsurance('610000', [known, unheard, unknown]);
    expect(asked).toEqual([
      { method: 'getInsurance', ids: expect.arrayContaining([unheard, unknown]) as string[], region: '610000' },
    ]);
    expect(await insuranceOf(unheard)).toMatchObject([{ changedAt: hours(-9), recordedAt: NOW }]);
    expect(await insuranceOf(unknown)).toEqual([]);
    asked.length = 0;
    await facts.learnInsurance('610000', [known, unheard]);
    expect(asked).toEqual([]);
  });

  it('stays unknown while benefit is not there, and whoever needs it is told', async () => {
    down = true;
    const learning = facts.learnInsurance('610000', [randomUUID()]);
    await expect(learning).rejects.toMatchObject({ reason: 'SERVICE_UNAVAILABLE' });
  });

  it('of where a person is insured is asked of the nation', async () => {
    const personId = randomUUID();
    insured = [{ personId, insuredRegion: '420100', active: true, changedAt: encodeInstant(hours(-9)) }];
    expect(await facts.provinceOfPerson(personId)).toBe('420000');
    expect(await facts.provinceOfPerson(personId)).toBe('420000');
    expect(asked).toEqual([{ method: 'getInsurance', ids: [personId], region: NATION }]);
    await facts.recordInsurance([
      insurance(personId, { province: '420000', insuredRegion: '420100', active: false, changedAt: hours(-8) }),
      insurance(personId, { changedAt: hours(-10) }),
    ]);
    expect(await facts.provinceOfPerson(personId)).toBe('610000');
    expect(await facts.provinceOfPerson(randomUUID())).toBeNull();
  });

  it('of an institution is asked for once, and then known', async () => {
    const code = 'H11010500001';
    institutions = [
      {
        institutionCode: code,
        name: '医院',
        region: '110105',
        level: 'HOSPITAL_LEVEL_TERTIARY',
        networked: true,
        visitKinds: ['VISIT_KIND_INPATIENT', 'VISIT_KIND_CHRONIC'],
        diseaseClasses: ['M039', 'M016'],
        tags: [],
        changedAt: encodeInstant(hours(-9)),
      },
    ];
    await facts.learnInstitutions([code, 'H11010500002']);
    await facts.learnInstitutions([code]);
    expect(asked).toEqual([
      { method: 'getInstitutions', ids: expect.arrayContaining([code, 'H11010500002']) as string[], region: NATION },
    ]);
    expect(await facts.institutionRegion(code)).toBe('110105');
    expect(await facts.institutionRegion('H11010500003')).toBeNull();
    expect(await queryAs(db.superuserUrl, 'SELECT visit_kinds, disease_classes FROM institution_fact')).toEqual([
      { visit_kinds: ['INPATIENT', 'CHRONIC'], disease_classes: ['M039', 'M016'] },
    ]);
  });
});

describe('a fact about an institution', () => {
  it('is kept once, and one that is not networked has nothing', async () => {
    const fact: NewInstitutionFact = {
      institutionCode: 'H11010500009',
      region: '110105',
      networked: false,
      visitKinds: [],
      diseaseClasses: [],
      changedAt: hours(-5),
    };
    await atOnce(3, () => patiently(() => facts.recordInstitutions([fact, fact])));
    const rows = await db.database.transaction(nationalActor('spec'), (tx) =>
      tx.query('SELECT visit_kinds, disease_classes FROM institution_fact WHERE institution_code = $1', [
        fact.institutionCode,
      ]),
    );
    expect(rows).toEqual([{ visit_kinds: [], disease_classes: [] }]);
  });

  it('of a malformed code or class is refused', async () => {
    const wire = {
      institutionCode: 'H11010500009',
      province: '110000',
      region: '110105',
      networked: true,
      visitKinds: ['VISIT_KIND_CHRONIC' as const],
      diseaseClasses: ['M039'],
      changedAt: encodeInstant(NOW),
    };
    const controller = new FactController(facts, statements);
    for (const [change, reason] of [
      [{ institutionCode: 'X' }, 'INSTITUTION_CODE_INVALID'],
      [{ diseaseClasses: ['M03901'] }, 'REQUEST_MALFORMED'],
      [{ province: '120000' }, 'REQUEST_MALFORMED'],
    ] as const) {
      const recording = controller.recordInstitutions({ facts: [{ ...wire, ...change } as typeof wire] });
      await expect(recording).rejects.toMatchObject({ reason });
    }
  });
});

describe('a statement that is there', () => {
  const told = (change: object = {}) => ({
    factId: randomUUID(),
    province: '610000',
    businessDate: '2026-03-01',
    sequence: 7n,
    merkleRoot: 'ab'.repeat(32),
    receivableFen: 1n,
    payableFen: 250n,
    closedAt: encodeInstant(NOW),
    ...change,
  });
  const events = (): Promise<unknown[]> =>
    queryAs(
      db.superuserUrl,
      "SELECT province, sequence::int, content::jsonb AS content FROM filing_event WHERE type = 'clearing.statement' ORDER BY province, sequence",
    );

  it('is an event of its province, once, however often it is told and by how many at once', async () => {
    const controller = new FactController(facts, statements);
    const both = [
      told(),
      told({ province: '110000', payableFen: 0n }),
      told({ businessDate: '2026-03-02', sequence: 8n }),
    ];
    await atOnce(4, () => patiently(() => controller.recordStatements({ facts: [...both, ...both] })));
    const content = { businessDate: '2026-03-01', cycleSequence: '7', merkleRoot: 'ab'.repeat(32), receivableFen: '1' };
    const found = await events();
    expect(found).toMatchObject([
      { province: '110000', content: { ...content, payableFen: '0' } },
      { province: '610000', content: { ...content, payableFen: '250' } },
      { province: '610000', content: { businessDate: '2026-03-02', cycleSequence: '8' } },
    ]);
  });

  it.each([
    ['of no province', { province: '610100' }],
    ['of no day', { businessDate: '2026-02-30' }],
    ['without a root', { merkleRoot: '' }],
    ['of a cycle that has no place', { sequence: 0n }],
    ['without a name', { factId: 'x' }],
  ])('%s is refused, with all that came with it', async (_, change) => {
    const before = await events();
    const recording = new FactController(facts, statements).recordStatements({ facts: [told(), told(change)] });
    await expect(recording).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED' });
    expect(await events()).toEqual(before);
  });
});

it('leaves a sound audit trail', async () => expect(await auditFaults(db)).toEqual([]));
