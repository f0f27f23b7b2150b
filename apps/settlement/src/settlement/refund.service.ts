import { Injectable } from '@nestjs/common';
import { Database, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { fen } from '@yiditong/money';
import { v7 as uuidv7 } from 'uuid';
import type { Institution } from '../institution/institution.entity.js';
import { findInstitution } from '../institution/institution.store.js';
import { HomeProvinces } from '../routing/home-provinces.service.js';
import { insuredDiffers, type Bill } from './bill-rules.js';
import { claimOf, type StayBefore } from './claim.codec.js';
import { FactsService } from './facts.service.js';
import { cancelledAnswer } from './outcome.service.js';
import { RecordService, writeSettlement, type Settled } from './record.service.js';
import { restOf, type RefundedLine } from './refund-rules.js';
import { composeSettlement } from './settlement.codec.js';
import type { SettledLine, Settlement } from './settlement.entity.js';
import { linesOf } from './settlement-line.store.js';
import { livePartsOf } from './settlement.store.js';
import { partsBefore } from './stay-parts.js';
import { WithdrawalMessages, type ShownWithdrawal } from './withdrawal-message.service.js';
import {
  WithdrawalService,
  type WithdrawalAnswer,
  type WithdrawalIntent,
  type WriteRemainder,
} from './withdrawal.service.js';

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
type Stood = { readonly lines: readonly SettledLine[]; readonly institution: Institution; readonly before: StayBefore };

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
      const known = await this.withdrawals.begin(actor, intent, reason);
      if (known) return cancelledAnswer(known);
      begun();
      if (rest.lines.length > 0) return this.settleRest(actor, intent, original, { ...stood, lines: rest.lines });
      return this.withdrawals.finish(actor, intent, await this.withdrawals.cancelAtHome(intent));
    });
  }

  /** The catalogue first: where it can't answer, the home province need not be troubled. */
  private async settleRest(
    actor: Actor,
    intent: WithdrawalIntent,
    original: Settlement,
    { lines, institution, before }: Stood,
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
    const write = this.writing(actor, intent, { bill, part, institution, facts, decided });
    return this.withdrawals.finish(actor, intent, laterSettlementIds, write);
  }

  private writing(actor: Actor, intent: WithdrawalIntent, settled: Settled): WriteRemainder {
    const { bill, part, institution, facts, decided } = settled;
    const settlementId = remainderIdOf(intent);
    const diagnosis = this.records.sealedDiagnosis(settlementId, bill, institution);
    return async (tx, businessDate, now) => {
      const { messageId, originalSettlementId: remainderOf } = intent;
      const identity = { settlementId, messageId, businessDate, settledAt: now.toISOString(), remainderOf, ...part };
      const remainder = composeSettlement(identity, bill, institution, facts, decided);
      await writeSettlement(tx, actor, remainder, facts.lines, diagnosis, now);
      return remainder;
    };
  }

  /** The institution as it is now, but in the division that it settled in: what was settled there stays there. */
  private async stood(actor: Actor, original: Settlement): Promise<Stood> {
    return this.database.transaction(actor, async (tx) => {
      const found = await findInstitution(tx, original.institutionCode);
      if (!found) throw new Rejection('INSTITUTION_UNKNOWN', { institution: original.institutionCode });
      const lines = await linesOf(tx, original, 0, MAX_LINES);
      const before = partsBefore(original.stayPart, await livePartsOf(tx, original));
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

function remainderIdOf({ remainderId }: WithdrawalIntent): string {
  if (remainderId === null) throw new Error('a refund was claimed without the id of what remains');
  return remainderId;
}
