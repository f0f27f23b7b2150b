import { Injectable } from '@nestjs/common';
import { Database, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { fen } from '@yiditong/money';
import { v7 as uuidv7 } from 'uuid';
import type { Institution } from '../institution/institution.entity.js';
import { findInstitution } from '../institution/institution.store.js';
import { HomeProvinces } from '../routing/home-provinces.service.js';
import { insuredDiffers, type Bill } from './bill-rules.js';
import { claimOf } from './claim.codec.js';
import { FactsService } from './facts.service.js';
import { cancelledAnswer } from './outcome.service.js';
import { RecordService, writeSettlement, type Settled } from './record.service.js';
import { restOf, type RefundedLine } from './refund-rules.js';
import { composeSettlement } from './settlement.codec.js';
import type { SettledLine, Settlement } from './settlement.entity.js';
import { linesOf } from './settlement-line.store.js';
import { refundFees, type RefundedFees } from '../visit/refunded-fees.store.js';
import { besides, isSameStay, type Before } from './stay-parts.js';
import { lockVisitPlace, standingAt } from './visit-place.store.js';
import { WithdrawalMessages, type ShownWithdrawal } from './withdrawal-message.service.js';
import type { WithdrawalIntent } from './withdrawal-intent.js';
import { WithdrawalService, type WithdrawalAnswer, type WriteRemainder } from './withdrawal.service.js';

const MAX_LINES = 5_000;

/** What a refund is asked with. */
export type AskedRefund = {
  readonly institutionCode: string;
  readonly messageId: string;
  readonly settlementId: string;
  readonly lines: readonly RefundedLine[];
  readonly reason: string;
};

/** What was settled, as it stands before anything is taken back. */
type Stood = {
  readonly lines: readonly SettledLine[];
  readonly institution: Institution;
  readonly before: ReturnType<typeof besides>;
};

/** 部分退费: the settlement is taken back and what remains is settled anew, both or neither. */
@Injectable()
export class RefundService {
  constructor(
    private readonly database: Database,
    private readonly homes: HomeProvinces,
    private readonly facts: FactsService,
    private readonly records: RecordService,
    private readonly withdrawals: WithdrawalService,
    private readonly messages: WithdrawalMessages,
  ) {}

  /** Rejects as a cancellation does, with REFUND_LINE_INVALID, or with why what remains can't be settled. */
  async refund(actor: Actor, { lines, reason, ...asked }: AskedRefund): Promise<ShownWithdrawal> {
    const body = { refund: asked.settlementId, lines, reason };
    const message = { ...asked, kind: 'REFUND' as const, remainderId: uuidv7(), body };
    return this.messages.once(actor, message, async (intent, original, begun) => {
      const stood = await this.stood(actor, original);
      const rest = restOf(stood.lines, lines);
      if ('refused' in rest) throw new Rejection(rest.refused.reason, rest.refused.params);
      const before = rest.lines.length > 0 ? standing(stood.before) : null;
      const known = await this.withdrawals.begin(actor, intent, reason);
      if (known) return cancelledAnswer(known);
      begun();
      if (before) return this.settleRest(actor, intent, original, { ...stood, before }, rest.lines);
      return this.withdrawals.finish(actor, intent, await this.withdrawals.cancelAtHome(intent));
    });
  }

  /** The catalogue first: where it can't answer, the home province need not be troubled. */
  private async settleRest(
    actor: Actor,
    intent: WithdrawalIntent,
    original: Settlement,
    { lines: stoodLines, institution, before }: Stood & { readonly before: Before },
    lines: readonly SettledLine[],
  ): Promise<WithdrawalAnswer> {
    const { diseaseCode, diagnoses } = await this.records.withDiagnosis(actor, original);
    const bill: Bill = { ...billOfRest(original, lines), diseaseCode, diagnoses };
    const { filingCategory, benefitLevel, eligibilityBasis, filingId } = original;
    const classified = await this.facts.classified(bill, institution);
    const facts = { filingCategory, benefitLevel, eligibilityBasis, filingId, ...classified };
    const laterSettlementIds = await this.withdrawals.cancelAtHome(intent);
    const claim = claimOf(remainderIdOf(intent), bill, institution, facts, before);
    const decided = await this.homes.adjudicate(claim);
    if (insuredDiffers(bill, decided)) throw new Rejection('BILL_INSURED_DIFFERS');
    const part = { partKey: original.partKey, stayPart: original.stayPart, visitId: original.visitId };
    const write = this.writing(actor, intent, { bill, part, before, institution, facts, decided }, stoodLines);
    return this.withdrawals.finish(actor, intent, laterSettlementIds, write);
  }

  private writing(
    actor: Actor,
    intent: WithdrawalIntent,
    settled: Settled,
    lines: readonly SettledLine[],
  ): WriteRemainder {
    const { bill, part, before, institution, facts, decided } = settled;
    const settlementId = remainderIdOf(intent);
    const diagnosis = this.records.sealedDiagnosis(settlementId, bill, institution);
    const hold = (tx: Tx, original: Settlement): Promise<void> => holdPlace(tx, original, before);
    const write = async (tx: Tx, businessDate: string, now: Date): Promise<Settlement> => {
      const { messageId, originalSettlementId: remainderOf } = intent;
      const { continuesStay } = before;
      const settledAt = now.toISOString();
      const identity = { settlementId, messageId, businessDate, settledAt, remainderOf, continuesStay, ...part };
      const remainder = composeSettlement(identity, bill, institution, facts, decided);
      await writeSettlement(tx, actor, remainder, facts.lines, diagnosis, now);
      await refundFees(tx, refundedFeesOf(intent, settlementId), lines, facts.lines);
      return remainder;
    };
    return { hold, write };
  }

  /** The institution as it is now, but in the division that it settled in: what was settled there stays there. */
  private async stood(actor: Actor, original: Settlement): Promise<Stood> {
    return this.database.transaction(actor, async (tx) => {
      const found = await findInstitution(tx, original.institutionCode);
      if (!found) throw new Rejection('INSTITUTION_UNKNOWN', { institution: original.institutionCode });
      const lines = await linesOf(tx, original, 0, MAX_LINES);
      const parts = (await standingAt(tx, original)).filter((part) => isSameStay(part, original));
      const before = besides(original.stayPart, parts);
      return { lines, institution: { ...found, region: original.treatingRegion }, before };
    });
  }
}

/** What remains as the hospital would have billed it. What was pledged of an injury was judged when it was settled. */
function billOfRest(original: Settlement, lines: readonly SettledLine[]): Omit<Bill, 'diseaseCode' | 'diagnoses'> {
  const { personId, insuredRegion, visitNumber, visitKind, emergency, midStay, useAccount } = original;
  const { insurance, personType, hospitalPartFen, insuranceBilled } = original;
  const totalFen = fen(lines.reduce((sum, { amountFen }) => sum + amountFen, 0n));
  return {
    personId,
    insuredRegion,
    insuredAs: insuranceBilled ? { insurance, personType } : null,
    visitNumber,
    visitKind,
    emergency,
    admittedAt: new Date(original.admittedAt),
    endedAt: new Date(original.endedAt),
    useAccount,
    trauma: original.trauma ? { thirdParty: false, pledgedAt: null } : null,
    midStay,
    hospitalPartFen: hospitalPartFen < totalFen ? hospitalPartFen : totalFen,
    totalFen,
    lines,
  };
}

function standing(before: ReturnType<typeof besides>): Before {
  if ('refused' in before) throw new Rejection(before.refused.reason, before.refused.params);
  return before;
}

/** Rejects with VISIT_CHANGED where the other parts of the stay aren't what they were when the home province was asked. */
async function holdPlace(tx: Tx, original: Settlement, before: Before): Promise<void> {
  const parts = (await lockVisitPlace(tx, original)).filter((part) => isSameStay(part, original));
  const now = besides(original.stayPart, parts);
  const isSame =
    !('refused' in now) &&
    now.continuesStay === before.continuesStay &&
    now.stayDeductibleFen === before.stayDeductibleFen;
  if (!isSame) throw new Rejection('VISIT_CHANGED');
}

/** The fees of a visit follow what was settled of them. */
function refundedFeesOf(
  { personId, originalSettlementId, settlementId: operationId }: WithdrawalIntent,
  toSettlementId: string,
): RefundedFees {
  return { personId, fromSettlementId: originalSettlementId, toSettlementId, operationId };
}

function remainderIdOf({ remainderId }: WithdrawalIntent): string {
  if (remainderId === null) throw new Error('a refund was claimed without the id of what remains');
  return remainderId;
}
