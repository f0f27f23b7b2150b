import { randomUUID } from 'node:crypto';
import type { Actor } from '@yiditong/chassis';
import {
  auditFaults,
  auditTrail,
  createTestDatabase,
  FixedClock,
  privateJwks,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ActingService } from '../family/acting.service.js';
import type { FilingRow } from '../filing/filing.entity.js';
import { recordVersion } from '../filing/filing.store.js';
import { migrations } from '../migrations/index.js';
import { SigningKeys } from '@yiditong/chassis';
import { encodeVerification } from './receipt.codec.js';
import { readReceipt, signReceipt } from './receipt-token.js';
import { ReceiptService } from './receipt.service.js';

const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'his', institution: 'H11010500001' };
const SHAANXI: Actor = { role: 'bureau', region: '610000', subject: 'b', rank: 'clerk' };
const keys = new SigningKeys(privateJwks('filing-1'));

let db: TestDatabase;
let clock: FixedClock;
let receipts: ReceiptService;
beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new FixedClock(new Date('2026-03-01T02:00:00.750Z'));
  receipts = new ReceiptService(db.database, clock, new ActingService(db.database), keys);
});
afterAll(() => db.drop());

const insured = (person: string, region = '610000'): Actor => ({ role: 'insured', region, subject: 'app', person });

async function filed(change: Partial<FilingRow> = {}): Promise<FilingRow> {
  const row: FilingRow = {
    personId: randomUUID(),
    filingId: randomUUID(),
    insuredProvince: '610000',
    insuredRegion: '610100',
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
    createdAt: clock.now(),
    updatedAt: clock.now(),
    ...change,
  };
  await db.database.transaction(SHAANXI, (tx) =>
    recordVersion(tx, row, { event: 'SUBMIT', actor: SHAANXI, reason: '' }),
  );
  return row;
}

describe('a receipt', () => {
  it('is issued to the person, and says of the filing what a hospital finds true', async () => {
    const filing = await filed();
    const issued = await receipts.issue(insured(filing.personId), { personId: filing.personId }, filing.filingId);
    expect(issued).toMatchObject({ filing: { filingId: filing.filingId }, issuedAt: new Date('2026-03-01T02:00:00Z') });
    expect(await readReceipt(issued.token, keys)).toMatchObject({ filingId: filing.filingId, version: 1 });
    const verified = encodeVerification(await receipts.verify(HOSPITAL, issued.token));
    expect(verified).toEqual({
      filingId: filing.filingId,
      category: 'FILING_CATEGORY_RETIREE_RESETTLED',
      insuredRegion: '610100',
      destinationRegion: '110000',
      validFrom: '2026-03-01',
      validTo: '',
      state: 'FILING_STATE_ACTIVE',
      version: 1,
      outdated: false,
      issuedAt: { seconds: 1_772_330_400n, nanos: 0 },
    });
  });

  it('has nothing of the person, nor has the answer to who verifies it', async () => {
    const filing = await filed();
    const { token } = await receipts.issue(SHAANXI, { personId: filing.personId }, filing.filingId);
    const [, payload = ''] = token.split('.');
    const shown = Buffer.from(payload, 'base64url');
    const verified = Buffer.from(
      JSON.stringify(encodeVerification(await receipts.verify(HOSPITAL, token)), (_, value: unknown) =>
        typeof value === 'bigint' ? value.toString() : value,
      ),
    );
    for (const text of [shown, verified])
      for (const person of [
        filing.personId,
        Buffer.from(filing.personId.replaceAll('-', ''), 'hex').toString('base64url'),
      ])
        expect(text.includes(person)).toBe(false);
  });

  it('stays genuine when the filing changes, and is told to be outdated', async () => {
    const filing = await filed();
    const { token } = await receipts.issue(SHAANXI, { personId: filing.personId }, filing.filingId);
    await filed({ ...filing, version: 2, state: 'CANCELLED', validTo: '2026-03-31' });
    const verified = encodeVerification(await receipts.verify(HOSPITAL, token));
    expect(verified).toMatchObject({
      state: 'FILING_STATE_CANCELLED',
      version: 2,
      validTo: '2026-03-31',
      outdated: true,
    });
    const fresh = await receipts.issue(SHAANXI, { personId: filing.personId }, filing.filingId);
    expect(await receipts.verify(HOSPITAL, fresh.token)).toMatchObject({ outdated: false });
  });

  it('is issued to nobody else', async () => {
    const filing = await filed();
    const { personId } = filing;
    const stranger = insured(randomUUID());
    const issue = (actor: Actor, forPersonId?: string) =>
      receipts.issue(
        actor,
        { personId: actor.person ?? personId, ...(forPersonId && { forPersonId }) },
        filing.filingId,
      );
    await expect(issue(stranger)).rejects.toMatchObject({ reason: 'FILING_NOT_FOUND' });
    await expect(issue(stranger, personId)).rejects.toMatchObject({ reason: 'FAMILY_ACCESS_MISSING' });
    await expect(issue({ ...SHAANXI, region: '420000' })).rejects.toMatchObject({ reason: 'FILING_NOT_FOUND' });
    await expect(issue({ ...SHAANXI, area: '610300' })).rejects.toMatchObject({ reason: 'FILING_NOT_FOUND' });
    expect(await auditTrail(db, filing.filingId)).toEqual([]);
  });

  it('is not made of a draft', async () => {
    const { personId, filingId } = await filed({ state: 'DRAFT' });
    await expect(receipts.issue(insured(personId), { personId }, filingId)).rejects.toMatchObject({
      reason: 'FILING_STATE_CONFLICT',
    });
  });

  it('is refused that somebody made himself, or whose filing is not there', async () => {
    const before = await rowCounts(db);
    const forged = await signReceipt(
      { ...filedNowhere(), issuedAt: clock.now() },
      new SigningKeys(privateJwks('filing-1')),
    );
    const lost = await signReceipt({ ...filedNowhere(), issuedAt: clock.now() }, keys);
    for (const token of [forged, lost, '', 'nonsense'])
      await expect(receipts.verify(HOSPITAL, token)).rejects.toMatchObject({ reason: 'RECEIPT_INVALID' });
    expect(await rowCounts(db)).toEqual(before);
  });

  it('is in the trail of the insured province with who had it issued and who verified it', async () => {
    const filing = await filed();
    const person = insured(filing.personId);
    const { token } = await receipts.issue(person, { personId: filing.personId }, filing.filingId);
    await receipts.verify(HOSPITAL, token);
    const object = { province: '610000', objectType: 'filing', objectId: filing.filingId, before: null };
    expect(await auditTrail(db, filing.filingId)).toEqual([
      {
        ...object,
        actor: person,
        purpose: 'SELF_SERVICE',
        action: 'ISSUE_RECEIPT',
        after: { personId: filing.personId, version: 1 },
      },
      {
        ...object,
        actor: HOSPITAL,
        purpose: 'TREATMENT',
        action: 'VERIFY_RECEIPT',
        after: { version: 1, state: 'ACTIVE', outdated: false },
      },
    ]);
    expect(await auditFaults(db)).toEqual([]);
  });
});

/** What a receipt would say of a filing that nobody has. */
function filedNowhere() {
  return {
    filingId: randomUUID(),
    version: 1,
    insuredRegion: '610100',
    destinationRegion: '110000',
    category: 'REFERRAL' as const,
    validFrom: '2026-03-01',
    validTo: null,
  };
}
