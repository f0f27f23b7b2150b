import { Inject, Injectable } from '@nestjs/common';
import { Clock, decodeInstant, required, TARGETS, visitKindCodec, type RpcClient } from '@yiditong/chassis';
import { REASONS, Rejection, type VisitKind } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { MalformedRequest } from '../http/request-pipe.js';
import type { Outcome } from './national-answer.js';
import { patientOf, Patients, type NamedPatient, type Patient } from './patients.js';
import { cancellationOutput, settledAtOf, settlementOutput, visitIdOf } from './settlement-output.js';
import type { Exchange } from './transaction.js';

/** Longer than the deadlines inside, so that settlement can say what happened. */
export const WRITE_DEADLINE_MS = 20_000;

/** What a message asks to settle, whose patient it names, and under which 医疗类别 it is shown. */
export type AskedBill = {
  readonly named: NamedPatient & { readonly mdtrt_cert_type: string };
  readonly bill: settlementV1.VisitBill;
  readonly medicalType?: string | undefined;
  /** What speaks against it in the visit as it stands today. */
  readonly problem?: Rejection | null;
};

/** What a message asks to take back. */
export type AskedCancellation = {
  readonly setl_id: string;
  readonly mdtrt_id: string;
  readonly psn_no: string;
};

/** 预结算, 结算 and 结算撤销, the same of visits and of stays. */
@Injectable()
export class VisitSettlement {
  constructor(
    @Inject(TARGETS.visit.token) private readonly visits: RpcClient<settlementV1.VisitServiceClient>,
    @Inject(TARGETS.settlement.token) private readonly settlements: RpcClient<settlementV1.SettlementServiceClient>,
    private readonly patients: Patients,
    private readonly clock: Clock,
  ) {}

  /** 2206, 2303. Rejects as PreSettleVisit does. */
  async preSettle(asking: AskedBill, exchange: Exchange): Promise<Outcome> {
    const { named, bill, medicalType } = asking;
    const { actor, envelope } = exchange;
    const patient = await this.checked(asking, exchange);
    const request = { institutionCode: envelope.fixmedins_code, bill };
    const answer = await this.visits.call('preSettleVisit', request, actor, WRITE_DEADLINE_MS);
    const settlement = required(answer.settlement, 'settlement');
    const shown = { settlement: { ...settlement, visitId: bill.visitId }, patient, messageId: envelope.msgid };
    const asked = { certificateType: named.mdtrt_cert_type, medicalType };
    return { output: settlementOutput({ ...shown, ...asked, settlementId: null, at: this.clock.now() }) };
  }

  /**
   * 2207, 2304. The patient is looked up first: once it is settled nothing may fail any more. A repeat gets its first answer whatever has
   * become of the patient and the visit since, for a refusal would say that nothing was done. Rejects as SettleVisit does.
   */
  async settle(asking: AskedBill, exchange: Exchange): Promise<Outcome> {
    const { named, bill, medicalType } = asking;
    const { actor, envelope } = exchange;
    const checked = await this.checkedOrRepeated(asking, exchange);
    const request = { institutionCode: envelope.fixmedins_code, messageId: envelope.msgid, bill };
    const answer = await this.visits.call('settleVisit', request, actor, WRITE_DEADLINE_MS);
    const settlement = required(answer.settlement, 'settlement');
    const patient = checked ?? (await this.patientIn(settlement, exchange));
    const shown = { settlement, patient, messageId: envelope.msgid, settlementId: settlement.settlementId };
    const asked = { certificateType: named.mdtrt_cert_type, medicalType };
    return { output: settlementOutput({ ...shown, ...asked, at: settledAtOf(settlement) }) };
  }

  /**
   * 2208 of visits, 2305 of stays: takes a settlement back whole and shows its amounts negative. Rejects with SETTLEMENT_NOT_FOUND where
   * visit or person are another's, or as Cancel does.
   */
  async cancel(asked: AskedCancellation, isOurs: (kind: VisitKind) => boolean, exchange: Exchange): Promise<Outcome> {
    const { actor, envelope } = exchange;
    const read = await this.settlements.call('getSettlement', { settlementId: asked.setl_id }, actor);
    const standing = required(read.settlement, 'settlement');
    checkNamed(asked, standing);
    if (!isOurs(visitKindCodec.decode(standing.visitKind)))
      throw new MalformedRequest([
        { path: 'input.data.setl_id', message: 'a stay is taken back by 2305, any other settlement by 2208' },
      ]);
    const patient = await this.patientIn(standing, exchange);
    const request = {
      institutionCode: envelope.fixmedins_code,
      messageId: envelope.msgid,
      settlementId: asked.setl_id,
      reason: `${envelope.infno} 结算撤销`,
    };
    const answer = await this.settlements.call('cancel', request, actor, WRITE_DEADLINE_MS);
    const cancellation = required(answer.cancellation, 'cancellation');
    const output = cancellationOutput({
      settlement: required(cancellation.settlement, 'settlement'),
      patient,
      messageId: envelope.msgid,
      settlementId: cancellation.cancellationId,
      at: decodeInstant(cancellation.cancelledAt, 'cancelled_at'),
      certificateType: '',
    });
    return { output, ...warningOf(cancellation.laterSettlementIds.length) };
  }

  private async checked({ named, problem = null }: AskedBill, exchange: Exchange): Promise<Patient> {
    const patient = await this.patients.named(named, exchange, 'data');
    if (problem) throw problem;
    return patient;
  }

  /** Null where the message came before and would be refused by what is known today. */
  private async checkedOrRepeated(asking: AskedBill, exchange: Exchange): Promise<Patient | null> {
    try {
      return await this.checked(asking, exchange);
    } catch (error) {
      if (isRefusal(error) && (await this.cameBefore(exchange))) return null;
      throw error;
    }
  }

  private async cameBefore({ actor, envelope }: Exchange): Promise<boolean> {
    const request = { institutionCode: envelope.fixmedins_code, messageId: envelope.msgid };
    return (await this.settlements.call('getOutcome', request, actor)).kind !== '';
  }

  /** As he is known today, or where he isn't any more as far as the settlement tells. */
  private async patientIn(settlement: settlementV1.Settlement, exchange: Exchange): Promise<Patient> {
    try {
      return await this.patients.named({ psn_no: settlement.personId }, exchange, 'data');
    } catch (error) {
      if (isRefusal(error)) return patientOf({ ...settlement, active: false, maskedName: '' }, '');
      throw error;
    }
  }
}

/** Not a fault, nor that somebody can't be reached: the same would be refused again. */
function isRefusal(error: unknown): boolean {
  return error instanceof Rejection && REASONS[error.reason].http < 500;
}

/** A number that says nothing of the others than that they aren't this one's. */
function checkNamed({ mdtrt_id: visit, psn_no: person }: AskedCancellation, standing: settlementV1.Settlement): void {
  if (visitIdOf(standing) !== visit || standing.personId !== person) throw new Rejection('SETTLEMENT_NOT_FOUND');
}

function warningOf(later: number): { readonly warning?: string } {
  if (later === 0) return {};
  return { warning: `此后另有 ${later} 笔结算计入过本次费用的累计，未作变动；如需重算请撤销后重新结算` };
}
