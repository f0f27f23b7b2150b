import { randomUUID } from 'node:crypto';
import { bodyHash, freeze, serviceActor, thaw, type Actor, type Tx } from '@yiditong/chassis';
import { fen } from '@yiditong/money';
import {
  atOnce,
  createTestDatabase,
  endOf,
  gate,
  patiently,
  PATIENCE,
  queryAs,
  rowCounts,
  testVault,
  waitingForLocks,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordObligation } from '../clearing/obligation.store.js';
import { migrations } from '../migrations/index.js';
import { decideOutcome, findOutcome } from './outcome.store.js';
import { obligationOf } from './record.service.js';
import {
  barUnlessReceived,
  claimReverse,
  claimOperation,
  concludeRequest,
  findRequest,
  overdueRequests,
  postponeRequest,
  provincesOverdue,
  type MessageClaim,
} from './request.store.js';
import type { Outcome, SettledLine, Settlement } from './settlement.entity.js';
import { advance } from './settlement-state.store.js';
import {
  diagnosisContext,
  findSettlement,
  insertLines,
  insertSettlement,
  lockSettlement,
  settlementsOfCycle,
} from './settlement.store.js';
import { standingAt } from './visit-place.store.js';

const BEIJING = serviceActor('settlement', '110000');
const SHAANXI = serviceActor('settlement', '610000');
const SHANGHAI = serviceActor('settlement', '310000');
const INSTITUTION = 'H11010500001';
const NOW = new Date('2026-03-01T04:00:00Z');

let db: TestDatabase;
let sequence = 0;

beforeAll(async () => {
  db = await createTestDatabase('settlement', migrations);
});
afterAll(() => db.drop());

const messageId = (): string => `${INSTITUTION}20260301120000${String(++sequence).padStart(4, '0')}`;
const as = <T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> => db.database.transaction(actor, work);

/** A 西安 employee in 北京: 1,000.00 of which 100.00 is full self-pay; the funds pay 600.00 and accounts 150.00. */
function settlement(change: Partial<Settlement> = {}): Settlement {
  return {
    personId: randomUUID(),
    settlementId: randomUUID(),
    institutionCode: INSTITUTION,
    messageId: messageId(),
    visitNumber: `V${++sequence}`,
    visitKind: 'INPATIENT',
    partKey: '',
    stayPart: 0,
    midStay: false,
    continuesStay: false,
    visitId: null,
    admittedAt: NOW.toISOString(),
    endedAt: NOW.toISOString(),
    emergency: false,
    trauma: false,
    insuredRegion: '610100',
    treatingRegion: '110105',
    filingCategory: 'REFERRAL',
    benefitLevel: 'REFERRAL',
    eligibilityBasis: 'FILED',
    filingId: randomUUID(),
    insurance: 'EMPLOYEE',
    personType: 'RETIREE',
    insuranceBilled: true,
    useAccount: true,
    totalFen: fen(100_000n),
    split: {
      fullSelfPayFen: fen(10_000n),
      overCeilingFen: fen(2_000n),
      firstSelfPayFen: fen(3_000n),
      inScopeFen: fen(85_000n),
    },
    deductibleFen: fen(5_000n),
    funds: [
      { fund: 'POOLING', amountFen: fen(50_000n) },
      { fund: 'LARGE_SUM', amountFen: fen(10_000n) },
    ],
    fundTotalFen: fen(60_000n),
    personalFen: fen(40_000n),
    accountFen: fen(11_000n),
    mutualAidFen: fen(4_000n),
    cashFen: fen(25_000n),
    hospitalPartFen: fen(0n),
    accountBalanceFen: fen(123n),
    poolingRatioE4: 6_667,
    details: [{ fund: 'POOLING', baseFen: fen(80_000n), limitFen: null, amountFen: fen(50_000n), process: '统筹' }],
    policyId: randomUUID(),
    explanation: [
      {
        rule: 'PERSONAL',
        source: 's',
        baseFen: fen(1n),
        rate: '',
        resultFen: fen(40_000n),
        textZh: '个人负担',
        textEn: 'The person’s part',
      },
    ],
    businessDate: '2026-03-01',
    settledAt: NOW.toISOString(),
    state: 'SETTLED',
    reversalBusinessDate: null,
    remainderOf: null,
    cancellationId: null,
    cancellationMessageId: null,
    cancellationBusinessDate: null,
    cancelledAt: null,
    laterSettlementIds: [],
    reinstatementId: null,
    reinstatedAt: null,
    ...change,
  };
}

