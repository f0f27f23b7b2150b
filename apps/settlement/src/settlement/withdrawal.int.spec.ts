import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { serviceActor, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { fen } from '@yiditong/money';
import {
  auditFaults,
  createTestDatabase,
  endOf,
  FixedClock,
  gate,
  PATIENCE,
  queryAs,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CycleService } from '../cycle/cycle.service.js';
import { upsertInstitutions } from '../institution/institution.store.js';
import { migrations } from '../migrations/index.js';
import type { Bill } from './bill-rules.js';
import { ScriptedHome } from './scripted-home.js';
import { newBill, servicesOf, SETTLED_AT as NOW, type Services } from './spec-services.js';

const CODE = 'H11010500001';
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: CODE };
const LATER = new Date('2026-03-01T04:02:00Z');

let db: TestDatabase;
let sequence = 0;
let home: ScriptedHome;
let clock: FixedClock;
let services: Services;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await createTestDatabase('settlement', migrations);
  await new CycleService(db.database, new FixedClock(NOW)).onApplicationBootstrap();
  const institution = {
    institutionCode: CODE,
    province: '110000',
    region: '110105',
    name: '测试医院',
    level: 'TERTIARY' as const,
    networked: true,
    visitKinds: ['INPATIENT' as const, 'OUTPATIENT' as const, 'CHRONIC' as const],
    diseaseClasses: ['M039'],
    tags: [],
  };
  await db.database.transaction(serviceActor('spec', '110000'), (tx) => upsertInstitutions(tx, [institution], NOW));
});
beforeEach(() => {
  home = new ScriptedHome();
  clock = new FixedClock(NOW);
  services = servicesOf(db.database, clock, home.asHome(), testVault());
});
afterAll(() => db.drop());

const messageId = (): string => `${CODE}20260301120000${String(++sequence).padStart(4, '0')}`;
const settle = (bill = newBill(), message = messageId()) => services.settlements.settle(HOSPITAL, CODE, message, bill);
const cancel = (settlementId: string, message = messageId()) =>
  services.cancellations.cancel(HOSPITAL, CODE, message, settlementId, '患者要求退费');
const reverse = (original: string, message = messageId()) =>
  services.reversals.reverse(HOSPITAL, CODE, message, original);
/** One of the two items of the first line back: 30.00. */
const ONE_ITEM = [{ lineNumber: 1, quantityE4: 10_000n, amountFen: fen(3_000n) }];
const refund = (settlementId: string, message = messageId(), lines = ONE_ITEM) =>
  services.refunds.refund(HOSPITAL, { institutionCode: CODE, messageId: message, settlementId, lines, reason: '退药' });
const stateOf = async (settlementId: string) => (await services.readings.get(HOSPITAL, settlementId)).state;
const outcomeOf = (message: string) => services.outcomes.ofMessage(HOSPITAL, CODE, message);

/** Kind and amount of all that a person's settlements made owed, in order. */
async function owed(personId: string): Promise<string[]> {
  const rows = await queryAs<{ kind: string; amount: string }>(
    db.superuserUrl,
    'SELECT kind, amount_fen::text AS amount FROM obligation WHERE person_id = $1 ORDER BY obligation_id',
    [personId],
  );
  return rows.map(({ kind, amount }) => `${kind} ${amount}`);
}

/** What the home province paid as it stands is what it owes for the person. */
async function expectBooksAgree(personId: string): Promise<void> {
  const amounts = (await owed(personId)).map((row) => BigInt(row.split(' ')[1] ?? '0'));
  expect(amounts.reduce((sum, amount) => sum + amount, 0n)).toBe(home.paidFen());
}

async function expectRejected(work: Promise<unknown>, reason: string): Promise<void> {
  await expect(work).rejects.toMatchObject({ reason });
}

