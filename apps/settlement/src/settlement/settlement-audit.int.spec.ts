import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Actor, RpcClient } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import {
  auditFaults,
  auditTrail,
  createTestDatabase,
  FixedClock,
  rowCounts,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { CycleService } from '../cycle/cycle.service.js';
import { InstitutionRelay } from '../institution/institution-relay.service.js';
import type { Institution } from '../institution/institution.entity.js';
import { InstitutionService } from '../institution/institution.service.js';
import { migrations } from '../migrations/index.js';
import { ReinstatementService } from '../reversal/reinstatement.service.js';
import { ReversalService } from '../reversal/reversal.service.js';
import { UndoService } from '../reversal/undo.service.js';
import type { HomeProvinces } from '../routing/home-provinces.service.js';
import type { Decided } from './adjudication.codec.js';
import type { Bill } from './bill-rules.js';
import { FactsService, type Facts } from './facts.service.js';
import { OutcomeService } from './outcome.service.js';
import { ReadingService } from './reading.service.js';
import { RecordService } from './record.service.js';
import { SettlementService } from './settlement.service.js';
import { WithdrawalService } from './withdrawal.service.js';

const CODE = 'H11010500001';
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: CODE };
const BEIJING: Actor = { role: 'bureau', region: '110000', subject: 'beijing-01', rank: 'supervisor' };
const SHAANXI: Actor = { ...BEIJING, region: '610000', subject: 'shaanxi-01' };
const OPERATOR: Actor = { role: 'operator', region: NATION, subject: 'o', rank: 'supervisor' };
const INSTITUTION: Institution = {
  institutionCode: CODE,
  province: '110000',
  region: '110105',
  name: '测试医院',
  level: 'TERTIARY',
  networked: true,
  visitKinds: ['OUTPATIENT', 'INPATIENT'],
  diseaseClasses: [],
  tags: ['中医医院'],
};
const NOW = new Date('2026-03-01T04:00:00Z');
const DAY = '2026-03-01';

let db: TestDatabase;
let cycles: CycleService;
let institutions: InstitutionService;
let settlements: SettlementService;
let readings: ReadingService;
let reversals: ReversalService;
let sequence = 0;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await createTestDatabase('settlement', migrations);
  const { database } = db;
  const clock = new FixedClock(NOW);
  const outcomes = new OutcomeService(database, clock);
  const relay = { nudge: () => undefined } as unknown as ObligationRelay;
  const records = new RecordService(database, clock, outcomes, relay, testVault(), 60_000);
  cycles = new CycleService(database, clock);
  // Never started, so that what filing is to be told stays in the outbox.
  const untold = new InstitutionRelay(database, {} as unknown as RpcClient<filingV1.FactServiceClient>);
  institutions = new InstitutionService(database, clock, untold);
  settlements = new SettlementService(database, clock, everythingInOrder(), everythingInOrder(), outcomes, records);
  readings = new ReadingService(database, testVault());
  const home = everythingInOrder();
  const withdrawals = new WithdrawalService(database, clock, home, outcomes, relay);
  reversals = new ReversalService(
    database,
    clock,
    outcomes,
    withdrawals,
    new UndoService(database, clock, home, relay),
    new ReinstatementService(database, clock, outcomes, withdrawals, relay),
    60_000,
  );
  await cycles.onApplicationBootstrap();
  await institutions.register(BEIJING, 'request-1', '110000', [INSTITUTION]);
});
afterAll(() => db.drop());

