import { generateDay, loadSample } from '@yiditong/tools';
import { describe, expect, inject, it } from 'vitest';
import { rowsOf } from './books.js';
import {
  HospitalDesk,
  newMessageId,
  type MessageOutcome,
  type Problem,
  type Settled,
  type Visit,
} from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';

type Cancellation = {
  readonly cancellationId: string;
  readonly settlement: Settled;
  readonly laterSettlementIds: string[];
};
type Refund = { readonly cancellation: Cancellation; readonly remainder: (Settled & { remainderOf: string }) | null };
type Lines = {
  readonly lines: { lineNumber: number; quantity: string; amountFen: string }[];
  readonly nextAfter: number | null;
};

const { document, databases, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

const cancel = (visit: Visit, settlementId: string, messageId = newMessageId(visit.institutionCode)) =>
  desk.api.once<Cancellation & Problem>(
    'POST',
    `/v1/settlements/${settlementId}/cancellation`,
    { messageId, reason: '患者要求退费' },
    desk.token(visit.institutionCode),
  );
const linesOf = (visit: Visit, settlementId: string) =>
  desk.api.once<Lines>('GET', `/v1/settlements/${settlementId}/lines`, undefined, desk.token(visit.institutionCode));
const outcomeOf = async (visit: Visit, messageId: string): Promise<MessageOutcome> =>
  (await desk.outcome({ ...visit, messageId })).body;

/** Kind and amount of what a person's settlements made owed, with what made each. */
async function owed(settlementId: string): Promise<string[]> {
  const rows = await rowsOf(
    databases['settlement'] ?? '',
    'SELECT kind, amount_fen::text AS amount FROM obligation WHERE settlement_id = $1 ORDER BY obligation_id',
    [settlementId],
  );
  return rows.map(({ kind, amount }) => `${String(kind)} ${String(amount)}`);
}

const owes = ({ totalFen, cashFen }: Settled): bigint => BigInt(totalFen) - BigInt(cashFen);

describe('a cancellation', () => {
  it('brings the accumulators back exactly, though each instant keeps its own, negates what is owed, and is the same bytes when repeated', async () => {
    const visit = await desk.admit(20);
    const before = await desk.accumulators(visit);
    const unsettled = new Date();
    const settlement = await desk.settled(visit);
    const settledTotals = await desk.accumulators(visit);
    const settledBy = new Date();
    const messageId = newMessageId(visit.institutionCode);

    const answers = await Promise.all(
      Array.from({ length: 5 }, () => cancel(visit, settlement.settlementId, messageId)),
    );

    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({
      settlement: {
        ...settlement,
        state: 'CANCELLED',
        cancellationId: expect.any(String) as string,
        cancellationBusinessDate: expect.any(String) as string,
        cancelledAt: expect.any(String) as string,
      },
    });
    expect(withoutZeros(await desk.accumulators(visit))).toEqual(withoutZeros(before));
    expect(settledTotals).not.toEqual(before);
    expect(await desk.accumulators(visit, unsettled)).toEqual(before);
    expect(await desk.accumulators(visit, settledBy)).toEqual(settledTotals);
    const amount = owes(settlement);
    expect(await owed(settlement.settlementId)).toEqual([`SETTLEMENT ${amount}`, `REFUND ${-amount}`]);
    expect(await outcomeOf(visit, messageId)).toMatchObject({ state: 'SETTLED' });
  });

  it('is undone by its reversal: the settlement stands again', async () => {
    const visit = await desk.admit(21);
    const settlement = await desk.settled(visit);
    const settledTotals = await desk.accumulators(visit);
    const messageId = newMessageId(visit.institutionCode);
    await cancel(visit, settlement.settlementId, messageId);

    const reversal = await desk.reverse({ ...visit, messageId });

    expect([reversal.status, reversal.body.outcome]).toEqual([200, 'REVERSED']);
    expect((await desk.read(visit, settlement.settlementId)).body).toEqual(settlement);
    expect(await desk.accumulators(visit)).toEqual(settledTotals);
    expect(await outcomeOf(visit, messageId)).toMatchObject({ state: 'REVERSED' });
  });

  it('is no other hospital’s to ask for', async () => {
    const visit = await desk.admit(22);
    const { settlementId } = await desk.settled(visit);
    for (const sameProvince of [true, false]) {
      const stranger = { ...visit, institutionCode: desk.otherHospital(visit, sameProvince) };
      const answer = await cancel(stranger, settlementId);
      expect([answer.status, answer.body.reason]).toEqual([404, 'SETTLEMENT_NOT_FOUND']);
    }
    expect((await desk.read(visit, settlementId)).body.state).toBe('SETTLED');
  });
});

describe('a refund in part', () => {
  it('takes a line back and settles what remains anew', async () => {
    const visit = await desk.admit(23);
    const settlement = await desk.settled(visit);
    const { lines } = (await linesOf(visit, settlement.settlementId)).body;
    const [first] = lines;
    if (!first || lines.length < 2) throw new Error('the patient has no line to keep');

    const body = {
      messageId: newMessageId(visit.institutionCode),
      lines: [{ lineNumber: first.lineNumber, quantity: first.quantity, amountFen: first.amountFen }],
      reason: '退药',
    };
    const path = `/v1/settlements/${settlement.settlementId}/refund`;
    const answer = await desk.api.once<Refund>('POST', path, body, desk.token(visit.institutionCode));

    expect(answer.status).toBe(200);
    const { cancellation, remainder } = answer.body;
    expect(cancellation.settlement.state).toBe('CANCELLED');
    if (!remainder) throw new Error('nothing remained');
    expect(remainder).toMatchObject({
      totalFen: String(BigInt(settlement.totalFen) - BigInt(first.amountFen)),
      remainderOf: settlement.settlementId,
      state: 'SETTLED',
    });
    expect(await owed(remainder.settlementId)).toEqual([`SETTLEMENT ${owes(remainder)}`]);
    const left = (await linesOf(visit, remainder.settlementId)).body.lines;
    expect(left).toEqual(lines.slice(1));
  });
});

/** A total that was moved and moved back is there as zero; one that never moved is not there. */
function withoutZeros(accumulators: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(accumulators).filter(([, value]) => value !== '0'));
}