describe('a cancellation', () => {
  it('takes the settlement back in both provinces, names it with its own diagnosis, and is the same however often it is repeated', async () => {
    const { settlementId, personId } = await settle();
    home.later = [randomUUID()];
    const message = messageId();
    const first = await cancel(settlementId, message);
    expect(first).toMatchObject({
      remainder: null,
      cancellation: {
        messageId: message,
        laterSettlementIds: home.later,
        settlement: { settlementId, state: 'CANCELLED', diagnoses: [{ code: 'I10.x00', name: '高血压' }] },
      },
    });
    expect(await cancel(settlementId, message)).toEqual(first);
    expect(await owed(personId)).toEqual(['SETTLEMENT 6500', 'REFUND -6500']);
    await expectBooksAgree(personId);
    expect(home.asked.filter((call) => call.startsWith('cancel'))).toHaveLength(1);
    expect(await outcomeOf(message)).toEqual({
      kind: 'CANCEL',
      state: 'SETTLED',
      settlementId: first.cancellation.cancellationId,
    });
  });

  it('lets the visit be settled anew', async () => {
    const bill = newBill();
    const { settlementId } = await settle(bill);
    await expectRejected(settle(bill), 'VISIT_ALREADY_SETTLED');
    await cancel(settlementId);
    expect((await settle(bill)).state).toBe('SETTLED');
  });

  it('of two at once is one; the other finds the settlement busy or cancelled', async () => {
    const { settlementId, personId } = await settle();
    const ends = await Promise.all([1, 2].map(() => endOf(cancel(settlementId), 'cancelled')));
    expect(ends.filter((end) => end === 'cancelled')).toHaveLength(1);
    expect(ends.find((end) => end !== 'cancelled')).toMatch(/^SETTLEMENT_(BUSY|CANCELLED)$/);
    expect(await owed(personId)).toEqual(['SETTLEMENT 6500', 'REFUND -6500']);
  });

  it('of which a repeat comes while the first is under way ends as one', async () => {
    const { settlementId, personId } = await settle();
    const message = messageId();
    const [first, second] = await Promise.all([cancel(settlementId, message), cancel(settlementId, message)]);
    expect(second).toEqual(first);
    expect(await owed(personId)).toEqual(['SETTLEMENT 6500', 'REFUND -6500']);
  });

  it('keeps a reversal of the settlement out while it is under way, and the reversal keeps its refusal', async () => {
    const message = messageId();
    const { settlementId } = await settle(newBill(), message);
    const [held, reached] = [gate(), gate()];
    home.befalls('cancel', { hold: held.passed, reached: reached.open });
    const cancelling = cancel(settlementId);
    await reached.passed;
    const undo = messageId();
    await expectRejected(reverse(message, undo), 'SETTLEMENT_BUSY');
    held.open();
    await cancelling;
    await expectRejected(reverse(message, undo), 'SETTLEMENT_BUSY');
    await expectRejected(reverse(message), 'SETTLEMENT_CANCELLED');
    expect(await outcomeOf(undo)).toMatchObject({ kind: 'REVERSE', state: 'REFUSED' });
  });

  it('in a race with a reversal of the settlement: one of them wins, and the books agree', async () => {
    for (let round = 0; round < 6; round++) {
      const message = messageId();
      const { settlementId, personId } = await settle(newBill(), message);
      const calls = [() => endOf(cancel(settlementId), 'done'), () => endOf(reverse(message), 'done')];
      const ends = await Promise.all((round % 2 ? calls.reverse() : calls).map((call) => call()));
      expect(ends.filter((end) => end === 'done')).toHaveLength(1);
      expect((await owed(personId)).slice(1)).toHaveLength(1);
      await expectBooksAgree(personId);
      home.standing.clear();
    }
  });

  it('of a settlement that was reversed, cancelled or is not there is refused, for ever under its id', async () => {
    const original = messageId();
    const { settlementId } = await settle(newBill(), original);
    await reverse(original);
    const message = messageId();
    for (let time = 0; time < 2; time++) await expectRejected(cancel(settlementId, message), 'SETTLEMENT_REVERSED');
    const other = await settle();
    await cancel(other.settlementId);
    await expectRejected(cancel(other.settlementId), 'SETTLEMENT_CANCELLED');
    await expectRejected(cancel(randomUUID()), 'SETTLEMENT_NOT_FOUND');
    expect(await outcomeOf(message)).toMatchObject({ kind: 'CANCEL', state: 'REFUSED' });
  });

  it('that the home province refuses leaves the settlement as it was', async () => {
    const { settlementId, personId } = await settle();
    home.befalls('cancel', 'PERSON_UNKNOWN');
    await expectRejected(cancel(settlementId), 'PERSON_UNKNOWN');
    expect(await stateOf(settlementId)).toBe('SETTLED');
    await expectBooksAgree(personId);
    expect((await cancel(settlementId)).cancellation.settlement.state).toBe('CANCELLED');
  });

  it.each(['BEFORE', 'AFTER'] as const)('whose call is lost %s it is done is carried on by a repeat', async (how) => {
    const { settlementId, personId } = await settle();
    home.befalls('cancel', how);
    const message = messageId();
    await expectRejected(cancel(settlementId, message), 'OUTCOME_UNKNOWN');
    expect([await stateOf(settlementId), (await outcomeOf(message)).state]).toEqual(['CANCELLING', 'IN_DOUBT']);
    await cancel(settlementId, message);
    expect(await owed(personId)).toEqual(['SETTLEMENT 6500', 'REFUND -6500']);
    await expectBooksAgree(personId);
  });

  it.each(['BEFORE', 'AFTER'] as const)(
    'whose call is lost %s it is done is carried out at its deadline, in both provinces',
    async (how) => {
      const { settlementId, personId } = await settle();
      home.befalls('cancel', how);
      const message = messageId();
      await expectRejected(cancel(settlementId, message), 'OUTCOME_UNKNOWN');
      clock.moveTo(LATER);
      await services.inDoubt.resolveOverdue();
      expect(await stateOf(settlementId)).toBe('CANCELLED');
      expect(await owed(personId)).toEqual(['SETTLEMENT 6500', 'REFUND -6500']);
      await expectBooksAgree(personId);
      expect((await cancel(settlementId, message)).cancellation.settlement.state).toBe('CANCELLED');
      expect((await outcomeOf(message)).state).toBe('SETTLED');
    },
  );

  it('that nothing was sent of says so, and can be repeated', async () => {
    const { settlementId } = await settle();
    home.down = 'HOME_PROVINCE_UNREACHABLE';
    const message = messageId();
    await expectRejected(cancel(settlementId, message), 'HOME_PROVINCE_UNREACHABLE');
    home.down = null;
    expect((await cancel(settlementId, message)).cancellation.settlement.state).toBe('CANCELLED');
  });
});

