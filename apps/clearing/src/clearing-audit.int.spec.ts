import { groupBy, sha256, SigningKeys, type RpcClient } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { merkleLeaf, merkleRoot, obligationAmount, obligationLeaf } from '@yiditong/ledger';
import { sumFen } from '@yiditong/money';
import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  FixedClock,
  patiently,
  privateJwks,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import type { FlowProducer, Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CycleService } from './cycle/cycle.service.js';
import { NightlyCloseService } from './cycle/nightly-close.service.js';
import { migrations } from './migrations/index.js';
import type { ArrivedObligation } from './obligation/obligation.codec.js';
import { ObligationService } from './obligation/obligation.service.js';
import { closeWhole, statementRelay } from './spec-close.js';
import { DAY, NOW, obligation } from './spec-obligation.js';

let db: TestDatabase;
let obligations: ObligationService;

beforeAll(async () => {
  db = await createTestDatabase('clearing', migrations);
  obligations = new ObligationService(db.database);
});
afterAll(() => db.drop());

const leafOf = (one: ArrivedObligation): Buffer => Buffer.from(merkleLeaf(obligationLeaf(one), sha256));

function countOf(batch: readonly ArrivedObligation[]) {
  return { obligationCount: String(batch.length), amountFen: String(sumFen(batch.map(obligationAmount))) };
}

function totalsOf(batch: readonly ArrivedObligation[]) {
  const sorted = [...batch].sort((a, b) => (a.obligationId < b.obligationId ? -1 : 1));
  return { ...countOf(batch), merkleRoot: Buffer.from(merkleRoot(sorted.map(leafOf), sha256)).toString('hex') };
}

/** What settlement counts of each pair; all obligations of this spec are of one insurance. */
function cellsOf(batch: readonly ArrivedObligation[]): settlementV1.CellTotals[] {
  const byPair = groupBy(batch, ({ insuredProvince, treatingProvince }) => `${insuredProvince}${treatingProvince}`);
  return [...byPair.values()].map((own) => ({
    insuredProvince: own[0]?.insuredProvince ?? '',
    treatingProvince: own[0]?.treatingProvince ?? '',
    insurance: 'INSURANCE_EMPLOYEE',
    obligationCount: BigInt(own.length),
    amountFen: sumFen(own.map(obligationAmount)),
    digestSum: String(own.reduce((sum, one) => sum + leafOf(one).readBigInt64BE(), 0n)),
  }));
}

/** Settlement as far as a close asks it: the day is open, and sealed with these totals. */
function settlementThatSealed(
  batch: readonly ArrivedObligation[],
): RpcClient<settlementV1.SettlementCycleServiceClient> {
  const answers: Record<string, unknown> = {
    listOpenCycles: { businessDates: [DAY] },
    openNextCycle: { nextBusinessDate: '2026-03-02' },
    sealCycle: { cells: cellsOf(batch) },
  };
  const client = { call: (method: string) => Promise.resolve(answers[method]) };
  return client as unknown as RpcClient<settlementV1.SettlementCycleServiceClient>;
}

describe('the audit trail', () => {
  const day = Array.from({ length: 5 }, () => obligation());

  it('has one record of each batch that was accepted, in the treating province’s chain', async () => {
    const elsewhere = obligation({ treatingProvince: '310000' });
    await obligations.post([...day.slice(0, 3), elsewhere]);
    await obligations.post(day);
    await obligations.post(day);
    const records = await auditTrail(db);
    const recorded = (province: string, batch: readonly ArrivedObligation[]) => ({
      province,
      actor: { role: 'service', region: NATION, subject: 'obligations' },
      purpose: 'SYSTEM',
      action: 'POST_OBLIGATIONS',
      objectType: 'obligation_batch',
      objectId: totalsOf(batch).merkleRoot,
      before: null,
      after: { ...totalsOf(batch), businessDates: [DAY] },
    });
    expect(records).toEqual([
      recorded('110000', day.slice(0, 3)),
      recorded('110000', day.slice(3)),
      recorded('310000', [elsewhere]),
    ]);
    day.push(elsewhere);
  });

  it('has nothing of a batch that was not booked', async () => {
    const before = await rowCounts(db);
    const wrong = obligation({ treatingProvince: '610000' });
    await expect(
      obligations.post([obligation({ treatingProvince: '610000', insuredProvince: '110000' }), wrong]),
    ).rejects.toThrow();
    expect(await rowCounts(db)).toEqual(before);
  });

  it('has each step of a close once, though several workers take it, in the nation’s chain', async () => {
    const clock = new FixedClock(NOW);
    const keys = new SigningKeys(privateJwks('audited'));
    const settlement = settlementThatSealed(day);
    const bell = { add: () => Promise.resolve(), getJobs: () => Promise.resolve([]) } as unknown as Queue &
      FlowProducer;
    const nightly = new NightlyCloseService(db.database, clock, bell, bell, settlement, '0 5 0 * * *');
    await nightly.requestEndedCycles();
    await nightly.requestEndedCycles();
    await atOnce(4, () =>
      patiently(() =>
        closeWhole(new CycleService(db.database, clock, keys, settlement, statementRelay(db.database)), DAY),
      ),
    );
    const none = { obligationCount: '0', amountFen: '0' };
    const sealed = { merkleRoot: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown, sequence: '1' };
    const records = await auditTrail(db, DAY);
    expect(records.map(({ province, action, before, after }) => ({ province, action, before, after }))).toEqual(
      [
        { action: 'REQUEST_CLOSE', before: null, after: { state: 'OPEN' } },
        { action: 'BEGIN_SEAL', before: { state: 'OPEN' }, after: { state: 'SEALING', ...none } },
        { action: 'SEAL_CYCLE', before: { state: 'SEALING' }, after: { state: 'SEALED', ...countOf(day) } },
        { action: 'VERIFY_CYCLE', before: { state: 'SEALED' }, after: { state: 'VERIFIED', ...countOf(day) } },
        {
          action: 'CLOSE_CYCLE',
          before: { state: 'VERIFIED' },
          after: { state: 'CLOSED', ...countOf(day), ...sealed },
        },
      ].map((record) => ({ province: NATION, ...record })),
    );
  });

  it('is sound', async () => expect(await auditFaults(db)).toEqual([]));
});
