import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { serviceActor, type Actor, type RpcClient, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { benefitV1, catalogueV1, filingV1 } from '@yiditong/contracts';
import { fen, ZERO_FEN } from '@yiditong/money';
import {
  atOnce,
  auditTrail,
  createTestDatabase,
  endOf,
  FixedClock,
  queryAs,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { CycleService } from '../cycle/cycle.service.js';
import { upsertInstitutions } from '../institution/institution.store.js';
import { migrations } from '../migrations/index.js';
import type { HomeProvinces } from '../routing/home-provinces.service.js';
import { decodeAdjudication } from '../settlement/adjudication.codec.js';
import { FactsService } from '../settlement/facts.service.js';
import { OutcomeService } from '../settlement/outcome.service.js';
import { RecordService } from '../settlement/record.service.js';
import { SettlementService } from '../settlement/settlement.service.js';
import { FeeService } from './fee.service.js';
import { freeFees, moveFees, retakeFees } from './fee.store.js';
import type { VisitBill } from './visit-bill.js';
import { VisitMessages } from './visit-messages.service.js';
import { VisitSettlementService } from './visit-settlement.service.js';
import type { ShownVisit, UploadedFee } from './visit.entity.js';
import { VisitService, type Opening } from './visit.service.js';
import { undoVisitOperation, visitOperationUndone } from './visit.store.js';

const CODE = 'H11010500001';
const OTHER = 'H11010500002';
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: CODE };
const BEIJING = serviceActor('settlement', '110000');
const NOW = new Date('2026-03-01T04:00:00Z');

let db: TestDatabase;
let visits: VisitService;
let fees: FeeService;
let settlements: VisitSettlementService;
let sequence = 0;

/** What stands behind the network: whether filing covers the person, and what happens while the home province thinks. */
let outside: {
  refusal: { reason: string; params: Record<string, string> } | null;
  meanwhile: () => Promise<unknown>;
  undone: string[];
};

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await createTestDatabase('settlement', migrations);
  const { database } = db;
  const clock = new FixedClock(NOW);
  await new CycleService(database, clock).onApplicationBootstrap();
  await database.transaction(BEIJING, (tx) => upsertInstitutions(tx, [institution(CODE), institution(OTHER)], NOW));
  const outcomes = new OutcomeService(database, clock);
  const relay = { nudge: () => undefined } as unknown as ObligationRelay;
  const facts = factsOf();
  const vault = testVault();
  const records = new RecordService(database, clock, outcomes, relay, vault, 60_000);
  const whole = new SettlementService(database, clock, facts, homesOf(), outcomes, records);
  const messages = new VisitMessages(database, clock, outcomes, records);
  visits = new VisitService(database, clock, vault, facts, messages);
  fees = new FeeService(database, clock, vault, facts, visits, messages);
  settlements = new VisitSettlementService(database, vault, facts, visits, whole);
});
afterAll(() => db.drop());
beforeEach(() => {
  outside = { refusal: null, meanwhile: () => Promise.resolve(), undone: [] };
});

function institution(institutionCode: string) {
  return {
    institutionCode,
    province: '110000',
    region: '110105',
    name: '测',
    level: 'TERTIARY' as const,
    networked: true,
    visitKinds: ['INPATIENT' as const, 'OUTPATIENT' as const, 'CHRONIC' as const],
    diseaseClasses: ['M039', 'M016'],
    tags: [],
  };
}

/** Filing finds the person filed unless told otherwise; the catalogue takes all in scope. */
function factsOf(): FactsService {
  const decision = {
    category: 'FILING_CATEGORY_REFERRAL',
    benefitLevel: 'BENEFIT_LEVEL_REFERRAL',
    basis: 'FILED',
    filingId: '',
  };
  const filing = {
    call: () => Promise.resolve({ answers: [outside.refusal ? { rejection: outside.refusal } : { decision }] }),
  };
  const catalogue = {
    call: (_: string, { lines }: catalogueV1.ClassifyLinesRequest) => Promise.resolve({ lines: lines.map(classified) }),
  };
  return new FactsService(
    filing as unknown as RpcClient<filingV1.EligibilityServiceClient>,
    catalogue as unknown as RpcClient<catalogueV1.CatalogueServiceClient>,
  );
}