describe('冲正 of a cancellation', () => {
  it('lets the settlement stand again in both provinces, once, and again after another cancellation', async () => {
    const { settlementId, personId } = await settle();
    for (let round = 1; round <= 2; round++) {
      const [message, undo] = [messageId(), messageId()];
      await cancel(settlementId, message);
      const answer = await reverse(message, undo);
      expect(answer.outcome).toBe('REVERSED');
      expect(await reverse(message, undo)).toEqual(answer);
      expect((await reverse(message)).outcome).toBe('REVERSED');
      expect((await outcomeOf(message)).state).toBe('REVERSED');
    }
    expect(await stateOf(settlementId)).toBe('SETTLED');
    const round = ['REFUND -6500', 'REINSTATEMENT 6500'];
    expect(await owed(personId)).toEqual(['SETTLEMENT 6500', ...round, ...round]);
    await expectBooksAgree(personId);
  });

  it('before its original bars it', async () => {
    const { settlementId } = await settle();
    const message = messageId();
    expect(await reverse(message)).toEqual({ outcome: 'NOTHING_SETTLED', settlementId: null });
    await expectRejected(cancel(settlementId, message), 'CANCELLATION_REVERSED');
    expect(await stateOf(settlementId)).toBe('SETTLED');
  });

  it('whose outcome is in doubt gives it up', async () => {
    const { settlementId, personId } = await settle();
    home.befalls('cancel', 'AFTER');
    const message = messageId();
    await expectRejected(cancel(settlementId, message), 'OUTCOME_UNKNOWN');
    expect((await reverse(message)).outcome).toBe('NOTHING_SETTLED');
    expect(await stateOf(settlementId)).toBe('SETTLED');
    await expectBooksAgree(personId);
    await expectRejected(cancel(settlementId, message), 'CANCELLATION_REVERSED');
  });

  it('is refused where the visit was settled anew, until that is cancelled', async () => {
    const bill = newBill();
    const { settlementId } = await settle(bill);
    const message = messageId();
    await cancel(settlementId, message);
    clock.moveTo(LATER);
    const anew = await settle(bill);
    await expectRejected(reverse(message), 'CANCELLATION_SUPERSEDED');
    await cancel(anew.settlementId);
    expect((await reverse(message)).outcome).toBe('REVERSED');
  });

  it('that the home province can’t be told is carried on by the worker', async () => {
    const { settlementId, personId } = await settle();
    const [message, undo] = [messageId(), messageId()];
    await cancel(settlementId, message);
    home.befalls('reverse', 'AFTER');
    await expectRejected(reverse(message, undo), 'OUTCOME_UNKNOWN');
    expect([await stateOf(settlementId), (await outcomeOf(undo)).state]).toEqual(['REINSTATING', 'IN_DOUBT']);
    await expectRejected(cancel(settlementId), 'SETTLEMENT_BUSY');
    clock.moveTo(LATER);
    await services.inDoubt.resolveOverdue();
    expect([await stateOf(settlementId), (await outcomeOf(undo)).state]).toEqual(['SETTLED', 'SETTLED']);
    await expectBooksAgree(personId);
  });
});

