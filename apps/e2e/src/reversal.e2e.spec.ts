import { generateDay, loadSample } from '@yiditong/tools';
import { describe, expect, inject, it } from 'vitest';
import { rowsOf } from './books.js';
import { HospitalDesk, newMessageId } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, databases, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

describe('冲正 after a settlement', () => {
  it('brings the accumulators back exactly, and says so everywhere', async () => {
    const visit = await desk.admit(6);
    const before = await desk.accumulators(visit);
    const settlement = await desk.settled(visit);
    expect(await desk.accumulators(visit)).not.toEqual(before);

    const reversal = await desk.reverse(visit);

    expect([reversal.status, reversal.body]).toEqual([
      200,
      { outcome: 'REVERSED', settlementId: settlement.settlementId },
    ]);
    expect(withoutZeros(await desk.accumulators(visit))).toEqual(withoutZeros(before));
    expect((await desk.outcome(visit)).body).toMatchObject({
      state: 'REVERSED',
      settlementId: settlement.settlementId,
    });
    const read = await desk.read(visit, settlement.settlementId);
    expect(read.body).toEqual({ ...settlement, state: 'REVERSED', reversalBusinessDate: expect.any(String) });
  });

  it('leaves an obligation of the same amount with the opposite sign', async () => {
    const visit = await desk.admit(7);
    const { settlementId, fundTotalFen } = await desk.settled(visit);
    await desk.reverse(visit);
    const obligations = await rowsOf(
      databases['settlement'] ?? '',
      'SELECT kind, amount_fen::text AS amount FROM obligation WHERE settlement_id = $1 ORDER BY amount_fen DESC, kind DESC',
      [settlementId],
    );
    expect(obligations).toEqual([
      { kind: 'SETTLEMENT', amount: fundTotalFen },
      { kind: 'REVERSAL', amount: String(-BigInt(fundTotalFen)) },
    ]);
  });

  it('lets the visit be settled again, under a new message, to the same amounts', async () => {
    const visit = await desk.admit(8);
    const first = await desk.settled(visit);
    const twice = await desk.settle({ ...visit, messageId: newMessageId(visit.institutionCode) });
    expect([twice.status, twice.body.reason]).toEqual([409, 'VISIT_ALREADY_SETTLED']);

    await desk.reverse(visit);
    const second = await desk.settled({ ...visit, messageId: newMessageId(visit.institutionCode) });

    expect(second.settlementId).not.toBe(first.settlementId);
    const { fundTotalFen, personalFen } = first;
    expect(second).toMatchObject({ fundTotalFen, personalFen, state: 'SETTLED' });
  });

  it('repeated gives the same bytes, also ten times at once, and undoes once', async () => {
    const visit = await desk.admit(9);
    const before = await desk.accumulators(visit);
    const { settlementId } = await desk.settled(visit);
    const messageId = newMessageId(visit.institutionCode);
    const answers = await Promise.all(Array.from({ length: 10 }, () => desk.reverse(visit, messageId)));

    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set([`200 ${JSON.stringify({ outcome: 'REVERSED', settlementId })}`]),
    );
    // Under a message id of its own it finds the settlement reversed.
    expect((await desk.reverse(visit)).body).toEqual({ outcome: 'REVERSED', settlementId });
    expect(withoutZeros(await desk.accumulators(visit))).toEqual(withoutZeros(before));
    const reversals = await rowsOf(
      databases['settlement'] ?? '',
      `SELECT 1 FROM obligation WHERE settlement_id = $1 AND kind = 'REVERSAL'`,
      [settlementId],
    );
    expect(reversals).toHaveLength(1);
  });
});

describe('冲正 before its original', () => {
  it('finds nothing settled, and the late original never settles', async () => {
    const visit = await desk.admit(10);
    const before = await desk.accumulators(visit);
    const reversal = await desk.reverse(visit);
    expect([reversal.status, reversal.body.outcome]).toEqual([200, 'NOTHING_SETTLED']);

    const late = await desk.settle(visit);

    expect([late.status, late.body.reason]).toEqual([409, 'SETTLEMENT_REVERSED']);
    expect((await desk.outcome(visit)).body).toMatchObject({ state: 'NEVER_SETTLED', settlementId: null });
    expect(await desk.accumulators(visit)).toEqual(before);
    expect((await desk.settle({ ...visit, messageId: newMessageId(visit.institutionCode) })).status).toBe(201);
  });

  it('and its original at the same moment agree on one outcome', async () => {
    const visit = await desk.admit(11);
    const before = await desk.accumulators(visit);
    const [settled, reversed] = await Promise.all([desk.settle(visit), desk.reverse(visit)]);
    expect(reversed.status).toBe(200);
    // Whoever came first: the settlement stood and was undone, or it was barred; the patient's totals are as before.
    const outcome = (await desk.outcome(visit)).body.state;
    expect([`201 REVERSED REVERSED`, `409 NOTHING_SETTLED NEVER_SETTLED`]).toContain(
      `${settled.status} ${reversed.body.outcome} ${outcome}`,
    );
    expect(withoutZeros(await desk.accumulators(visit))).toEqual(withoutZeros(before));
  });
});

describe('another hospital', () => {
  it.each([
    ['of the same province', true],
    ['of another province', false],
  ])('%s can neither reverse nor see it', async (_, sameProvince) => {
    const visit = await desk.admit(12);
    const { settlementId } = await desk.settled(visit);
    const stranger = { ...visit, institutionCode: desk.otherHospital(visit, sameProvince) };

    const reversal = await desk.reverse(stranger);
    expect([reversal.status, reversal.body.reason]).toEqual([400, 'MESSAGE_ID_INVALID']);
    const asTheSender = await desk.reverse(stranger, newMessageId(visit.institutionCode));
    expect([asTheSender.status, asTheSender.body.reason]).toEqual([400, 'MESSAGE_ID_INVALID']);
    const read = await desk.read(stranger, settlementId);
    expect([read.status, read.body.reason]).toEqual([404, 'SETTLEMENT_NOT_FOUND']);
    const outcome = await desk.outcome(stranger);
    expect([outcome.status, outcome.body.reason]).toEqual([400, 'MESSAGE_ID_INVALID']);
    expect((await desk.outcome(visit)).body.state).toBe('SETTLED');
  });
});

/** A total that was moved and moved back is there as zero; one that never moved is not there. */
function withoutZeros(accumulators: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(accumulators).filter(([, value]) => value !== '0'));
}
