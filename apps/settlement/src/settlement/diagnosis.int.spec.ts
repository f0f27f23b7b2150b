import { createHash, randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import {
  bodyHash,
  freeze,
  nationalActor,
  PersonalDataVault,
  RotationService,
  serviceActor,
  type Actor,
} from '@yiditong/chassis';
import { fen } from '@yiditong/money';
import {
  createTestDatabase,
  FixedClock,
  queryAs,
  tablesHolding,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { CycleService } from '../cycle/cycle.service.js';
import { upsertInstitutions } from '../institution/institution.store.js';
import { migrations } from '../migrations/index.js';
import type { HomeProvinces } from '../routing/home-provinces.service.js';
import type { Decided } from './adjudication.codec.js';
import type { Bill } from './bill-rules.js';
import { FactsService, type Facts } from './facts.service.js';
import { OutcomeService } from './outcome.service.js';
import { ReadingService } from './reading.service.js';
import { RecordService } from './record.service.js';
import { decodeBill, encodeSettlement } from './settlement.codec.js';
import type { DiagnosedSettlement } from './settlement.entity.js';
import { SettlementService } from './settlement.service.js';
import { DIAGNOSES } from './settlement.store.js';

const INSTITUTION = 'H11010500001';
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: INSTITUTION };
const OTHER_HOSPITAL: Actor = { ...HOSPITAL, institution: 'H11010500002' };
const OTHERS: Record<string, Actor> = {
  'the insured province': { role: 'bureau', region: '610000', subject: 'b', rank: 'supervisor' },
  'the treating province': { role: 'bureau', region: '110000', subject: 'b', rank: 'supervisor' },
  'the operator': { role: 'operator', region: '000000', subject: 'o', rank: 'supervisor' },
};
const NOW = new Date('2026-03-01T04:00:00Z');
const SPLIT = { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: 10_000n };
const MASKED = { code: '***', name: '***' };

/** Codes and names that stand nowhere else, so that finding one means that it leaked. */
const DISEASE_CODE = 'M99871';
const DIAGNOSED = {
  diseaseCode: DISEASE_CODE,
  diagnoses: [
    { code: 'C34.900x004', name: '右肺上叶恶性肿瘤' },
    { code: 'F41.900', name: '焦虑状态' },
  ],
};
const SECRETS = [DISEASE_CODE, ...DIAGNOSED.diagnoses.flatMap(({ code, name }) => [code, name])];

const CLASSIFIED = { itemClass: 'A', chargeCategory: '09', catalogueRule: 'ENTRY', catalogueSequence: 1 } as const;

let db: TestDatabase;
let settlements: SettlementService;
let readings: ReadingService;
let sequence = 0;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await createTestDatabase('settlement', migrations);
  await new CycleService(db.database, new FixedClock(NOW)).onApplicationBootstrap();
  await db.database.transaction(serviceActor('spec', '110000'), (tx) =>
    upsertInstitutions(
      tx,
      [
        {
          institutionCode: INSTITUTION,
          province: '110000',
          region: '110105',
          name: '测',
          level: 'TERTIARY',
          networked: true,
          visitKinds: ['OUTPATIENT', 'CHRONIC', 'INPATIENT'],
          diseaseClasses: ['M039'],
          tags: [],
        },
      ],
      NOW,
    ),
  );
  ({ settlements, readings } = servicesWith(testVault()));
});
afterAll(() => db.drop());

function servicesWith(vault: PersonalDataVault): { settlements: SettlementService; readings: ReadingService } {
  const clock = new FixedClock(NOW);
  const outcomes = new OutcomeService(db.database, clock);
  const relay = { nudge: () => undefined } as unknown as ObligationRelay;
  const records = new RecordService(db.database, clock, outcomes, relay, vault, 60_000);
  return {
    settlements: new SettlementService(db.database, clock, everythingInOrder(), everythingInOrder(), outcomes, records),
    readings: new ReadingService(db.database, vault),
  };
}

/** The other services, of one mind: the person has filed, everything is in scope, and the pooling fund pays 60 %. */
function everythingInOrder(): FactsService & HomeProvinces {
  const split = { ...SPLIT, inScopeFen: fen(10_000n) } as Facts['split'];
  const decided = (): Promise<Decided> =>
    Promise.resolve({
      insurance: 'EMPLOYEE',
      personType: 'RETIREE',
      split,
      deductibleFen: fen(0n),
      funds: [{ fund: 'POOLING', amountFen: fen(6_000n) }],
      fundTotalFen: fen(6_000n),
      personalFen: fen(4_000n),
      accountFen: fen(0n),
      mutualAidFen: fen(0n),
      cashFen: fen(4_000n),
      policyId: randomUUID(),
      explanation: [],
      hospitalPartFen: fen(0n),
      accountBalanceFen: null,
      poolingRatioE4: 6_000,
      details: [],
    });
  const facts = {
    gather: (bill: Bill): Promise<Facts> =>
      Promise.resolve({
        filingCategory: 'REFERRAL',
        benefitLevel: 'REFERRAL',
        eligibilityBasis: 'FILED',
        filingId: null,
        lines: bill.lines.map((line) => ({ ...line, ...CLASSIFIED, split })),
        split,
      }),
    trial: decided,
    adjudicate: decided,
    checkReachable: () => Promise.resolve(),
    reverse: () => Promise.resolve(),
  };
  return facts as unknown as FactsService & HomeProvinces;
}

