import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Logger } from '@nestjs/common';
import { serviceActor, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { fen } from '@yiditong/money';
import {
  auditFaults,
  createTestDatabase,
  FailingSteps,
  FAILURES,
  FixedClock,
  queryAs,
  testVault,
  type Failure,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CycleService } from '../cycle/cycle.service.js';
import { upsertInstitutions } from '../institution/institution.store.js';
import { migrations } from '../migrations/index.js';
import type { HomeProvinces } from '../routing/home-provinces.service.js';
import type { UploadedFee } from '../visit/visit.entity.js';
import type { Opening } from '../visit/visit.service.js';
import type { BillLine } from './bill-rules.js';
import { ScriptedHome } from './scripted-home.js';
import { newBill, servicesOf, SETTLED_AT, type Services } from './spec-services.js';

const CODE = 'H11010500001';
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: CODE };
/** Past every deadline, which is a minute here. */
const LATER = new Date(SETTLED_AT.getTime() + 120_000);

let db: TestDatabase;
let sequence = 0;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await createTestDatabase('settlement', migrations);
  await new CycleService(db.database, new FixedClock(SETTLED_AT)).onApplicationBootstrap();
  const institution = {
    institutionCode: CODE,
    province: '110000',
    region: '110105',
    name: '测试医院',
    level: 'TERTIARY' as const,
    networked: true,
    visitKinds: ['INPATIENT' as const],
    diseaseClasses: [],
    tags: [],
  };
  await db.database.transaction(serviceActor('spec', '110000'), (tx) =>
    upsertInstitutions(tx, [institution], SETTLED_AT),
  );
});
afterAll(() => db.drop());

const vault = testVault();
const messageId = (): string => `${CODE}20260301120000${String(++sequence).padStart(4, '0')}`;

/** A person with what was settled before, the home province's books, and the message that is sent under failures. */
type Case = {
  readonly home: ScriptedHome;
  readonly clock: FixedClock;
  readonly personId: string;
  readonly message: string;
  /** Sends it, to whichever process. */
  readonly send: (to: Services) => Promise<unknown>;
  /** Of a visit: what of the message is written, of what there is to write. */
  readonly written?: (well: Services) => Promise<readonly [number, number]>;
};
type Prepare = () => Promise<Case>;

const aSettle: Prepare = async () => {
  const { home, clock } = newHome();
  const [bill, message] = [newBill(), messageId()];
  const send = (to: Services) => to.settlements.settle(HOSPITAL, CODE, message, bill);
  return { home, clock, personId: bill.personId, message, send };
};

/** Of something that was settled, with nothing failing. */
function after(
  make: (settled: { settlementId: string; message: string }, message: string) => (to: Services) => Promise<unknown>,
): Prepare {
  return async () => {
    const { home, clock } = newHome();
    const [bill, original, message] = [newBill(), messageId(), messageId()];
    const well = servicesOf(db.database, clock, home.asHome(), vault);
    const { settlementId } = await well.settlements.settle(HOSPITAL, CODE, original, bill);
    return { home, clock, personId: bill.personId, message, send: make({ settlementId, message: original }, message) };
  };
}

const ONE_ITEM = [{ lineNumber: 1, quantityE4: 10_000n, amountFen: fen(3_000n) }];
const cancelling = (to: Services, settlementId: string, message: string) =>
  to.cancellations.cancel(HOSPITAL, CODE, message, settlementId, '患者要求退费');

const aCancel = after(
  ({ settlementId }, message) =>
    (to) =>
      cancelling(to, settlementId, message),
);
const aRefund = after(
  ({ settlementId }, messageOf) =>
    (to) =>
      to.refunds.refund(HOSPITAL, {
        institutionCode: CODE,
        messageId: messageOf,
        settlementId,
        lines: ONE_ITEM,
        reason: '退药',
      }),
);
const aReversal = after(
  ({ message: original }, message) =>
    (to) =>
      to.reversals.reverse(HOSPITAL, CODE, message, original),
);
const aReinstatement: Prepare = async () => {
  const { home, clock } = newHome();
  const [bill, original, message] = [newBill(), messageId(), messageId()];
  const well = servicesOf(db.database, clock, home.asHome(), vault);
  const { settlementId } = await well.settlements.settle(HOSPITAL, CODE, messageId(), bill);
  await cancelling(well, settlementId, original);
  const send = (to: Services) => to.reversals.reverse(HOSPITAL, CODE, message, original);
  return { home, clock, personId: bill.personId, message, send };
};