/** The other services, of one mind: the person has filed, everything is in scope, and the pooling fund pays 60 %. */
function everythingInOrder(): FactsService & HomeProvinces {
  const zero = fen(0n);
  const split = { fullSelfPayFen: zero, overCeilingFen: zero, firstSelfPayFen: zero, inScopeFen: fen(10_000n) };
  const classified = { itemClass: 'A', chargeCategory: '09', catalogueRule: 'ENTRY', catalogueSequence: 1 };
  const facts = { filingCategory: 'REFERRAL', benefitLevel: 'REFERRAL', eligibilityBasis: 'FILED', filingId: null };
  return {
    gather: (bill: Bill): Promise<unknown> =>
      Promise.resolve({
        ...facts,
        lines: bill.lines.map((line) => ({ ...line, ...classified, split })),
        split,
      } satisfies Record<keyof Facts, unknown>),
    adjudicate: (): Promise<Decided> =>
      Promise.resolve({
        insurance: 'EMPLOYEE',
        personType: 'RETIREE',
        split,
        deductibleFen: zero,
        funds: [{ fund: 'POOLING', amountFen: fen(6_000n) }],
        fundTotalFen: fen(6_000n),
        personalFen: fen(4_000n),
        accountFen: fen(900n),
        mutualAidFen: fen(100n),
        cashFen: fen(3_000n),
        policyId: randomUUID(),
        explanation: [],
        hospitalPartFen: fen(0n),
        accountBalanceFen: null,
        poolingRatioE4: 6_000,
        details: [],
      }),
    checkReachable: () => Promise.resolve(),
    reverse: () => Promise.resolve(),
  } as unknown as FactsService & HomeProvinces;
}

function newBill(): Bill {
  const line = { quantityE4: 10_000n, unitPriceMicroYuan: 100_000_000n, amountFen: fen(10_000n), occurredAt: NOW };
  return {
    personId: randomUUID(),
    insuredRegion: '610100',
    insuredAs: null,
    visitNumber: `V${++sequence}`,
    visitKind: 'INPATIENT',
    emergency: false,
    diseaseCode: '',
    diagnoses: [],
    admittedAt: NOW,
    endedAt: NOW,
    useAccount: true,
    trauma: null,
    midStay: false,
    hospitalPartFen: fen(0n),
    totalFen: fen(10_000n),
    lines: [
      { ...line, lineNumber: 1, nationalCode: '001101000010000', hospitalCode: '', approved: false, ...OWN_LINE },
    ],
  };
}

/** Nobody else examined the patient, and the line is of the bill's own disease. */
const OWN_LINE = { examiningInstitutionCode: '', diseaseCode: '' };
const messageId = (): string => `${CODE}20260301120000${String(++sequence).padStart(4, '0')}`;
const inBeijing = { province: '110000', objectType: 'settlement' };

describe('of institutions the audit trail has', () => {
  it('each registration with what was before and after', async () => {
    await institutions.register(BEIJING, 'request-2', '110000', [{ ...INSTITUTION, level: 'SECONDARY' }]);
    await institutions.register(BEIJING, 'request-3', '110000', [INSTITUTION]);
    const trail = await auditTrail(db, CODE);
    expect(trail.map(({ actor, action, before, after }) => ({ actor, action, before, after }))).toEqual(
      [
        { before: null, after: INSTITUTION },
        { before: INSTITUTION, after: { ...INSTITUTION, level: 'SECONDARY' } },
        { before: { ...INSTITUTION, level: 'SECONDARY' }, after: INSTITUTION },
      ].map((change) => ({ actor: BEIJING, action: 'REGISTER_INSTITUTION', ...change })),
    );
  });
});