function classified({ lineNumber, amountFen }: catalogueV1.FeeLine): object {
  const split = { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: amountFen };
  const found = { itemClass: 'ITEM_CLASS_A', chargeCategory: '03', rule: 'LINE_RULE_ENTRY', versionSequence: 1 };
  return { ...found, lineNumber, nationalCode: '', split };
}

/** The home province pays half. */
function homesOf(): HomeProvinces {
  const decide = async (claim: benefitV1.Claim) => {
    await outside.meanwhile();
    return decodeAdjudication(adjudicationOf(claim), claim);
  };
  const homes = {
    checkReachable: () => Promise.resolve(),
    trial: decide,
    adjudicate: decide,
    reverse: ({ settlementId }: { settlementId: string }) => {
      outside.undone.push(settlementId);
      return Promise.resolve();
    },
  };
  return homes as unknown as HomeProvinces;
}

function adjudicationOf({ settlementId, totalFen, split }: benefitV1.Claim): benefitV1.Adjudication {
  const fundTotalFen = totalFen / 2n;
  return {
    settlementId,
    insurance: 'INSURANCE_EMPLOYEE',
    personType: 'PERSON_TYPE_ACTIVE',
    totalFen,
    split,
    deductibleFen: 0n,
    funds: fundTotalFen === 0n ? [] : [{ fund: 'FUND_POOLING', amountFen: fundTotalFen }],
    fundTotalFen,
    personalFen: totalFen - fundTotalFen,
    policyId: randomUUID(),
    benefitYear: 2026,
    explanation: [],
    accountFen: 0n,
    mutualAidFen: 0n,
    cashFen: totalFen - fundTotalFen,
    hospitalPartFen: 0n,
    accountBalanceFen: undefined,
    poolingRatioE4: 5_000,
    details: [],
    years: [],
  };
}

const from = () => ({
  institutionCode: CODE,
  messageId: `${CODE}20260301120000${String(++sequence).padStart(4, '0')}`,
});
const opening = (change: Partial<Opening> = {}): Opening => ({
  personId: randomUUID(),
  insuredRegion: '610100',
  visitNumber: `V${++sequence}`,
  visitKind: 'OUTPATIENT',
  emergency: false,
  admittedAt: NOW,
  diseaseCode: '',
  diagnoses: [{ code: 'I10.x00x002', name: '高血压病' }],
  trauma: null,
  insuredAs: null,
  ...change,
});
const open = (change: Partial<Opening> = {}): Promise<ShownVisit> => visits.open(HOSPITAL, from(), opening(change));
const chronic = () => open({ visitKind: 'CHRONIC', diseaseCode: 'M03900' });

/** So many pieces at 1.00 yuan. */
function fee(serial: string, pieces: bigint, change: Partial<UploadedFee> = {}, diseaseCode = ''): UploadedFee {
  return {
    serial,
    refundsSerial: '',
    batch: '',
    line: {
      nationalCode: '001102000050000',
      hospitalCode: '',
      approved: false,
      quantityE4: pieces * 10_000n,
      unitPriceMicroYuan: 1_000_000n,
      amountFen: fen(pieces * 100n),
      occurredAt: NOW,
      examiningInstitutionCode: '',
      diseaseCode,
    },
    ...change,
  };
}

const asking = (declared: bigint, change: Partial<VisitBill> = {}): VisitBill => ({
  batch: '',
  diseaseCode: '',
  unrelated: false,
  useAccount: false,
  midStay: false,
  endedAt: null,
  declaredTotalFen: fen(declared),
  declaredSplit: null,
  hospitalPartFen: ZERO_FEN,
  ...change,
});

const add = (visit: ShownVisit, ...uploaded: UploadedFee[]) => fees.add(HOSPITAL, from(), visit, uploaded);
const settle = (visit: ShownVisit, asked: VisitBill) => settlements.settle(HOSPITAL, from(), visit, asked);
const now = (visit: ShownVisit) => visits.get(HOSPITAL, CODE, visit.visitId);
const as = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => db.database.transaction(BEIJING, work);
const nothingChanged = {
  admittedAt: null,
  endedAt: null,
  reopen: false,
  visitKind: null,
  emergency: null,
  diseaseCode: null,
  diagnoses: [],
  trauma: null,
};

