import {
  clearedFundCodec,
  decodeInstant,
  fundCodec,
  insuranceCodec,
  personTypeCodec,
  required,
  visitKindCodec,
} from '@yiditong/chassis';
import { fundTotalShown, type Fund, type Insurance } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { fen, type Fen } from '@yiditong/money';
import { FUND_FIELDS, fundCodeOf, HOSPITAL_PART, type FundCode } from './fund-codes.js';
import { medicalTypeCode, PHARMACY_PURCHASE } from './medical-types.js';
import { ID_CARD, INSURANCE_CODES, nationalIdOf, PERSON_TYPE_CODES } from './national-codes.js';
import { decimalNumber, yuan } from './output-fields.js';
import type { Patient } from './patients.js';
import { shanghaiTime } from './shanghai-time.js';

/** 按项目: every bill across provinces is paid by its items. */
const BY_ITEM = '1';

export type ShownSettlement = {
  readonly settlement: settlementV1.Settlement;
  readonly patient: Patient;
  readonly messageId: string;
  /** 结算ID: of a settlement its own, of a cancellation that one's; null of a trial. */
  readonly settlementId: string | null;
  readonly at: Date;
  /** As the message had them. */
  readonly certificateType: string;
  readonly medicalType?: string | undefined;
};

type Output = Readonly<Record<string, unknown>>;

/** setlinfo and setldetail of 2206, 2207, 2303 and 2304. */
export function settlementOutput(shown: ShownSettlement): Output {
  return outputOf(shown, (amount) => yuan(amount));
}

/** The same of 2208 and 2305: the amounts negative, under the cancellation's own id. */
export function cancellationOutput(shown: ShownSettlement): Output {
  return outputOf(shown, (amount) => yuan(-amount));
}

type Write = (amountFen: bigint) => unknown;

function outputOf(shown: ShownSettlement, write: Write): Output {
  return {
    setlinfo: { ...identity(shown), ...amounts(shown.settlement, write), ...clearing(shown) },
    setldetail: details(shown.settlement, write),
  };
}

function identity({ settlement, patient, ...shown }: ShownSettlement): Output {
  return {
    mdtrt_id: nationalIdOf(visitIdOf(settlement)),
    ...(shown.settlementId === null ? {} : { setl_id: nationalIdOf(shown.settlementId) }),
    psn_no: nationalIdOf(patient.personId),
    psn_name: patient.maskedName,
    psn_cert_type: ID_CARD,
    certno: patient.maskedIdNumber,
    gend: patient.gender,
    naty: '',
    brdy: patient.birthDate ?? '',
    age: patient.age,
    insutype: INSURANCE_CODES[insuranceCodec.decode(settlement.insurance)],
    psn_type: PERSON_TYPE_CODES[personTypeCodec.decode(settlement.personType)],
    cvlserv_flag: paymentsOf(settlement).CIVIL_SERVANT === undefined ? '0' : '1',
    setl_time: shanghaiTime(shown.at),
    mdtrt_cert_type: shown.certificateType,
    med_type: shown.medicalType ?? medicalTypeOfSettlement(settlement),
  };
}

/** 就诊ID. A bill that came in one message over REST has no visit: it is its own. */
export function visitIdOf({ visitId, settlementId }: settlementV1.Settlement): string {
  return visitId || settlementId;
}

function medicalTypeOfSettlement({ visitKind, emergency, trauma, institutionCode }: settlementV1.Settlement): string {
  return medicalTypeCode({ visitKind: visitKindCodec.decode(visitKind), emergency, trauma }, institutionCode);
}