describe('where the person has spent what was paid back', () => {
  it('a cancellation can’t be undone, and stands as it is until it can', async () => {
    const { settlementId, personId } = await settle();
    const [message, undo] = [messageId(), messageId()];
    const { cancellation } = await cancel(settlementId, message);
    home.spent = true;
    for (let time = 0; time < 2; time++) await expectRejected(reverse(message, undo), 'ACCOUNT_REFUND_SPENT');
    expect(await stateOf(settlementId)).toBe('CANCELLED');
    expect((await outcomeOf(undo)).state).toBe('REFUSED');
    expect(await outcomeOf(message)).toMatchObject({ state: 'SETTLED', settlementId: cancellation.cancellationId });
    await expectBooksAgree(personId);
    home.spent = false;
    // What was refused once stays refused under its id.
    await expectRejected(reverse(message, undo), 'ACCOUNT_REFUND_SPENT');
    expect((await reverse(message)).outcome).toBe('REVERSED');
    expect(await stateOf(settlementId)).toBe('SETTLED');
    await expectBooksAgree(personId);
  });

  it('a refund in part can’t be reversed, and what it left stands', async () => {
    const { settlementId, personId } = await settle();
    const message = messageId();
    const { remainder } = await refund(settlementId, message);
    home.spent = true;
    await expectRejected(reverse(message), 'ACCOUNT_REFUND_SPENT');
    const left = remainder?.settlementId ?? '';
    expect([await stateOf(settlementId), await stateOf(left)]).toEqual(['CANCELLED', 'SETTLED']);
    expect([...home.standing.keys()]).toEqual([left]);
    await expectBooksAgree(personId);
  });

  it.each([
    ['refused', 'VISIT_KIND_NOT_COVERED'],
    ['lost', 'AFTER'],
  ] as const)('a refund whose remainder is %s ends as a cancellation of the whole', async (_, how) => {
    const { settlementId, personId } = await settle();
    const message = messageId();
    home.befalls('adjudicate', how);
    home.spent = true;
    if (how === 'AFTER') {
      await expectRejected(refund(settlementId, message), 'OUTCOME_UNKNOWN');
      clock.moveTo(LATER);
      await services.inDoubt.resolveOverdue();
    }
    const { cancellation, remainder } = await refund(settlementId, message);
    expect(remainder).toBeNull();
    expect(await stateOf(settlementId)).toBe('CANCELLED');
    expect(await outcomeOf(message)).toMatchObject({ state: 'SETTLED', settlementId: cancellation.cancellationId });
    expect([home.standing.size, await owed(personId)]).toEqual([0, ['SETTLEMENT 6500', 'REFUND -6500']]);
    expect((await settle(newBill({ personId, visitNumber: cancellation.settlement.visitNumber }))).state).toBe(
      'SETTLED',
    );
  });
});

