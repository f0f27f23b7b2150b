import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { serviceActor, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { fen } from '@yiditong/money';
import { createTestDatabase, endOf, FixedClock, rowCounts, testVault, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { CycleService } from '../cycle/cycle.service.js';
import { upsertInstitutions } from '../institution/institution.store.js';
import { migrations } from '../migrations/index.js';
import type { HomeProvinces } from '../routing/home-provinces.service.js';
import type { Decided } from './adjudication.codec.js';
import type { Bill, InsuredAs } from './bill-rules.js';
import { FactsService, type Facts } from './facts.service.js';
import { OutcomeService } from './outcome.service.js';
import { RecordService } from './record.service.js';
import { SettlementService } from './settlement.service.js';

const CODE = 'H11010500001';
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: CODE };
const NOW = new Date('2026-03-01T04:00:00Z');
const ACTIVE: InsuredAs = { insurance: 'EMPLOYEE', personType: 'ACTIVE' };
const RETIREE: InsuredAs = { insurance: 'EMPLOYEE', personType: 'RETIREE' };
const RESIDENT: InsuredAs = { insurance: 'RESIDENT', personType: 'RESIDENT' };
const SPLIT: Facts['split'] = {
  fullSelfPayFen: fen(0n),
  overCeilingFen: fen(0n),
  firstSelfPayFen: fen(0n),
  inScopeFen: fen(10_000n),
};

let db: TestDatabase;
let settlements: SettlementService;
let home: HomeProvince;
let sequence = 0;

/** The home province: how it says that the person is insured at a trial and when it books, what it was asked, and whether its answer is lost. */
type HomeProvince = { trial: InsuredAs; adjudicate: InsuredAs; asked: string[]; lost: string | null };

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await createTestDatabase('settlement', migrations);
  const { database } = db;
  const clock = new FixedClock(NOW);
  await new CycleService(database, clock).onApplicationBootstrap();
  const institution = {
    institutionCode: CODE,
    province: '110000',
    region: '110105',
    name: '测',
    level: 'TERTIARY' as const,
    networked: true,
    visitKinds: ['INPATIENT' as const],
    diseaseClasses: [],
    tags: [],
  };
  await database.transaction(serviceActor('spec', '110000'), (tx) => upsertInstitutions(tx, [institution], NOW));
  const outcomes = new OutcomeService(database, clock);
  const relay = { nudge: () => undefined } as unknown as ObligationRelay;
  const records = new RecordService(database, clock, outcomes, relay, testVault(), 60_000);
  settlements = new SettlementService(database, clock, askingHome(), askingHome(), outcomes, records);
});
afterAll(() => db.drop());
beforeEach(() => {
  home = { trial: ACTIVE, adjudicate: ACTIVE, asked: [], lost: null };
});

/** Filing and catalogue find everything in order. */
function askingHome(): FactsService & HomeProvinces {
  const answer = (call: 'trial' | 'adjudicate') => (): Promise<Decided> => {
    home.asked.push(call);
    if (home.lost === call) return Promise.reject(new Rejection('SERVICE_UNAVAILABLE', { service: 'benefit' }));
    return Promise.resolve(decidedFor(home[call]));
  };
  const facts = {
    gather: (bill: Bill): Promise<Facts> =>
      Promise.resolve({
        filingCategory: 'REFERRAL',
        benefitLevel: 'REFERRAL',
        eligibilityBasis: 'FILED',
        filingId: null,
        lines: bill.lines.map((line) => ({
          ...line,
          itemClass: 'A',
          chargeCategory: '09',
          catalogueRule: 'ENTRY',
          catalogueSequence: 1,
          split: SPLIT,
        })),
        split: SPLIT,
      }),
    trial: answer('trial'),
    adjudicate: answer('adjudicate'),
    checkReachable: () => Promise.resolve(),
    reverse: () => Promise.resolve(void home.asked.push('reverse')),
  };
  return facts as unknown as FactsService & HomeProvinces;
}

