import { randomUUID } from 'node:crypto';
import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  endOf,
  FixedClock,
  patiently,
  queryAs,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import type { AdjudicationService } from './adjudication.service.js';
import type { CancellationService } from './cancellation.service.js';
import type { PresentedClaim } from './claim.codec.js';
import { claimOf, SpecHome, undoOf } from './spec-home.js';

let db: TestDatabase;
let home: SpecHome;
let adjudications: AdjudicationService;
let cancellations: CancellationService;

beforeAll(async () => {
  db = await createTestDatabase('benefit', migrations);
  home = new SpecHome(db.database, new FixedClock(new Date('2026-05-01T00:00:00Z')), testVault());
  ({ adjudications, cancellations } = home);
  await home.publish();
});
afterAll(() => db.drop());

async function settled(personId?: string): Promise<PresentedClaim> {
  const claim = claimOf(personId ?? (await home.insure()).personId, 150_000n);
  await adjudications.adjudicate(claim);
  return claim;
}

const cancelling = (claim: PresentedClaim, cancellationId: string): Promise<string> =>
  endOf(cancellations.cancel(claim, cancellationId), 'cancelled');
const stateOf = async (claim: PresentedClaim): Promise<string> => (await adjudications.query(claim))?.state ?? 'NONE';

describe('a cancellation that is undone', () => {
  it('leaves all as it was before it, and says so again each time', async () => {
    const claim = await settled();
    const [totals, known] = [await home.totalsOf(claim.personId), await adjudications.query(claim)];
    const cancellationId = randomUUID();
    await cancellations.cancel(claim, cancellationId);
    expect(await adjudications.query(claim)).toMatchObject({ state: 'CANCELLED', cancellationId });
    for (let time = 0; time < 2; time++) {
      const reversal = await cancellations.reverse(claim, undoOf(cancellationId));
      expect(reversal).toEqual({ hadAdjudication: true, laterSettlementIds: [] });
      expect(await home.totalsOf(claim.personId)).toEqual(totals);
      expect(await adjudications.query(claim)).toEqual(known);
    }
    expect(await entriesOf(claim)).toEqual(['BOOKED', 'CANCELLED', 'REINSTATED']);
  });

  it('is refused when it comes again, and takes nothing back', async () => {
    const claim = await settled();
    const cancellationId = randomUUID();
    await cancellations.cancel(claim, cancellationId);
    await cancellations.reverse(claim, undoOf(cancellationId));
    for (let time = 0; time < 2; time++) expect(await cancelling(claim, cancellationId)).toBe('CANCELLATION_REVERSED');
    expect(await stateOf(claim)).toBe('ADJUDICATED');
  });

  it('makes room for another one, which the first no longer undoes', async () => {
    const claim = await settled();
    const [first, second] = [randomUUID(), randomUUID()];
    for (const cancellationId of [first, second]) {
      expect(await cancelling(claim, cancellationId)).toBe('cancelled');
      if (cancellationId === first) await cancellations.reverse(claim, undoOf(first));
    }
    await cancellations.reverse(claim, undoOf(first));
    expect(await adjudications.query(claim)).toMatchObject({ state: 'CANCELLED', cancellationId: second });
    expect(await home.totalsOf(claim.personId)).toEqual({});
    await cancellations.reverse(claim, undoOf(second));
    expect(await stateOf(claim)).toBe('ADJUDICATED');
    await adjudications.reverse(claim);
    expect(await home.totalsOf(claim.personId)).toEqual({});
  });

  it('names those that were decided meanwhile, who aren’t named again when it is cancelled the next time', async () => {
    const claim = await settled();
    const { personId } = claim;
    const before = await settled(personId);
    const cancellationId = randomUUID();
    await cancellations.cancel(claim, cancellationId);
    const meanwhile = await settled(personId);
    const named = { hadAdjudication: true, laterSettlementIds: [meanwhile.settlementId] };
    expect(await cancellations.reverse(claim, undoOf(cancellationId))).toEqual(named);
    const after = await settled(personId);
    expect(await cancellations.reverse(claim, undoOf(cancellationId))).toEqual(named);
    const { laterSettlementIds } = await cancellations.cancel(claim, randomUUID());
    expect(laterSettlementIds).toEqual([after.settlementId, before.settlementId]);
  });

  it('books nothing where the settlement was reversed as well, whichever is first', async () => {
    const undone = [false, true].map(async (cancellationFirst) => {
      const claim = await settled();
      const cancellationId = randomUUID();
      await cancellations.cancel(claim, cancellationId);
      if (cancellationFirst) await cancellations.reverse(claim, undoOf(cancellationId));
      for (let time = 0; time < 2; time++)
        expect(await adjudications.reverse(claim)).toMatchObject({ hadAdjudication: true });
      expect(await stateOf(claim)).toBe(cancellationFirst ? 'REVERSED' : 'CANCELLED');
      for (let time = 0; time < 2; time++)
        expect(await cancellations.reverse(claim, undoOf(cancellationId))).toMatchObject({ hadAdjudication: true });
      expect(await stateOf(claim)).toBe('REVERSED');
      expect(await home.totalsOf(claim.personId)).toEqual({});
      expect(await cancelling(claim, randomUUID())).toBe('SETTLEMENT_REVERSED');
    });
    await Promise.all(undone);
  });
});

