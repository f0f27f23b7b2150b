import { randomUUID } from 'node:crypto';
import type { Clock, Database, PersonalDataVault } from '@yiditong/chassis';
import { fen } from '@yiditong/money';
import type { ObligationRelay } from '../clearing/obligation-relay.service.js';
import { InDoubtService } from '../reversal/in-doubt.service.js';
import { ReinstatementService } from '../reversal/reinstatement.service.js';
import { ReversalService } from '../reversal/reversal.service.js';
import { UndoService } from '../reversal/undo.service.js';
import type { HomeProvinces } from '../routing/home-provinces.service.js';
import { FeeService } from '../visit/fee.service.js';
import { VisitMessages } from '../visit/visit-messages.service.js';
import { VisitSettlementService } from '../visit/visit-settlement.service.js';
import { VisitService } from '../visit/visit.service.js';
import type { Bill } from './bill-rules.js';
import { CancelService } from './cancel.service.js';
import type { FactsService } from './facts.service.js';
import { OutcomeService } from './outcome.service.js';
import { ReadingService } from './reading.service.js';
import { RecordService } from './record.service.js';
import { RefundService } from './refund.service.js';
import { SettlementService } from './settlement.service.js';
import { WithdrawalMessages } from './withdrawal-message.service.js';
import { WithdrawalService } from './withdrawal.service.js';

/** When bills of this desk end. */
export const SETTLED_AT = new Date('2026-03-01T04:00:00Z');
const ITEM = '001101000010000';
let sequence = 0;

export type Services = ReturnType<typeof servicesOf>;

/** The service's own providers on a database and a home province, as a process of it has them. */
export function servicesOf(database: Database, clock: Clock, homes: HomeProvinces, vault: PersonalDataVault) {
  const relay = { nudge: () => undefined } as unknown as ObligationRelay;
  const facts = everythingInScope();
  const outcomes = new OutcomeService(database, clock);
  const records = new RecordService(database, clock, outcomes, relay, vault, 60_000);
  const withdrawals = new WithdrawalService(database, clock, homes, outcomes, relay);
  const messages = new WithdrawalMessages(database, homes, outcomes, records, withdrawals);
  const undo = new UndoService(database, clock, homes, relay);
  const reinstatements = new ReinstatementService(database, clock, outcomes, withdrawals, relay);
  const reversals = new ReversalService(database, clock, outcomes, withdrawals, undo, reinstatements, 60_000);
  const settlements = new SettlementService(database, clock, facts, homes, outcomes, records);
  const visitMessages = new VisitMessages(database, clock, outcomes, records);
  const visits = new VisitService(database, clock, vault, facts, visitMessages);
  return {
    settlements,
    visits,
    fees: new FeeService(database, clock, vault, facts, visits, visitMessages),
    visitSettlements: new VisitSettlementService(database, vault, facts, visits, settlements),
    cancellations: new CancelService(messages, withdrawals),
    refunds: new RefundService(database, homes, facts, records, withdrawals, messages),
    readings: new ReadingService(database, vault),
    inDoubt: new InDoubtService(database, clock, homes, outcomes, withdrawals, reversals),
    outcomes,
    reversals,
  };
}

/** Filing and catalogue: the person has filed, and everything is in scope. */
function everythingInScope(): FactsService {
  const classified = ({ lines }: Bill) => {
    const zero = fen(0n);
    const split = (inScopeFen: bigint) => ({
      fullSelfPayFen: zero,
      overCeilingFen: zero,
      firstSelfPayFen: zero,
      inScopeFen: fen(inScopeFen),
    });
    const found = { itemClass: 'A', chargeCategory: '09', catalogueRule: 'ENTRY', catalogueSequence: 1 };
    const total = lines.reduce((sum, { amountFen }) => sum + amountFen, 0n);
    return { lines: lines.map((line) => ({ ...line, ...found, split: split(line.amountFen) })), split: split(total) };
  };
  const filed = { filingCategory: 'REFERRAL', benefitLevel: 'REFERRAL', eligibilityBasis: 'FILED', filingId: null };
  return {
    gather: (bill: Bill) => Promise.resolve({ ...filed, ...classified(bill) }),
    classified: (bill: Bill) => Promise.resolve(classified(bill)),
    eligibility: () => Promise.resolve(filed),
  } as unknown as FactsService;
}

/** Two items of 30.00 and one of 40.00: the fund pays 60.00 and the account 5.00. */
export function newBill(change: Partial<Bill> = {}): Bill {
  const line = {
    nationalCode: ITEM,
    hospitalCode: '',
    approved: false,
    occurredAt: SETTLED_AT,
    examiningInstitutionCode: '',
    diseaseCode: '',
  };
  return {
    personId: randomUUID(),
    insuredRegion: '610100',
    insuredAs: null,
    visitNumber: `V${++sequence}`,
    visitKind: 'INPATIENT',
    emergency: false,
    diseaseCode: '',
    diagnoses: [{ code: 'I10.x00', name: '高血压' }],
    admittedAt: SETTLED_AT,
    endedAt: SETTLED_AT,
    useAccount: true,
    trauma: null,
    midStay: false,
    hospitalPartFen: fen(0n),
    totalFen: fen(10_000n),
    lines: [
      { ...line, lineNumber: 1, quantityE4: 20_000n, unitPriceMicroYuan: 30_000_000n, amountFen: fen(6_000n) },
      { ...line, lineNumber: 2, quantityE4: 10_000n, unitPriceMicroYuan: 40_000_000n, amountFen: fen(4_000n) },
    ],
    ...change,
  };
}
