import { randomUUID } from 'node:crypto';
import type { Actor } from '@yiditong/chassis';
import {
  auditFaults,
  auditTrail,
  createTestDatabase,
  FixedClock,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import type { NewFiling } from './filing.codec.js';
import { FilingService } from './filing.service.js';

const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'xian-01', rank: 'clerk', area: '610100' };

let db: TestDatabase;
let filings: FilingService;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  filings = new FilingService(db.database, new FixedClock(new Date('2026-03-01T02:00:00Z')));
});
afterAll(() => db.drop());

function resettling(): NewFiling {
  return {
    personId: randomUUID(),
    insuredProvince: '610000',
    insuredRegion: '610100',
    category: 'RETIREE_RESETTLED',
    destinationRegion: '110000',
    validFrom: '2026-03-01',
    validTo: null,
  };
}

describe('the audit trail', () => {
  it('has who registered a filing, once for a request that was repeated, and who read it', async () => {
    const proposal = resettling();
    const person: Actor = { role: 'insured', region: '610000', subject: 'app', person: proposal.personId };
    const { filingId } = await filings.register(person, 'request-1', proposal);
    await filings.register(person, 'request-1', proposal);
    await filings.get(BUREAU, proposal.personId, filingId);
    const object = { province: '610000', objectType: 'filing', objectId: filingId, before: null };
    expect(await auditTrail(db, filingId)).toEqual([
      { ...object, actor: person, purpose: 'SELF_SERVICE', action: 'REGISTER_FILING', after: proposal },
      {
        ...object,
        actor: BUREAU,
        purpose: 'ADMINISTRATION',
        action: 'READ_FILING',
        after: { personId: proposal.personId },
      },
    ]);
  });

  it('has who listed whose filings, also where there were none', async () => {
    const proposal = resettling();
    await filings.list(BUREAU, proposal.personId);
    const { filingId } = await filings.register(BUREAU, 'request-2', proposal);
    await filings.list(BUREAU, proposal.personId);
    const listings = await auditTrail(db, proposal.personId);
    expect(listings.map(({ action, after }) => [action, after])).toEqual([
      ['LIST_FILINGS', { filingIds: [] }],
      ['LIST_FILINGS', { filingIds: [filingId] }],
    ]);
  });

  it('has nothing of what was refused, not found or rolled back, nor of what services ask', async () => {
    const proposal = resettling();
    await filings.register(BUREAU, 'request-3', proposal);
    const before = await rowCounts(db);
    const overlapping = filings.register(BUREAU, 'request-4', proposal);
    await expect(overlapping).rejects.toMatchObject({ reason: 'FILING_OVERLAPS' });
    await expect(filings.get(BUREAU, proposal.personId, randomUUID())).rejects.toMatchObject({
      reason: 'FILING_NOT_FOUND',
    });
    const { personId, insuredRegion } = proposal;
    await filings.checkEligibility([
      { personId, insuredRegion, treatingRegion: '110105', emergency: false, admittedOn: '2026-03-05' },
    ]);
    expect(await rowCounts(db)).toEqual(before);
  });

  it('is sound', async () => expect(await auditFaults(db)).toEqual([]));
});