describe('a reversal', () => {
  it('that names another person or transaction than its original had is refused for ever, and undoes nothing', async () => {
    const [message, undo] = [messageId(), messageId()];
    const { personId } = await settle(newBill(), message);
    const reversing = (expected: object, by = undo) =>
      services.reversals.reverse(HOSPITAL, CODE, by, message, { personId: null, kinds: null, ...expected });
    for (let time = 0; time < 2; time++)
      await expectRejected(reversing({ personId: randomUUID() }, messageId()), 'REVERSAL_MISMATCH');
    await expectRejected(reversing({ kinds: ['CANCEL', 'REFUND'] }), 'REVERSAL_MISMATCH');
    await expectRejected(reversing({ kinds: ['CANCEL', 'REFUND'] }), 'REVERSAL_MISMATCH');
    expect((await outcomeOf(message)).state).toBe('SETTLED');
    expect((await reversing({ personId, kinds: ['SETTLE'] }, messageId())).outcome).toBe('REVERSED');
  });

  it('that was refused is not carried out by a copy of it that comes late', async () => {
    const [message, undo] = [messageId(), messageId()];
    const { settlementId } = await settle(newBill(), message);
    const [held, reached] = [gate(), gate()];
    home.befalls('cancel', { hold: held.passed, reached: reached.open });
    const cancelling = endOf(cancel(settlementId), 'cancelled');
    await reached.passed;
    await expectRejected(reverse(message, undo), 'SETTLEMENT_BUSY');
    home.standing.delete(settlementId);
    held.open();
    expect(await cancelling).toBe('SETTLEMENT_CANCELLED');
    expect(await stateOf(settlementId)).toBe('SETTLED');
    // As whoever read the message before it was concluded.
    await queryAs(
      db.superuserUrl,
      'UPDATE settlement_request SET answer = NULL, concluded_at = NULL WHERE message_id = $1',
      [undo],
    );
    clock.moveTo(LATER);
    await services.inDoubt.resolveOverdue();
    expect([await stateOf(settlementId), (await outcomeOf(undo)).state]).toEqual(['SETTLED', 'REFUSED']);
    expect((await reverse(message)).outcome).toBe('REVERSED');
  });

  it('of what another one is undoing waits for that', async () => {
    const { settlementId } = await settle();
    const message = messageId();
    await cancel(settlementId, message);
    home.befalls('reverse', 'BEFORE');
    await expectRejected(reverse(message), 'OUTCOME_UNKNOWN');
    await expectRejected(reverse(message), 'SETTLEMENT_BUSY');
    clock.moveTo(LATER);
    await services.inDoubt.resolveOverdue();
    expect((await reverse(message)).outcome).toBe('REVERSED');
    expect(await stateOf(settlementId)).toBe('SETTLED');
  });
});

describe('a refund in part', () => {
  it('settles what remains anew to the fen, both or neither, and is the same when repeated', async () => {
    const original = await settle();
    const message = messageId();
    const first = await refund(original.settlementId, message);
    expect(first.cancellation.settlement).toMatchObject({ settlementId: original.settlementId, state: 'CANCELLED' });
    // Of 70.00 the fund pays 42.00, and of the other 28.00 the account 5.00.
    expect(first.remainder).toMatchObject({
      messageId: message,
      remainderOf: original.settlementId,
      totalFen: 7_000n,
      fundTotalFen: 4_200n,
      accountFen: 500n,
      cashFen: 2_300n,
      visitNumber: original.visitNumber,
      eligibilityBasis: 'FILED',
      diagnoses: original.diagnoses,
      state: 'SETTLED',
    });
    expect(await refund(original.settlementId, message)).toEqual(first);
    expect(await owed(original.personId)).toEqual(['SETTLEMENT 6500', 'REFUND -6500', 'SETTLEMENT 4700']);
    await expectBooksAgree(original.personId);
    const lines = await services.readings.lines(HOSPITAL, first.remainder?.settlementId ?? '', 0, 10);
    expect(lines.map(({ lineNumber, quantityE4, amountFen }) => [lineNumber, quantityE4, amountFen])).toEqual([
      [1, 10_000n, 3_000n],
      [2, 10_000n, 4_000n],
    ]);
  });

  it('of all lines is a cancellation', async () => {
    const { settlementId, personId } = await settle();
    const all = [
      { lineNumber: 1, quantityE4: 20_000n, amountFen: fen(6_000n) },
      { lineNumber: 2, quantityE4: 10_000n, amountFen: fen(4_000n) },
    ];
    const { remainder } = await refund(settlementId, messageId(), all);
    expect([remainder, await stateOf(settlementId)]).toEqual([null, 'CANCELLED']);
    expect(await owed(personId)).toEqual(['SETTLEMENT 6500', 'REFUND -6500']);
  });

  it('of a line that can’t be taken back so is refused before anything is touched', async () => {
    const { settlementId } = await settle();
    const message = messageId();
    const tooMuch = [{ lineNumber: 2, quantityE4: 10_000n, amountFen: fen(4_001n) }];
    await expectRejected(refund(settlementId, message, tooMuch), 'REFUND_LINE_INVALID');
    await expectRejected(refund(settlementId, message), 'IDEMPOTENCY_KEY_REUSED');
    expect(home.asked.filter((call) => !call.startsWith('adjudicate'))).toEqual([]);
    expect(await stateOf(settlementId)).toBe('SETTLED');
  });

  it('whose remainder the home province refuses restores everything', async () => {
    const { settlementId, personId } = await settle();
    home.befalls('adjudicate', 'VISIT_KIND_NOT_COVERED');
    const message = messageId();
    for (let time = 0; time < 2; time++) await expectRejected(refund(settlementId, message), 'VISIT_KIND_NOT_COVERED');
    expect(await stateOf(settlementId)).toBe('SETTLED');
    expect(await owed(personId)).toEqual(['SETTLEMENT 6500']);
    expect([...home.standing.keys()]).toEqual([settlementId]);
    expect((await refund(settlementId)).remainder?.totalFen).toBe(7_000n);
  });

  it('whose remainder’s answer is lost is given up at the deadline, and everything is as before', async () => {
    const { settlementId, personId } = await settle();
    home.befalls('adjudicate', 'AFTER');
    await expectRejected(refund(settlementId), 'OUTCOME_UNKNOWN');
    clock.moveTo(LATER);
    await services.inDoubt.resolveOverdue();
    expect(await stateOf(settlementId)).toBe('SETTLED');
    expect([...home.standing.keys()]).toEqual([settlementId]);
    expect(await owed(personId)).toEqual(['SETTLEMENT 6500']);
  });

  it('is reversed whole: what remained is gone and the settlement stands again', async () => {
    const { settlementId, personId } = await settle();
    const message = messageId();
    const { remainder } = await refund(settlementId, message);
    await reverse(message);
    expect([await stateOf(settlementId), await stateOf(remainder?.settlementId ?? '')]).toEqual([
      'SETTLED',
      'REVERSED',
    ]);
    expect([...home.standing.keys()]).toEqual([settlementId]);
    await expectBooksAgree(personId);
  });

  it('can’t be reversed once what it left was cancelled', async () => {
    const { settlementId } = await settle();
    const message = messageId();
    const { remainder } = await refund(settlementId, message);
    await cancel(remainder?.settlementId ?? '');
    await expectRejected(reverse(message), 'SETTLEMENT_CANCELLED');
    expect(await stateOf(settlementId)).toBe('CANCELLED');
  });
});

