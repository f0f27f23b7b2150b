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
import type { settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import { feeOf, feeOutput, inpatientFees, visitOfFees } from './fee-fields.js';
import { amount, date, flag, nationalId, text, time } from './input-fields.js';
import { insuredRegionOf } from './insured-region.js';
import { nationalIdOf } from './national-codes.js';
import type { Outcome } from './national-answer.js';
import { yuan } from './output-fields.js';
import { Patients } from './patients.js';
import { dataNode, transaction, type Exchange, type TransactionGroup } from './transaction.js';
import {
  certificate,
  declaredParts,
  declaredSplit,
  diagnosesOf,
  extension,
  inpatientDiagnoses,
  insuranceType,
  isEmergency,
  medicalType,
  payment,
  traumaOf,
  visitNumber,
} from './visit-fields.js';
import { VisitSettlement, WRITE_DEADLINE_MS, type AskedBill } from './visit-settlement.js';

/** 费用明细流水号 that means all that are unsettled. */
const ALL_FEES = '0000';

const stayType = medicalType.refine(({ visitKind }) => visitKind === 'INPATIENT', 'not a kind of stay');
/** What 2401 and 2403 both say of a stay. */
const stayFields = {
  psn_no: nationalId,
  begntime: time,
  med_type: stayType,
  atddr_no: text(30),
  chfpdr_name: text(50),
  adm_diag_dscr: text(200),
  adm_dept_codg: text(30),
  adm_dept_name: text(100),
  adm_bed: text(30),
  dscg_maindiag_code: text(20),
  dscg_maindiag_name: text(300),
  exp_content: extension.optional(),
};
const admission = z.object({
  mdtrtinfo: z.object({ ...stayFields, ...certificate, insutype: insuranceType, ipt_no: visitNumber }),
  diseinfo: inpatientDiagnoses,
});
const change = z.object({
  adminfo: z.object({
    ...stayFields,
    mdtrt_id: nationalId,
    mdtrt_cert_type: certificate.mdtrt_cert_type,
    ipt_otp_no: visitNumber,
    endtime: time.optional(),
  }),
  diseinfo: inpatientDiagnoses,
});
const discharge = z.object({
  dscginfo: z.object({
    mdtrt_id: nationalId,
    psn_no: nationalId,
    insutype: insuranceType,
    endtime: time,
    dscg_dept_codg: text(30),
    dscg_dept_name: text(100),
    dscg_way: z.enum(['1', '2', '3', '4', '5', '9']),
  }),
  diseinfo: inpatientDiagnoses,
});
const visitOnly = dataNode({ mdtrt_id: nationalId, psn_no: nationalId });
const fees = z.object({ feedetail: inpatientFees });
const removedFee = z.object({ feedetl_sn: text(30), mdtrt_id: nationalId, psn_no: nationalId });
/** One, or a list of them: both are in use. */
const feeWithdrawal = z.object({
  data: z.union([removedFee.transform((one) => [one]), z.array(removedFee).min(1).max(1_000)], {
    error: 'feedetl_sn, mdtrt_id and psn_no, or a list of them',
  }),
});
const trialFields = {
  psn_no: nationalId,
  ...certificate,
  medfee_sumamt: amount,
  psn_setlway: payment,
  mdtrt_id: nationalId,
  insutype: insuranceType,
  mid_setl_flag: flag,
  /** A day alone ends no stay: 2402 says the time. */
  dscgTime: z.union([time, date]).optional(),
};
const trialBill = dataNode({ ...trialFields, acct_used_flag: flag.optional(), ...declaredParts });
const settlementBill = dataNode({ ...trialFields, acct_used_flag: flag, ...optionalParts() });
const cancellation = dataNode({ setl_id: nationalId, mdtrt_id: nationalId, psn_no: nationalId });

function optionalParts() {
  return {
    fulamt_ownpay_amt: amount.optional(),
    overlmt_selfpay: amount.optional(),
    preselfpay_amt: amount.optional(),
    inscp_scp_amt: amount.optional(),
  };
}

type Admission = z.infer<typeof admission>;
type Change = z.infer<typeof change>;
type SettlementData = Omit<z.infer<typeof settlementBill>['data'], 'acct_used_flag'> & {
  readonly acct_used_flag?: boolean | undefined;
};

/** 2301–2305 and 2401–2405: stays. */
@Injectable()
export class InpatientTransactions implements TransactionGroup {
  readonly transactions = {
    '2401': transaction(admission, async (input, exchange) => this.admit(input, exchange)),
    '2402': transaction(discharge, async ({ dscginfo, diseinfo }, exchange) =>
      this.change(dscginfo, { endedAt: encodeInstant(dscginfo.endtime), diagnoses: diagnosesOf(diseinfo) }, exchange),
    ),
    '2403': transaction(change, async (input, exchange) => this.change(input.adminfo, changesOf(input), exchange)),
    '2404': transaction(visitOnly, async ({ data }, exchange) => this.cancelAdmission(data, exchange)),
    '2405': transaction(visitOnly, async ({ data }, exchange) => this.change(data, { reopen: true }, exchange)),
    '2301': transaction(fees, async (input, exchange) => this.addFees(input.feedetail, exchange)),
    '2302': transaction(feeWithdrawal, async ({ data }, exchange) => this.removeFees(data, exchange)),
    '2303': transaction(trialBill, async ({ data }, exchange) => this.settlement.preSettle(askedBill(data), exchange)),
    '2304': transaction(settlementBill, async ({ data }, exchange) =>
      this.settlement.settle(askedBill(data), exchange),
    ),
    '2305': transaction(cancellation, async ({ data }, exchange) => this.cancel(data, exchange)),
  };

  constructor(
    @Inject(TARGETS.visit.token) private readonly visits: RpcClient<settlementV1.VisitServiceClient>,
    private readonly patients: Patients,
    private readonly settlement: VisitSettlement,
  ) {}

  private async admit({ mdtrtinfo: told, diseinfo }: Admission, exchange: Exchange): Promise<Outcome> {
    const { actor, envelope } = exchange;
    const patient = await this.patients.named(told, exchange, 'mdtrtinfo');
    const { visit } = await this.visits.call(
      'openVisit',
      {
        institutionCode: envelope.fixmedins_code,
        messageId: envelope.msgid,
        personId: told.psn_no,
        insuredRegion: insuredRegionOf(envelope),
        visitNumber: told.ipt_no,
        visitKind: visitKindCodec.encode('INPATIENT'),
        emergency: isEmergency(told.med_type, told.exp_content),
        admittedAt: encodeInstant(told.begntime),
        diseaseCode: '',
        diagnoses: diagnosesOf(diseinfo),
        trauma: traumaOf(told.med_type, told.exp_content),
        insurance: insuranceCodec.encode(patient.insurance),
        personType: personTypeCodec.encode(patient.personType),
      },
      actor,
      WRITE_DEADLINE_MS,
    );
    return { output: { result: { mdtrt_id: nationalIdOf(required(visit, 'visit').visitId) } } };
  }

  private async change(
    { mdtrt_id: visitId, psn_no: personId }: { readonly mdtrt_id: string; readonly psn_no: string },
    changes: Partial<settlementV1.ChangeVisitRequest>,
    { actor, envelope }: Exchange,
  ): Promise<Outcome> {
    const request: settlementV1.ChangeVisitRequest = {
      institutionCode: envelope.fixmedins_code,
      messageId: envelope.msgid,
      visitId,
      personId,
      admittedAt: undefined,
      endedAt: undefined,
      reopen: false,
      visitKind: 'VISIT_KIND_UNSPECIFIED',
      diagnoses: [],
      trauma: undefined,
      ...changes,
    };
    await this.visits.call('changeVisit', request, actor, WRITE_DEADLINE_MS);
    return { output: {} };
  }

  private async cancelAdmission(
    data: z.infer<typeof visitOnly>['data'],
    { actor, envelope }: Exchange,
  ): Promise<Outcome> {
    const request = {
      institutionCode: envelope.fixmedins_code,
      messageId: envelope.msgid,
      visitId: data.mdtrt_id,
      personId: data.psn_no,
    };
    await this.visits.call('cancelVisit', request, actor, WRITE_DEADLINE_MS);
    return { output: {} };
  }

  private async addFees(rows: z.infer<typeof inpatientFees>, { actor, envelope }: Exchange): Promise<Outcome> {
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
    rows: readonly z.infer<typeof removedFee>[],
    { actor, envelope }: Exchange,
  ): Promise<Outcome> {
    const { mdtrt_id: visitId = '', psn_no: personId = '' } = rows[0] ?? {};
    if (rows.some((row) => row.mdtrt_id !== visitId || row.psn_no !== personId))
      throw new MalformedRequest([{ path: 'input.data', message: 'is of more than one visit' }]);
    const all = rows.some(({ feedetl_sn: serial }) => serial === ALL_FEES);
    const request = {
      institutionCode: envelope.fixmedins_code,
      messageId: envelope.msgid,
      visitId,
      personId,
      serials: all ? [] : rows.map(({ feedetl_sn: serial }) => serial),
      batch: '',
      all,
    };
    await this.visits.call('removeFees', request, actor, WRITE_DEADLINE_MS);
    return { output: {} };
  }

  /** 伤残人员医疗保障 (hifdm_pay) is a field of 2305 alone; nothing here pays from that fund. */
  private async cancel(data: z.infer<typeof cancellation>['data'], exchange: Exchange): Promise<Outcome> {
    const { output, ...more } = await this.settlement.cancel(data, (kind) => kind === 'INPATIENT', exchange);
    return { output: { ...output, setlinfo: { ...(output['setlinfo'] as object), hifdm_pay: yuan(0n) } }, ...more };
  }
}

/** An injury that is told once can't be untold by leaving it out: only what is set replaces. */
function changesOf({ adminfo: told, diseinfo }: Change): Partial<settlementV1.ChangeVisitRequest> {
  return {
    admittedAt: encodeInstant(told.begntime),
    endedAt: told.endtime === undefined ? undefined : encodeInstant(told.endtime),
    emergency: isEmergency(told.med_type, told.exp_content),
    diagnoses: diagnosesOf(diseinfo),
    trauma: traumaOf(told.med_type, told.exp_content),
  };
}

function askedBill(data: SettlementData): AskedBill {
  const dischargedAt = data.dscgTime instanceof Date ? data.dscgTime : null;
  return {
    named: data,
    bill: {
      visitId: data.mdtrt_id,
      personId: data.psn_no,
      batch: '',
      diseaseCode: '',
      unrelated: false,
      useAccount: data.acct_used_flag ?? false,
      midStay: data.mid_setl_flag,
      endedAt: dischargedAt === null ? undefined : encodeInstant(dischargedAt),
      declaredTotalFen: data.medfee_sumamt,
      declaredSplit: declaredSplit(data),
      hospitalPartFen: 0n,
    },
  };
}