describe('a visit', () => {
  it('is opened once however often its message comes, and its number is taken until it is cancelled', async () => {
    const [message, asked] = [from(), opening()];
    const opened = await visits.open(HOSPITAL, message, asked);
    expect(opened).toMatchObject({ state: 'OPEN', unsettledCount: 0, diagnoses: asked.diagnoses });
    expect(await visits.open(HOSPITAL, message, asked)).toEqual(opened);
    expect(await endOf(visits.open(HOSPITAL, message, { ...asked, emergency: true }), 'opened')).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    );
    const again = { visitNumber: asked.visitNumber };
    expect(await endOf(open({ ...again, personId: asked.personId }), 'opened')).toBe('VISIT_NUMBER_TAKEN');
    expect(await endOf(open(again), 'opened')).toBe('VISIT_NUMBER_TAKEN');
    expect(await visits.cancel(HOSPITAL, from(), opened)).toMatchObject({ state: 'CANCELLED' });
    expect(await endOf(open(again), 'opened')).toBe('opened');
  });

  it('is not opened for who isn’t covered, for ever under that message', async () => {
    outside.refusal = { reason: 'FILING_REQUIRED', params: {} };
    const [message, asked] = [from(), opening()];
    expect(await endOf(visits.open(HOSPITAL, message, asked), 'opened')).toBe('FILING_REQUIRED');
    outside.refusal = null;
    expect(await endOf(visits.open(HOSPITAL, message, asked), 'opened')).toBe('FILING_REQUIRED');
    expect(await endOf(visits.open(HOSPITAL, from(), asked), 'opened')).toBe('opened');
  });

  it('keeps no diagnosis in clear, in any table', async () => {
    const visit = await chronic();
    await add(visit, fee('1', 1n, {}, 'M01600'));
    const tables = ['visit', 'visit_fee', 'settlement_outcome', 'settlement_request', 'audit_record', 'outbox'];
    for (const table of tables) {
      const rows = await queryAs<{ text: string }>(db.superuserUrl, `SELECT t::text AS text FROM ${table} t`);
      expect(rows.filter(({ text }) => /M03900|M01600|I10\.x00|高血压病/.test(text))).toEqual([]);
    }
    expect(await fees.list(HOSPITAL, CODE, visit.visitId, '', 10)).toMatchObject([{ diseaseCode: 'M01600' }]);
  });

  it('is no other institution’s and no other person’s', async () => {
    const visit = await open();
    const stranger: Actor = { ...HOSPITAL, institution: OTHER };
    expect(await endOf(visits.get(stranger, OTHER, visit.visitId), 'shown')).toBe('VISIT_NOT_FOUND');
    const other = { ...visit, personId: randomUUID() };
    expect(await endOf(visits.cancel(HOSPITAL, from(), other), 'cancelled')).toBe('VISIT_OTHER_PERSON');
    expect(await endOf(visits.cancel(stranger, from(), visit), 'cancelled')).not.toBe('cancelled');
    expect(await now(visit)).toMatchObject({ state: 'OPEN' });
  });

  it('is changed, ended and reopened; a repeat gets the first answer', async () => {
    const visit = await open({ visitKind: 'INPATIENT' });
    const change = (message: ReturnType<typeof from>, changes: object) =>
      visits.change(HOSPITAL, message, visit, { ...nothingChanged, ...changes });
    const discharge = from();
    const ended = await change(discharge, { endedAt: NOW });
    expect(ended).toMatchObject({ state: 'ENDED', endedAt: NOW });
    expect(await change(from(), { reopen: true })).toMatchObject({ state: 'OPEN', endedAt: null });
    expect(await change(discharge, { endedAt: NOW })).toEqual(ended);
    expect(await now(visit)).toMatchObject({ state: 'OPEN' });
    expect(await endOf(change(from(), { reopen: true }), 'reopened')).toBe('VISIT_NOT_DISCHARGED');
    const early = new Date(NOW.getTime() - 1);
    expect(await endOf(change(from(), { endedAt: early }), 'ended')).toBe('BILL_PERIOD_INVALID');
    expect(await endOf(change(from(), { visitKind: 'OUTPATIENT' }), 'changed')).toBe('REQUEST_MALFORMED');
  });

  it('with fees isn’t cancelled, and a cancelled one takes nothing', async () => {
    const visit = await open();
    await add(visit, fee('1', 1n));
    expect(await endOf(visits.cancel(HOSPITAL, from(), visit), 'cancelled')).toBe('VISIT_HAS_FEES');
    expect(await fees.remove(HOSPITAL, from(), visit, { all: true })).toBe(1);
    await visits.cancel(HOSPITAL, from(), visit);
    expect(await endOf(add(visit, fee('1', 1n)), 'added')).toBe('VISIT_CANCELLED');
    expect(await endOf(settle(visit, asking(100n)), 'settled')).toBe('VISIT_CANCELLED');
  });
});

