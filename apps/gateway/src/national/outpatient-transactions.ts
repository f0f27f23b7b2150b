import { Inject, Injectable } from '@nestjs/common';
import {
  encodeInstant,
  insuranceCodec,
  personTypeCodec,
  required,
  TARGETS,
  visitKindCodec,
  type RpcClient,
} from '@yiditong/chassis';
import type { VisitKind } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import { feeOf, feeOutput, outpatientFees, visitOfFees } from './fee-fields.js';
import { amount, flag, nationalId, text, time } from './input-fields.js';
import { insuredRegionOf } from './insured-region.js';
import { PHARMACY_PURCHASE } from './medical-types.js';
import { nationalIdOf } from './national-codes.js';
import type { Outcome } from './national-answer.js';
import { Patients } from './patients.js';
import { dataNode, transaction, type Exchange, type TransactionGroup } from './transaction.js';
import {
  certificate,
  declaredParts,
  declaredSplit,
  diagnosesOf,
  diseaseOf,
  extension,
  insuranceType,
  isEmergency,
  medicalType,
  outpatientDiagnoses,
  payment,
  traumaOf,
  visitNumber,
} from './visit-fields.js';
import { VisitSettlement, WRITE_DEADLINE_MS, type AskedBill } from './visit-settlement.js';

/** 收费批次号 that means all that is unsettled. */
const ALL_BATCHES = '0000';

const registration = dataNode({
  psn_no: nationalId,
  insutype: insuranceType,
  begntime: time,
  ...certificate,
  ipt_otp_no: visitNumber,
  atddr_no: text(30),
  dr_name: text(50),
  dept_code: text(30),
  dept_name: text(100),
  caty: text(6),
});
const withdrawal = dataNode({ psn_no: nationalId, mdtrt_id: nationalId, ipt_otp_no: visitNumber });
const encounter = z.object({
  mdtrtinfo: z.object({
    mdtrt_id: nationalId,
    psn_no: nationalId,
    med_type: medicalType,
    begntime: time,
    dise_codg: text(30).optional(),
    exp_content: extension.optional(),
  }),
  diseinfo: outpatientDiagnoses,
});
const fees = z.object({ feedetail: outpatientFees });
const feeWithdrawal = dataNode({ mdtrt_id: nationalId, chrg_bchno: text(30), psn_no: nationalId });
const trialFields = {
  psn_no: nationalId,
  ...certificate,
  med_type: medicalType,
  medfee_sumamt: amount,
  psn_setlway: payment,
  mdtrt_id: nationalId,
  chrg_bchno: text(30),
  acct_used_flag: flag,
  insutype: insuranceType,
};
const trialBill = dataNode(trialFields);
const settlementBill = dataNode({ ...trialFields, ...declaredParts });
const cancellation = dataNode({ setl_id: nationalId, mdtrt_id: nationalId, psn_no: nationalId });

type TrialData = z.infer<typeof trialBill>['data'];

/** 2201–2208: outpatient visits, and purchases at pharmacies. */
@Injectable()
export class OutpatientTransactions implements TransactionGroup {
  readonly transactions = {
    '2201': transaction(registration, async ({ data }, exchange) => this.register(data, exchange)),
    '2202': transaction(withdrawal, async ({ data }, exchange) => this.withdraw(data, exchange)),
    '2203': transaction(encounter, async (input, exchange) => this.describe(input, exchange)),
    '2203A': transaction(encounter, async (input, exchange) => this.describe(input, exchange)),
    '2204': transaction(fees, async (input, exchange) => this.addFees(input.feedetail, exchange)),
    '2205': transaction(feeWithdrawal, async ({ data }, exchange) => this.removeFees(data, exchange)),
    '2206': transaction(trialBill, async ({ data }, exchange) =>
      this.settlement.preSettle(await this.askedBill(data, undefined, exchange), exchange),
    ),
    '2207': transaction(settlementBill, async ({ data }, exchange) =>
      this.settlement.settle(await this.askedBill(data, declaredSplit(data), exchange), exchange),
    ),
    '2208': transaction(cancellation, async ({ data }, exchange) => this.cancel(data, exchange)),
  };

  constructor(
    @Inject(TARGETS.visit.token) private readonly visits: RpcClient<settlementV1.VisitServiceClient>,
    private readonly patients: Patients,
    private readonly settlement: VisitSettlement,
  ) {}

  private async register(data: z.infer<typeof registration>['data'], exchange: Exchange): Promise<Outcome> {
    const { actor, envelope } = exchange;
    const patient = await this.patients.named(data, exchange, 'data');
    const { visit } = await this.visits.call(
      'openVisit',
      {
        institutionCode: envelope.fixmedins_code,
        messageId: envelope.msgid,
        personId: data.psn_no,
        insuredRegion: insuredRegionOf(envelope),
        visitNumber: data.ipt_otp_no,
        // Until 2203 says more.
        visitKind: visitKindCodec.encode('OUTPATIENT'),
        emergency: false,
        admittedAt: encodeInstant(data.begntime),
        diseaseCode: '',
        diagnoses: [],
        trauma: undefined,
        insurance: insuranceCodec.encode(patient.insurance),
        personType: personTypeCodec.encode(patient.personType),
      },
      actor,
      WRITE_DEADLINE_MS,
    );
    const mdtrt_id = nationalIdOf(required(visit, 'visit').visitId);
    return { output: { data: { mdtrt_id, psn_no: nationalIdOf(data.psn_no), ipt_otp_no: data.ipt_otp_no } } };
  }

