import { encodeInstant, itemClassCodec, required } from '@yiditong/chassis';
import type { ItemClass } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { magnitude } from '@yiditong/money';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import { diseaseCode, nationalId, price, signedAmount, signedQuantity, text, time } from './input-fields.js';
import { decimalNumber, yuan } from './output-fields.js';

/** As many as a message can hold. */
const MOST_FEES = 1_000;
/** 院内目录编码: the form has room for 150, the catalogue keeps 60. */
const LONGEST_OWN_CODE = 60;
/** 定价上限金额 where there is none. */
const NO_CAP = 999_999n;
const E6 = 1_000_000n;

const feeFields = {
  feedetl_sn: text(30),
  init_feedetl_sn: text(30).optional(),
  mdtrt_id: nationalId,
  psn_no: nationalId,
  fee_ocur_time: time,
  med_list_codg: text(50),
  medins_list_codg: text(LONGEST_OWN_CODE),
  det_item_fee_sumamt: signedAmount,
  cnt: signedQuantity,
  pric: price,
  bilg_dept_codg: text(30),
  bilg_dept_name: text(100),
  bilg_dr_codg: text(30),
  bilg_dr_name: text(50),
  /** 0 无须审批, 1 通过, 2 不通过. */
  hosp_appr_flag: z.enum(['0', '1', '2']).optional(),
  etip_flag: z.enum(['0', '1']).optional(),
  etip_hosp_code: text(30).optional(),
};

/** feedetail of 2204. */
export const outpatientFees = z
  .array(
    z.object({
      ...feeFields,
      chrg_bchno: text(30),
      /** Which disease a fee is settled as: a code that is none here must not pass for none. */
      dise_codg: diseaseCode.optional(),
      rx_circ_flag: text(3),
      hosp_appr_flag: z.enum(['0', '1', '2']),
    }),
  )
  .min(1)
  .max(MOST_FEES);
/** feedetail of 2301. */
export const inpatientFees = z
  .array(z.object({ ...feeFields, med_type: text(6) }))
  .min(1)
  .max(MOST_FEES);

type FeeRow = Omit<z.infer<typeof inpatientFees>[number], 'med_type'> & {
  readonly chrg_bchno?: string;
  readonly dise_codg?: string | undefined;
};

/** Whose the fees are: one visit of one person. Rejects with REQUEST_MALFORMED, naming the row that is another's. */
export function visitOfFees(rows: readonly FeeRow[]): { readonly visitId: string; readonly personId: string } {
  const visitId = rows[0]?.mdtrt_id ?? '';
  const personId = rows[0]?.psn_no ?? '';
  const strange = rows.findIndex((row) => row.mdtrt_id !== visitId || row.psn_no !== personId);
  if (strange >= 0)
    throw new MalformedRequest([{ path: `input.feedetail.${strange}`, message: 'is of another visit than the first' }]);
  return { visitId, personId };
}

export function feeOf(row: FeeRow): settlementV1.Fee {
  return {
    serial: row.feedetl_sn,
    refundsSerial: row.init_feedetl_sn ?? '',
    batch: row.chrg_bchno ?? '',
    line: {
      lineNumber: 0,
      nationalCode: row.med_list_codg,
      hospitalCode: row.medins_list_codg,
      quantityE4: row.cnt,
      unitPriceMicroYuan: row.pric,
      amountFen: row.det_item_fee_sumamt,
      occurredAt: encodeInstant(row.fee_ocur_time),
      approved: row.hosp_appr_flag === '1',
      examiningInstitutionCode: row.etip_flag === '1' ? (row.etip_hosp_code ?? '') : '',
      diseaseCode: row.dise_codg ?? '',
    },
  };
}

const CLASS_CODES: Readonly<Record<ItemClass, string>> = { A: '01', B: '02', C: '03' };

/** How the catalogue takes a fee: a row of `result` of 2204 and 2301. What this platform's catalogue doesn't tell apart is empty. */
export function feeOutput(classified: settlementV1.ClassifiedFee): Readonly<Record<string, unknown>> {
  const fee = required(classified.fee, 'fee');
  const line = required(fee.line, 'line');
  const split = required(classified.split, 'split');
  const itemClass = itemClassCodec.decode(classified.itemClass);
  return {
    feedetl_sn: fee.serial,
    det_item_fee_sumamt: yuan(line.amountFen),
    cnt: decimalNumber(line.quantityE4, 4),
    pric: decimalNumber(line.unitPriceMicroYuan, 6),
    pric_uplmt_amt: decimalNumber(capOf(line, split.overCeilingFen), 6),
    selfpay_prop: decimalNumber(shareOf(split, itemClass), 4),
    fulamt_ownpay_amt: yuan(split.fullSelfPayFen),
    overlmt_amt: yuan(split.overCeilingFen),
    preselfpay_amt: yuan(split.firstSelfPayFen),
    inscp_scp_amt: yuan(split.inScopeFen),
    chrgitm_lv: CLASS_CODES[itemClass],
    med_chrgitm_type: classified.chargeCategory,
    bas_medn_flag: '',
    hi_nego_drug_flag: '',
    chld_medc_flag: '',
    list_sp_item_flag: '',
    lmt_used_flag: classified.rule === 'RESTRICTED' ? '1' : '0',
    drt_reim_flag: '',
    memo: classified.rule,
  };
}

/** The highest price of a unit that would not be above the ceiling, in millionths of a yuan, rounded down. A ceiling that isn't met isn't shown. */
function capOf({ amountFen, quantityE4 }: settlementV1.BillLine, overCeilingFen: bigint): bigint {
  if (overCeilingFen === 0n || quantityE4 === 0n) return NO_CAP * E6;
  // Fen a ten-thousandth of a unit, to millionths of a yuan a unit.
  return (magnitude(amountFen - overCeilingFen) * 100_000_000n) / magnitude(quantityE4);
}

/** 自付比例: of what isn't above the ceiling, how much comes first from the person, in ten-thousandths and rounded half up. */
function shareOf(
  split: { readonly firstSelfPayFen: bigint; readonly inScopeFen: bigint },
  itemClass: ItemClass,
): bigint {
  const whole = magnitude(split.firstSelfPayFen + split.inScopeFen);
  if (itemClass === 'C' || whole === 0n) return 10_000n;
  return (magnitude(split.firstSelfPayFen) * 20_000n + whole) / (2n * whole);
}