/** With a diagnosis, which these specs don't look at. */
const insertRow = (tx: Tx, row: Settlement): Promise<void> =>
  insertSettlement(tx, row, testVault().seal(diagnosisContext(row), { diseaseCode: '', diagnoses: [] }));

/** Through both steps, as a reversal goes. */
async function reversed(tx: Tx, one: Settlement, reversalBusinessDate: string): Promise<void> {
  const reversing = await advance(tx, one, 'REVERSE', NOW);
  await advance(tx, reversing, 'REVERSED', NOW, { reversalBusinessDate });
}

function line(change: Partial<SettledLine> = {}): SettledLine {
  return {
    lineNumber: 1,
    nationalCode: '001101000010000',
    hospitalCode: '',
    approved: false,
    quantityE4: 10_000n,
    unitPriceMicroYuan: 1_000_000_000n,
    amountFen: fen(100_000n),
    occurredAt: NOW,
    examiningInstitutionCode: '',
    diseaseCode: '',
    itemClass: 'B',
    chargeCategory: '09',
    catalogueRule: 'ENTRY',
    catalogueSequence: 1,
    split: settlement().split,
    ...change,
  };
}

function claim(body: unknown = 'a bill', change: Partial<MessageClaim> = {}): MessageClaim {
  return {
    institutionCode: INSTITUTION,
    messageId: messageId(),
    treatingProvince: '110000',
    bodyHash: bodyHash(body),
    receivedAt: NOW,
    deadlineAt: new Date(NOW.getTime() + 60_000),
    ...change,
  };
}

const claimed = () => ({
  kind: 'SETTLE' as const,
  settlementId: randomUUID(),
  personId: randomUUID(),
  insuredRegion: '610100',
});

