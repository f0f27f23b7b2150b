import { ApiClient, generateDay, loadSample } from '@yiditong/tools';
import { describe, expect, inject, it } from 'vitest';
import { countBooks, rowsOf } from './books.js';
import { HospitalDesk, newMessageId, type Visit } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';
import { until } from './until.js';

const { document, databases, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const api = new ApiClient(document.gateway);

describe('the same message again', () => {
  it('gives the first answer, byte for byte, also after the settlement was reversed', async () => {
    const visit = await desk.admit(0);
    const first = await desk.settle(visit);
    expect(first.status).toBe(201);
    expect(await desk.settle(visit)).toEqual(first);

    const reversal = await desk.reverse(visit);
    expect(reversal.body.outcome).toBe('REVERSED');
    const afterwards = await desk.settle(visit);
    expect(afterwards.status).toBe(201);
    expect(afterwards.text).toBe(first.text);
  });

  it('is the same message in another order of its fields', async () => {
    const visit = await desk.admit(1);
    const first = await desk.settle(visit);
    const { lines, ...rest } = visit.bill;
    const reordered: Visit['bill'] = { lines, ...Object.fromEntries(Object.entries(rest).reverse()) } as Visit['bill'];
    expect(Object.keys(reordered)).not.toEqual(Object.keys(visit.bill));
    const again = await desk.settle({ ...visit, bill: reordered });
    expect([again.status, again.text]).toEqual([201, first.text]);
  });

  it('sent ten times at once settles once and gives ten equal answers', async () => {
    const visit = await desk.admit(2);
    const before = await desk.accumulators(visit);
    const answers = await Promise.all(Array.from({ length: 10 }, () => desk.settle(visit)));

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const settlements = await rowsOf(
      databases['settlement'] ?? '',
      'SELECT settlement_id FROM settlement WHERE message_id = $1',
      [visit.messageId],
    );
    expect(settlements).toEqual([{ settlement_id: answers[0]?.body.settlementId }]);
    const visits = `${visit.bill.visitKind}_VISITS`;
    const after = await desk.accumulators(visit);
    expect(BigInt(after[visits] ?? '0') - BigInt(before[visits] ?? '0')).toBe(1n);
  });

  it('with another body is a conflict, and the settlement stays what it was', async () => {
    const visit = await desk.admit(3);
    const first = await desk.settle(visit);
    const other = await desk.settle({ ...visit, bill: { ...visit.bill, visitNumber: `${visit.bill.visitNumber}-2` } });
    expect([other.status, other.body.reason]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
    const asReversal = await desk.reverse(await desk.admit(3), visit.messageId);
    expect([asReversal.status, asReversal.body.reason]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
    expect((await desk.settle(visit)).text).toBe(first.text);
    expect((await desk.outcome(visit)).body.state).toBe('SETTLED');
  });

  it('is refused again for the same reason, although the bill would settle by now', async () => {
    const visit = await desk.admit(4);
    const crooked = { ...visit, bill: { ...visit.bill, totalFen: String(BigInt(visit.bill.totalFen) + 1n) } };
    const refused = await desk.settle(crooked);
    expect([refused.status, refused.body.reason]).toEqual([422, 'BILL_TOTAL_MISMATCH']);
    const again = await desk.settle(crooked);
    // A problem document names the trace of its own request and is otherwise the same.
    expect({ ...again.body, instance: '' }).toEqual({ ...refused.body, instance: '' });
    expect((await desk.outcome(visit)).body).toMatchObject({
      state: 'REFUSED',
      refusal: { reason: 'BILL_TOTAL_MISMATCH' },
    });
    expect((await desk.settle({ ...visit, messageId: newMessageId(visit.institutionCode) })).status).toBe(201);
  });
});

describe('a filing repeated under its Idempotency-Key', () => {
  const [{ requestId, ...filing } = { requestId: '', personId: '', validFrom: '' }] = desk.day.filings.slice(-1);
  const send = (body: unknown, key = requestId) =>
    api.once('POST', '/v1/filings', body, desk.insuredToken(filing.personId), key);

  it('gives the same bytes, one after the other and ten at once', async () => {
    const first = await send(filing);
    expect(first.status).toBe(201);
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(filing)));
    expect(answers).toEqual(answers.map(() => first));
  });

  it('is a conflict with another body, and a second filing under another key overlaps the first', async () => {
    await send(filing);
    const other = await send({ ...filing, validFrom: '2020-01-01' });
    expect([other.status, (other.body as { reason: string }).reason]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
    const second = await send(filing, `${requestId}-2`);
    expect([second.status, (second.body as { reason: string }).reason]).toEqual([409, 'FILING_OVERLAPS']);
  });
});

describe('a trial (预结算)', () => {
  it('comes to what the settlement after it comes to, and leaves no trace', async () => {
    const visit = await desk.admit(5);
    const accumulators = await desk.accumulators(visit);
    const books = await until(
      () => countBooks(databases),
      (counted) => counted['settlement']?.['outbox'] === 0,
    );
    const first = await desk.trial(visit);
    const second = await desk.trial(visit);

    expect(first.status).toBe(200);
    expect(second.text).toBe(first.text);
    expect(await countBooks(databases)).toEqual(books);
    expect(await desk.accumulators(visit)).toEqual(accumulators);
    expect((await desk.outcome(visit)).body.state).toBe('NEVER_SETTLED');
    expect(await desk.settled(visit)).toMatchObject(first.body);
    expect(await desk.accumulators(visit)).not.toEqual(accumulators);
  });
});