describe('the worker', () => {
  it('carries a cancellation that was begun to its end, and gives up what the home province refuses', async () => {
    const messages = [messageId(), messageId()];
    for (const [how, message] of [
      ['AFTER', messages[0]],
      ['BEFORE', messages[1]],
    ] as const) {
      const { settlementId } = await settle();
      home.befalls('cancel', how);
      await expectRejected(cancel(settlementId, message), 'OUTCOME_UNKNOWN');
    }
    clock.moveTo(LATER);
    // Of what has begun only the home province can say what became of it.
    for (const message of messages) expect((await outcomeOf(message ?? '')).state).toBe('IN_DOUBT');
    home.befalls('cancel', 'ADJUDICATION_NOT_FOUND');
    await services.inDoubt.resolveOverdue();
    const states = await Promise.all(messages.map(async (message) => (await outcomeOf(message ?? '')).state));
    expect(states.sort()).toEqual(['REFUSED', 'SETTLED']);
    expect(home.standing.size).toBe(1);
  });

  it('isn’t held back by a message that nobody can answer', async () => {
    const messages = Array.from({ length: 3 }, messageId);
    for (const message of messages) {
      home.befalls('adjudicate', 'AFTER');
      await expectRejected(settle(newBill(), message), 'OUTCOME_UNKNOWN');
    }
    clock.moveTo(LATER);
    home.befalls('reverse', 'BEFORE');
    const done = async () => (await Promise.all(messages.map(concluded))).filter(Boolean).length;
    await services.inDoubt.resolveOverdue();
    expect(await done()).toBe(0);
    // The one that wasn't answered waits now.
    await services.inDoubt.resolveOverdue();
    expect(await done()).toBe(2);
    clock.moveTo(new Date(LATER.getTime() + 1_000));
    await services.inDoubt.resolveOverdue();
    expect(await done()).toBe(3);
  });

  it('undoes what one copy of a message booked before it crashed, while the other was refused', async () => {
    const [bill, message, held, reached] = [newBill(), messageId(), gate(), gate()];
    const { personId, insuredRegion } = bill;
    const copy = (billed: () => Promise<Bill>) => {
      const part = { partKey: '', visitId: null };
      const asked = {
        institutionCode: CODE,
        messageId: message,
        body: 'one',
        personId,
        insuredRegion,
        part,
        bill: billed,
      };
      return services.settlements.settleAsked(HOSPITAL, asked);
    };
    const refused = copy(async () => {
      reached.open();
      await held.passed;
      throw new Rejection('VISIT_NOTHING_TO_SETTLE');
    });
    const first = endOf(refused, 'settled');
    await reached.passed;
    home.befalls('adjudicate', 'AFTER');
    await expectRejected(
      copy(() => Promise.resolve(bill)),
      'OUTCOME_UNKNOWN',
    );
    held.open();
    expect([await first, home.standing.size]).toEqual(['VISIT_NOTHING_TO_SETTLE', 1]);
    clock.moveTo(LATER);
    await services.inDoubt.resolveOverdue();
    expect([home.standing.size, await concluded(message)]).toEqual([0, true]);
  });

  it('works on for one province while another doesn’t answer', async () => {
    const [one, other] = [messageId(), messageId()];
    for (const [message, insuredRegion] of [
      [one, '610100'],
      [other, '310000'],
    ] as const) {
      home.befalls('adjudicate', 'AFTER');
      await expectRejected(settle(newBill({ insuredRegion }), message), 'OUTCOME_UNKNOWN');
    }
    clock.moveTo(LATER);
    const [held, reached] = [gate(), gate()];
    // Whichever is asked first doesn't answer.
    home.befalls('reverse', { hold: held.passed, reached: reached.open });
    const round = services.inDoubt.resolveOverdue();
    await reached.passed;
    const done = async () => [await concluded(one), await concluded(other)].filter(Boolean).length;
    await expect.poll(done, PATIENCE).toBe(1);
    held.open();
    await round;
    expect(await done()).toBe(2);
  });
});