const aFee = (serial: string): UploadedFee => {
  const { diseaseCode, ...line } = { ...newBill().lines[0], diseaseCode: '' } as BillLine;
  return { serial, refundsSerial: '', batch: '', line: { ...line, diseaseCode } };
};
const opened = (to: Services, personId: string, message: string) =>
  to.visits.open(HOSPITAL, { institutionCode: CODE, messageId: message }, openingOf(personId));
function openingOf(personId: string): Opening {
  const { insuredRegion, admittedAt, diagnoses } = newBill();
  const visit = { visitNumber: `F${++sequence}`, visitKind: 'INPATIENT' as const, emergency: false };
  return { personId, insuredRegion, admittedAt, diagnoses, diseaseCode: '', trauma: null, insuredAs: null, ...visit };
}
const anAdmission: Prepare = () => {
  const [personId, message] = [randomUUID(), messageId()];
  const opening = openingOf(personId);
  const send = (to: Services) => to.visits.open(HOSPITAL, { institutionCode: CODE, messageId: message }, opening);
  const written = async () => [await countOf('visit WHERE person_id = $1', personId), 1] as const;
  return Promise.resolve({ ...newHome(), personId, message, send, written });
};
const anUpload: Prepare = async () => {
  const { home, clock } = newHome();
  const [personId, message] = [randomUUID(), messageId()];
  const visit = await opened(servicesOf(db.database, clock, home.asHome(), vault), personId, messageId());
  const uploaded = [aFee('1'), aFee('2')];
  const send = (to: Services) => to.fees.add(HOSPITAL, { institutionCode: CODE, messageId: message }, visit, uploaded);
  const written = async () => [await countOf('visit_fee WHERE person_id = $1', personId), 2] as const;
  return { home, clock, personId, message, send, written };
};
const aBillOfFees: Prepare = async () => {
  const { home, clock } = newHome();
  const [personId, message] = [randomUUID(), messageId()];
  const well = servicesOf(db.database, clock, home.asHome(), vault);
  const visit = await opened(well, personId, messageId());
  const from = { institutionCode: CODE, messageId: messageId() };
  await well.fees.add(HOSPITAL, from, visit, [aFee('1'), aFee('2')]);
  const bill = {
    batch: '',
    diseaseCode: '',
    unrelated: false,
    useAccount: true,
    midStay: false,
    endedAt: SETTLED_AT,
    declaredTotalFen: fen(12_000n),
    declaredSplit: null,
    hospitalPartFen: fen(0n),
  };
  const send = (to: Services) =>
    to.visitSettlements.settle(HOSPITAL, { institutionCode: CODE, messageId: message }, visit, bill);
  const settledFees = 'visit_fee WHERE person_id = $1 AND settlement_id IS NOT NULL';
  const written = async () => [await countOf(settledFees, personId), 2] as const;
  return { home, clock, personId, message, send, written };
};

async function countOf(table: string, personId: string): Promise<number> {
  const [row] = await queryAs<{ count: number }>(db.superuserUrl, `SELECT count(*)::int AS count FROM ${table}`, [
    personId,
  ]);
  return row?.count ?? 0;
}

function newHome(): Pick<Case, 'home' | 'clock'> {
  return { home: new ScriptedHome(), clock: new FixedClock(SETTLED_AT) };
}

/** A home province to which each call is a step that can fail. */
function failingHome(home: ScriptedHome, steps: FailingSteps): HomeProvinces {
  const lost = (): Error => new Rejection('SERVICE_UNAVAILABLE', { service: 'home' });
  return new Proxy(home, {
    get: (target, property) => {
      const call: unknown = Reflect.get(target, property, target);
      if (typeof call !== 'function') return call;
      const bound = call.bind(target) as (...asked: unknown[]) => Promise<unknown>;
      return (...asked: unknown[]) => steps.take(`home ${String(property)}`, () => bound(...asked), lost);
    },
  }) as unknown as HomeProvinces;
}

type Answer = { readonly answered: unknown } | { readonly failed: unknown };

async function sendFailing(of: Case, failure: Failure | null): Promise<{ answer: Answer; steps: FailingSteps }> {
  const steps = new FailingSteps(failure);
  const process = servicesOf(steps.database(db.database), of.clock, failingHome(of.home, steps), vault);
  const answer = await of.send(process).then(
    (answered) => ({ answered }),
    (failed: unknown) => ({ failed }),
  );
  await steps.idle();
  return { answer, steps };
}

