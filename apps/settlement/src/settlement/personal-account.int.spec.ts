import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { serviceActor, thaw, type Actor, type RpcClient } from '@yiditong/chassis';
import type { benefitV1, catalogueV1, clearingV1, filingV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import {
  createTestDatabase,
  endOf,
  FixedClock,
  queryAs,
  rowCounts,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { CycleService } from '../cycle/cycle.service.js';
import { upsertInstitutions } from '../institution/institution.store.js';
import { migrations } from '../migrations/index.js';
import { ReinstatementService } from '../reversal/reinstatement.service.js';
import { ReversalService } from '../reversal/reversal.service.js';
import { UndoService } from '../reversal/undo.service.js';
import type { HomeProvinces } from '../routing/home-provinces.service.js';
import { decodeAdjudication } from './adjudication.codec.js';
import type { Bill } from './bill-rules.js';
import { FactsService } from './facts.service.js';
import { OutcomeService } from './outcome.service.js';
import { RecordService } from './record.service.js';
import { SettlementService } from './settlement.service.js';
import { WithdrawalService } from './withdrawal.service.js';

const CODE = 'H11010500001';
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: CODE };
const NOW = new Date('2026-03-01T04:00:00Z');

let db: TestDatabase;
let settlements: SettlementService;
let reversals: ReversalService;
let sequence = 0;

/** The home province: what it was asked, in order, and how its answer differs from one that adds up. */
let home: { asked: [method: string, request: unknown][]; change: Partial<benefitV1.Adjudication> };

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
    tags: ['中医医院'],
  };
  await database.transaction(serviceActor('spec', '110000'), (tx) => upsertInstitutions(tx, [institution], NOW));
  const outcomes = new OutcomeService(database, clock);
  const relay = { nudge: () => undefined } as unknown as ObligationRelay;
  const facts = factsOf();
  const records = new RecordService(database, clock, outcomes, relay, testVault(), 60_000);
  settlements = new SettlementService(database, clock, facts, askingHome(), outcomes, records);
  const withdrawals = new WithdrawalService(database, clock, askingHome(), outcomes, relay);
  reversals = new ReversalService(
    database,
    clock,
    outcomes,
    withdrawals,
    new UndoService(database, clock, askingHome(), relay),
    new ReinstatementService(database, clock, outcomes, withdrawals, relay),
    60_000,
  );
});
afterAll(() => db.drop());
beforeEach(() => {
  home = { asked: [], change: {} };
});

/** Filing finds the person filed; the catalogue takes 15.00 of each line off as first self-pay; the home province pays 60.00. */
function factsOf(): FactsService {
  const decision = {
    category: 'FILING_CATEGORY_REFERRAL',
    benefitLevel: 'BENEFIT_LEVEL_REFERRAL',
    basis: 'FILED',
    filingId: '',
  };
  const filing = { call: () => Promise.resolve({ answers: [{ decision }] }) };
  const catalogue = {
    call: (_: string, { lines }: catalogueV1.ClassifyLinesRequest) => Promise.resolve({ lines: lines.map(classified) }),
  };
  return new FactsService(
    filing as unknown as RpcClient<filingV1.EligibilityServiceClient>,
    catalogue as unknown as RpcClient<catalogueV1.CatalogueServiceClient>,
  );
}

function classified({ lineNumber, amountFen }: catalogueV1.FeeLine): object {
  const split = { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen: 1_500n, inScopeFen: amountFen - 1_500n };
  const found = { itemClass: 'ITEM_CLASS_B', chargeCategory: '03', rule: 'LINE_RULE_ENTRY', versionSequence: 1 };
  return { ...found, lineNumber, nationalCode: '', split };
}

function askingHome(): HomeProvinces {
  const ask = (method: 'trial' | 'adjudicate') => (claim: benefitV1.Claim) => {
    home.asked.push([method, method === 'trial' ? { claim } : { claims: [claim] }]);
    return Promise.resolve(adjudicationOf(claim)).then((adjudication) => decodeAdjudication(adjudication, claim));
  };
  return {
    checkReachable: () => Promise.resolve(),
    trial: ask('trial'),
    adjudicate: ask('adjudicate'),
    reverse: ({ settlementId, personId, insuredRegion, cancellationId }: benefitV1.ReverseRequest) =>
      Promise.resolve(void home.asked.push(['reverse', { settlementId, personId, insuredRegion, cancellationId }])),
  } as unknown as HomeProvinces;
}