describe('of a settlement the audit trail has', () => {
  it('what it came to, once for a message that is repeated, and each step of its reversal', async () => {
    const [bill, message, undo] = [newBill(), messageId(), messageId()];
    const { personId } = bill;
    const { settlementId } = await settlements.settle(HOSPITAL, CODE, message, bill);
    await settlements.settle(HOSPITAL, CODE, message, bill);
    for (let time = 0; time < 2; time++) await reversals.reverse(HOSPITAL, CODE, undo, message);
    const amounts = { totalFen: '10000', fundTotalFen: '6000', personalFen: '4000', cashFen: '3000' };
    const record = { ...inBeijing, objectId: settlementId, actor: HOSPITAL, purpose: 'TREATMENT' };
    const reversal = { ...record, action: 'REVERSE_SETTLEMENT' };
    expect(await auditTrail(db, settlementId)).toEqual([
      {
        ...record,
        action: 'SETTLE',
        before: null,
        after: { state: 'SETTLED', personId, institutionCode: CODE, businessDate: DAY, ...amounts },
      },
      { ...reversal, before: { state: 'SETTLED' }, after: { state: 'REVERSING', personId } },
      {
        ...reversal,
        before: { state: 'REVERSING' },
        after: { state: 'REVERSED', personId, businessDate: DAY, obligationFen: '-7000' },
      },
    ]);
  });

  it('who read it: in the reader’s chain, and in the insured province’s where the nation reads', async () => {
    const bill = newBill();
    const { settlementId } = await settlements.settle(HOSPITAL, CODE, messageId(), bill);
    for (const actor of [HOSPITAL, BEIJING, SHAANXI, OPERATOR]) await readings.get(actor, settlementId);
    const trail = await auditTrail(db, settlementId);
    const read = trail.filter(({ action }) => action === 'READ_SETTLEMENT');
    expect(read.map(({ province, actor, purpose, after }) => [province, actor, purpose, after])).toEqual(
      [
        ['110000', HOSPITAL, 'TREATMENT'],
        ['110000', BEIJING, 'ADMINISTRATION'],
        ['610000', SHAANXI, 'ADMINISTRATION'],
        ['610000', OPERATOR, 'OPERATION'],
      ].map((one) => [...one, { personId: bill.personId }]),
    );
  });

  it('who listed the settlements of a cycle, page by page', async () => {
    await settlements.settle(HOSPITAL, CODE, messageId(), newBill());
    const [first] = await readings.listOfCycle(SHAANXI, DAY, null, 1);
    const rest = await readings.listOfCycle(SHAANXI, DAY, first?.settlementId ?? '', 100);
    const trail = await auditTrail(db, DAY);
    const listed = trail.filter(({ action, province }) => action === 'LIST_SETTLEMENTS' && province === '610000');
    expect(listed.map(({ after }) => after)).toEqual([
      { after: null, last: first?.settlementId, count: 1 },
      { after: first?.settlementId, last: rest.at(-1)?.settlementId, count: rest.length },
    ]);
  });

  it('nothing where the settlement is not there for who asks, was refused or failed', async () => {
    const bill = newBill();
    const { settlementId } = await settlements.settle(HOSPITAL, CODE, messageId(), bill);
    const { audit_record: before } = await rowCounts(db);
    const stranger: Actor = { ...SHAANXI, region: '310000' };
    await expect(readings.get(stranger, settlementId)).rejects.toMatchObject({ reason: 'SETTLEMENT_NOT_FOUND' });
    const again = settlements.settle(HOSPITAL, CODE, messageId(), bill);
    await expect(again).rejects.toMatchObject({ reason: 'VISIT_ALREADY_SETTLED' });
    expect((await rowCounts(db))['audit_record']).toBe(before);
  });
});

describe('of a cycle the audit trail has', () => {
  it('its opening and its seal once, in the nation’s chain', async () => {
    for (let time = 0; time < 2; time++) {
      await cycles.openNext(DAY);
      await cycles.seal(DAY);
    }
    const steps = [...(await auditTrail(db, DAY)), ...(await auditTrail(db, '2026-03-02'))].filter(
      ({ province }) => province === NATION,
    );
    expect(steps.map(({ action, objectId, before, after }) => [action, objectId, before, after])).toEqual([
      ['OPEN_CYCLE', DAY, null, { state: 'OPEN' }],
      ['SEAL_CYCLE', DAY, { state: 'OPEN' }, { state: 'SEALED' }],
      ['OPEN_CYCLE', '2026-03-02', null, { state: 'OPEN' }],
    ]);
  });
});

describe('the audit trail of settlement', () => {
  it('is sound', async () => expect(await auditFaults(db)).toEqual([]));
});
