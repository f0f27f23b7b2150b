import { Inject, Injectable } from '@nestjs/common';
import { Clock, decodeInstant, insuranceCodec, TARGETS, type RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { benefitV1, filingV1, settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import { nationalId } from './input-fields.js';
import { insuredRegionOf } from './insured-region.js';
import type { Outcome } from './national-answer.js';
import { INSURANCE_CODES } from './national-codes.js';
import { yuan } from './output-fields.js';
import { Patients } from './patients.js';
import { Presence, presenceFields } from './presence.js';
import { cancellationOutput, settledAtOf, settlementOutput, visitIdOf } from './settlement-output.js';
import { SettledFees } from './settled-fees.js';
import { dataNode, transaction, type Exchange, type TransactionGroup } from './transaction.js';

const DEADLINE_MS = 20_000;
/** 身份证: how a patient is named whom only his number is known of. */
const ID_CARD_SHOWN = '02';

const ofPerson = dataNode(presenceFields);
const ofSettlement = dataNode({ psn_no: nationalId, setl_id: nationalId.optional(), mdtrt_id: nationalId.optional() });
const ofYear = dataNode({
  ...presenceFields,
  cum_ym: z
    .string()
    .regex(/^(19|20)\d{2}(0[1-9]|1[0-2])?$/, 'yyyy or yyyyMM')
    .optional(),
});
type OfSettlement = z.infer<typeof ofSettlement>['data'];

/** 5203 结算查询, 5204 费用明细查询, 5206 人员累计查询, 5301 慢特病备案查询. */
@Injectable()
export class QueryTransactions implements TransactionGroup {
  readonly transactions = {
    '5203': transaction(ofSettlement, ({ data }, exchange) => this.findSettlement(data, exchange)),
    '5204': transaction(ofSettlement, ({ data }, exchange) => this.findFees(data, exchange)),
    '5206': transaction(ofYear, async ({ data }, exchange) => {
      await this.presence.patient(data, exchange);
      const period = data.cum_ym ?? this.clock.businessDate().slice(0, 4);
      const request = { personId: data.psn_no, benefitYear: Number(period.slice(0, 4)), asOf: undefined };
      const { accumulators } = await this.benefit.call('getAccumulators', request, exchange.actor);
      const rows = accumulators.map((one) => accumulatorRow(one, period.slice(0, 4)));
      return { output: { cuminfo: rows.filter((row) => period.length === 4 || row.cum_ym === period) } };
    }),
    '5301': transaction(ofPerson, async ({ data }, exchange) => {
      const insuredRegion = insuredRegionOf(exchange.envelope);
      const { personId } = await this.presence.patient(data, exchange);
      const request = { personId, forPersonId: '', insuredRegion };
      const { entitlements } = await this.entitlements.call('listEntitlements', request, exchange.actor);
      return {
        output: {
          feedetail: entitlements.map(({ diseaseCode, diseaseNameZh, validFrom, validTo }) => ({
            opsp_dise_code: diseaseCode,
            opsp_dise_name: diseaseNameZh,
            begndate: validFrom,
            enddate: validTo,
          })),
        },
      };
    }),
  };

  constructor(
    @Inject(TARGETS.hospitalLedger.token)
    private readonly ledger: RpcClient<settlementV1.HospitalLedgerServiceClient>,
    private readonly fees: SettledFees,
    @Inject(TARGETS.benefit.token) private readonly benefit: RpcClient<benefitV1.BenefitServiceClient>,
    @Inject(TARGETS.entitlement.token) private readonly entitlements: RpcClient<filingV1.EntitlementServiceClient>,
    private readonly patients: Patients,
    private readonly presence: Presence,
    private readonly clock: Clock,
  ) {}

  /** The settlement named, or the newest of the visit or of the person. Rejects with SETTLEMENT_NOT_FOUND. */
  private async findSettlement(data: OfSettlement, exchange: Exchange): Promise<Outcome> {
    const patient = await this.patients.named({ psn_no: data.psn_no }, exchange, 'data');
    const settlements = await this.settlementsOf(data, exchange);
    const [settlement] = settlements;
    if (!settlement) throw new Rejection('SETTLEMENT_NOT_FOUND');
    const shown = { settlement, patient, certificateType: ID_CARD_SHOWN };
    const isRefund = data.setl_id !== undefined && data.setl_id === settlement.cancellationId;
    const output = isRefund
      ? cancellationOutput({
          ...shown,
          messageId: settlement.cancellationMessageId,
          settlementId: settlement.cancellationId,
          at: settlement.cancelledAt ? decodeInstant(settlement.cancelledAt, 'cancelled_at') : settledAtOf(settlement),
        })
      : settlementOutput({
          ...shown,
          messageId: settlement.messageId,
          settlementId: settlement.settlementId,
          at: settledAtOf(settlement),
        });
    const others = settlements.length - 1;
    const warnings = [
      ...(isRefund || settlement.state === 'SETTLEMENT_STATE_SETTLED' ? [] : [STATES[settlement.state] ?? '']),
      ...(others > 0 ? [`另有 ${others} 笔结算，请按结算ID查询`] : []),
    ].filter((warning) => warning !== '');
    return { output, ...(warnings.length > 0 ? { warning: warnings.join('；') } : {}) };
  }

  private async findFees(data: OfSettlement, exchange: Exchange): Promise<Outcome> {
    if (data.setl_id === undefined && data.mdtrt_id === undefined)
      throw new MalformedRequest([{ path: 'input.data.mdtrt_id', message: 'is missing' }]);
    const settlements = await this.settlementsOf(data, exchange);
    if (data.setl_id !== undefined && settlements.length === 0) throw new Rejection('SETTLEMENT_NOT_FOUND');
    const visitId = data.mdtrt_id ?? settlements[0]?.visitId ?? '';
    const rows = await this.fees.of(exchange, { personId: data.psn_no, visitId, settlements });
    const wanted = new Set(settlements.map(({ settlementId }) => settlementId));
    // By a settlement's id only its own; by the visit's alone all, the unsettled too.
    const output = data.setl_id === undefined ? rows : rows.filter(({ settlementId }) => wanted.has(settlementId));
    return { output: { output: output.map(({ row }) => row) } };
  }

  private async settlementsOf(data: OfSettlement, { actor, envelope }: Exchange): Promise<settlementV1.Settlement[]> {
    const request = {
      institutionCode: envelope.fixmedins_code,
      personId: data.psn_no,
      settlementId: data.setl_id ?? '',
      visitId: '',
    };
    const { settlements } = await this.ledger.call('findSettlements', request, actor, DEADLINE_MS);
    // A bill that came in one message has itself for a visit.
    return data.mdtrt_id === undefined
      ? settlements
      : settlements.filter((settlement) => visitIdOf(settlement) === data.mdtrt_id);
  }
}

const STATES: Readonly<Record<string, string>> = {
  SETTLEMENT_STATE_REVERSING: '该结算正在冲正',
  SETTLEMENT_STATE_REVERSED: '该结算已冲正',
  SETTLEMENT_STATE_CANCELLING: '该结算正在撤销',
  SETTLEMENT_STATE_CANCELLED: '该结算已撤销（退费）',
  SETTLEMENT_STATE_REINSTATING: '该结算的撤销正在冲正',
};

/** The codes of the totals are this platform's own: the national table of them isn't public. */
function accumulatorRow({ insurance, kind, value }: benefitV1.Accumulator, year: string) {
  const [base = '', month] = kind.split('@');
  const ofMonth = month !== undefined && /^\d{4}-\d{2}$/.test(month);
  return {
    insutype: INSURANCE_CODES[insuranceCodec.decode(insurance)],
    year,
    cum_ym: ofMonth ? month.replace('-', '') : year,
    cum_type_code: ofMonth ? base : kind,
    cum: base.endsWith('_VISITS') ? Number(value) : yuan(value),
  };
}