async function concluded(message: string): Promise<boolean> {
  const rows = await queryAs<{ done: boolean }>(
    db.superuserUrl,
    'SELECT concluded_at IS NOT NULL AS done FROM settlement_request WHERE message_id = $1',
    [message],
  );
  return rows[0]?.done ?? false;
}

describe('a stay in parts', () => {
  const at = (hour: number) => new Date(NOW.getTime() + (hour - 12) * 3_600_000);
  const part = (of: Bill, from: number, to: number, midStay: boolean): Bill => ({
    ...of,
    endedAt: at(to),
    lines: of.lines.map((line) => ({ ...line, occurredAt: at(from) })),
    midStay,
  });

  it('is settled part by part in time, and not after the last', async () => {
    const bill = newBill({ admittedAt: at(1) });
    expect(await settle(part(bill, 1, 3, true))).toMatchObject({ stayPart: 1, midStay: true });
    // With fees that the first part had.
    await expectRejected(settle(part(bill, 1, 5, true)), 'MID_STAY_INVALID');
    // With fees that came late.
    expect(await settle(part(bill, 2, 5, true))).toMatchObject({ stayPart: 2, midStay: true });
    const last = await settle(part(bill, 5, 6, false));
    expect(last).toMatchObject({ stayPart: 3, midStay: false });
    await expectRejected(settle(part(bill, 6, 7, false)), 'VISIT_ALREADY_SETTLED');
    await cancel(last.settlementId);
    expect(await settle(part(bill, 5, 7, false))).toMatchObject({ stayPart: 3 });
  });

  it('settles one that was taken back anew in its place, also after the last, and no other', async () => {
    const bill = newBill({ admittedAt: at(1) });
    const [cancelMessage, first] = [messageId(), await settle(part(bill, 1, 3, true))];
    await settle(part(bill, 3, 5, false));
    await cancel(first.settlementId, cancelMessage);
    await expectRejected(settle(part(bill, 1, 3, false)), 'VISIT_ALREADY_SETTLED');
    await expectRejected(settle(part(bill, 1, 6, true)), 'VISIT_ALREADY_SETTLED');
    expect(await settle(part(bill, 2, 3, true))).toMatchObject({ stayPart: 1, midStay: true });
    await expectRejected(settle(part(bill, 4, 5, true)), 'VISIT_ALREADY_SETTLED');
    await expectRejected(reverse(cancelMessage), 'CANCELLATION_SUPERSEDED');
    await expectBooksAgree(bill.personId);
  });

  it('never stands whole and in parts, in whatever order cancellations are undone', async () => {
    const bill = newBill({ admittedAt: at(1) });
    const asWhole = part(bill, 1, 6, false);
    const cancelled: string[] = [];
    const settledAndCancelled = async (...bills: Bill[]): Promise<void> => {
      const settled = [];
      for (const one of bills) settled.push(await settle(one));
      for (const { settlementId } of settled.reverse()) {
        cancelled.push(messageId());
        clock.moveTo(new Date(clock.now().getTime() + 1));
        await cancel(settlementId, cancelled.at(-1));
      }
    };
    await settledAndCancelled(asWhole);
    await settledAndCancelled(part(bill, 1, 3, true), part(bill, 3, 6, false));
    const ends: string[] = [];
    for (const message of cancelled) ends.push(await endOf(reverse(message), 'stands'));
    expect(ends).toEqual(['stands', 'CANCELLATION_SUPERSEDED', 'CANCELLATION_SUPERSEDED']);
    expect(home.standing.size).toBe(1);
    await expectBooksAgree(bill.personId);
  });

  it('is not settled beside what was taken back while the home province was asked, and nothing is left there', async () => {
    const bill = newBill({ admittedAt: at(1) });
    const first = await settle(part(bill, 1, 3, true));
    const [held, reached] = [gate(), gate()];
    home.befalls('adjudicate', { hold: held.passed, reached: reached.open });
    const second = endOf(settle(part(bill, 3, 5, true)), 'settled');
    await reached.passed;
    await cancel(first.settlementId);
    held.open();
    expect(await second).toBe('VISIT_CHANGED');
    expect(home.standing.size).toBe(0);
    expect(await owed(bill.personId)).toEqual(['SETTLEMENT 6500', 'REFUND -6500']);
  });

  it('keeps its admission when the first of them is refunded in part, and again when it is settled anew', async () => {
    const bill = newBill({ admittedAt: at(1) });
    const first = await settle(part(bill, 1, 3, true));
    const second = await settle(part(bill, 3, 5, false));
    expect([first.continuesStay, second.continuesStay]).toEqual([false, true]);
    const { remainder } = await refund(first.settlementId);
    expect(remainder?.continuesStay).toBe(false);
    await cancel(remainder?.settlementId ?? '');
    expect((await settle(part(bill, 2, 3, true))).continuesStay).toBe(false);
  });

  it('is refunded in part beside what stood when the home province was asked, or not at all', async () => {
    const bill = newBill({ admittedAt: at(1) });
    const first = await settle(part(bill, 1, 3, true));
    const second = await settle(part(bill, 3, 5, false));
    await cancel(first.settlementId);
    const [held, reached] = [gate(), gate()];
    home.befalls('adjudicate', { hold: held.passed, reached: reached.open });
    const refunding = endOf(refund(second.settlementId), 'refunded');
    await reached.passed;
    await settle(part(bill, 2, 3, true));
    held.open();
    expect(await refunding).toBe('VISIT_CHANGED');
    expect([await stateOf(second.settlementId), home.standing.size]).toEqual(['SETTLED', 2]);
    await expectBooksAgree(bill.personId);
  });

  it.each(['INPATIENT', 'OUTPATIENT'] as const)(
    'or any %s visit is settled by messages or by its fees, not both',
    async (visitKind) => {
      const bill = newBill({ visitKind });
      const byFees = async (partKey: string) => {
        const message = { institutionCode: CODE, messageId: messageId(), body: partKey };
        const { personId, insuredRegion } = bill;
        const ofFees = { partKey: visitKind === 'INPATIENT' ? '' : partKey, visitId: randomUUID() };
        const asked = { ...message, personId, insuredRegion, part: ofFees, bill: () => Promise.resolve(bill) };
        return services.settlements.settleAsked(HOSPITAL, asked);
      };
      const { settlementId } = await settle(bill);
      await expectRejected(byFees('a'), 'VISIT_ALREADY_SETTLED');
      await cancel(settlementId);
      expect((await byFees('b')).state).toBe('SETTLED');
      await expectRejected(settle(bill), 'VISIT_ALREADY_SETTLED');
    },
  );

  it('excludes the whole at the same moment', async () => {
    const bill = newBill({ admittedAt: at(1) });
    const ends = await Promise.all([
      endOf(settle(part(bill, 1, 3, true)), 'settled'),
      endOf(settle(part(bill, 1, 3, false)), 'settled'),
    ]);
    // One after the other the whole may become the last part; it may not overlap the first.
    expect(ends.filter((end) => end === 'settled')).toHaveLength(1);
  });
});

describe('chronic diseases of one visit number', () => {
  it('are settled one by one, each once', async () => {
    const bill = newBill({ visitKind: 'CHRONIC', diseaseCode: 'M03900' });
    await settle(bill);
    expect((await settle({ ...bill, diseaseCode: 'M01600' })).state).toBe('SETTLED');
    await expectRejected(settle(bill), 'VISIT_ALREADY_SETTLED');
  });
});

it('leaves a sound audit trail', async () => expect(await auditFaults(db)).toEqual([]));