describe('a settlement', () => {
  it('is read as it was written, by both its parties and by nobody else', async () => {
    const written = settlement();
    await as(BEIJING, (tx) => insertRow(tx, written));
    expect(await as(BEIJING, (tx) => findSettlement(tx, written.settlementId))).toEqual(written);
    expect(await as(SHAANXI, (tx) => findSettlement(tx, written.settlementId))).toEqual(written);
    expect(await as(SHANGHAI, (tx) => findSettlement(tx, written.settlementId))).toBeNull();
  });

  it('cannot be written by a province that is no party to it', async () => {
    await expect(as(SHANGHAI, (tx) => insertRow(tx, settlement()))).rejects.toThrow('row-level security');
  });

  const { split } = settlement();
  it.each<[string, Partial<Settlement>, string]>([
    ['split does not add up', { split: { ...split, inScopeFen: fen(85_001n) } }, 'settlement_split'],
    ['shares do not add up', { personalFen: fen(40_001n), cashFen: fen(25_001n) }, 'settlement_shares'],
    ['cash does not add up', { cashFen: fen(25_001n) }, 'settlement_personal_parts'],
    ['account does not add up', { accountFen: fen(10_999n) }, 'settlement_personal_parts'],
    ['mutual aid does not add up', { mutualAidFen: fen(0n) }, 'settlement_personal_parts'],
    ['account takes money', { accountFen: fen(-1n), cashFen: fen(36_001n) }, 'settlement_account_fen_check'],
    ['mutual aid takes money', { mutualAidFen: fen(-1n), cashFen: fen(29_001n) }, 'settlement_mutual_aid_fen_check'],
    ['cash is less than nothing', { accountFen: fen(36_001n), cashFen: fen(-1n) }, 'settlement_cash_fen_check'],
    ['funds do not add up', { funds: [{ fund: 'POOLING', amountFen: fen(59_999n) }] }, 'settlement_funds'],
    [
      'person pays less than nothing',
      { personalFen: fen(-1n), fundTotalFen: fen(100_001n), funds: [{ fund: 'POOLING', amountFen: fen(100_001n) }] },
      'settlement_personal_fen_check',
    ],
    [
      'fund takes money',
      {
        funds: [{ fund: 'POOLING', amountFen: fen(-1n) }],
        fundTotalFen: fen(-1n),
        personalFen: fen(100_001n),
        cashFen: fen(85_001n),
      },
      'settlement_pooling_fen_check',
    ],
    [
      'split has a negative part',
      { split: { ...split, fullSelfPayFen: fen(-1n), inScopeFen: fen(95_001n) } },
      'settlement_full_self_pay_fen_check',
    ],
    ['deductible exceeds what is in scope', { deductibleFen: fen(85_001n) }, 'settlement_check'],
    ['parties are one province', { treatingRegion: '610300' }, 'settlement_cross_province'],
    ['reversal has no cycle', { state: 'REVERSED' }, 'settlement_state'],
    ['state is none', { state: 'PAID' as 'SETTLED' }, 'settlement_state'],
  ])('is refused by the database where its %s', async (_, change, constraint) => {
    const before = await rowCounts(db);
    // The insured province writes, for the case in which the treating one is no party.
    await expect(as(SHAANXI, (tx) => insertRow(tx, settlement(change)))).rejects.toThrow(constraint);
    expect(await rowCounts(db)).toEqual(before);
  });

  it('has lines that each add up, or is not recorded at all', async () => {
    const written = settlement();
    const before = await rowCounts(db);
    const wrong = as(BEIJING, async (tx) => {
      await insertRow(tx, written);
      await recordObligation(tx, written.personId, obligationOf(written), NOW);
      await insertLines(tx, written, [line(), line({ lineNumber: 2, amountFen: fen(100_001n) })]);
    });
    await expect(wrong).rejects.toThrow('settlement_line_split');
    expect(await rowCounts(db)).toEqual(before);
  });

  it('keeps of each line how the hospital named it, and which rule of which version of the catalogue split it', async () => {
    const written = settlement();
    const own = {
      hospitalCode: '药 100-1',
      approved: true,
      catalogueRule: 'RESTRICTED',
      catalogueSequence: 7,
    } as const;
    await as(BEIJING, async (tx) => {
      await insertRow(tx, written);
      await insertLines(tx, written, [line(), line({ lineNumber: 2, nationalCode: '', ...own })]);
    });
    const rows = await queryAs(
      db.superuserUrl,
      `SELECT national_code, hospital_code, approved, catalogue_rule, catalogue_sequence FROM settlement_line
       WHERE settlement_id = $1 ORDER BY line_number`,
      [written.settlementId],
    );
    expect(rows.map((row) => Object.values(row as object))).toEqual([
      ['001101000010000', '', false, 'ENTRY', 1],
      ['', '药 100-1', true, 'RESTRICTED', 7],
    ]);
  });

  it.each<[string, Partial<SettledLine>, string]>([
    ['names its item by no code', { nationalCode: '' }, 'settlement_line_code'],
    ['was split by no version', { catalogueSequence: 0 }, 'settlement_line_sequence'],
  ])('is refused by the database where a line %s', async (_, change, constraint) => {
    const written = settlement();
    await expect(as(BEIJING, (tx) => insertLines(tx, written, [line(change)]))).rejects.toThrow(constraint);
  });

  it('is listed in the cycle that it was settled in and in the one that it was cancelled or reversed in, page by page', async () => {
    const [kept, undone] = [settlement({ businessDate: '2026-04-01' }), settlement({ businessDate: '2026-04-02' })];
    await as(BEIJING, async (tx) => {
      await insertRow(tx, kept);
      await insertRow(tx, undone);
      await reversed(tx, kept, '2026-04-02');
    });
    const ids = [kept.settlementId, undone.settlementId].sort();
    const listed = async (date: string, after: string | null, limit: number): Promise<string[]> =>
      (await as(BEIJING, (tx) => settlementsOfCycle(tx, date, after, limit))).map((found) => found.settlementId);
    expect(await listed('2026-04-01', null, 10)).toEqual([kept.settlementId]);
    expect(await listed('2026-04-02', null, 1)).toEqual(ids.slice(0, 1));
    expect(await listed('2026-04-02', ids[0] ?? null, 1)).toEqual(ids.slice(1));
    const cancelled = settlement({ businessDate: '2026-04-03' });
    await as(BEIJING, async (tx) => {
      await insertRow(tx, cancelled);
      const marked = await advance(tx, cancelled, 'CANCEL', NOW, { cancellationId: randomUUID() });
      const facts = { cancellationBusinessDate: '2026-04-04', cancelledAt: NOW.toISOString() };
      await advance(tx, marked, 'CANCELLED', NOW, facts);
    });
    for (const date of ['2026-04-03', '2026-04-04'])
      expect(await listed(date, null, 10)).toEqual([cancelled.settlementId]);
  });
});

