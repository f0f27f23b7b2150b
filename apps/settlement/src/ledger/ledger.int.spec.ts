import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Actor, Tx } from '@yiditong/chassis';
import { provinceOf } from '@yiditong/codes';
import { fen } from '@yiditong/money';
import { auditTrail, createTestDatabase, FixedClock, testVault, type TestDatabase } from '@yiditong/testing';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { migrations } from '../migrations/index.js';
import type { Settlement } from '../settlement/settlement.entity.js';
import { diagnosisContext, insertSettlement } from '../settlement/settlement.store.js';
import { insertVisit, visitContext } from '../visit/visit-row.store.js';
import type { Visit } from '../visit/visit.entity.js';
import { KeptFileService } from './kept-file.service.js';
import type { ConfirmedRow, LedgerRow, MonthRow, TotalsScope } from './ledger.entity.js';
import { LedgerService, type Looked } from './ledger.service.js';
import { digestOfMonth, spanOfMonth } from './month.js';
import { MonthService } from './month.service.js';

const CODE = 'H11010500001';
const OTHER = 'H11010500002';
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: CODE };
const NEIGHBOUR: Actor = { ...HOSPITAL, subject: 'n', institution: OTHER };
const FEBRUARY = new Date('2026-02-05T04:00:00Z');
const JANUARY = spanOfMonth('2026-01');

const clock = new FixedClock(FEBRUARY);
const vault = testVault();
let db: TestDatabase;
let ledgers: LedgerService;
let months: MonthService;
let files: KeptFileService;
let sequence = 0;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await createTestDatabase('settlement', migrations);
  ledgers = new LedgerService(db.database, vault, clock);
  months = new MonthService(db.database, clock);
  files = new KeptFileService(db.database, clock);
});
afterAll(() => db.drop());
beforeEach(() => clock.moveTo(FEBRUARY));

const messageId = (institution = CODE): string => `${institution}20260205120000${String(++sequence).padStart(4, '0')}`;

type Made = { readonly settlementId: string; readonly personId: string; readonly cancellationId: string };

/** A settlement of 100.00: the funds pay 60.00, the own account 9.00, a relative’s 1.00, cash 27.00, the hospital 3.00. */
async function settled(at: string, change: Partial<Settlement> = {}): Promise<Made> {
  const settlement = settlementOf(at, change);
  await db.database.transaction(actorOf(settlement.institutionCode), async (tx) => {
    const diagnosis = vault.seal(diagnosisContext(settlement), { diseaseCode: '', diagnoses: [] });
    await insertSettlement(tx, settlement, diagnosis);
    await owe(tx, settlement, { kind: 'SETTLEMENT', operationId: settlement.settlementId, at, amountFen: 7_000n });
  });
  const { settlementId, personId } = settlement;
  return { settlementId, personId, cancellationId: uuidv7() };
}