describe('fees', () => {
  it('are added once, all or none, with the catalogue’s split, a refund’s negative', async () => {
    const visit = await open();
    const [message, uploaded] = [from(), [fee('1', 3n), fee('2', -1n, { refundsSerial: '1' })]];
    const taken = await fees.add(HOSPITAL, message, visit, uploaded);
    expect(taken.map(({ split }) => split.inScopeFen)).toEqual([300n, -100n]);
    expect(await fees.add(HOSPITAL, message, visit, uploaded)).toEqual(taken);
    expect(await endOf(fees.add(HOSPITAL, message, visit, [fee('1', 3n)]), 'added')).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await now(visit)).toMatchObject({ unsettledCount: 2, unsettledFen: 200n });
    expect(await endOf(add(visit, fee('3', 1n), fee('1', 1n)), 'added')).toBe('FEE_SERIAL_TAKEN');
    expect(await now(visit)).toMatchObject({ unsettledCount: 2 });
  });

  it.each<[string, UploadedFee[], string, string]>([
    ['take back more than there is', [fee('1', 1n), fee('2', -2n, { refundsSerial: '1' })], 'FEE_REFUND_INVALID', '2'],
    ['take back nothing known', [fee('2', -1n, { refundsSerial: '9' })], 'FEE_REFUND_INVALID', '1'],
    [
      'take back with a positive amount',
      [fee('1', 2n), fee('2', 1n, { refundsSerial: '1' })],
      'FEE_REFUND_INVALID',
      '2',
    ],
    ['are negative without a fee', [fee('1', -1n)], 'FEE_REFUND_INVALID', '1'],
    [
      'mix diseases in a batch',
      [fee('1', 1n, { batch: 'B' }, 'M03900'), fee('2', 1n, { batch: 'B' })],
      'BILL_LINE_OTHER_DISEASE',
      '2',
    ],
    ['repeat a serial', [fee('1', 1n), fee('1', 1n)], 'FEE_SERIAL_TAKEN', '2'],
  ])('are refused whole where they %s', async (_, uploaded, reason, place) => {
    const visit = await chronic();
    const refused = await add(visit, ...uploaded).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Rejection);
    expect([(refused as Rejection).reason, Object.values((refused as Rejection).params)]).toEqual([reason, [place]]);
    expect(await now(visit)).toMatchObject({ unsettledCount: 0 });
  });

  it('are taken out by serial, batch or all, but not settled ones, nor one without its refund', async () => {
    const visit = await open();
    await add(
      visit,
      fee('1', 2n, { batch: 'A' }),
      fee('2', -1n, { refundsSerial: '1', batch: 'B' }),
      fee('3', 5n, { batch: 'C' }),
    );
    const remove = (removal: Parameters<FeeService['remove']>[3]) =>
      endOf(fees.remove(HOSPITAL, from(), visit, removal), 'removed');
    expect(await remove({ serials: ['9'] })).toBe('FEE_NOT_FOUND');
    expect(await remove({ batch: 'Z' })).toBe('FEE_NOT_FOUND');
    expect(await remove({ serials: ['1'] })).toBe('FEE_REFUND_INVALID');
    await settle(visit, asking(500n, { batch: 'C' }));
    expect(await remove({ serials: ['3'] })).toBe('FEE_SETTLED');
    expect(await remove({ batch: 'C' })).toBe('FEE_SETTLED');
    expect(await remove({ serials: ['1', '2'] })).toBe('removed');
    expect(await now(visit)).toMatchObject({ unsettledCount: 0 });
    expect(await endOf(add(visit, fee('1', 1n, { batch: 'A' })), 'added')).toBe('added');
  });
});