describe('a visit', () => {
  const visit = () => ({ personId: randomUUID(), visitNumber: `V${++sequence}` });

  it('has one live settlement, also of ten at once', async () => {
    const same = visit();
    const ends = await atOnce(10, () =>
      endOf(
        patiently(() => as(BEIJING, (tx) => insertRow(tx, settlement(same)))),
        'settled',
      ),
    );
    expect(ends.sort()).toEqual([...Array<string>(9).fill('VISIT_ALREADY_SETTLED'), 'settled']);
    expect(await as(BEIJING, (tx) => standingAt(tx, settlement(same)))).toHaveLength(1);
  });

  it('can be settled anew once its settlement is being reversed, as often as it is', async () => {
    const same = visit();
    for (const reversedOn of ['2026-03-01', '2026-03-02']) {
      const one = settlement(same);
      await as(BEIJING, (tx) => insertRow(tx, one));
      await as(BEIJING, (tx) => reversed(tx, one, reversedOn));
      expect(await as(BEIJING, (tx) => standingAt(tx, one))).toEqual([]);
    }
    await as(BEIJING, (tx) => insertRow(tx, settlement(same)));
    await expect(as(BEIJING, (tx) => insertRow(tx, settlement(same)))).rejects.toMatchObject({
      reason: 'VISIT_ALREADY_SETTLED',
    });
  });

  it.each<[string, Partial<Settlement>]>([
    ['of another person', { personId: randomUUID() }],
    ['at another institution', { institutionCode: 'H11010500002' }],
    ['of another kind', { visitKind: 'OUTPATIENT' }],
    ['with another number', { visitNumber: 'another' }],
  ])('%s is another visit', async (_, change) => {
    const same = visit();
    await as(BEIJING, (tx) => insertRow(tx, settlement(same)));
    const other = settlement({ ...same, ...change });
    await as(BEIJING, (tx) => insertRow(tx, other));
    expect(await as(BEIJING, (tx) => findSettlement(tx, other.settlementId))).toEqual(other);
  });

  it('being reversed is locked against a second reversal until the first commits', async () => {
    const one = settlement(visit());
    await as(BEIJING, (tx) => insertRow(tx, one));
    const [locked, finish] = [gate(), gate()];
    const first = as(BEIJING, async (tx) => {
      await lockSettlement(tx, one.personId, one.settlementId);
      locked.open();
      await finish.passed;
      await advance(tx, one, 'REVERSE', NOW);
    });
    await locked.passed;
    const second = as(BEIJING, (tx) => lockSettlement(tx, one.personId, one.settlementId));
    await expect.poll(() => waitingForLocks(db), PATIENCE).toBe(1);
    finish.open();
    await first;
    expect((await second)?.state).toBe('REVERSING');
  });
});

