import type { Tx } from '@yiditong/chassis';
import { fen } from '@yiditong/money';
import type { SettledLine, Settlement } from './settlement.entity.js';

type LineRow = Omit<SettledLine, 'quantityE4' | 'unitPriceMicroYuan' | 'amountFen' | 'split' | 'diseaseCode'> &
  Record<
    | 'quantityE4'
    | 'unitPriceMicroYuan'
    | 'amountFen'
    | 'fullSelfPayFen'
    | 'overCeilingFen'
    | 'firstSelfPayFen'
    | 'inScopeFen',
    string
  >;

/** The lines of a settlement after a line number, in their order. What a chronic line treats is the bill's own disease, and stands nowhere else. */
export async function linesOf(
  tx: Tx,
  of: Pick<Settlement, 'personId' | 'settlementId'>,
  after: number,
  limit: number,
): Promise<SettledLine[]> {
  const rows: LineRow[] = await tx.query(
    `SELECT line_number AS "lineNumber", national_code AS "nationalCode", hospital_code AS "hospitalCode", approved,
       quantity_e4 AS "quantityE4", unit_price_micro_yuan AS "unitPriceMicroYuan", amount_fen AS "amountFen", occurred_at AS "occurredAt",
       examining_institution_code AS "examiningInstitutionCode", item_class AS "itemClass", charge_category AS "chargeCategory",
       catalogue_rule AS "catalogueRule", catalogue_sequence AS "catalogueSequence", full_self_pay_fen AS "fullSelfPayFen",
       over_ceiling_fen AS "overCeilingFen", first_self_pay_fen AS "firstSelfPayFen", in_scope_fen AS "inScopeFen", fee_serial AS "feeSerial"
     FROM settlement_line WHERE person_id = $1 AND settlement_id = $2 AND line_number > $3 ORDER BY line_number LIMIT $4`,
    [of.personId, of.settlementId, after, limit],
  );
  return rows.map(({ fullSelfPayFen, overCeilingFen, firstSelfPayFen, inScopeFen, ...row }) => ({
    ...row,
    quantityE4: BigInt(row.quantityE4),
    unitPriceMicroYuan: BigInt(row.unitPriceMicroYuan),
    amountFen: fen(BigInt(row.amountFen)),
    diseaseCode: '',
    split: {
      fullSelfPayFen: fen(BigInt(fullSelfPayFen)),
      overCeilingFen: fen(BigInt(overCeilingFen)),
      firstSelfPayFen: fen(BigInt(firstSelfPayFen)),
      inScopeFen: fen(BigInt(inScopeFen)),
    },
  }));
}