describe('settling a visit', () => {
  it('takes its unsettled fees, once, and answers a repeat though nothing is unsettled any more', async () => {
    const visit = await open();
    await add(visit, fee('1', 3n), fee('2', 2n), fee('3', -1n, { refundsSerial: '2' }));
    expect(await settlements.preSettle(HOSPITAL, CODE, visit, asking(400n))).toMatchObject({ totalFen: 400n });
    const message = from();
    const settled = await settlements.settle(HOSPITAL, message, visit, asking(400n));
    expect(settled).toMatchObject({ totalFen: 400n, visitId: visit.visitId, diagnoses: visit.diagnoses });
    expect(await settlements.settle(HOSPITAL, message, visit, asking(400n))).toEqual(settled);
    expect(await endOf(settlements.settle(HOSPITAL, message, visit, asking(401n)), 'settled')).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    );
    expect(await now(visit)).toMatchObject({
      state: 'SETTLED',
      unsettledCount: 0,
      settlementIds: [settled.settlementId],
    });
    expect(await endOf(settle(visit, asking(400n)), 'settled')).toBe('VISIT_SETTLED');
    expect(await endOf(visits.change(HOSPITAL, from(), visit, nothingChanged), 'changed')).toBe('VISIT_SETTLED');
  });

  it('is refused with the figures where what the hospital declares isn’t what the fees come to', async () => {
    const visit = await open();
    await add(visit, fee('1', 3n));
    const figures = async (asked: VisitBill) =>
      ((await settle(visit, asked).catch((error: unknown) => error)) as Rejection).params;
    expect(await figures(asking(299n))).toEqual({ linesFen: '300', totalFen: '299' });
    const split = {
      fullSelfPayFen: fen(1n),
      overCeilingFen: ZERO_FEN,
      firstSelfPayFen: ZERO_FEN,
      inScopeFen: fen(299n),
    };
    expect(await figures(asking(300n, { declaredSplit: split }))).toEqual({ linesFen: '0', totalFen: '1' });
    const right = { ...split, fullSelfPayFen: ZERO_FEN, inScopeFen: fen(300n) };
    expect(await endOf(settle(visit, asking(300n, { declaredSplit: right })), 'settled')).toBe('settled');
    expect(outside.undone).toEqual([]);
  });

  it('of a chronic visit settles each disease by itself, and the rest as an ordinary visit', async () => {
    const visit = await chronic();
    await add(
      visit,
      fee('1', 3n, { batch: 'A' }, 'M03900'),
      fee('2', 2n, { batch: 'B' }, 'M01600'),
      fee('3', 1n, { batch: 'C' }),
    );
    expect(await endOf(settle(visit, asking(600n)), 'settled')).toBe('VISIT_DISEASES_MIXED');
    expect(await settle(visit, asking(300n, { batch: 'A' }))).toMatchObject({
      visitKind: 'CHRONIC',
      diseaseCode: 'M03900',
    });
    expect(await settle(visit, asking(200n, { diseaseCode: 'M01600' }))).toMatchObject({ diseaseCode: 'M01600' });
    expect(await now(visit)).toMatchObject({ state: 'OPEN', unsettledFen: 100n });
    expect(await settle(visit, asking(100n, { unrelated: true }))).toMatchObject({
      visitKind: 'OUTPATIENT',
      diseaseCode: '',
    });
    expect((await now(visit)).settlementIds).toHaveLength(3);
    expect(await now(visit)).toMatchObject({ state: 'SETTLED' });
  });

  it('of a stay takes what there is so far, and the rest with the discharge', async () => {
    const visit = await open({ visitKind: 'INPATIENT', admittedAt: new Date(NOW.getTime() - 86_400_000) });
    const at = (serial: string, hours: number): UploadedFee => {
      const one = fee(serial, 3n);
      return { ...one, line: { ...one.line, occurredAt: new Date(NOW.getTime() - hours * 3_600_000) } };
    };
    await add(visit, at('1', 20), at('2', 10));
    expect(await endOf(settle(visit, asking(600n)), 'settled')).toBe('VISIT_NOT_DISCHARGED');
    expect(await settle(visit, asking(600n, { midStay: true }))).toMatchObject({ midStay: true, stayPart: 1 });
    expect(await now(visit)).toMatchObject({ state: 'OPEN', unsettledCount: 0 });
    await add(visit, at('3', 5));
    expect(await settle(visit, asking(300n, { endedAt: NOW }))).toMatchObject({ midStay: false, stayPart: 2 });
    expect(await now(visit)).toMatchObject({ state: 'SETTLED', endedAt: NOW });
    expect(await endOf(add(visit, at('4', 1)), 'added')).toBe('VISIT_SETTLED');
  });

  it('twice at once settles once', async () => {
    const visit = await open();
    await add(visit, fee('1', 3n));
    const ends = await atOnce(4, () => endOf(settle(visit, asking(300n)), 'settled'));
    expect(ends.filter((end) => end === 'settled')).toHaveLength(1);
    expect(
      ends.every((end) => ['settled', 'VISIT_CHANGED', 'VISIT_SETTLED', 'VISIT_NOTHING_TO_SETTLE'].includes(end)),
    ).toBe(true);
    const rows = await queryAs(db.superuserUrl, 'SELECT 1 FROM settlement WHERE visit_id = $1', [visit.visitId]);
    expect(rows).toHaveLength(1);
  });

  it('leaves a fee that comes meanwhile unsettled', async () => {
    const visit = await open();
    await add(visit, fee('1', 3n));
    outside.meanwhile = () => add(visit, fee('2', 2n)).finally(() => (outside.meanwhile = () => Promise.resolve()));
    expect(await settle(visit, asking(300n))).toMatchObject({ totalFen: 300n });
    expect(await now(visit)).toMatchObject({ state: 'OPEN', unsettledCount: 1, unsettledFen: 200n });
    await settle(visit, asking(200n));
    expect(await now(visit)).toMatchObject({ state: 'SETTLED' });
  });

  it.each<[string, (visit: ShownVisit) => Promise<unknown>]>([
    ['is taken back', (visit) => add(visit, fee('2', -1n, { refundsSerial: '1' }))],
    ['is taken out', (visit) => fees.remove(HOSPITAL, from(), visit, { serials: ['1'] })],
    [
      'is of a visit that changes',
      (visit) => visits.change(HOSPITAL, from(), visit, { ...nothingChanged, emergency: true }),
    ],
  ])('comes to nothing, here and at home, where a fee meanwhile %s', async (_, happens) => {
    const visit = await open();
    await add(visit, fee('1', 3n), fee('9', 1n));
    outside.meanwhile = () => happens(visit).finally(() => (outside.meanwhile = () => Promise.resolve()));
    expect(await endOf(settle(visit, asking(400n)), 'settled')).toBe('VISIT_CHANGED');
    expect(outside.undone).toHaveLength(1);
    expect(await now(visit)).toMatchObject({ state: 'OPEN', settlementIds: [] });
  });
});