function newBill(change: Partial<Bill> = {}): Bill {
  return {
    personId: randomUUID(),
    insuredRegion: '610100',
    insuredAs: null,
    visitNumber: `V${++sequence}`,
    visitKind: 'CHRONIC',
    emergency: false,
    admittedAt: NOW,
    endedAt: NOW,
    useAccount: false,
    trauma: null,
    midStay: false,
    hospitalPartFen: fen(0n),
    totalFen: fen(10_000n),
    lines: [
      {
        lineNumber: 1,
        nationalCode: '001101000010000',
        hospitalCode: '',
        approved: false,
        examiningInstitutionCode: '',
        diseaseCode: '',
        quantityE4: 10_000n,
        unitPriceMicroYuan: 100_000_000n,
        amountFen: fen(10_000n),
        occurredAt: NOW,
      },
    ],
    ...DIAGNOSED,
    ...change,
  };
}

const messageId = (): string => `${INSTITUTION}20260301120000${String(++sequence).padStart(4, '0')}`;
const settle = (bill: Bill, message = messageId(), service = settlements): Promise<DiagnosedSettlement> =>
  service.settle(HOSPITAL, INSTITUTION, message, bill);

describe('a diagnosis', () => {
  it('stands in no table in clear: no outcome, no request, no message to clearing', async () => {
    const bill = newBill();
    const message = messageId();
    await settle(bill, message);
    await settle(bill, message);
    for (const secret of SECRETS) expect(await tablesHolding(db, secret), secret).toEqual([]);
    expect(await tablesHolding(db, bill.visitNumber)).toContain('settlement');
  });

  it('cannot be found by hashing the bill with every diagnosis there is', async () => {
    const bill = newBill();
    await settle(bill);
    for (const digest of ['sha256', 'sm3'])
      expect(await tablesHolding(db, createHash(digest).update(freeze(bill)).digest('hex'))).toEqual([]);
    expect(await tablesHolding(db, bodyHash(bill).toString('hex'))).toEqual([]);
    const [row] = await queryAs<{ length: number }>(
      db.superuserUrl,
      'SELECT length(body_hash) AS length FROM settlement_request WHERE person_id = $1',
      [bill.personId],
    );
    expect(row).toEqual({ length: 32 });
  });

  it('is in the answer of a trial and of a settlement, and in its repeat, byte for byte', async () => {
    const bill = newBill();
    const message = messageId();
    expect(await settlements.preSettle(HOSPITAL, INSTITUTION, bill)).toMatchObject(DIAGNOSED);
    const first = await settle(bill, message);
    expect(first).toMatchObject(DIAGNOSED);
    expect(freeze(encodeSettlement(await settle(bill, message)))).toBe(freeze(encodeSettlement(first)));
  });

  it('makes another message of a bill that is the same in everything else', async () => {
    const bill = newBill();
    const message = messageId();
    await settle(bill, message);
    for (const change of [
      { diagnoses: [] },
      { diagnoses: [...DIAGNOSED.diagnoses].reverse() },
      { diseaseCode: 'M01600' },
    ])
      await expect(settle({ ...bill, ...change }, message)).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('is read in clear by the hospital that sent it alone', async () => {
    const { settlementId } = await settle(newBill());
    expect(await readings.get(HOSPITAL, settlementId)).toMatchObject(DIAGNOSED);
    await expect(readings.get(OTHER_HOSPITAL, settlementId)).rejects.toMatchObject({ reason: 'SETTLEMENT_NOT_FOUND' });
  });

  it.each(Object.keys(OTHERS))('is masked for %s, read and listed, whatever it is', async (who) => {
    const actor = OTHERS[who];
    if (!actor) throw new Error(`nobody is ${who}`);
    const sent = [
      newBill(),
      newBill({ visitKind: 'OUTPATIENT', diseaseCode: '' }),
      newBill({ visitKind: 'INPATIENT', diseaseCode: '', diagnoses: [] }),
    ];
    for (const bill of sent) {
      const { settlementId } = await settle(bill);
      const masked = { diseaseCode: bill.visitKind === 'CHRONIC' ? '***' : '', diagnoses: [MASKED] };
      expect(await readings.get(actor, settlementId)).toMatchObject(masked);
      const listed = await readings.listOfCycle(actor, '2026-03-01', null, 1_000);
      expect(listed.find((one) => one.settlementId === settlementId)).toMatchObject(masked);
    }
  });

  it('takes the same room whichever it is, so that its length tells nothing', async () => {
    const sent = [[], [{ code: 'I10', name: '高血压' }], [{ code: 'C34.900x004', name: '右肺上叶恶性肿瘤' }]];
    const ids = await Promise.all(sent.map(async (diagnoses) => (await settle(newBill({ diagnoses }))).settlementId));
    const lengths = await queryAs(
      db.superuserUrl,
      'SELECT DISTINCT length(diagnosis_sealed) AS length FROM settlement WHERE settlement_id = ANY($1)',
      [ids],
    );
    expect(lengths).toHaveLength(1);
  });

  it('does not open in another settlement that it was copied to, and that is a fault', async () => {
    const [from, to] = [await settle(newBill()), await settle(newBill({ diagnoses: [] }))];
    const copy =
      'UPDATE settlement SET diagnosis_sealed = (SELECT diagnosis_sealed FROM settlement WHERE settlement_id = $1)';
    await queryAs(db.superuserUrl, `${copy} WHERE settlement_id = $2`, [from.settlementId, to.settlementId]);
    await expect(readings.get(HOSPITAL, to.settlementId)).rejects.toMatchObject({ name: 'SealBroken' });
    await queryAs(db.superuserUrl, 'DELETE FROM settlement WHERE settlement_id = $1', [to.settlementId]);
  });
});

describe('a rotation of the master key', () => {
  it('leaves diagnoses readable and repeats answered as before, and touches nothing else of a settlement', async () => {
    const bill = newBill();
    const message = messageId();
    const first = await settle(bill, message);
    const rowsWithoutSeal = (): Promise<unknown[]> =>
      db.database.transaction(nationalActor('spec'), (tx) =>
        tx.query('SELECT *, NULL AS diagnosis_sealed, NULL AS key_version FROM settlement ORDER BY settlement_id'),
      );
    const before = await rowsWithoutSeal();
    const vault = testVault({ versions: [1, 2], suite: 'sm4-ctr-hmac-sm3' });
    expect(await new RotationService(db.database, vault, [DIAGNOSES]).rotate()).toMatchObject([
      { resealed: before.length, left: 0 },
    ]);
    expect(await rowsWithoutSeal()).toEqual(before);

    const after = servicesWith(testVault({ versions: [2], suite: 'sm4-ctr-hmac-sm3' }));
    expect(await after.readings.get(HOSPITAL, first.settlementId)).toMatchObject(DIAGNOSED);
    expect(await settle(bill, message, after.settlements)).toEqual(first);
    expect(await settle(newBill(), messageId(), after.settlements)).toMatchObject(DIAGNOSED);
    const versions = await queryAs(db.superuserUrl, 'SELECT DISTINCT key_version FROM settlement');
    expect(versions).toEqual([{ key_version: 2 }]);
  });
});

describe('a bill is refused, by the place and never by the words of what is wrong', () => {
  const wire = { personId: randomUUID(), insuredRegion: '610100', visitNumber: 'V', visitKind: 'VISIT_KIND_INPATIENT' };
  const unnamed = { insurance: 'INSURANCE_UNSPECIFIED', personType: 'PERSON_TYPE_UNSPECIFIED' };
  const bill = { ...wire, ...unnamed, diseaseCode: '', lines: [{}] } as unknown as Parameters<typeof decodeBill>[0];
  const good = { code: 'I10.x00x002', name: '高血压' };
  it.each([
    ['with eleven diagnoses', Array.from({ length: 11 }, () => good), 'diagnoses must be at most 10'],
    ['with a code of no ICD-10', [good, { code: '高血压', name: '高血压' }], 'diagnoses.1: code is not of ICD-10'],
    ['with a nameless one', [{ code: 'I10', name: ' ' }], 'diagnoses.0: name must be 1 to 100 characters'],
    ['with one too long', [{ code: 'I10', name: '高'.repeat(101) }], 'diagnoses.0: name must be 1 to 100 characters'],
  ])('%s', (_, diagnoses, problem) => {
    const refusal = expect.objectContaining({ reason: 'REQUEST_MALFORMED', params: { problem } }) as Error;
    expect(() =>
      decodeBill(
        bill && { ...bill, diagnoses, admittedAt: { seconds: 1n, nanos: 0 }, endedAt: { seconds: 1n, nanos: 0 } },
      ),
    ).toThrow(refusal);
  });
});