/** Of 40.00 that are the person's, the own account pays 10.00 and relatives' 5.00 where accounts may. */
function adjudicationOf({ settlementId, totalFen, split, useAccount }: benefitV1.Claim): benefitV1.Adjudication {
  const [accountFen, mutualAidFen] = useAccount ? [1_000n, 500n] : [0n, 0n];
  return {
    settlementId,
    insurance: 'INSURANCE_EMPLOYEE',
    personType: 'PERSON_TYPE_ACTIVE',
    totalFen,
    split,
    deductibleFen: 0n,
    funds: [{ fund: 'FUND_POOLING', amountFen: 6_000n }],
    fundTotalFen: 6_000n,
    personalFen: 4_000n,
    policyId: randomUUID(),
    benefitYear: 2026,
    explanation: [{ ...STEP, baseFen: 4_000n, resultFen: accountFen }],
    accountFen,
    mutualAidFen,
    cashFen: 4_000n - accountFen - mutualAidFen,
    hospitalPartFen: 0n,
    poolingRatioE4: 8_824,
    details: [],
    years: [],
    ...home.change,
  };
}

const STEP = {
  rule: 'ACCOUNT',
  source: '通知',
  rate: '',
  textZh: '个人账户支付',
  textEn: 'The personal account pays',
};

function newBill(change: Partial<Bill> = {}): Bill {
  const line = {
    quantityE4: 10_000n,
    hospitalCode: '',
    approved: false,
    occurredAt: NOW,
    examiningInstitutionCode: '',
    diseaseCode: '',
  };
  const priced = (lineNumber: number, nationalCode: string, amountFen: bigint) => ({
    ...line,
    lineNumber,
    nationalCode,
    unitPriceMicroYuan: amountFen * 10_000n,
    amountFen: fen(amountFen),
  });
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
    lines: [priced(1, '001102000050000', 4_000n), priced(2, '001109000010400', 6_000n)],
    ...change,
  };
}

const messageId = (): string => `${CODE}20260301120000${String(++sequence).padStart(4, '0')}`;

/** What settlement has on its way to clearing of a settlement, in the order that it came about. */
async function onItsWay(settlementId: string): Promise<clearingV1.Obligation[]> {
  const rows = await queryAs<{ payload: string }>(
    db.superuserUrl,
    "SELECT payload FROM outbox WHERE topic = 'obligation' AND payload LIKE '%' || $1 || '%' ORDER BY id",
    [settlementId],
  );
  return rows.map(({ payload }) => thaw<clearingV1.Obligation>(payload));
}

