import { Inject, Injectable } from '@nestjs/common';
import { decodeInstant, required, TARGETS, visitKindCodec, type RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { feeOutput } from './fee-fields.js';
import { medicalTypeCode } from './medical-types.js';
import { nationalIdOf } from './national-codes.js';
import { visitIdOf } from './settlement-output.js';
import { shanghaiTime } from './shanghai-time.js';
import type { Exchange } from './transaction.js';

const DEADLINE_MS = 20_000;
const ROWS_A_PAGE = 1_000;

export type FeeRow = { readonly settlementId: string; readonly row: Readonly<Record<string, unknown>> };

/** The fees of a visit, each with the settlement that it is part of. */
@Injectable()
export class SettledFees {
  constructor(
    @Inject(TARGETS.visit.token) private readonly visits: RpcClient<settlementV1.VisitServiceClient>,
    @Inject(TARGETS.settlement.token) private readonly settlement: RpcClient<settlementV1.SettlementServiceClient>,
  ) {}

  /** Rejects with VISIT_NOT_FOUND, or VISIT_OTHER_PERSON. A bill that came in one message has lines instead of fees. */
  async of(
    exchange: Exchange,
    asked: {
      readonly personId: string;
      readonly visitId: string;
      readonly settlements: readonly settlementV1.Settlement[];
    },
  ): Promise<FeeRow[]> {
    const whole = asked.settlements.find((settlement) => settlement.visitId === '');
    return whole ? this.linesOf(exchange, whole) : this.feesOf(exchange, asked.visitId, asked.personId);
  }

  private async feesOf({ actor, envelope }: Exchange, visitId: string, personId: string): Promise<FeeRow[]> {
    const institutionCode = envelope.fixmedins_code;
    const found = await this.visits.call('getVisit', { institutionCode, visitId }, actor, DEADLINE_MS);
    const visit = required(found.visit, 'visit');
    if (visit.personId !== personId) throw new Rejection('VISIT_OTHER_PERSON');
    const kind = { visitKind: visitKindCodec.decode(visit.visitKind), emergency: visit.emergency };
    const medicalType = medicalTypeCode({ ...kind, trauma: Boolean(visit.trauma) }, institutionCode);
    const rows: FeeRow[] = [];
    for (let after = ''; ;) {
      const request = { institutionCode, visitId, after, limit: ROWS_A_PAGE };
      const page = await this.visits.call('listFees', request, actor, DEADLINE_MS);
      rows.push(...page.fees.map((fee) => feeRow(fee, visitId, medicalType)));
      if (page.nextAfter === '') return rows;
      after = page.nextAfter;
    }
  }

  private async linesOf({ actor, envelope }: Exchange, whole: settlementV1.Settlement): Promise<FeeRow[]> {
    const { settlementId, emergency, trauma } = whole;
    const kind = { visitKind: visitKindCodec.decode(whole.visitKind), emergency, trauma };
    const medicalType = medicalTypeCode(kind, envelope.fixmedins_code);
    const rows: FeeRow[] = [];
    for (let after = 0; ;) {
      const request = { settlementId, after, limit: ROWS_A_PAGE };
      const page = await this.settlement.call('listSettledLines', request, actor, DEADLINE_MS);
      for (const { line, ...classified } of page.lines) {
        const fee = { serial: String(required(line, 'line').lineNumber), refundsSerial: '', batch: '', line };
        rows.push(feeRow({ ...classified, fee, settlementId }, visitIdOf(whole), medicalType));
      }
      if (page.nextAfter === 0) return rows;
      after = page.nextAfter;
    }
  }
}

function feeRow(classified: settlementV1.ClassifiedFee, visitId: string, medicalType: string): FeeRow {
  const { settlementId } = classified;
  const { memo: _, ...split } = feeOutput(classified);
  const line = required(classified.fee?.line, 'line');
  return {
    settlementId,
    row: {
      mdtrt_id: nationalIdOf(visitId),
      setl_id: settlementId === '' ? '' : nationalIdOf(settlementId),
      med_type: medicalType,
      fee_ocur_time: shanghaiTime(decodeInstant(line.occurredAt, 'occurred_at')),
      med_list_codg: line.nationalCode,
      medins_list_codg: line.hospitalCode,
      ...split,
    },
  };
}