describe('the outcome of a settlement id', () => {
  const refusal = { reason: 'PERSON_UNKNOWN', params: {} } as const;

  it('is decided once by whoever comes first, though settling, refusing and giving up come at once', async () => {
    const won = new Set<string>();
    for (let round = 0; round < 20; round++) {
      const one = settlement();
      const key = { ...one, insuredProvince: '610000', treatingProvince: '110000' };
      const candidates: Outcome[] = [
        { outcome: 'SETTLED', answer: one },
        { outcome: 'REFUSED', answer: refusal },
        { outcome: 'NOT_SETTLED', answer: { reason: 'SETTLEMENT_ABANDONED', params: {} } },
      ];
      const standing = await atOnce(3, async (index) => {
        const mine = candidates[(index + round) % 3];
        if (!mine) throw new Error('there are three');
        const other = await patiently(() => as(BEIJING, (tx) => decideOutcome(tx, key, mine, NOW)));
        return { mine: other === null, outcome: other ?? mine };
      });
      expect(standing.filter(({ mine }) => mine)).toHaveLength(1);
      expect(new Set(standing.map(({ outcome }) => freeze(outcome))).size).toBe(1);
      const kept = await as(SHAANXI, (tx) => findOutcome(tx, key));
      expect(freeze(kept)).toBe(freeze(standing[0]?.outcome));
      won.add(kept?.outcome ?? 'none');
    }
    expect(won.size).toBeGreaterThan(1);
  });

  it('is open again where the one who decided first failed to commit', async () => {
    const key = { ...settlement(), insuredProvince: '610000', treatingProvince: '110000' };
    const [decided, fail] = [gate(), gate()];
    const first = as(BEIJING, async (tx) => {
      await decideOutcome(tx, key, { outcome: 'REFUSED', answer: refusal }, NOW);
      decided.open();
      await fail.passed;
      throw new Error('crashed');
    });
    const failed = first.catch((error: unknown) => error);
    await decided.passed;
    const second = as(BEIJING, (tx) => decideOutcome(tx, key, { outcome: 'NOT_SETTLED', answer: refusal }, NOW));
    await expect.poll(() => waitingForLocks(db), PATIENCE).toBe(1);
    fail.open();
    expect(await failed).toEqual(new Error('crashed'));
    expect(await second).toBeNull();
    expect(await as(BEIJING, (tx) => findOutcome(tx, key))).toMatchObject({ outcome: 'NOT_SETTLED' });
  });

  it('is never changed: the service may not', async () => {
    await expect(queryAs(db.appUrl, "UPDATE settlement_outcome SET outcome = 'REFUSED'")).rejects.toThrow(
      'permission denied',
    );
  });
});