  private async withdraw(data: z.infer<typeof withdrawal>['data'], { actor, envelope }: Exchange): Promise<Outcome> {
    const request = {
      institutionCode: envelope.fixmedins_code,
      messageId: envelope.msgid,
      visitId: data.mdtrt_id,
      personId: data.psn_no,
    };
    await this.visits.call('cancelVisit', request, actor, WRITE_DEADLINE_MS);
    return { output: {} };
  }

  private async describe(
    { mdtrtinfo: told, diseinfo }: z.infer<typeof encounter>,
    exchange: Exchange,
  ): Promise<Outcome> {
    const { actor, envelope } = exchange;
    if (told.med_type.visitKind === 'INPATIENT')
      throw new MalformedRequest([{ path: 'input.mdtrtinfo.med_type', message: 'a stay is told by 2401' }]);
    const type = { ...told.med_type, visitKind: purchaseKind(told.med_type, told.dise_codg) };
    await this.visits.call(
      'changeVisit',
      {
        institutionCode: envelope.fixmedins_code,
        messageId: envelope.msgid,
        visitId: told.mdtrt_id,
        personId: told.psn_no,
        admittedAt: encodeInstant(told.begntime),
        endedAt: undefined,
        reopen: false,
        visitKind: visitKindCodec.encode(type.visitKind),
        emergency: isEmergency(type, told.exp_content),
        diseaseCode: diseaseOf(type, told.dise_codg, 'input.mdtrtinfo.dise_codg'),
        diagnoses: diagnosesOf(diseinfo),
        trauma: traumaOf(type, told.exp_content),
      },
      actor,
      WRITE_DEADLINE_MS,
    );
    return { output: {} };
  }

  private async addFees(rows: z.infer<typeof outpatientFees>, { actor, envelope }: Exchange): Promise<Outcome> {
    const { visitId, personId } = visitOfFees(rows);
    const request = {
      institutionCode: envelope.fixmedins_code,
      messageId: envelope.msgid,
      visitId,
      personId,
      fees: rows.map(feeOf),
    };
    const answer = await this.visits.call('addFees', request, actor, WRITE_DEADLINE_MS);
    return { output: { result: answer.fees.map(feeOutput) } };
  }

  private async removeFees(
    data: z.infer<typeof feeWithdrawal>['data'],
    { actor, envelope }: Exchange,
  ): Promise<Outcome> {
    const isAll = data.chrg_bchno === ALL_BATCHES;
    const request = {
      institutionCode: envelope.fixmedins_code,
      messageId: envelope.msgid,
      visitId: data.mdtrt_id,
      personId: data.psn_no,
      serials: [],
      batch: isAll ? '' : data.chrg_bchno,
      all: isAll,
    };
    await this.visits.call('removeFees', request, actor, WRITE_DEADLINE_MS);
    return { output: {} };
  }

  /**
   * Which fees are meant follows from the batch, which has one disease at most, and from the 医疗类别: of a chronic visit those of a
   * disease, or those that have nothing to do with one.
   */
  private async askedBill(
    data: TrialData,
    split: ReturnType<typeof declaredSplit>,
    exchange: Exchange,
  ): Promise<AskedBill> {
    const { actor, envelope } = exchange;
    const request = { institutionCode: envelope.fixmedins_code, visitId: data.mdtrt_id };
    const visit = required((await this.visits.call('getVisit', request, actor)).visit, 'visit');
    const kind = visitKindCodec.decode(visit.visitKind);
    return {
      named: data,
      medicalType: data.med_type.code,
      problem: kindProblem(kind, data.med_type),
      bill: {
        visitId: data.mdtrt_id,
        personId: data.psn_no,
        batch: data.chrg_bchno,
        diseaseCode: '',
        unrelated: false,
        ordinary: data.med_type.code !== PHARMACY_PURCHASE && data.med_type.visitKind === 'OUTPATIENT',
        useAccount: data.acct_used_flag,
        midStay: false,
        endedAt: undefined,
        declaredTotalFen: data.medfee_sumamt,
        declaredSplit: split,
        hospitalPartFen: 0n,
      },
    };
  }

  /** The form of 2208 spells the cash field with a d. */
  private async cancel(data: z.infer<typeof cancellation>['data'], exchange: Exchange): Promise<Outcome> {
    const { output, ...more } = await this.settlement.cancel(data, (kind) => kind !== 'INPATIENT', exchange);
    const { psn_cash_pay: pdn_cash_pay, ...setlinfo } = output['setlinfo'] as Record<string, unknown>;
    return { output: { ...output, setlinfo: { ...setlinfo, pdn_cash_pay } }, ...more };
  }
}

/** A 医疗类别 that the visit isn't of. What is bought at a pharmacy may be of either kind. */
function kindProblem(
  kind: VisitKind,
  type: { readonly code: string; readonly visitKind: VisitKind },
): MalformedRequest | null {
  const fits = type.code === PHARMACY_PURCHASE || type.visitKind === 'OUTPATIENT' || type.visitKind === kind;
  if (kind !== 'INPATIENT' && fits) return null;
  return new MalformedRequest([{ path: 'input.data.med_type', message: 'is not what 2203 said of the visit' }]);
}

/** At a pharmacy one 医疗类别 stands for both: with a disease it is a purchase for that disease. */
function purchaseKind(type: { readonly code: string; readonly visitKind: VisitKind }, disease?: string): VisitKind {
  return type.code === PHARMACY_PURCHASE && disease !== undefined ? 'CHRONIC' : type.visitKind;
}