function amounts(settlement: settlementV1.Settlement, write: Write): Output {
  const split = required(settlement.split, 'split');
  const fundTotal = fundTotalShown(fen(settlement.fundTotalFen), fen(settlement.accountFen), settlement.treatingRegion);
  const paid = paymentsOf(settlement);
  return {
    medfee_sumamt: write(settlement.totalFen),
    fulamt_ownpay_amt: write(split.fullSelfPayFen),
    overlmt_selfpay: write(split.overCeilingFen),
    preselfpay_amt: write(split.firstSelfPayFen),
    inscp_scp_amt: write(split.inScopeFen),
    act_pay_dedc: write(settlement.deductibleFen),
    pool_prop_selfpay: decimalNumber(BigInt(settlement.poolingRatioE4), 4),
    ...Object.fromEntries(Object.entries(FUND_FIELDS).map(([fund, field]) => [field, write(paid[fund as Fund] ?? 0n)])),
    hosp_part_amt: write(settlement.hospitalPartFen),
    fund_pay_sumamt: write(fundTotal),
    psn_part_amt: write(settlement.personalFen),
    acct_pay: write(settlement.accountFen),
    psn_cash_pay: write(settlement.cashFen),
    // What the account has after a cancellation isn't told.
    balc:
      settlement.accountBalanceFen === undefined || settlement.cancellationId
        ? null
        : yuan(settlement.accountBalanceFen),
    acct_mulaid_pay: write(settlement.mutualAidFen),
  };
}

function paymentsOf({ funds }: settlementV1.Settlement): Partial<Record<Fund, Fen>> {
  return Object.fromEntries(funds.map(({ fund, amountFen }) => [fundCodec.decode(fund), fen(amountFen)]));
}

function clearing({ settlement, messageId, medicalType }: ShownSettlement): Output {
  return {
    medins_setl_id: messageId,
    clr_optins: settlement.treatingRegion,
    clr_way: BY_ITEM,
    clr_type: clearingTypeOf(settlement, medicalType),
  };
}

/** 清算类别: 药店、住院、门诊. */
function clearingTypeOf(
  settlement: settlementV1.Settlement,
  medicalType = medicalTypeOfSettlement(settlement),
): string {
  if (medicalType === PHARMACY_PURCHASE) return '41';
  return visitKindCodec.decode(settlement.visitKind) === 'INPATIENT' ? '21' : '11';
}

function details(settlement: settlementV1.Settlement, write: Write): Output[] {
  const insurance = insuranceCodec.decode(settlement.insurance);
  const rows = settlement.details.map(({ fund, baseFen, limitFen, amountFen, process }) =>
    row(codeOf(fund, insurance), write(amountFen), {
      inscp_scp_amt: write(baseFen),
      crt_payb_lmt_amt: limitFen === undefined ? '' : yuan(limitFen),
      setl_proc_info: process,
    }),
  );
  const account = settlement.accountFen + settlement.mutualAidFen;
  const ofAccount = fundCodeOf('PERSONAL_ACCOUNT', insurance);
  const isListed = settlement.details.some(({ fund }) => codeOf(fund, insurance) === ofAccount);
  return [
    ...rows,
    ...(account === 0n || isListed ? [] : [row(ofAccount, write(account))]),
    ...(settlement.hospitalPartFen === 0n ? [] : [row(HOSPITAL_PART, write(settlement.hospitalPartFen))]),
  ];
}

function codeOf(fund: settlementV1.Settlement['details'][number]['fund'], insurance: Insurance): FundCode {
  return fundCodeOf(clearedFundCodec.decode(fund), insurance);
}

const NOTHING_SAID = { inscp_scp_amt: '', crt_payb_lmt_amt: '', setl_proc_info: '' };

function row({ code, name }: FundCode, amount: unknown, said: Output = NOTHING_SAID): Output {
  return {
    fund_pay_type: code,
    inscp_scp_amt: said['inscp_scp_amt'],
    crt_payb_lmt_amt: said['crt_payb_lmt_amt'],
    fund_payamt: amount,
    fund_pay_type_name: name,
    setl_proc_info: said['setl_proc_info'],
  };
}

/** When it was settled. */
export function settledAtOf(settlement: settlementV1.Settlement): Date {
  return decodeInstant(settlement.settledAt, 'settled_at');
}
