import { randomUUID } from 'node:crypto';
import { serviceActor, type Actor } from '@yiditong/chassis';
import { provinceOf } from '@yiditong/codes';
import { auditTrail, createTestDatabase, FixedClock, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FactService } from '../fact/fact.service.js';
import { ActingService } from '../family/acting.service.js';
import type { FilingRow } from '../filing/filing.entity.js';
import { recordVersions } from '../filing/filing.store.js';
import { migrations } from '../migrations/index.js';
import { RuleService } from '../rule/rule.service.js';
import { OptionsService, type FilingGuide, type Wish } from './options.service.js';

const HOSPITAL = 'H31011500001';
const ADMITTED = new Date('2026-03-02T01:00:00Z');

let db: TestDatabase;
let clock: FixedClock;
let facts: FactService;
let service: OptionsService;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new FixedClock(new Date('2026-03-10T02:00:00Z'));
  facts = new FactService(db.database, clock, {} as never, {} as never);
  service = new OptionsService(
    db.database,
    clock,
    new RuleService(db.database, clock),
    facts,
    new ActingService(db.database),
  );
  const changedAt = new Date('2026-01-01T00:00:00Z');
  const networked = { networked: true, visitKinds: ['INPATIENT'], diseaseClasses: [], changedAt } as const;
  await facts.recordInstitutions([{ institutionCode: HOSPITAL, region: '310115', ...networked }]);
});
afterAll(() => db.drop());

async function person(insuredRegion = '610100', active = true): Promise<string> {
  const personId = randomUUID();
  const changedAt = new Date('2026-01-01T00:00:00Z');
  await facts.recordInsurance([{ personId, province: provinceOf(insuredRegion), insuredRegion, active, changedAt }]);
  return personId;
}

function filing(personId: string, change: Partial<FilingRow> = {}): FilingRow {
  const at = new Date('2026-03-05T02:00:00Z');
  return {
    personId,
    filingId: randomUUID(),
    insuredProvince: '610000',
    insuredRegion: '610100',
    category: 'OTHER_TEMPORARY',
    destinationRegion: '310000',
    validFrom: '2026-03-01',
    validTo: '2026-12-31',
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
    createdAt: at,
    updatedAt: at,
    ...change,
  };
}

async function filed(row: FilingRow, event: 'ACCEPT' | 'CHANGE' | 'SUBMIT' | 'RETURN' = 'ACCEPT'): Promise<FilingRow> {
  const cause = { event, actor: { role: 'insured', subject: 'spec' }, reason: '' } as const;
  await db.database.transaction(serviceActor('spec', row.insuredProvince), (tx) => recordVersions(tx, [row], cause));
  return row;
}

const bedside: Actor = { role: 'hospital', region: '310000', subject: 'desk', institution: HOSPITAL };

async function guideFor(personId: string, change: Partial<Wish> = {}, actor = bedside): Promise<FilingGuide> {
  const wish = { personId, forPersonId: '', insuredRegion: '610100', institutionCode: HOSPITAL };
  return service.guide(actor, { ...wish, destinationRegion: null, admittedAt: ADMITTED, ...change });
}

const told = ({ obstacle, options, existing }: FilingGuide): string =>
  `${obstacle?.reason ?? 'none'} ${options.length > 0 ? 'options' : 'nothing'} ${existing?.state ?? '-'}`;

describe('the guide to filing', () => {
  it('says what can be filed from the day of admission on, where nothing is, and is in the trail', async () => {
    const personId = await person();
    const guide = await guideFor(personId);
    expect(told(guide)).toBe('none options -');
    expect(guide).toMatchObject({
      insuredRegion: '610100',
      destinationRegion: '310000',
      validFrom: '2026-03-02',
      reviewDueOn: '2026-03-12',
    });
    expect(guide.options.map(({ category }) => category)).toEqual([
      'RETIREE_RESETTLED',
      'LONG_TERM_RESIDENT',
      'LONG_TERM_WORKER',
      'REFERRAL',
      'OTHER_TEMPORARY',
    ]);
    expect((await auditTrail(db, personId)).map(({ action }) => action)).toEqual(['READ_FILING_OPTIONS']);
  });

  it.each<[string, Partial<FilingRow>, 'ACCEPT' | 'SUBMIT' | 'RETURN', string]>([
    ['that covers the stay leaves nothing to do', {}, 'ACCEPT', 'FILING_OVERLAPS nothing ACTIVE'],
    [
      'that begins after the admission can be replaced',
      { validFrom: '2026-03-04' },
      'ACCEPT',
      'FILING_OVERLAPS options ACTIVE',
    ],
    [
      'under review has to be waited for',
      { state: 'SUBMITTED', reviewDueOn: '2026-03-09' },
      'SUBMIT',
      'FILING_OVERLAPS nothing SUBMITTED',
    ],
    ['that was returned can be completed, or another made', { state: 'RETURNED' }, 'RETURN', 'none options RETURNED'],
    ['that was rejected is of no use', { state: 'REJECTED' }, 'RETURN', 'none options -'],
    ['for another place is none', { destinationRegion: '330100' }, 'ACCEPT', 'none options -'],
    ['that was over before is none', { validFrom: '2025-08-01', validTo: '2026-02-28' }, 'ACCEPT', 'none options -'],
  ])('of somebody with a filing %s', async (_, change, event, expected) => {
    const personId = await person();
    await filed(filing(personId, change), event);
    expect(told(await guideFor(personId))).toBe(expected);
  });

  it('agrees with the decision where the destination was changed after the admission: it doesn’t cover, and can be replaced', async () => {
    const personId = await person();
    const first = await filed(filing(personId, { destinationRegion: '330100' }));
    await filed(
      { ...first, destinationRegion: '310000', version: 2, updatedAt: new Date('2026-03-06T02:00:00Z') },
      'CHANGE',
    );
    expect(told(await guideFor(personId))).toBe('FILING_OVERLAPS options ACTIVE');
  });

  it.each<[string, () => Promise<string>, Partial<Wish>, string]>([
    ['is not insured any more', () => person('610100', false), {}, 'INSURANCE_INACTIVE nothing -'],
    ['stays in the province', () => person('310115'), { insuredRegion: '310115' }, 'FILING_SAME_PROVINCE nothing -'],
  ])('says why not to somebody who %s', async (_, who, change, expected) => {
    expect(told(await guideFor(await who(), change))).toBe(expected);
  });

  it('leaves a long stay to be filed where an agreement makes all else needless', async () => {
    const personId = await person('131000');
    const actor: Actor = { role: 'insured', region: '130000', subject: 'app', person: personId };
    const wish = { insuredRegion: null, institutionCode: null, destinationRegion: '110105', admittedAt: null };
    const guide = await guideFor(personId, wish, actor);
    expect(told(guide)).toBe('FILING_NOT_NEEDED options -');
    expect(guide.options.every(({ benefitLevel }) => benefitLevel === 'LOCAL')).toBe(true);
  });

  it('is of a hospital’s own place, whatever place it names', async () => {
    expect(await guideFor(await person(), { destinationRegion: '110000' })).toMatchObject({
      destinationRegion: '310000',
    });
  });

  it('rejects whom nobody insures there, and a hospital that says nothing of the insured place', async () => {
    await expect(guideFor(await person(), { insuredRegion: '610200' })).rejects.toMatchObject({
      reason: 'INSURED_REGION_MISMATCH',
    });
    await expect(guideFor(await person(), { insuredRegion: null })).rejects.toMatchObject({
      reason: 'REQUEST_MALFORMED',
    });
  });
});
