import {
  benefitLevelCodec,
  decodeInstant,
  decodeRejection,
  encodeInstant,
  filingCategoryCodec,
  fundCodec,
  insuranceCodec,
  personTypeCodec,
  required,
  visitKindCodec,
} from '@yiditong/chassis';
import {
  BENEFIT_LEVELS,
  ELIGIBILITY_BASES,
  FILING_CATEGORIES,
  FUNDS,
  INSURANCES,
  isDiagnosisCode,
  PERSON_TYPES,
  PERSON_TYPES_OF,
  sentence,
  VISIT_KINDS,
} from '@yiditong/codes';
import type { benefitV1, commonV1, settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import {
  amountFen,
  answerFen,
  businessDate,
  decimal,
  instant,
  messageId,
  name,
  region,
  scaled,
  uuid,
} from '../http/fields.js';

export const QUANTITY_SCALE = 4;
const PRICE_SCALE = 6;

const institutionCode = z.string().regex(/^[HP]\d{11}$/, 'H or P and 11 digits');
const chronicDisease = z.string().regex(/^M\d{5}$/, 'M and five digits');

const billLine = z
  .strictObject({
    lineNumber: z.int().min(1).max(5_000),
    nationalCode: z
      .string()
      .regex(/^(.{10,27})?$/, '10 to 27 characters')
      .default('')
      .describe('国家医保编码；不填时按院内目录编码在费用发生日的对照'),
    hospitalItemCode: z
      .string()
      .max(60)
      .regex(/^\P{Cc}*$/u, 'text without control characters')
      .default('')
      .describe('院内目录编码；不填国家编码时必填 / needed where there is no nationalCode'),
    approved: z.boolean().default(false).describe('医院审批标志：限制使用条件已满足 / the item’s restriction is met'),
    quantity: decimal(QUANTITY_SCALE),
    unitPriceYuan: decimal(PRICE_SCALE),
    amountFen,
    occurredAt: instant,
    examiningInstitutionCode: institutionCode
      .nullable()
      .default(null)
      .describe('外检医院编码，仅住院 / who examined a patient of the stay, where it was another hospital'),
    diseaseCode: chronicDisease
      .nullable()
      .default(null)
      .describe('该行对应的门诊慢特病种；与账单不同的会被拒绝 / another one than the bill’s is refused'),
  })
  .refine(({ nationalCode, hospitalItemCode }) => nationalCode !== '' || hospitalItemCode !== '', {
    path: ['nationalCode'],
    message: 'needed where there is no hospitalItemCode',
  });

const trauma = z.strictObject({
  thirdParty: z.boolean().describe('涉及第三方责任；涉及的不能直接结算 / somebody else is liable'),
  pledgedAt: instant.nullable().default(null).describe('无第三方责任承诺书签署时间'),
});

const diagnosis = z.strictObject({
  code: z.string().max(20).refine(isDiagnosisCode, 'a code of ICD-10').describe('诊断代码，ICD-10 医保版'),
  name: name.max(100).describe('诊断名称'),
});

export const billBody = z
  .strictObject({
    personId: uuid.describe('人员编号'),
    insuredRegion: region.describe('参保地'),
    insurance: z
      .enum(INSURANCES)
      .nullable()
      .default(null)
      .describe(
        '险种，按 1101 读取；与 personType 同填或同不填，须与参保地登记一致 / as 1101 gave it, or left out with personType',
      ),
    personType: z.enum(PERSON_TYPES).nullable().default(null).describe('人员类别，按 1101 读取'),
    visitNumber: z
      .string()
      .regex(/^[\w-]{1,30}$/)
      .describe('就诊号，院内唯一'),
    visitKind: z.enum(VISIT_KINDS).describe('住院、普通门诊、门诊慢特病'),
    emergency: z.boolean().default(false).describe('急诊标志'),
    diseaseCode: z
      .string()
      .regex(/^M\d{5}$/)
      .nullable()
      .default(null)
      .describe('门诊慢特病种编码'),
    diagnoses: z.array(diagnosis).max(10).default([]).describe('诊断，主诊断在前；加密保存'),
    admittedAt: instant.describe('入院或就诊时间'),
    endedAt: instant.describe('出院或就诊结束时间'),
    useAccount: z
      .boolean()
      .default(false)
      .describe('个人账户使用标志：由个人账户支付可支付的部分 / the person wants accounts to pay what they may'),
    trauma: trauma.nullable().default(null).describe('外伤；不是外伤的不填 / left out where it is no trauma'),
    midStay: z.boolean().default(false).describe('中途结算标志，仅住院 / the stay goes on'),
    hospitalPartFen: amountFen.default('0').describe('医院负担金额 / what the hospital bears of the person’s part'),
    totalFen: amountFen,
    lines: z.array(billLine).min(1).max(5_000),
  })
  .refine(
    ({ insurance, personType }) =>
      insurance === null || personType === null
        ? insurance === personType
        : PERSON_TYPES_OF[insurance].includes(personType),
    { path: ['personType'], message: 'goes with an insurance that has it, and not without' },
  );
export const settleBody = z.strictObject({ messageId, bill: billBody });
export const trialBody = z.strictObject({ bill: billBody });
export const reverseBody = z.strictObject({ messageId, originalMessageId: messageId });
export type SettleBody = z.infer<typeof settleBody>;
export type TrialBody = z.infer<typeof trialBody>;
export type ReverseBody = z.infer<typeof reverseBody>;

const split = z.object({
  fullSelfPayFen: answerFen,
  overCeilingFen: answerFen,
  firstSelfPayFen: answerFen,
  inScopeFen: answerFen,
});
const step = z.object({
  rule: z.string(),
  source: z.string(),
  baseFen: answerFen,
  rate: z.string(),
  resultFen: answerFen,
  textZh: z.string(),
  textEn: z.string(),
});

const detail = z.object({
  fund: z.enum(FUNDS),
  baseFen: answerFen.describe('符合政策范围金额'),
  limitFen: answerFen.nullable().describe('本次可支付限额；没有限额为空'),
  amountFen: answerFen,
  process: z.string().describe('结算过程'),
});

export const trialAnswer = z.object({
  institutionCode: z.string(),
  personId: uuid,
  insuredRegion: region,
  treatingRegion: region,
  visitNumber: z.string(),
  visitKind: z.enum(VISIT_KINDS),
  diseaseCode: z.string().nullable().describe('门诊慢特病种编码；仅报送医院可见，其余为 ***'),
  diagnoses: z.array(z.object({ code: z.string(), name: z.string() })).describe('诊断；仅报送医院可见，其余为 ***'),
  filingCategory: z.enum(FILING_CATEGORIES),
  benefitLevel: z.enum(BENEFIT_LEVELS),
  eligibilityBasis: z.enum(ELIGIBILITY_BASES),
  insurance: z.enum(INSURANCES),
  personType: z.enum(PERSON_TYPES),
  totalFen: answerFen,
  split,
  deductibleFen: answerFen,
  funds: z.array(z.object({ fund: z.enum(FUNDS), amountFen: answerFen })),
  fundTotalFen: answerFen,
  personalFen: answerFen.describe('个人负担总金额 = 个人账户 + 共济 + 现金'),
  accountFen: answerFen.describe('个人账户支出'),
  mutualAidFen: answerFen.describe('个人账户共济支付'),
  cashFen: answerFen.describe('个人现金支出'),
  hospitalPartFen: answerFen.describe('医院负担'),
  accountBalanceFen: answerFen.nullable().describe('本人账户余额；未使用账户时为空'),
  poolingRatioE4: z.int().describe('统筹基金支付比例，万分之几 / in ten-thousandths'),
  details: z.array(detail).describe('结算明细 setldetail'),
  admittedAt: instant,
  endedAt: instant,
  emergency: z.boolean(),
  trauma: z.boolean(),
  midStay: z.boolean(),
  policyId: uuid,
  filingId: uuid.nullable(),
  explanation: z.array(step),
});
export const settlementAnswer = trialAnswer.extend({
  settlementId: uuid,
  messageId,
  businessDate: businessDate.describe('清算日'),
  settledAt: instant,
  state: z.enum(['SETTLED', 'REVERSING', 'REVERSED', 'CANCELLING', 'CANCELLED', 'REINSTATING']),
  reversalBusinessDate: businessDate.nullable(),
  stayPart: z.int().describe('中途结算的第几段，从 1 起；整体结算为 0'),
  cancellationId: uuid.nullable().describe('撤销（退费）编号'),
  cancellationBusinessDate: businessDate.nullable(),
  cancelledAt: instant.nullable(),
  remainderOf: uuid.nullable().describe('部分退费后重新结算的：原结算编号'),
});
export const settlementsAnswer = z.object({ settlements: z.array(settlementAnswer), nextAfter: uuid.nullable() });
export const reversalAnswer = z.object({
  outcome: z.enum(['REVERSED', 'NOTHING_SETTLED']),
  settlementId: uuid.nullable(),
});
export const outcomeAnswer = z.object({
  kind: z.enum(['SETTLE', 'CANCEL', 'REFUND', 'VISIT', 'REVERSE']).nullable().describe('报文所办业务；未收到时为空'),
  state: z.enum(['NEVER_SETTLED', 'SETTLED', 'REFUSED', 'IN_DOUBT', 'REVERSED']),
  settlementId: uuid.nullable(),
  inDoubtUntil: instant.nullable(),
  refusal: z.object({ reason: z.string(), messages: z.object({ zh: z.string(), en: z.string() }) }).nullable(),
});
export type TrialAnswer = z.infer<typeof trialAnswer>;
export type SettlementAnswer = z.infer<typeof settlementAnswer>;
export type ReversalAnswer = z.infer<typeof reversalAnswer>;
export type OutcomeAnswer = z.infer<typeof outcomeAnswer>;

export function encodeBill(bill: TrialBody['bill']): settlementV1.Bill {
  return {
    ...bill,
    insurance: insuranceCodec.encodeOptional(bill.insurance),
    personType: personTypeCodec.encodeOptional(bill.personType),
    visitKind: visitKindCodec.encode(bill.visitKind),
    diseaseCode: bill.diseaseCode ?? '',
    admittedAt: encodeInstant(new Date(bill.admittedAt)),
    endedAt: encodeInstant(new Date(bill.endedAt)),
    totalFen: BigInt(bill.totalFen),
    lines: bill.lines.map((line) => ({
      lineNumber: line.lineNumber,
      nationalCode: line.nationalCode,
      hospitalCode: line.hospitalItemCode,
      approved: line.approved,
      quantityE4: scaled(line.quantity, QUANTITY_SCALE),
      unitPriceMicroYuan: scaled(line.unitPriceYuan, PRICE_SCALE),
      amountFen: BigInt(line.amountFen),
      occurredAt: encodeInstant(new Date(line.occurredAt)),
      examiningInstitutionCode: line.examiningInstitutionCode ?? '',
      diseaseCode: line.diseaseCode ?? '',
    })),
    hospitalPartFen: BigInt(bill.hospitalPartFen),
    trauma: bill.trauma
      ? {
          thirdParty: bill.trauma.thirdParty,
          pledgedAt: bill.trauma.pledgedAt ? encodeInstant(new Date(bill.trauma.pledgedAt)) : undefined,
        }
      : undefined,
  };
}

export function decodeTrial(wire: settlementV1.Settlement): TrialAnswer {
  return {
    institutionCode: wire.institutionCode,
    personId: wire.personId,
    insuredRegion: wire.insuredRegion,
    treatingRegion: wire.treatingRegion,
    visitNumber: wire.visitNumber,
    visitKind: visitKindCodec.decode(wire.visitKind),
    diseaseCode: wire.diseaseCode || null,
    diagnoses: wire.diagnoses.map((one) => ({ code: one.code, name: one.name })),
    filingCategory: filingCategoryCodec.decode(wire.filingCategory),
    benefitLevel: benefitLevelCodec.decode(wire.benefitLevel),
    eligibilityBasis: required(
      ELIGIBILITY_BASES.find((basis) => basis === wire.eligibilityBasis),
      'basis',
    ),
    insurance: insuranceCodec.decode(wire.insurance),
    personType: personTypeCodec.decode(wire.personType),
    totalFen: String(wire.totalFen),
    split: decodeSplitText(required(wire.split, 'split')),
    deductibleFen: String(wire.deductibleFen),
    funds: wire.funds.map((payment) => ({
      fund: fundCodec.decode(payment.fund),
      amountFen: String(payment.amountFen),
    })),
    fundTotalFen: String(wire.fundTotalFen),
    personalFen: String(wire.personalFen),
    accountFen: String(wire.accountFen),
    mutualAidFen: String(wire.mutualAidFen),
    cashFen: String(wire.cashFen),
    hospitalPartFen: String(wire.hospitalPartFen),
    accountBalanceFen: wire.accountBalanceFen === undefined ? null : String(wire.accountBalanceFen),
    poolingRatioE4: wire.poolingRatioE4,
    details: wire.details.map(decodeDetail),
    admittedAt: decodeInstant(wire.admittedAt, 'admitted_at').toISOString(),
    endedAt: decodeInstant(wire.endedAt, 'ended_at').toISOString(),
    emergency: wire.emergency,
    trauma: wire.trauma,
    midStay: wire.midStay,
    policyId: wire.policyId,
    filingId: wire.filingId || null,
    explanation: wire.explanation.map((line) => ({
      ...line,
      baseFen: String(line.baseFen),
      resultFen: String(line.resultFen),
    })),
  };
}

const STATES: Record<string, SettlementAnswer['state']> = {
  SETTLEMENT_STATE_SETTLED: 'SETTLED',
  SETTLEMENT_STATE_REVERSING: 'REVERSING',
  SETTLEMENT_STATE_REVERSED: 'REVERSED',
  SETTLEMENT_STATE_CANCELLING: 'CANCELLING',
  SETTLEMENT_STATE_CANCELLED: 'CANCELLED',
  SETTLEMENT_STATE_REINSTATING: 'REINSTATING',
};

export function decodeSettlement(wire: settlementV1.Settlement): SettlementAnswer {
  return {
    settlementId: wire.settlementId,
    messageId: wire.messageId,
    ...decodeTrial(wire),
    businessDate: wire.businessDate,
    settledAt: decodeInstant(wire.settledAt, 'settled_at').toISOString(),
    state: required(STATES[wire.state], 'state'),
    reversalBusinessDate: wire.reversalBusinessDate || null,
    stayPart: wire.stayPart,
    cancellationId: wire.cancellationId || null,
    cancellationBusinessDate: wire.cancellationBusinessDate || null,
    cancelledAt: wire.cancelledAt ? decodeInstant(wire.cancelledAt, 'cancelled_at').toISOString() : null,
    remainderOf: wire.remainderOf || null,
  };
}

function decodeDetail(wire: benefitV1.FundDetail): TrialAnswer['details'][number] {
  const { fund, baseFen, limitFen, amountFen: paidFen, process } = wire;
  return {
    fund: fundCodec.decode(fund),
    baseFen: String(baseFen),
    limitFen: limitFen === undefined ? null : String(limitFen),
    amountFen: String(paidFen),
    process,
  };
}

export function decodeOutcome(wire: settlementV1.GetOutcomeResponse): OutcomeAnswer {
  const rejection = wire.rejection ? decodeRejection(wire.rejection) : null;
  return {
    kind: wire.kind === '' ? null : outcomeAnswer.shape.kind.parse(wire.kind),
    state: outcomeAnswer.shape.state.parse(wire.state.replace('OUTCOME_STATE_', '')),
    settlementId: wire.settlementId || null,
    inDoubtUntil: wire.inDoubtUntil ? decodeInstant(wire.inDoubtUntil, 'in_doubt_until').toISOString() : null,
    refusal: rejection && {
      reason: rejection.reason,
      messages: {
        zh: sentence(rejection.reason, 'zh', rejection.params),
        en: sentence(rejection.reason, 'en', rejection.params),
      },
    },
  };
}

function decodeSplitText(wire: commonV1.FeeSplit): TrialAnswer['split'] {
  return {
    fullSelfPayFen: String(wire.fullSelfPayFen),
    overCeilingFen: String(wire.overCeilingFen),
    firstSelfPayFen: String(wire.firstSelfPayFen),
    inScopeFen: String(wire.inScopeFen),
  };
}