function settlementOf(at: string, change: Partial<Settlement>): Settlement {
  const zero = fen(0n);
  return {
    personId: randomUUID(),
    settlementId: uuidv7(),
    institutionCode: CODE,
    messageId: messageId(change.institutionCode),
    visitNumber: `V${++sequence}`,
    visitKind: 'INPATIENT',
    partKey: '',
    stayPart: 0,
    midStay: false,
    continuesStay: false,
    visitId: null,
    admittedAt: at,
    endedAt: at,
    emergency: false,
    trauma: false,
    insuredRegion: '610100',
    treatingRegion: '110105',
    filingCategory: 'REFERRAL',
    benefitLevel: 'REFERRAL',
    eligibilityBasis: 'FILED',
    filingId: null,
    insurance: 'EMPLOYEE',
    personType: 'RETIREE',
    insuranceBilled: true,
    useAccount: true,
    totalFen: fen(10_000n),
    split: { fullSelfPayFen: zero, overCeilingFen: zero, firstSelfPayFen: zero, inScopeFen: fen(10_000n) },
    deductibleFen: zero,
    funds: [{ fund: 'POOLING', amountFen: fen(6_000n) }],
    fundTotalFen: fen(6_000n),
    personalFen: fen(3_700n),
    accountFen: fen(900n),
    mutualAidFen: fen(100n),
    cashFen: fen(2_700n),
    hospitalPartFen: fen(300n),
    accountBalanceFen: null,
    poolingRatioE4: 6_000,
    details: [],
    policyId: randomUUID(),
    explanation: [],
    businessDate: at.slice(0, 10),
    settledAt: at,
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

type Owed = {
  readonly kind: string;
  readonly operationId: string;
  readonly at: string;
  readonly amountFen: bigint;
};

async function owe(
  tx: Tx,
  of: Pick<Settlement, 'personId' | 'settlementId' | 'insuredRegion' | 'treatingRegion'>,
  { kind, operationId, at, amountFen }: Owed,
): Promise<void> {
  await tx.query(
    `INSERT INTO obligation (person_id, obligation_id, settlement_id, operation_id, kind, insured_province, treating_province,
       insurance, business_date, amount_fen, leaf_hash, leaf_digest) VALUES ($1, $2, $3, $4, $5, $6, $7, 'EMPLOYEE', $8, $9, '\\x00', 0)`,
    [
      of.personId,
      uuidv7({ msecs: Date.parse(at) }),
      of.settlementId,
      operationId,
      kind,
      provinceOf(of.insuredRegion),
      provinceOf(of.treatingRegion),
      at.slice(0, 10),
      String(amountFen),
    ],
  );
}

async function correct(made: Made, at: string, kind: 'REVERSAL' | 'REFUND' | 'REINSTATEMENT'): Promise<void> {
  const operationId = kind === 'REVERSAL' ? made.settlementId : made.cancellationId;
  const amountFen = kind === 'REINSTATEMENT' ? 7_000n : -7_000n;
  await db.database.transaction(HOSPITAL, async (tx) => {
    const state = { REVERSAL: 'REVERSED', REFUND: 'CANCELLED', REINSTATEMENT: 'SETTLED' }[kind];
    const cancelled = kind === 'REFUND';
    await tx.query(
      `UPDATE settlement SET state = $2, reversal_business_date = $3, cancellation_id = $4, cancellation_message_id = $5, cancelled_at = $6,
         cancellation_business_date = $7 WHERE settlement_id = $1`,
      [
        made.settlementId,
        state,
        kind === 'REVERSAL' ? at.slice(0, 10) : null,
        cancelled ? made.cancellationId : null,
        cancelled ? messageId() : null,
        cancelled ? at : null,
        cancelled ? at.slice(0, 10) : null,
      ],
    );
    await owe(tx, { ...made, insuredRegion: '610100', treatingRegion: '110105' }, { kind, operationId, at, amountFen });
  });
}

/** Every statement that the database was sent during the work. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const sent = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    return sent.mock.calls.map(([statement]: readonly unknown[]) =>
      typeof statement === 'string' ? statement : (statement as { readonly text: string }).text,
    );
  } finally {
    sent.mockRestore();
  }
}

const actorOf = (institution: string): Actor => ({ ...HOSPITAL, institution });
const scope = (day: string, change: Partial<TotalsScope> = {}): TotalsScope => ({
  institutionCode: CODE,
  from: new Date(`${day}T00:00:00+08:00`),
  before: new Date(Date.parse(`${day}T00:00:00+08:00`) + 24 * 3_600_000),
  visitKinds: ['INPATIENT'],
  insurance: 'EMPLOYEE',
  refunds: false,
  ...change,
});
const none = { totalFen: fen(0n), fundTotalFen: fen(0n), accountFen: fen(0n), count: 0 };
const times = (count: bigint) => ({
  totalFen: fen(10_000n * count),
  fundTotalFen: fen(6_000n * count),
  accountFen: fen(900n * count),
});
const rowOf = ({ settlementId, personId }: Made): LedgerRow => ({
  recordId: settlementId,
  personId,
  ...times(1n),
  refund: false,
});

describe('the totals of days', () => {
  it('count what was settled that day in Asia/Shanghai, by kind and insurance, of the institution alone', async () => {
    await settled('2025-11-30T15:59:59.999Z');
    await settled('2025-11-30T16:00:00.000Z');
    await settled('2025-12-01T15:59:59.999Z');
    await settled('2025-12-01T16:00:00.000Z');
    await settled('2025-12-01T04:00:00.000Z', { visitKind: 'CHRONIC' });
    await settled('2025-12-01T04:00:00.000Z', { insurance: 'RESIDENT' });
    await settled('2025-12-01T04:00:00.000Z', { institutionCode: OTHER });
    const ours = { ...times(2n), count: 2 };
    expect(await ledgers.compareTotals(HOSPITAL, scope('2025-12-01'), ours)).toEqual({ equal: true, ours });
    const off = { ...ours, accountFen: fen(1_801n) };
    expect(await ledgers.compareTotals(HOSPITAL, scope('2025-12-01'), off)).toEqual({ equal: false, ours });
    const chronic = scope('2025-12-01', { visitKinds: ['OUTPATIENT', 'CHRONIC'] });
    expect((await ledgers.compareTotals(HOSPITAL, chronic, none)).ours.count).toBe(1);
  });

  it('count a cancellation on its own day and apart, and what was reversed nowhere', async () => {
    const [refunded, reversed] = [await settled('2025-12-03T04:00:00Z'), await settled('2025-12-03T05:00:00Z')];
    await correct(refunded, '2025-12-04T04:00:00Z', 'REFUND');
    await correct(reversed, '2025-12-04T05:00:00Z', 'REVERSAL');
    const ours = { ...times(1n), count: 1 };
    expect((await ledgers.compareTotals(HOSPITAL, scope('2025-12-03'), none)).ours).toEqual(ours);
    const refunds = { ...times(-1n), count: 1 };
    const asked = scope('2025-12-04', { refunds: true });
    expect((await ledgers.compareTotals(HOSPITAL, asked, refunds)).equal).toBe(true);
    expect((await ledgers.compareTotals(HOSPITAL, scope('2025-12-04'), none)).equal).toBe(true);
  });

  it('show nothing of another institution, whoever names its code', async () => {
    await settled('2025-12-05T04:00:00Z');
    expect((await ledgers.compareTotals(NEIGHBOUR, scope('2025-12-05'), none)).ours).toEqual(none);
  });
});

describe('a comparison of details', () => {
  it('finds what each side has alone and what differs, and is on record', async () => {
    const day = '2025-12-08T04:00:00Z';
    const [same, changed, forgotten] = [await settled(day), await settled(day), await settled(day)];
    await settled(day, { institutionCode: OTHER });
    const refunded = await settled('2025-12-01T04:00:00Z');
    await correct(refunded, day, 'REFUND');
    const refund = { ...rowOf(refunded), ...times(-1n), recordId: refunded.cancellationId, refund: true };
    const invented = { ...rowOf(same), recordId: uuidv7() };
    const theirs = [rowOf(same), { ...rowOf(changed), totalFen: fen(1n) }, refund, invented];
    const asked = { ...scope('2025-12-08'), visitKinds: [] };
    const { differences, equalCount } = await ledgers.compareDetails(HOSPITAL, messageId(), asked, theirs);
    expect(equalCount).toBe(2);
    expect(Object.fromEntries(differences.map(({ row, difference }) => [row.recordId, difference]))).toEqual({
      [changed.settlementId]: 'DIFFERS',
      [forgotten.settlementId]: 'ONLY_HERE',
      [invented.recordId]: 'ONLY_THERE',
    });
    const trail = (await auditTrail(db, CODE)).filter(({ action }) => action === 'COMPARE_LEDGER');
    expect(trail.at(-1)?.after).toMatchObject({ equal: 2, different: 3 });
  });
});

describe('a comparison of details that is asked for again', () => {
  const asked = { ...scope('2025-12-15'), visitKinds: [] };
  const day = '2025-12-15T04:00:00Z';

  it('gets its first answer under its message id, whatever was settled since, and a new comparison under another', async () => {
    const id = messageId();
    const [known, forgotten] = [await settled(day), await settled(day)];
    const theirs = [rowOf(known)];
    const first = await ledgers.compareDetails(HOSPITAL, id, asked, theirs);
    expect(first.differences.map(({ row, difference }) => [row.recordId, difference])).toEqual([
      [forgotten.settlementId, 'ONLY_HERE'],
    ]);
    await settled(day);
    await correct(known, '2025-12-16T04:00:00Z', 'REVERSAL');
    expect(await ledgers.compareDetails(HOSPITAL, id, asked, theirs)).toEqual(first);
    const anew = await ledgers.compareDetails(HOSPITAL, messageId(), asked, theirs);
    expect([anew.equalCount, anew.differences.length]).toEqual([0, 3]);
    const other = [{ ...rowOf(known), totalFen: fen(1n) }];
    for (const [days, rows] of [
      [asked, other],
      [{ ...asked, from: new Date('2025-12-13T16:00:00Z') }, theirs],
    ] as const)
      await expect(ledgers.compareDetails(HOSPITAL, id, days, rows)).rejects.toMatchObject({
        reason: 'IDEMPOTENCY_KEY_REUSED',
      });
    const trail = (await auditTrail(db, CODE)).filter(({ action }) => action === 'COMPARE_LEDGER');
    expect(trail.slice(-2).map(({ after }) => (after as { different: number }).different)).toEqual([1, 3]);
  });

  it('at once is compared once', async () => {
    const id = messageId();
    const before = (await auditTrail(db, CODE)).length;
    const made = await Promise.all([1, 2, 3].map(() => ledgers.compareDetails(HOSPITAL, id, asked, [])));
    for (const one of made) expect(one).toEqual(made[0]);
    expect((await auditTrail(db, CODE)).length).toBe(before + 1);
  });
});

describe('5203', () => {
  it('finds a person’s settlements by person, settlement, cancellation and visit, newest first, and no other institution’s', async () => {
    const [personId, visitId] = [randomUUID(), uuidv7()];
    const older = await settled('2025-12-10T04:00:00Z', { personId });
    const newer = await settled('2025-12-11T04:00:00Z', { personId, visitId });
    await settled('2025-12-11T05:00:00Z', { personId, institutionCode: OTHER });
    await correct(older, '2025-12-12T04:00:00Z', 'REFUND');
    const asked = { institutionCode: CODE, personId, recordId: null, visitId: null };
    const idsOf = async (actor: Actor, change: Partial<Looked>) =>
      (await ledgers.find(actor, { ...asked, ...change })).map(({ settlementId }) => settlementId);
    expect(await idsOf(HOSPITAL, {})).toEqual([newer.settlementId, older.settlementId]);
    expect(await idsOf(HOSPITAL, { recordId: older.settlementId })).toEqual([older.settlementId]);
    expect(await idsOf(HOSPITAL, { recordId: older.cancellationId })).toEqual([older.settlementId]);
    expect(await idsOf(HOSPITAL, { visitId })).toEqual([newer.settlementId]);
    expect(await idsOf(HOSPITAL, { personId: randomUUID(), recordId: older.settlementId })).toEqual([]);
    expect(await idsOf(NEIGHBOUR, {})).toEqual([]);
    const trail = (await auditTrail(db, newer.settlementId)).map(({ action }) => action);
    expect(trail).toContain('READ_SETTLEMENT');
  });
});

describe('a patient of an institution', () => {
  const DAY_MS = 24 * 3_600_000;
  const daysAgo = (days: number): Date => new Date(FEBRUARY.getTime() - days * DAY_MS);
  const isPatient = (personId: string, institution = CODE): Promise<boolean> =>
    ledgers.isPatient(actorOf(institution), { institutionCode: institution, personId });

  async function visited(change: Partial<Visit>): Promise<string> {
    const visit: Visit = {
      personId: randomUUID(),
      visitId: uuidv7(),
      institutionCode: CODE,
      insuredRegion: '610100',
      treatingRegion: '110105',
      visitNumber: `V${++sequence}`,
      visitKind: 'INPATIENT',
      state: 'OPEN',
      emergency: false,
      admittedAt: daysAgo(200),
      endedAt: null,
      trauma: null,
      insuredAs: null,
      openedBy: uuidv7(),
      openedAt: daysAgo(200),
      revision: 0,
      ...change,
    };
    await db.database.transaction(HOSPITAL, (tx) =>
      insertVisit(tx, visit, vault.seal(visitContext(visit), { diseaseCode: '', diagnoses: [], feeDiseases: [] })),
    );
    return visit.personId;
  }

  it.each<[string, Partial<Visit>, boolean]>([
    ['lies there', {}, true],
    ['left 90 days ago', { state: 'ENDED', endedAt: daysAgo(90) }, true],
    ['left 91 days ago', { state: 'ENDED', endedAt: daysAgo(91) }, false],
    ['has a visit that was cancelled', { state: 'CANCELLED' }, false],
  ])('is one who %s', async (_, change, expected) => {
    const personId = await visited(change);
    expect(await isPatient(personId)).toBe(expected);
    expect(await isPatient(personId, OTHER)).toBe(false);
  });

  it('is one for whom a bill without a visit was settled in 90 days, unless that was reversed', async () => {
    const [recent, old, undone] = [
      await settled(daysAgo(90).toISOString()),
      await settled(daysAgo(91).toISOString()),
      await settled(daysAgo(80).toISOString()),
    ];
    await correct(undone, daysAgo(79).toISOString(), 'REVERSAL');
    expect(await isPatient(recent.personId)).toBe(true);
    expect(await isPatient(recent.personId, OTHER)).toBe(false);
    expect(await isPatient(old.personId)).toBe(false);
    expect(await isPatient(undone.personId)).toBe(false);
    expect(await isPatient(randomUUID())).toBe(false);
  });

  it('is seen by nobody who names an institution that isn’t his', async () => {
    const { personId } = await settled(daysAgo(80).toISOString());
    expect(await ledgers.isPatient(NEIGHBOUR, { institutionCode: CODE, personId })).toBe(false);
  });
});

describe('a month', () => {
  const all = { startRow: 1, limit: 100 };
  const wordsOn = (rows: readonly MonthRow[]): ConfirmedRow[] =>
    rows.map(({ recordId, totalFen, agencyPaysFen }) => ({ recordId, totalFen, agencyPaysFen, confirmed: true }));
  const inJanuary = (id = messageId()) => ({ institutionCode: CODE, messageId: id, month: '2026-01' });
  let late: Made;
  let first: Made;
  let earlier: Made;
  let rows: readonly MonthRow[];

  beforeAll(async () => {
    late = await settled('2026-01-31T15:59:59.999Z');
    first = await settled('2025-12-31T16:00:00.000Z');
    const undone = await settled('2026-01-10T04:00:00Z');
    await correct(undone, '2026-01-20T04:00:00Z', 'REVERSAL');
    await settled('2026-01-31T16:00:00.000Z');
    await settled('2026-01-15T04:00:00Z', { institutionCode: OTHER });
    earlier = await settled('2025-10-15T04:00:00Z');
    await correct(earlier, '2026-01-15T04:00:00Z', 'REFUND');
    rows = (await months.list(HOSPITAL, CODE, '2026-01', all)).rows;
  });

  it('has what was settled and taken back in it, by time, and nothing that was undone in it', () => {
    expect(rows.map(({ recordId, agencyPaysFen, totalFen }) => [recordId, agencyPaysFen, totalFen])).toEqual([
      [first.settlementId, 7_000n, 10_000n],
      [earlier.cancellationId, -7_000n, -10_000n],
      [late.settlementId, 7_000n, 10_000n],
    ]);
  });

  it('is given out in pages, each with the number and the digest of all rows', async () => {
    const page = await months.list(HOSPITAL, CODE, '2026-01', { startRow: 2, limit: 1 });
    expect(page.rows).toEqual(rows.slice(1, 2));
    expect(page.total).toBe(3);
    expect(page.digest).toBe((await months.list(HOSPITAL, CODE, '2026-01', all)).digest);
  });

  it('stays as it is, whatever is taken back or put back later, which is the later month’s', async () => {
    const before = await months.list(HOSPITAL, CODE, '2026-01', all);
    await correct(late, '2026-02-02T04:00:00Z', 'REVERSAL');
    await correct(first, '2026-02-03T04:00:00Z', 'REFUND');
    await correct(first, '2026-03-03T04:00:00Z', 'REINSTATEMENT');
    expect(await months.list(HOSPITAL, CODE, '2026-01', all)).toEqual(before);
    clock.moveTo(new Date('2026-04-02T00:00:00Z'));
    const later = await months.list(HOSPITAL, CODE, '2026-02', all);
    expect(later.rows.map(({ recordId, agencyPaysFen }) => [recordId, agencyPaysFen]).slice(1)).toEqual([
      [late.settlementId, -7_000n],
      [first.cancellationId, -7_000n],
    ]);
    const march = await months.list(HOSPITAL, CODE, '2026-03', all);
    expect(march.rows.map(({ recordId, agencyPaysFen }) => [recordId, agencyPaysFen])).toEqual([
      [first.cancellationId, 7_000n],
    ]);
  });

  it('is extracted once: whatever is found later of it, every page is of what was given out first', async () => {
    const before = await months.list(HOSPITAL, CODE, '2026-01', all);
    const forgotten = await settled('2026-01-20T04:00:00Z');
    expect(await months.list(HOSPITAL, CODE, '2026-01', all)).toEqual(before);
    const last = await months.list(HOSPITAL, CODE, '2026-01', { startRow: 3, limit: 100 });
    expect(last).toEqual({ ...before, rows: before.rows.slice(2) });
    const with4th = [...wordsOn(before.rows), { ...wordsOn(before.rows)[0], recordId: forgotten.settlementId }];
    await expect(months.confirm(HOSPITAL, inJanuary(), with4th as ConfirmedRow[])).rejects.toMatchObject({
      reason: 'MONTH_DIFFERS',
      params: { row: '4' },
    });
  });

  it('is read in pages that together are the month, of which each reads its own rows alone', async () => {
    const own = 'H11010500004';
    const actor = actorOf(own);
    for (let made = 0; made < 25; made++)
      await settled(`2025-08-${String(1 + made).padStart(2, '0')}T04:00:00Z`, { institutionCode: own });
    const pages = [];
    for (const startRow of [1, 11, 21, 31])
      pages.push(await months.list(actor, own, '2025-08', { startRow, limit: 10 }));
    expect(pages.map(({ rows: page }) => page.length)).toEqual([10, 10, 5, 0]);
    expect(new Set(pages.map(({ total, digest }) => `${total} ${digest}`)).size).toBe(1);
    const together = pages.flatMap((page) => page.rows);
    expect(together.map(({ rowNumber }) => rowNumber)).toEqual(together.map((_, at) => at + 1));
    expect(digestOfMonth(together)).toBe(pages[0]?.digest);
    // What the rows were made from is not looked at again.
    const read = await statementsOf(() => months.list(actor, own, '2025-08', { startRow: 11, limit: 10 }));
    expect(read.filter((sql) => /\bobligation\b|\bsettlement\b/.test(sql))).toEqual([]);
    expect(read.filter((sql) => /\bmonth_row\b/.test(sql))).toHaveLength(1);
  });

  it('that is asked for by several at once is extracted by one of them, and all are given the same', async () => {
    const own = 'H11010500005';
    for (let made = 0; made < 5; made++) await settled('2025-08-05T04:00:00Z', { institutionCode: own });
    const listed = await Promise.all(Array.from({ length: 6 }, () => months.list(actorOf(own), own, '2025-08', all)));
    expect(listed[0]?.total).toBe(5);
    for (const one of listed) expect(one).toEqual(listed[0]);
  });

  it('without rows has none, and its digest is that of none', async () => {
    const empty = await months.list(HOSPITAL, CODE, '2025-07', all);
    expect(empty).toEqual({ rows: [], total: 0, digest: digestOfMonth([]) });
  });

  it('is refused until it is over', async () => {
    clock.moveTo(new Date(JANUARY.before.getTime() + 10 * 60_000 - 1));
    await expect(months.list(HOSPITAL, CODE, '2026-01', all)).rejects.toMatchObject({ reason: 'MONTH_NOT_OVER' });
    await expect(months.confirm(HOSPITAL, inJanuary(), wordsOn(rows))).rejects.toMatchObject({
      reason: 'MONTH_NOT_OVER',
    });
  });

  it('has nothing for another institution', async () => {
    const foreign = await months.list(NEIGHBOUR, CODE, '2026-01', all);
    expect([foreign.rows, foreign.total]).toEqual([[], 0]);
  });

  it('is confirmed with every row, once, and again only after it was withdrawn', async () => {
    const words = wordsOn(rows);
    const [wrong, id, second] = [messageId(), messageId(), messageId()];
    await expect(months.confirm(HOSPITAL, inJanuary(wrong), words.slice(1))).rejects.toMatchObject({
      reason: 'MONTH_INCOMPLETE',
      params: { expected: '3', received: '2' },
    });
    const disputed = words.map((word, at) => ({ ...word, confirmed: at > 0 }));
    // What was refused left nothing, so that the same message may come again, corrected.
    const receipt = await months.confirm(HOSPITAL, inJanuary(wrong), disputed);
    expect(receipt).toMatchObject({ confirmed: 2, disputed: 1 });
    expect(await months.confirm(HOSPITAL, inJanuary(wrong), disputed)).toEqual(receipt);
    await expect(months.confirm(HOSPITAL, inJanuary(wrong), words)).rejects.toMatchObject({
      reason: 'IDEMPOTENCY_KEY_REUSED',
    });
    await expect(months.confirm(HOSPITAL, inJanuary(id), words)).rejects.toMatchObject({ reason: 'MONTH_CONFIRMED' });

    const undo = inJanuary();
    const other = { ...inJanuary(), month: '2025-12' };
    await expect(months.withdraw(HOSPITAL, other, wrong)).rejects.toMatchObject({ reason: 'MONTH_NOT_CONFIRMED' });
    await expect(months.withdraw(HOSPITAL, inJanuary(), id)).rejects.toMatchObject({ reason: 'MONTH_NOT_CONFIRMED' });
    await months.withdraw(HOSPITAL, undo, wrong);
    await months.withdraw(HOSPITAL, undo, wrong);
    await expect(months.withdraw(HOSPITAL, inJanuary(), wrong)).rejects.toMatchObject({
      reason: 'MONTH_NOT_CONFIRMED',
    });
    expect(await months.confirm(HOSPITAL, inJanuary(second), words)).toMatchObject({ confirmed: 3, disputed: 0 });
    const trail = await auditTrail(db, '2026-01');
    const done = trail.map(({ action }) => action).filter((action) => action !== 'LIST_SETTLEMENTS');
    expect(done).toEqual(['CONFIRM_MONTH', 'WITHDRAW_MONTH', 'CONFIRM_MONTH']);
  });

  it('is confirmed by one of two messages at once', async () => {
    const september = () => ({ ...inJanuary(), month: '2025-09' });
    const made = await Promise.allSettled([1, 2].map(() => months.confirm(HOSPITAL, september(), [])));
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a kept file', () => {
  const file = (change: object = {}) => ({
    institutionCode: CODE,
    messageId: messageId(),
    fileName: 'detail.txt',
    content: Buffer.from('a\tb'),
    ...change,
  });

  it('is kept once per message, for a day, for its institution alone', async () => {
    const sent = file();
    const kept = await files.keep(HOSPITAL, sent);
    expect((await files.keep(HOSPITAL, sent)).fileId).toBe(kept.fileId);
    const other = { ...sent, content: Buffer.from('other') };
    await expect(files.keep(HOSPITAL, other)).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
    expect((await files.get(HOSPITAL, CODE, kept.fileId)).content).toEqual(sent.content);
    await expect(files.get(NEIGHBOUR, CODE, kept.fileId)).rejects.toMatchObject({ reason: 'KEPT_FILE_NOT_FOUND' });
    await expect(files.get(NEIGHBOUR, OTHER, kept.fileId)).rejects.toMatchObject({ reason: 'KEPT_FILE_NOT_FOUND' });
    clock.moveTo(kept.expiresAt);
    await expect(files.get(HOSPITAL, CODE, kept.fileId)).rejects.toMatchObject({ reason: 'KEPT_FILE_NOT_FOUND' });
  });

  it('is one of sixty at most, and those over make room', async () => {
    const own = 'H11010500003';
    const actor = actorOf(own);
    const keep = () => files.keep(actor, file({ institutionCode: own, messageId: messageId(own) }));
    for (let kept = 0; kept < 60; kept++) await keep();
    await expect(keep()).rejects.toMatchObject({ reason: 'KEPT_FILES_TOO_MANY' });
    clock.moveTo(new Date(FEBRUARY.getTime() + 24 * 3_600_000));
    await expect(keep()).resolves.toBeDefined();
  });
});