describe('a settlement of a visit that is taken back', () => {
  it('frees its fees, which settle again; then it can’t be reinstated', async () => {
    const visit = await open();
    await add(visit, fee('1', 3n));
    const { settlementId, personId } = await settle(visit, asking(300n));
    await as((tx) => freeFees(tx, personId, settlementId));
    expect(await now(visit)).toMatchObject({ state: 'OPEN', unsettledFen: 300n, settlementIds: [] });
    await as((tx) => retakeFees(tx, { personId, settlementId, midStay: false }));
    await as((tx) => retakeFees(tx, { personId, settlementId, midStay: false }));
    expect(await now(visit)).toMatchObject({ state: 'SETTLED', settlementIds: [settlementId] });
    await as((tx) => freeFees(tx, personId, settlementId));
    const second = await settle(visit, asking(300n));
    expect(
      await endOf(
        as((tx) => retakeFees(tx, { personId, settlementId, midStay: false })),
        'retaken',
      ),
    ).toBe('CANCELLATION_SUPERSEDED');
    expect((await now(visit)).settlementIds).toEqual([second.settlementId]);
  });

  it.each<[string, (visit: ShownVisit) => Promise<unknown>]>([
    ['taken out', (visit) => fees.remove(HOSPITAL, from(), visit, { all: true })],
    ['refunded', (visit) => add(visit, fee('2', -1n, { refundsSerial: '1' }))],
  ])('isn’t reinstated where a fee of it was %s meanwhile', async (_, happens) => {
    const visit = await open();
    await add(visit, fee('1', 3n));
    const { settlementId, personId } = await settle(visit, asking(300n));
    await as((tx) => freeFees(tx, personId, settlementId));
    await happens(visit);
    expect(
      await endOf(
        as((tx) => retakeFees(tx, { personId, settlementId, midStay: false })),
        'retaken',
      ),
    ).toBe('CANCELLATION_SUPERSEDED');
  });

  it('and was mid-stay leaves the stay open when it is reinstated, until its last part stands', async () => {
    const visit = await open({ visitKind: 'INPATIENT' });
    await add(visit, fee('1', 3n));
    const { settlementId, personId } = await settle(visit, asking(300n, { midStay: true }));
    await visits.change(HOSPITAL, from(), visit, { ...nothingChanged, endedAt: NOW });
    await as((tx) => freeFees(tx, personId, settlementId));
    await as((tx) => retakeFees(tx, { personId, settlementId, midStay: true }));
    expect(await now(visit)).toMatchObject({ state: 'ENDED', settlementIds: [settlementId], unsettledCount: 0 });
    await add(visit, fee('2', 1n));
    await settle(visit, asking(100n));
    await as((tx) => freeFees(tx, personId, settlementId));
    await as((tx) => retakeFees(tx, { personId, settlementId, midStay: true }));
    expect(await now(visit)).toMatchObject({ state: 'SETTLED' });
  });

  it('in part hands its fees to what remains, and back', async () => {
    const visit = await open();
    await add(visit, fee('1', 3n));
    const { settlementId, personId } = await settle(visit, asking(300n));
    const remainder = randomUUID();
    await as((tx) => moveFees(tx, personId, settlementId, remainder));
    expect((await now(visit)).settlementIds).toEqual([remainder]);
    await as((tx) => moveFees(tx, personId, remainder, settlementId));
    expect(await now(visit)).toMatchObject({ state: 'SETTLED', settlementIds: [settlementId] });
  });
});