describe('a message', () => {
  it('with the same body again is the same claim, also of ten at once', async () => {
    const message = claim({ totalFen: 1n });
    const intents = await atOnce(10, () =>
      patiently(() => as(BEIJING, (tx) => claimOperation(tx, message, claimed()))),
    );
    expect(new Set(intents.map(({ settlementId }) => settlementId)).size).toBe(1);
    const again = await as(BEIJING, (tx) => claimOperation(tx, claim({ totalFen: 1n }, message), claimed()));
    expect(again).toMatchObject({ ...intents[0], deadlineAt: message.deadlineAt, concluded: false });
  });

  it('with another body is refused, and the first claim stands', async () => {
    const message = claim({ totalFen: 1n });
    const first = await as(BEIJING, (tx) => claimOperation(tx, message, claimed()));
    const other = { ...message, bodyHash: bodyHash({ totalFen: 2n }) };
    await expect(as(BEIJING, (tx) => claimOperation(tx, other, claimed()))).rejects.toMatchObject({
      reason: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect(await as(BEIJING, (tx) => claimOperation(tx, message, claimed()))).toEqual(first);
  });

  it('that asked for a settlement cannot ask for a reversal, nor the other way round', async () => {
    const [settle, reverse] = [claim(), claim()];
    await as(BEIJING, (tx) => claimOperation(tx, settle, claimed()));
    await as(BEIJING, (tx) => claimReverse(tx, reverse, settle.messageId));
    const reused = { reason: 'IDEMPOTENCY_KEY_REUSED' };
    await expect(as(BEIJING, (tx) => claimReverse(tx, settle, messageId()))).rejects.toMatchObject(reused);
    await expect(as(BEIJING, (tx) => claimOperation(tx, reverse, claimed()))).rejects.toMatchObject(reused);
  });

  it('that was reversed before it came is refused for ever', async () => {
    const message = claim();
    const barred = await as(BEIJING, (tx) => barUnlessReceived(tx, claim(), message.messageId));
    expect(barred).toMatchObject({ kind: 'BARRED', concluded: true });
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(as(BEIJING, (tx) => claimOperation(tx, message, claimed()))).rejects.toMatchObject({
        reason: 'SETTLEMENT_REVERSED',
      });
  });

  it('that came before its reversal stays what it is', async () => {
    const message = claim();
    const intent = await as(BEIJING, (tx) => claimOperation(tx, message, claimed()));
    const found = await as(BEIJING, (tx) => barUnlessReceived(tx, claim(), message.messageId));
    expect(found).toMatchObject({ kind: 'SETTLE', settlementId: intent.settlementId });
  });

  it('in a race with its reversal is either claimed or barred, and both see which', async () => {
    for (let round = 0; round < 20; round++) {
      const message = claim();
      const calls = [
        () =>
          endOf(
            as(BEIJING, (tx) => claimOperation(tx, message, claimed())),
            'SETTLE',
          ),
        () => as(BEIJING, (tx) => barUnlessReceived(tx, claim(), message.messageId)).then(({ kind }): string => kind),
      ];
      const seen = await Promise.all((round % 2 ? calls.reverse() : calls).map((call) => call()));
      expect(['SETTLE SETTLE', 'BARRED SETTLEMENT_REVERSED']).toContain(seen.sort().join(' '));
    }
  });

  it('is overdue from its deadline on, until it is concluded, and keeps its first conclusion', async () => {
    const message = claim('overdue', { deadlineAt: new Date('2020-01-01T00:00:00Z') });
    await as(BEIJING, (tx) => claimOperation(tx, message, claimed()));
    const overdueAt = async (instant: string): Promise<string[]> =>
      (await as(BEIJING, (tx) => overdueRequests(tx, '61', new Date(instant), 10))).map((found) => found.messageId);
    expect(await overdueAt('2019-12-31T23:59:59.999Z')).toEqual([]);
    expect(await overdueAt('2020-01-01T00:00:00Z')).toEqual([message.messageId]);
    await as(BEIJING, (tx) => concludeRequest(tx, message, NOW, 'first'));
    await as(BEIJING, (tx) => concludeRequest(tx, message, NOW, 'second'));
    expect(await overdueAt('2020-01-01T00:00:00Z')).toEqual([]);
    const [row] = await queryAs(db.superuserUrl, 'SELECT answer FROM settlement_request WHERE message_id = $1', [
      message.messageId,
    ]);
    expect(row).toEqual({ answer: 'first' });
  });

  it('that can’t be resolved gives way to others, longer each time, and is looked for by its home province', async () => {
    const due = (seconds: number) => new Date(Date.parse('2019-01-01T00:00:00Z') + seconds * 1_000);
    const messages = [0, 1].map((second) => claim('waiting', { deadlineAt: due(second) }));
    const [first, second] = messages.map(({ messageId: id }) => id);
    for (const message of messages)
      await as(BEIJING, (tx) => claimOperation(tx, message, { ...claimed(), insuredRegion: '620100' }));
    const overdueAt = async (now: Date): Promise<string[]> =>
      (await as(BEIJING, (tx) => overdueRequests(tx, '62', now, 10))).map((found) => found.messageId);
    const [stuck] = messages;
    if (!stuck) throw new Error('there are two');
    expect(await overdueAt(due(1))).toEqual([first, second]);
    await as(BEIJING, (tx) => postponeRequest(tx, stuck, due(1)));
    expect([await overdueAt(due(1)), await overdueAt(due(2))]).toEqual([[second], [second, first]]);
    for (let tries = 0; tries < 20; tries++) await as(BEIJING, (tx) => postponeRequest(tx, stuck, due(100)));
    expect([await overdueAt(due(129)), await overdueAt(due(130))]).toEqual([[second], [second, first]]);
    expect(await as(BEIJING, (tx) => provincesOverdue(tx, due(0)))).toEqual([]);
    expect(await as(BEIJING, (tx) => provincesOverdue(tx, due(1)))).toEqual(['62']);
    for (const message of messages) await as(BEIJING, (tx) => concludeRequest(tx, message, NOW));
    expect(await as(BEIJING, (tx) => provincesOverdue(tx, due(200)))).toEqual([]);
  });

  it('that came again isn’t concluded by the copy that did nothing', async () => {
    const message = claim();
    const openCount = async (): Promise<number> =>
      (
        await queryAs(
          db.superuserUrl,
          'SELECT 1 FROM settlement_request WHERE message_id = $1 AND concluded_at IS NULL',
          [message.messageId],
        )
      ).length;
    for (let copy = 0; copy < 2; copy++) await as(BEIJING, (tx) => claimOperation(tx, message, claimed()));
    await as(BEIJING, (tx) => concludeRequest(tx, message, NOW, null, 'UNLESS_REPEATED'));
    expect(await openCount()).toBe(1);
    await as(BEIJING, (tx) => concludeRequest(tx, message, NOW));
    expect(await openCount()).toBe(0);
    const once = claim();
    await as(BEIJING, (tx) => claimOperation(tx, once, claimed()));
    await as(BEIJING, (tx) => concludeRequest(tx, once, NOW, null, 'UNLESS_REPEATED'));
    expect(await as(BEIJING, (tx) => findRequest(tx, INSTITUTION, once.messageId))).toMatchObject({ concluded: true });
  });
});

describe('an obligation', () => {
  it('and its message to clearing are one: both or neither', async () => {
    const one = settlement();
    const before = await rowCounts(db);
    const recording = (fail: boolean): Promise<void> =>
      as(BEIJING, async (tx) => {
        await recordObligation(tx, one.personId, obligationOf(one), NOW);
        if (fail) throw new Error('crashed');
      });
    await expect(recording(true)).rejects.toThrow('crashed');
    expect(await rowCounts(db)).toEqual(before);
    await recording(false);
    expect(await rowCounts(db)).toEqual({
      ...before,
      obligation: (before['obligation'] ?? 0) + 1,
      outbox: (before['outbox'] ?? 0) + 1,
    });
  });

  it('is everything but cash, the accounts’ part as one beside the funds', async () => {
    const one = settlement();
    await as(BEIJING, (tx) => recordObligation(tx, one.personId, obligationOf(one), NOW));
    const [row] = await queryAs<{ amount: string; payload: string }>(
      db.superuserUrl,
      `SELECT o.amount_fen AS amount, b.payload FROM obligation o, outbox b
       WHERE o.settlement_id = $1::uuid AND b.payload LIKE '%' || $2 || '%'`,
      [one.settlementId, one.settlementId],
    );
    const { funds } = thaw<{ funds: unknown }>(row?.payload ?? '{}');
    expect([row?.amount, funds]).toEqual([
      '75000',
      [
        { fund: 'FUND_POOLING', amountFen: 50_000n },
        { fund: 'FUND_LARGE_SUM', amountFen: 10_000n },
        { fund: 'FUND_PERSONAL_ACCOUNT', amountFen: 15_000n },
      ],
    ]);
  });

  it('has no part of accounts that paid nothing', () => {
    const one = settlement({ accountFen: fen(0n), mutualAidFen: fen(0n), cashFen: fen(40_000n) });
    expect(obligationOf(one).funds).toEqual(one.funds);
  });

  it('is recorded once for a settlement and once for its reversal', async () => {
    const one = settlement();
    const record = (tx: Tx): Promise<void> => recordObligation(tx, one.personId, obligationOf(one), NOW);
    await as(BEIJING, record);
    await expect(as(BEIJING, record)).rejects.toThrow('obligation_once');
  });

  it('has the sign of its kind', async () => {
    const one = settlement();
    const negative = { ...obligationOf(one), funds: [{ fund: 'POOLING' as const, amountFen: fen(-1n) }] };
    await expect(as(BEIJING, (tx) => recordObligation(tx, one.personId, negative, NOW))).rejects.toThrow(
      'obligation_sign',
    );
  });
});
