import { randomUUID } from 'node:crypto';
import { serviceActor, type Actor } from '@yiditong/chassis';
import {
  atOnce,
  createTestDatabase,
  endOf,
  FixedClock,
  patiently,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import type { AskedVisit, NewFiling } from './filing.codec.js';
import { FilingService } from './filing.service.js';

const SHAANXI_BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'bureau' };
const HUBEI_BUREAU: Actor = { ...SHAANXI_BUREAU, region: '420000' };

let db: TestDatabase;
let filings: FilingService;
let clock: FixedClock;
let requests = 0;
const requestId = (): string => `request-${++requests}`;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new FixedClock(new Date('2026-03-01T02:00:00Z'));
  filings = new FilingService(db.database, clock);
});
afterAll(() => db.drop());

/** A person insured in 西安 who resettles in 北京. */
function resettling(change: Partial<NewFiling> = {}): NewFiling {
  return {
    personId: randomUUID(),
    insuredProvince: '610000',
    insuredRegion: '610100',
    category: 'RETIREE_RESETTLED',
    destinationRegion: '110000',
    validFrom: '2026-03-01',
    validTo: null,
    ...change,
  };
}

function insured(personId: string): Actor {
  return { role: 'insured', region: '610000', subject: 'app', person: personId };
}

describe('a filing', () => {
  it('is registered by the person, and the person and the bureau of the province find it', async () => {
    const proposal = resettling();
    const person = insured(proposal.personId);
    const registered = await filings.register(person, requestId(), proposal);
    expect(registered).toMatchObject(proposal);
    const found = await filings.get(SHAANXI_BUREAU, proposal.personId, registered.filingId);
    expect(found).toEqual({ ...registered, createdAt: clock.now() });
    expect(await filings.list(person, proposal.personId)).toEqual([found]);
  });

  it('is registered once however often the request is repeated', async () => {
    const proposal = resettling();
    const id = requestId();
    const answers = await atOnce(5, () => patiently(() => filings.register(SHAANXI_BUREAU, id, proposal)));
    expect(new Set(answers.map(({ filingId }) => filingId)).size).toBe(1);
    expect(await filings.list(SHAANXI_BUREAU, proposal.personId)).toHaveLength(1);
  });

  it('is not registered under the key of a different one', async () => {
    const proposal = resettling();
    const id = requestId();
    await filings.register(SHAANXI_BUREAU, id, proposal);
    const other = filings.register(SHAANXI_BUREAU, id, { ...proposal, destinationRegion: '310000' });
    await expect(other).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('is listed newest first', async () => {
    const proposal = resettling();
    for (const [hour, destinationRegion] of [
      [1, '110000'],
      [3, '310000'],
      [2, '500000'],
    ] as const) {
      clock.moveTo(new Date(Date.UTC(2026, 2, 2, hour)));
      await filings.register(SHAANXI_BUREAU, requestId(), { ...proposal, destinationRegion });
    }
    const listed = await filings.list(SHAANXI_BUREAU, proposal.personId);
    expect(listed.map(({ destinationRegion }) => destinationRegion)).toEqual(['310000', '500000', '110000']);
  });

  it('is not there when nobody registered it', async () => {
    await expect(filings.get(SHAANXI_BUREAU, randomUUID(), randomUUID())).rejects.toMatchObject({
      reason: 'FILING_NOT_FOUND',
    });
  });

  it('that the rules refuse leaves nothing', async () => {
    const before = await rowCounts(db);
    const refused = filings.register(SHAANXI_BUREAU, requestId(), resettling({ destinationRegion: '610300' }));
    await expect(refused).rejects.toMatchObject({ reason: 'FILING_SAME_PROVINCE' });
    expect(await rowCounts(db)).toEqual(before);
  });
});

describe('a second filing of the person', () => {
  const referral = (change: Partial<NewFiling> = {}): NewFiling =>
    resettling({ category: 'REFERRAL', validFrom: '2026-03-01', validTo: '2026-09-30', ...change });

  it.each<[string, Partial<NewFiling>]>([
    ['that begins on the last day of the first', { validFrom: '2026-09-30', validTo: '2027-09-30' }],
    ['that ends on the first day of the first', { validFrom: '2025-08-01', validTo: '2026-03-01' }],
    ['that lies within the first', { validFrom: '2026-03-10', validTo: '2026-09-20' }],
    ['that stays open', { category: 'RETIREE_RESETTLED', validTo: null }],
  ])('%s is refused', async (_, change) => {
    const first = referral();
    await filings.register(SHAANXI_BUREAU, requestId(), first);
    const id = requestId();
    const second = filings.register(SHAANXI_BUREAU, id, { ...first, ...change });
    await expect(second).rejects.toMatchObject({ reason: 'FILING_OVERLAPS' });
    const elsewhere = { ...first, ...change, destinationRegion: '310000' };
    expect(await filings.register(SHAANXI_BUREAU, id, elsewhere)).toMatchObject(elsewhere);
  });

  it.each<[string, Partial<NewFiling>]>([
    ['that begins the day after the first', { validFrom: '2026-10-01', validTo: '2027-04-01' }],
    ['that ends the day before the first', { validFrom: '2025-08-01', validTo: '2026-02-28' }],
    ['for another destination', { destinationRegion: '310000' }],
  ])('%s is taken', async (_, change) => {
    const first = referral();
    await filings.register(SHAANXI_BUREAU, requestId(), first);
    await filings.register(SHAANXI_BUREAU, requestId(), { ...first, ...change });
    expect(await filings.list(SHAANXI_BUREAU, first.personId)).toHaveLength(2);
  });

  it('of ten at once is one, the others overlap', async () => {
    const proposal = resettling();
    const ends = await atOnce(10, () => {
      const id = requestId();
      return endOf(
        patiently(() => filings.register(SHAANXI_BUREAU, id, proposal)),
        'registered',
      );
    });
    expect(ends.sort()).toEqual([...Array<string>(9).fill('FILING_OVERLAPS'), 'registered']);
    expect(await filings.list(SHAANXI_BUREAU, proposal.personId)).toHaveLength(1);
  });
});

describe('an insured person', () => {
  it('cannot register, read or list for another', async () => {
    const proposal = resettling();
    const { filingId } = await filings.register(SHAANXI_BUREAU, requestId(), proposal);
    const another = insured(randomUUID());
    const before = await rowCounts(db);
    for (const attempt of [
      filings.register(another, requestId(), resettling({ personId: proposal.personId, destinationRegion: '310000' })),
      filings.get(another, proposal.personId, filingId),
      filings.list(another, proposal.personId),
    ])
      await expect(attempt).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
    expect(await rowCounts(db)).toEqual(before);
  });

  it('cannot register in a province that is not his', async () => {
    const proposal = resettling({ insuredProvince: '420000', insuredRegion: '420100' });
    const elsewhere = filings.register(insured(proposal.personId), requestId(), proposal);
    await expect(elsewhere).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
  });
});

describe('a bureau of another province', () => {
  it('sees nothing of a filing and cannot register one', async () => {
    const proposal = resettling();
    const { filingId } = await filings.register(SHAANXI_BUREAU, requestId(), proposal);
    expect(await filings.list(HUBEI_BUREAU, proposal.personId)).toEqual([]);
    await expect(filings.get(HUBEI_BUREAU, proposal.personId, filingId)).rejects.toMatchObject({
      reason: 'FILING_NOT_FOUND',
    });
    await expect(filings.register(HUBEI_BUREAU, requestId(), resettling())).rejects.toMatchObject({
      reason: 'NOT_PERMITTED',
    });
  });

  it('learns nothing from registering the same person: no filing of another province stands in its way', async () => {
    const proposal = resettling();
    await filings.register(SHAANXI_BUREAU, requestId(), proposal);
    const own = { ...proposal, insuredProvince: '420000', insuredRegion: '420100' };
    expect(await filings.register(HUBEI_BUREAU, requestId(), own)).toMatchObject(own);
    expect(await filings.list(SHAANXI_BUREAU, proposal.personId)).toEqual([expect.objectContaining(proposal)]);
  });
});

describe('eligibility', () => {
  const inBeijing = (personId: string, change: Partial<AskedVisit> = {}): AskedVisit => ({
    personId,
    insuredRegion: '610100',
    treatingRegion: '110105',
    emergency: false,
    admittedOn: '2026-03-05',
    ...change,
  });

  it('finds a filing that was made late, while the person lay in hospital', async () => {
    const proposal = resettling({ validFrom: '2026-03-01' });
    const visit = inBeijing(proposal.personId);
    expect(await filings.checkEligibility([visit])).toEqual([{ covered: false, reason: 'FILING_REQUIRED' }]);
    clock.moveTo(new Date('2026-03-20T02:00:00Z'));
    const { filingId } = await filings.register(SHAANXI_BUREAU, requestId(), proposal);
    expect(await filings.checkEligibility([visit])).toEqual([
      expect.objectContaining({ covered: true, filingId, benefitLevel: 'LOCAL', basis: 'FILED' }),
    ]);
  });

  it('answers many visits of many provinces in the order asked, each by its own filings', async () => {
    const ofShaanxi = resettling();
    const ofHubei = resettling({ insuredProvince: '420000', insuredRegion: '420100' });
    const filed = [
      await filings.register(SHAANXI_BUREAU, requestId(), ofShaanxi),
      await filings.register(HUBEI_BUREAU, requestId(), ofHubei),
    ];
    const answers = await filings.checkEligibility([
      inBeijing(ofHubei.personId, { insuredRegion: '420100' }),
      inBeijing(randomUUID()),
      inBeijing(ofShaanxi.personId),
      inBeijing(ofShaanxi.personId, { treatingRegion: '310101' }),
      inBeijing(ofShaanxi.personId, { admittedOn: '2026-02-28' }),
    ]);
    expect(answers.map((answer) => (answer.covered ? answer.filingId : answer.reason))).toEqual([
      filed[1]?.filingId,
      'FILING_REQUIRED',
      filed[0]?.filingId,
      'FILING_REQUIRED',
      'FILING_REQUIRED',
    ]);
  });

  it('does not find a filing of a province where the person is said not to be insured', async () => {
    const proposal = resettling();
    await filings.register(SHAANXI_BUREAU, requestId(), proposal);
    const elsewhere = inBeijing(proposal.personId, { insuredRegion: '420100' });
    expect(await filings.checkEligibility([elsewhere])).toEqual([{ covered: false, reason: 'FILING_REQUIRED' }]);
  });

  it('does not find a filing that another pooling area of the province made for the person', async () => {
    const ofAnkang = resettling({ insuredRegion: '610900' });
    await filings.register({ ...SHAANXI_BUREAU, rank: 'clerk', area: '610900' }, requestId(), ofAnkang);
    const visit = inBeijing(ofAnkang.personId);
    expect(await filings.checkEligibility([visit])).toEqual([{ covered: false, reason: 'FILING_REQUIRED' }]);
    expect(await filings.checkEligibility([{ ...visit, insuredRegion: '610900' }])).toEqual([
      expect.objectContaining({ covered: true }),
    ]);
  });

  it('leaves no trace of having been asked', async () => {
    const before = await rowCounts(db);
    await filings.checkEligibility([inBeijing(randomUUID())]);
    expect(await rowCounts(db)).toEqual(before);
  });
});

describe('the database itself', () => {
  const insert = (change: Partial<NewFiling>): Promise<unknown> => {
    const row = resettling(change);
    return db.database.transaction(serviceActor('spec', '610000'), (tx) =>
      tx.query(
        `INSERT INTO filing (person_id, filing_id, insured_province, insured_region, category, destination_region, valid_from, valid_to, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())`,
        [
          row.personId,
          randomUUID(),
          row.insuredProvince,
          row.insuredRegion,
          row.category,
          row.destinationRegion,
          row.validFrom,
          row.validTo,
        ],
      ),
    );
  };

  it('refuses a period that ends before it begins, and a category that is never registered', async () => {
    await expect(insert({ validTo: '2026-02-28' })).rejects.toThrow('filing_period');
    await expect(insert({ category: 'EMERGENCY' })).rejects.toThrow('filing_category');
    await expect(insert({})).resolves.toBeDefined();
  });
});