function decidedFor(insuredAs: InsuredAs): Decided {
  return {
    ...insuredAs,
    split: SPLIT,
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
  };
}

function billFor(insuredAs: InsuredAs | null): Bill {
  const line = { quantityE4: 10_000n, unitPriceMicroYuan: 100_000_000n, amountFen: fen(10_000n), occurredAt: NOW };
  return {
    personId: randomUUID(),
    insuredRegion: '610100',
    insuredAs,
    visitNumber: `V${++sequence}`,
    visitKind: 'INPATIENT',
    emergency: false,
    diseaseCode: '',
    diagnoses: [],
    admittedAt: NOW,
    endedAt: NOW,
    useAccount: false,
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
const settle = (bill: Bill, message = messageId()): Promise<string> =>
  endOf(settlements.settle(HOSPITAL, CODE, message, bill), 'settled');

describe('a bill that names how the person is insured', () => {
  it('settles where the home province says the same, which it is asked before it books', async () => {
    const { insurance, personType } = await settlements.settle(HOSPITAL, CODE, messageId(), billFor(ACTIVE));
    expect({ insurance, personType }).toEqual(ACTIVE);
    expect(home.asked).toEqual(['trial', 'adjudicate']);
  });

  it.each<[string, InsuredAs]>([
    ['another insurance', RESIDENT],
    ['another person type', RETIREE],
  ])('is refused for ever with nothing booked where it names %s, and settles corrected', async (_, named) => {
    const [bill, message] = [billFor(named), messageId()];
    for (let time = 0; time < 2; time++) expect(await settle(bill, message)).toBe('BILL_INSURED_DIFFERS');
    expect(home.asked).toEqual(['trial']);
    expect(await settle({ ...bill, insuredAs: ACTIVE })).toBe('settled');
  });

  it('is refused at a trial that writes nothing', async () => {
    const before = await rowCounts(db);
    const trial = settlements.preSettle(HOSPITAL, CODE, billFor(RESIDENT));
    expect(await endOf(trial, 'divided')).toBe('BILL_INSURED_DIFFERS');
    expect(await rowCounts(db)).toEqual(before);
  });

  it('is another message’s bill where it names another insurance', async () => {
    const [bill, message] = [billFor(ACTIVE), messageId()];
    expect(await settle(bill, message)).toBe('settled');
    for (const insuredAs of [null, RETIREE, RESIDENT])
      expect(await settle({ ...bill, insuredAs }, message)).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('is left in doubt where the home province can’t say, and settles when it can', async () => {
    const [bill, message] = [billFor(ACTIVE), messageId()];
    home.lost = 'trial';
    expect(await settle(bill, message)).toBe('OUTCOME_UNKNOWN');
    expect(home.asked).toEqual(['trial']);
    home.lost = null;
    expect(await settle(bill, message)).toBe('settled');
  });

  it('is undone where the home province books it otherwise than it said a moment before', async () => {
    home.adjudicate = RETIREE;
    expect(await settle(billFor(ACTIVE))).toBe('BILL_INSURED_DIFFERS');
    expect(home.asked).toEqual(['trial', 'adjudicate', 'reverse']);
  });

  it('is undone where an earlier attempt may have been booked and the insurance changed since', async () => {
    const [bill, message] = [billFor(ACTIVE), messageId()];
    home.lost = 'adjudicate';
    expect(await settle(bill, message)).toBe('OUTCOME_UNKNOWN');
    home.trial = RESIDENT;
    expect(await settle(bill, message)).toBe('BILL_INSURED_DIFFERS');
    expect(home.asked).toEqual(['trial', 'adjudicate', 'trial', 'reverse']);
  });
});

describe('a bill that names nothing', () => {
  it('settles as whoever the home province says, with no call more', async () => {
    home.adjudicate = RESIDENT;
    const { insurance, personType } = await settlements.settle(HOSPITAL, CODE, messageId(), billFor(null));
    expect({ insurance, personType }).toEqual(RESIDENT);
    expect(home.asked).toEqual(['adjudicate']);
  });
});
