import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { serviceActor, type Actor } from '@yiditong/chassis';
import { fen, ZERO_FEN } from '@yiditong/money';
import { createTestDatabase, endOf, FixedClock, testVault, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CycleService } from '../cycle/cycle.service.js';
import { upsertInstitutions } from '../institution/institution.store.js';
import { migrations } from '../migrations/index.js';
import { ScriptedHome } from '../settlement/scripted-home.js';
import { servicesOf, SETTLED_AT as NOW, type Services } from '../settlement/spec-services.js';
import type { UploadedFee } from './visit.entity.js';

const CODE = 'H11010500001';
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: CODE };

let db: TestDatabase;
let home: ScriptedHome;
let services: Services;
let sequence = 0;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await createTestDatabase('settlement', migrations);
  const clock = new FixedClock(NOW);
  await new CycleService(db.database, clock).onApplicationBootstrap();
  const institution = {
    institutionCode: CODE,
    province: '110000',
    region: '110105',
    name: '测试医院',
    level: 'TERTIARY' as const,
    networked: true,
    visitKinds: ['OUTPATIENT' as const, 'INPATIENT' as const],
    diseaseClasses: [],
    tags: [],
  };
  await db.database.transaction(serviceActor('spec', '110000'), (tx) => upsertInstitutions(tx, [institution], NOW));
  home = new ScriptedHome();
  services = servicesOf(db.database, clock, home.asHome(), testVault());
});
afterAll(() => db.drop());

const messageId = (): string => `${CODE}20260301120000${String(++sequence).padStart(4, '0')}`;
const from = () => ({ institutionCode: CODE, messageId: messageId() });

/** So many pieces at 1.00 yuan. */
const fee = (serial: string, pieces: bigint, refundsSerial = ''): UploadedFee => ({
  serial,
  refundsSerial,
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
    diseaseCode: '',
  },
});

const open = (visitKind: 'OUTPATIENT' | 'INPATIENT' = 'OUTPATIENT') =>
  services.visits.open(HOSPITAL, from(), {
    personId: randomUUID(),
    insuredRegion: '610100',
    visitNumber: `V${++sequence}`,
    visitKind,
    emergency: false,
    admittedAt: NOW,
    diseaseCode: '',
    diagnoses: [],
    trauma: null,
    insuredAs: null,
  });
type Visit = Awaited<ReturnType<typeof open>>;
const settle = (visit: Visit, declared: bigint, midStay = false) =>
  services.visitSettlements.settle(HOSPITAL, from(), visit, {
    batch: '',
    diseaseCode: '',
    unrelated: false,
    useAccount: false,
    midStay,
    endedAt: NOW,
    declaredTotalFen: fen(declared),
    declaredSplit: null,
    hospitalPartFen: ZERO_FEN,
  });
/** So many pieces of a line. */
const refund = (settlementId: string, lineNumber: number, pieces: bigint, message = messageId()) =>
  services.refunds.refund(HOSPITAL, {
    institutionCode: CODE,
    messageId: message,
    settlementId,
    lines: [{ lineNumber, quantityE4: pieces * 10_000n, amountFen: fen(pieces * 100n) }],
    reason: '退药',
  });
const cancel = (settlementId: string) =>
  services.cancellations.cancel(HOSPITAL, CODE, messageId(), settlementId, '患者要求退费');
const now = (visit: Visit) => services.visits.get(HOSPITAL, CODE, visit.visitId);
/** Pieces of each fee, a refund after what it takes back. */
const pieces = async (visit: Visit): Promise<string[]> =>
  (await services.fees.list(HOSPITAL, CODE, visit.visitId, '', 100))
    .map(
      ({ serial, refundsSerial, line }) =>
        `${refundsSerial ? `-${refundsSerial}` : serial} ${line.quantityE4 / 10_000n}`,
    )
    .sort();

it('what was refunded of a visit stays refunded when the rest is cancelled and settled again', async () => {
  const visit = await open();
  // One of the five was taken back before anything was settled.
  await services.fees.add(HOSPITAL, from(), visit, [fee('1', 5n), fee('2', 2n), fee('3', -1n, '1')]);
  const whole = await settle(visit, 600n);
  const { remainder } = await refund(whole.settlementId, 1, 3n);
  expect(remainder).toMatchObject({ totalFen: 300n, visitId: visit.visitId });
  expect(await pieces(visit)).toEqual(['-1 -1', '-1 -3', '1 5', '2 2']);
  const last = await refund(remainder?.settlementId ?? '', 2, 2n);
  expect(last.remainder).toMatchObject({ totalFen: 100n });
  expect(await pieces(visit)).toEqual(['-1 -1', '-1 -3', '-2 -2', '1 5', '2 2']);
  await cancel(last.remainder?.settlementId ?? '');
  expect(await now(visit)).toMatchObject({ unsettledFen: 100n, settlementIds: [] });
  expect(await endOf(settle(visit, 600n), 'settled')).toBe('BILL_TOTAL_MISMATCH');
  expect(await settle(visit, 100n)).toMatchObject({ totalFen: 100n, state: 'SETTLED' });
});

it('the reversal of a refund gives the visit back what was refunded', async () => {
  const visit = await open();
  await services.fees.add(HOSPITAL, from(), visit, [fee('1', 5n), fee('2', 2n)]);
  const { settlementId } = await settle(visit, 700n);
  const message = messageId();
  await refund(settlementId, 1, 3n, message);
  await services.reversals.reverse(HOSPITAL, CODE, messageId(), message);
  expect(await pieces(visit)).toEqual(['1 5', '2 2']);
  expect(await now(visit)).toMatchObject({ state: 'SETTLED', settlementIds: [settlementId] });
  await cancel(settlementId);
  expect(await now(visit)).toMatchObject({ unsettledFen: 700n });
  expect(await settle(visit, 700n)).toMatchObject({ totalFen: 700n });
});

it('a reversal that the home province refuses leaves the visit refunded', async () => {
  const visit = await open();
  await services.fees.add(HOSPITAL, from(), visit, [fee('1', 5n)]);
  const { settlementId } = await settle(visit, 500n);
  const message = messageId();
  const { remainder } = await refund(settlementId, 1, 3n, message);
  home.spent = true;
  const reversed = services.reversals.reverse(HOSPITAL, CODE, messageId(), message);
  expect(await endOf(reversed, 'reversed').finally(() => (home.spent = false))).toBe('ACCOUNT_REFUND_SPENT');
  expect(await pieces(visit)).toEqual(['-1 -3', '1 5']);
  expect((await now(visit)).settlementIds).toEqual([remainder?.settlementId]);
});

it('a stay is over again when a part of it that was taken back is settled anew behind the last', async () => {
  const visit = await open('INPATIENT');
  await services.fees.add(HOSPITAL, from(), visit, [fee('1', 5n)]);
  const first = await settle(visit, 500n, true);
  await services.fees.add(HOSPITAL, from(), visit, [fee('2', 2n)]);
  await settle(visit, 200n);
  expect((await now(visit)).state).toBe('SETTLED');
  await cancel(first.settlementId);
  expect((await now(visit)).state).toBe('ENDED');
  expect(await settle(visit, 500n, true)).toMatchObject({ stayPart: 1, continuesStay: false });
  expect((await now(visit)).state).toBe('SETTLED');
});