describe('a reversal', () => {
  const operationOf = async (messageId: string) => {
    const [row] = await queryAs<Parameters<typeof undoVisitOperation>[2]>(
      db.superuserUrl,
      `SELECT person_id AS "personId", settlement_id AS "settlementId", institution_code AS "institutionCode",
         treating_province AS "treatingProvince" FROM settlement_request WHERE message_id = $1`,
      [messageId],
    );
    if (!row) throw new Error('no such message');
    return row;
  };

  it('cancels an admission that has no fees, and takes an upload out, once', async () => {
    const admission = from();
    const visit = await visits.open(HOSPITAL, admission, opening());
    const upload = from();
    await fees.add(HOSPITAL, upload, visit, [fee('1', 1n)]);
    const [opened, added] = [await operationOf(admission.messageId), await operationOf(upload.messageId)];
    expect(
      await endOf(
        as((tx) => undoVisitOperation(tx, HOSPITAL, opened)),
        'undone',
      ),
    ).toBe('VISIT_HAS_FEES');
    expect(await as((tx) => visitOperationUndone(tx, added))).toBe(false);
    await as((tx) => undoVisitOperation(tx, HOSPITAL, added));
    await as((tx) => undoVisitOperation(tx, HOSPITAL, added));
    expect(await as((tx) => visitOperationUndone(tx, added))).toBe(true);
    await as((tx) => undoVisitOperation(tx, HOSPITAL, opened));
    await as((tx) => undoVisitOperation(tx, HOSPITAL, opened));
    expect(await now(visit)).toMatchObject({ state: 'CANCELLED', unsettledCount: 0 });
    expect(await as((tx) => visitOperationUndone(tx, opened))).toBe(true);
    const recorded = (await auditTrail(db, visit.visitId)).filter(
      ({ after }) => (after as { reversed?: boolean } | null)?.reversed,
    );
    expect(recorded.map(({ action }) => action)).toEqual(['REMOVE_FEES', 'CANCEL_VISIT']);
  });

  it('undoes no fee that is settled, and no change', async () => {
    const visit = await open();
    const upload = from();
    await fees.add(HOSPITAL, upload, visit, [fee('1', 1n)]);
    const change = from();
    await visits.change(HOSPITAL, change, visit, { ...nothingChanged, emergency: true });
    await settle(visit, asking(100n));
    const [added, changed] = [await operationOf(upload.messageId), await operationOf(change.messageId)];
    expect(
      await endOf(
        as((tx) => undoVisitOperation(tx, HOSPITAL, added)),
        'undone',
      ),
    ).toBe('FEE_SETTLED');
    expect(
      await endOf(
        as((tx) => undoVisitOperation(tx, HOSPITAL, changed)),
        'undone',
      ),
    ).toBe('VISIT_CHANGE_FINAL');
  });
});