describe('a bill that accounts may pay for', () => {
  it('is presented with its parts and its hospital’s tags, and answered with what each account pays', async () => {
    const settled = await settlements.settle(HOSPITAL, CODE, messageId(), newBill());
    expect(settled).toMatchObject({
      fundTotalFen: 6_000n,
      personalFen: 4_000n,
      accountFen: 1_000n,
      mutualAidFen: 500n,
      cashFen: 2_500n,
      explanation: [{ rule: 'ACCOUNT', textZh: '个人账户支付', textEn: 'The personal account pays' }],
    });
    const [[method, request] = []] = home.asked;
    const part = { itemClass: 'ITEM_CLASS_B', itemKind: 'SERVICE' };
    expect([method, request]).toMatchObject([
      'adjudicate',
      {
        claims: [
          {
            useAccount: true,
            hospitalTags: ['中医医院'],
            hospitalPartFen: 0n,
            parts: [
              { ...part, unitPriceFen: 4_000n, inScopeFen: 2_500n },
              { ...part, unitPriceFen: 6_000n, inScopeFen: 4_500n },
            ],
          },
        ],
      },
    ]);
  });

  it('is owed by the insured province but for the cash, and its reversal owes exactly that back', async () => {
    const message = messageId();
    const { settlementId } = await settlements.settle(HOSPITAL, CODE, message, newBill());
    await reversals.reverse(HOSPITAL, CODE, messageId(), message);
    const [pooling, account] = ['FUND_POOLING', 'FUND_PERSONAL_ACCOUNT'];
    expect(
      (await onItsWay(settlementId)).map(({ kind, amountFen, funds }) => [
        kind,
        amountFen,
        funds.map((payment) => [payment.fund, payment.amountFen]),
      ]),
    ).toEqual([
      [
        'OBLIGATION_KIND_SETTLEMENT',
        7_500n,
        [
          [pooling, 6_000n],
          [account, 1_500n],
        ],
      ],
      [
        'OBLIGATION_KIND_REVERSAL',
        -7_500n,
        [
          [pooling, -6_000n],
          [account, -1_500n],
        ],
      ],
    ]);
  });

  it('is answered a repeat as at first, whatever the home province would say now', async () => {
    const [bill, message] = [newBill(), messageId()];
    const first = await settlements.settle(HOSPITAL, CODE, message, bill);
    home.change = { accountFen: 0n, mutualAidFen: 0n, cashFen: 4_000n, explanation: [] };
    expect(await settlements.settle(HOSPITAL, CODE, message, bill)).toEqual(first);
  });

  it('is another message’s bill where the person wants them to, or doesn’t', async () => {
    const [bill, message] = [newBill(), messageId()];
    await settlements.settle(HOSPITAL, CODE, message, bill);
    const other = settlements.settle(HOSPITAL, CODE, message, { ...bill, useAccount: false });
    expect(await endOf(other, 'settled')).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('shows at a trial what they would pay, and leaves no trace', async () => {
    const before = await rowCounts(db);
    const trial = await settlements.preSettle(HOSPITAL, CODE, newBill());
    expect(trial).toMatchObject({ accountFen: 1_000n, mutualAidFen: 500n, cashFen: 2_500n });
    expect(await rowCounts(db)).toEqual(before);
  });
});

describe('a bill that they may not pay for', () => {
  it('is owed without them', async () => {
    const { settlementId, cashFen } = await settlements.settle(
      HOSPITAL,
      CODE,
      messageId(),
      newBill({ useAccount: false }),
    );
    expect(cashFen).toBe(4_000n);
    expect((await onItsWay(settlementId)).map(({ amountFen, funds }) => [amountFen, funds])).toEqual([
      [6_000n, [{ fund: 'FUND_POOLING', amountFen: 6_000n }]],
    ]);
  });
});

describe('an answer of the home province that doesn’t add up', () => {
  const wrong: [string, Partial<benefitV1.Adjudication>][] = [
    ['a fen of cash that is missing', { cashFen: 2_499n }],
    ['a fund that is missing', { funds: [] }],
    ['another settlement', { settlementId: randomUUID() }],
    ['a fund that isn’t known', { funds: [{ fund: 'FUND_UNSPECIFIED', amountFen: 6_000n }] }],
  ];

  it.each(wrong)('with %s refuses the message for ever, records nothing and is undone there', async (_, change) => {
    const { settlement, obligation, outbox } = await rowCounts(db);
    const [bill, message] = [newBill(), messageId()];
    home.change = change;
    for (let time = 0; time < 2; time++)
      expect(await endOf(settlements.settle(HOSPITAL, CODE, message, bill), 'settled')).toBe('HOME_ANSWER_UNUSABLE');
    expect(home.asked.map(([method]) => method)).toEqual(['adjudicate', 'reverse']);
    expect(await rowCounts(db)).toMatchObject({ settlement, obligation, outbox });
    home.change = {};
    expect(await endOf(settlements.settle(HOSPITAL, CODE, messageId(), bill), 'settled')).toBe('settled');
  });

  it.each(wrong)('with %s refuses a trial', async (_, change) => {
    home.change = change;
    await expect(settlements.preSettle(HOSPITAL, CODE, newBill())).rejects.toMatchObject({
      reason: 'HOME_ANSWER_UNUSABLE',
    });
  });
});