/** Another process: what carries on where the first one stopped. */
const RECOVERIES = {
  'the hospital repeats the message': async (of: Case, well: Services) => {
    await of.send(well).catch((error: unknown) => {
      if (!(error instanceof Rejection)) throw error;
    });
  },
  'nobody does anything until the deadline': async (of: Case, well: Services) => {
    of.clock.moveTo(LATER);
    await well.inDoubt.resolveOverdue();
  },
  'the hospital asks after the deadline, before the worker comes': async (of: Case, well: Services) => {
    of.clock.moveTo(LATER);
    const { kind, state } = await well.outcomes.ofMessage(HOSPITAL, CODE, of.message);
    // What has begun with a settlement that stands is carried on until it is done.
    if (state === 'IN_DOUBT' && (kind === 'SETTLE' || kind === 'VISIT'))
      throw new Error('still in doubt after the deadline');
  },
} as const;

const recoveries = Object.entries(RECOVERIES);

function fail(): never {
  throw new Error('nobody carries on');
}

/** What doesn't hold when all is over, whatever failed. */
async function faultsAfter(of: Case, first: Answer): Promise<string[]> {
  const well = servicesOf(db.database, of.clock, of.home.asHome(), vault);
  of.clock.moveTo(LATER);
  for (let round = 0; round < 2; round++) await well.inDoubt.resolveOverdue();

  const { state } = await well.outcomes.ofMessage(HOSPITAL, CODE, of.message);
  const repeated = 'answered' in first ? await of.send(well) : null;
  const rows = await queryAs<{ id: string; state: string }>(
    db.superuserUrl,
    'SELECT settlement_id AS id, state FROM settlement WHERE person_id = $1',
    [of.personId],
  );
  const standing = rows.filter((row) => row.state === 'SETTLED').map(({ id }) => id);
  const [owed] = await queryAs<{ fen: string }>(
    db.superuserUrl,
    'SELECT coalesce(sum(amount_fen), 0)::text AS fen FROM obligation WHERE person_id = $1',
    [of.personId],
  );
  const open = await queryAs(
    db.superuserUrl,
    'SELECT kind FROM settlement_request WHERE message_id = $1 AND concluded_at IS NULL',
    [of.message],
  );
  const [written, whole] = (await of.written?.(well)) ?? [0, 0];
  const holds: Readonly<Record<string, boolean>> = {
    'what was written is all of it or nothing, as the outcome says': written === (state === 'SETTLED' ? whole : 0),
    'the outcome is known': state !== 'IN_DOUBT',
    'what was answered is so': !('answered' in first) || state === 'SETTLED',
    'a repeat is answered the same': !('answered' in first) || isDeepStrictEqual(repeated, first.answered),
    'every settlement is in a final state': rows.every((row) => FINAL.includes(row.state)),
    'the same stands in both provinces': isDeepStrictEqual(
      standing.toSorted(),
      [...of.home.standing.keys()].toSorted(),
    ),
    'what is owed is what was paid': owed?.fen === String(of.home.paidFen()),
    'the message is concluded': open.length === 0,
  };
  return Object.keys(holds).filter((what) => holds[what] !== true);
}

const FINAL = ['SETTLED', 'REVERSED', 'CANCELLED'];

describe.each([
  ['a settlement', aSettle, 15],
  ['a cancellation', aCancel, 15],
  ['a refund in part', aRefund, 15],
  ['a reversal', aReversal, 15],
  ['a reversal of a cancellation', aReinstatement, 15],
  ['an admission', anAdmission, 8],
  ['an upload of fees', anUpload, 8],
  ['a settlement of a visit’s fees', aBillOfFees, 15],
] as const)('%s', (_, prepare, least) => {
  it('takes all its steps where none fails', async () => {
    const of = await prepare();
    const { answer, steps } = await sendFailing(of, null);
    expect(answer).toHaveProperty('answered');
    expect(steps.taken.length).toBeGreaterThan(least);
    expect(await faultsAfter(of, answer)).toEqual([]);
  });

  it.each(FAILURES.map((how, place) => [how, place] as const))(
    'ends well whichever of its steps fails %s, and whoever carries on',
    { timeout: 300_000 },
    async (how, place) => {
      const { steps } = await sendFailing(await prepare(), null);
      const found: string[] = [];
      for (let at = 0; at < steps.taken.length; at++) {
        const of = await prepare();
        const { answer } = await sendFailing(of, { at, how });
        // In turn, so that over the four ways to fail each step meets them all.
        const [recovery, carryOn] = recoveries[(at + place) % recoveries.length] ?? fail();
        await carryOn(of, servicesOf(db.database, of.clock, of.home.asHome(), vault));
        const step = `step ${at} (${steps.taken[at] ?? ''}) failed, ${recovery}`;
        found.push(...(await faultsAfter(of, answer)).map((fault) => `${step}, and not so: ${fault}`));
      }
      expect(found).toEqual([]);
    },
  );
});

it('none of all that broke the chain of the audit trail', async () => {
  expect(await auditFaults(db)).toEqual([]);
});