describe('a cancellation that never came', () => {
  it('is barred for ever, whatever becomes of its settlement, which stands', async () => {
    const { personId } = await home.insure();
    const claim = claimOf(personId, 150_000n);
    const cancellationId = randomUUID();
    const barred = { hadAdjudication: false, laterSettlementIds: [] };
    expect(await cancellations.reverse(claim, undoOf(cancellationId))).toEqual(barred);
    expect(await cancelling(claim, cancellationId)).toBe('CANCELLATION_REVERSED');
    await adjudications.adjudicate(claim);
    expect(await cancelling(claim, cancellationId)).toBe('CANCELLATION_REVERSED');
    expect(await cancellations.reverse(claim, undoOf(cancellationId))).toEqual(barred);
    expect(await stateOf(claim)).toBe('ADJUDICATED');
    expect(await cancelling(claim, randomUUID())).toBe('cancelled');
  });

  it('is barred of a person who isn’t known, too', async () => {
    const claim = claimOf(randomUUID(), 1n);
    for (let time = 0; time < 2; time++)
      expect(await cancellations.reverse(claim, undoOf(claim.settlementId))).toMatchObject({ hadAdjudication: false });
  });
});

it('an id of another settlement’s cancellation is refused, made or barred, and changes neither', async () => {
  const one = await settled();
  const other = await settled(one.personId);
  const [made, barred] = [randomUUID(), randomUUID()];
  await cancellations.cancel(one, made);
  await cancellations.reverse(one, undoOf(barred));
  for (const id of [made, barred]) {
    expect(await endOf(cancellations.reverse(other, undoOf(id)), 'undone')).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await cancelling(other, id)).toBe('IDEMPOTENCY_KEY_REUSED');
  }
  expect([await stateOf(one), await stateOf(other)]).toEqual(['CANCELLED', 'ADJUDICATED']);
});

describe('at once', () => {
  it('ten undoings of a cancellation book once', async () => {
    const claim = await settled();
    const totals = await home.totalsOf(claim.personId);
    const cancellationId = randomUUID();
    await cancellations.cancel(claim, cancellationId);
    await atOnce(10, () => patiently(() => cancellations.reverse(claim, undoOf(cancellationId))));
    expect(await home.totalsOf(claim.personId)).toEqual(totals);
    expect(await entriesOf(claim)).toEqual(['BOOKED', 'CANCELLED', 'REINSTATED']);
  });

  it('a cancellation and its undoing leave the settlement standing, whoever is first', async () => {
    for (let round = 0; round < 10; round++) {
      const claim = await settled();
      const totals = await home.totalsOf(claim.personId);
      const cancellationId = randomUUID();
      const [end, { hadAdjudication }] = await Promise.all([
        patiently(() => cancelling(claim, cancellationId)),
        patiently(() => cancellations.reverse(claim, undoOf(cancellationId))),
      ]);
      expect(hadAdjudication ? ['cancelled', 'CANCELLATION_REVERSED'] : ['CANCELLATION_REVERSED']).toContain(end);
      expect(await stateOf(claim)).toBe('ADJUDICATED');
      expect(await home.totalsOf(claim.personId)).toEqual(totals);
      expect(await cancelling(claim, cancellationId)).toBe('CANCELLATION_REVERSED');
    }
  });

  it('an undoing and a reversal of the settlement leave nothing booked, whoever is first', async () => {
    for (let round = 0; round < 10; round++) {
      const claim = await settled();
      const cancellationId = randomUUID();
      await cancellations.cancel(claim, cancellationId);
      await Promise.all([
        patiently(() => adjudications.reverse(claim)),
        patiently(() => cancellations.reverse(claim, undoOf(cancellationId))),
      ]);
      expect(await stateOf(claim)).toBe('REVERSED');
      expect(await home.totalsOf(claim.personId)).toEqual({});
    }
  });
});

describe('the audit trail has', () => {
  it('what was booked again, what was barred, and what was reversed while it was cancelled, each once', async () => {
    const claim = await settled();
    const { personId } = claim;
    const [first, second, barred] = [randomUUID(), randomUUID(), randomUUID()];
    await cancellations.cancel(claim, first);
    for (const id of [first, first, barred, barred]) await cancellations.reverse(claim, undoOf(id));
    await cancellations.cancel(claim, second);
    for (let time = 0; time < 2; time++) await adjudications.reverse(claim);
    for (let time = 0; time < 2; time++) await cancellations.reverse(claim, undoOf(second));
    const trail = (await auditTrail(db, claim.settlementId)).map(({ action, before, after }) => [
      action,
      before,
      after,
    ]);
    const none = { 2026: { POOLING_PAID: '0' } };
    const booked = { 2026: { POOLING_PAID: '40000' } };
    expect(trail.slice(2)).toMatchObject([
      [
        'REINSTATE_ADJUDICATION',
        { state: 'CANCELLED', cancellationId: first, accumulators: { 2026: {} } },
        { state: 'ADJUDICATED', personId, accumulators: booked },
      ],
      ['REINSTATE_ADJUDICATION', null, { cancellation: 'BARRED', cancellationId: barred, personId }],
      ['CANCEL_ADJUDICATION', { state: 'ADJUDICATED' }, { cancellationId: second, accumulators: none }],
      ['REVERSE_ADJUDICATION', { state: 'CANCELLED' }, { state: 'CANCELLED', reversed: true, personId }],
      ['REINSTATE_ADJUDICATION', { state: 'CANCELLED', cancellationId: second }, { state: 'REVERSED', personId }],
    ]);
  });

  it('and is sound', async () => expect(await auditFaults(db)).toEqual([]));
});

/** The bookings of a settlement, in their order. */
async function entriesOf({ personId, settlementId }: PresentedClaim): Promise<string[]> {
  const rows = await queryAs<{ direction: string }>(
    db.superuserUrl,
    'SELECT direction FROM accumulator_entry WHERE person_id = $1 AND settlement_id = $2 ORDER BY booked_at',
    [personId, settlementId],
  );
  return rows.map(({ direction }) => direction);
}
