import {
  decodeInstant,
  encodeInstant,
  insuranceCodec,
  itemClassCodec,
  personTypeCodec,
  required,
  visitKindCodec,
} from '@yiditong/chassis';
import { INSURANCES, isDiagnosisCode, ITEM_CLASSES, PERSON_TYPES, PERSON_TYPES_OF, VISIT_KINDS } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { answerFen, instant, messageId, name, region, uuid } from '../http/fields.js';

export const serial = z
  .string()
  .regex(/^\P{Cc}{1,30}$/u, '1 to 30 characters')
  .describe('流水号，就诊内唯一');
const batch = z
  .string()
  .regex(/^\P{Cc}{0,30}$/u, 'at most 30 characters')
  .default('')
  .describe('收费批次号；住院不填 / empty for a stay');
const diseaseCode = z
  .string()
  .regex(/^M\d{5}$/)
  .nullable()
  .default(null)
  .describe('门诊慢特病种编码');
const diagnoses = z
  .array(
    z.strictObject({
      code: z.string().max(20).refine(isDiagnosisCode, 'a code of ICD-10').describe('诊断代码，ICD-10 医保版'),
      name: name.max(100).describe('诊断名称'),
    }),
  )
  .max(10)
  .default([])
  .describe('诊断，主诊断在前；加密保存 / sealed where it is kept');
const trauma = z
  .strictObject({
    thirdParty: z.boolean().describe('涉及第三方'),
    pledgedAt: instant.nullable().default(null).describe('无第三方责任承诺书签署时间'),
  })
  .nullable()
  .default(null)
  .describe('外伤；非外伤不填');
const kind = z.enum(VISIT_KINDS).describe('住院、普通门诊、门诊慢特病');

export const openBody = z
  .strictObject({
    messageId,
    personId: uuid.describe('人员编号'),
    insuredRegion: region.describe('参保地'),
    visitNumber: z
      .string()
      .regex(/^[\w-]{1,30}$/)
      .describe('住院/门诊号，院内唯一'),
    visitKind: kind,
    emergency: z.boolean().default(false).describe('急诊标志'),
    admittedAt: instant.describe('入院或就诊时间'),
    diseaseCode,
    diagnoses,
    trauma,
    insurance: z.enum(INSURANCES).nullable().default(null).describe('险种，按 1101 读取'),
    personType: z.enum(PERSON_TYPES).nullable().default(null).describe('人员类别，按 1101 读取'),
  })
  .refine(
    ({ insurance, personType }) =>
      insurance === null || personType === null
        ? insurance === personType
        : PERSON_TYPES_OF[insurance].includes(personType),
    { path: ['personType'], message: 'goes with an insurance that has it, and not without' },
  );

const ofVisit = { messageId, personId: uuid.describe('人员编号，须与登记一致') };

export const changeBody = z
  .strictObject({
    ...ofVisit,
    admittedAt: instant.nullable().default(null),
    endedAt: instant.nullable().default(null).describe('出院时间或就诊结束时间'),
    reopen: z.boolean().default(false).describe('出院撤销 / takes the end back'),
    visitKind: kind.nullable().default(null),
    emergency: z.boolean().nullable().default(null),
    diseaseCode,
    diagnoses,
    trauma,
  })
  .refine(({ reopen, endedAt }) => !reopen || endedAt === null, { path: ['reopen'], message: 'excludes endedAt' });

export const cancelVisitBody = z.strictObject(ofVisit);

const code = z
  .string()
  .max(60)
  .regex(/^\P{Cc}*$/u, 'text without control characters')
  .default('');
const signedDecimal = (scale: number) =>
  z
    .string()
    .regex(new RegExp(`^-?\\d{1,12}(\\.\\d{1,${scale}})?$`), `a decimal string of at most ${scale} places`)
    .describe(`小数字符串，最多 ${scale} 位小数；退单为负 / negative on a refund`);
const QUANTITY_SCALE = 4;
const PRICE_SCALE = 6;

const fee = z.strictObject({
  serial: serial.describe('费用明细流水号，就诊内唯一'),
  refundsSerial: z
    .string()
    .regex(/^\P{Cc}{0,30}$/u)
    .default('')
    .describe('退单：被退费用的流水号 / the fee that this one takes back'),
  batch,
  nationalCode: z
    .string()
    .regex(/^(.{10,27})?$/, '10 to 27 characters')
    .default('')
    .describe('国家医保编码；不填时按院内目录编码在费用发生日的对照'),
  hospitalItemCode: code.describe('院内目录编码'),
  approved: z.boolean().default(false).describe('医院审批标志'),
  quantity: signedDecimal(QUANTITY_SCALE),
  unitPriceYuan: z.string().regex(/^\d{1,12}(\.\d{1,6})?$/, 'a decimal string of at most 6 places'),
  amountFen: z
    .string()
    .regex(/^-?\d{1,15}$/, 'a decimal string of fen')
    .describe('金额，单位分；退单为负'),
  occurredAt: instant,
  examiningInstitutionCode: z
    .string()
    .regex(/^([HP]\d{11})?$/, 'H or P and 11 digits')
    .default('')
    .describe('外检机构编码，仅住院'),
  diseaseCode,
});
export const feesBody = z.strictObject({ ...ofVisit, fees: z.array(fee).min(1).max(1_000) });

export const removalBody = z
  .strictObject({
    ...ofVisit,
    serials: z.array(serial).max(1_000).default([]),
    batch,
    all: z.boolean().default(false),
  })
  .refine(({ serials, batch: of, all }) => [serials.length > 0, of !== '', all].filter(Boolean).length === 1, {
    path: ['serials'],
    message: 'exactly one of serials, batch and all',
  });

const splitFen = z.strictObject({
  fullSelfPayFen: z.string().regex(/^\d{1,15}$/),
  overCeilingFen: z.string().regex(/^\d{1,15}$/),
  firstSelfPayFen: z.string().regex(/^\d{1,15}$/),
  inScopeFen: z.string().regex(/^\d{1,15}$/),
});
const billOfVisit = {
  personId: uuid,
  batch: batch.describe('收费批次号；不填为全部未结算费用'),
  diseaseCode: diseaseCode.describe('门慢特就诊：只结算该病种的费用'),
  unrelated: z.boolean().default(false).describe('门慢特就诊：无关费用按普通门诊结算'),
  useAccount: z.boolean().default(false).describe('个人账户使用标志'),
  midStay: z.boolean().default(false).describe('中途结算标志'),
  endedAt: instant.nullable().default(null).describe('出院时间，此前未办理出院时填写'),
  declaredTotalFen: z
    .string()
    .regex(/^\d{1,15}$/)
    .describe('医院系统合计金额，单位分'),
  declaredSplit: splitFen.nullable().default(null).describe('医院系统的费用四分；填写时须与目录一致'),
  hospitalPartFen: z
    .string()
    .regex(/^\d{1,15}$/)
    .default('0')
    .describe('医院负担金额'),
};
export const visitTrialBody = z.strictObject(billOfVisit);
export const settleVisitBody = z.strictObject({ messageId, ...billOfVisit });

export type OpenBody = z.infer<typeof openBody>;
export type ChangeBody = z.infer<typeof changeBody>;
export type CancelVisitBody = z.infer<typeof cancelVisitBody>;
export type FeesBody = z.infer<typeof feesBody>;
export type RemovalBody = z.infer<typeof removalBody>;
export type VisitTrialBody = z.infer<typeof visitTrialBody>;
export type SettleVisitBody = z.infer<typeof settleVisitBody>;

export const visitAnswer = z.object({
  visitId: uuid.describe('就诊 ID'),
  institutionCode: z.string(),
  personId: uuid,
  insuredRegion: region,
  visitNumber: z.string(),
  visitKind: kind,
  state: z.enum(['OPEN', 'ENDED', 'SETTLED', 'CANCELLED']),
  emergency: z.boolean(),
  admittedAt: instant,
  endedAt: instant.nullable(),
  diseaseCode: z.string().nullable(),
  diagnoses: z.array(z.object({ code: z.string(), name: z.string() })),
  trauma: z.object({ thirdParty: z.boolean(), pledgedAt: instant.nullable() }).nullable(),
  insurance: z.enum(INSURANCES).nullable(),
  personType: z.enum(PERSON_TYPES).nullable(),
  unsettledCount: z.int().describe('未结算费用条数'),
  unsettledFen: answerFen.describe('未结算费用合计'),
  settlementIds: z.array(uuid).describe('有效结算，先后为序'),
});
const feeAnswer = z.object({
  serial: z.string(),
  refundsSerial: z.string().nullable(),
  batch: z.string(),
  nationalCode: z.string(),
  hospitalItemCode: z.string(),
  amountFen: answerFen,
  occurredAt: instant,
  diseaseCode: z.string().nullable(),
  itemClass: z.enum(ITEM_CLASSES).describe('甲乙丙类'),
  chargeCategory: z.string().describe('医疗收费项目类别'),
  rule: z.string(),
  split: z.object({
    fullSelfPayFen: answerFen,
    overCeilingFen: answerFen,
    firstSelfPayFen: answerFen,
    inScopeFen: answerFen,
  }),
  settlementId: uuid.nullable(),
});
export const feesAnswer = z.object({ fees: z.array(feeAnswer) });
export const feePageAnswer = feesAnswer.extend({ nextAfter: z.string().nullable() });
export const removalAnswer = z.object({ removed: z.int() });
export type VisitAnswer = z.infer<typeof visitAnswer>;
export type FeeAnswer = z.infer<typeof feeAnswer>;
export type FeesAnswer = z.infer<typeof feesAnswer>;
export type FeePageAnswer = z.infer<typeof feePageAnswer>;
export type RemovalAnswer = z.infer<typeof removalAnswer>;

const instantOf = (text: string | null) => (text === null ? undefined : encodeInstant(new Date(text)));
const textOf = (wire: Parameters<typeof decodeInstant>[0]) =>
  wire ? decodeInstant(wire, 'instant').toISOString() : null;

function encodeTrauma(wire: OpenBody['trauma']): settlementV1.Trauma | undefined {
  return wire ? { thirdParty: wire.thirdParty, pledgedAt: instantOf(wire.pledgedAt) } : undefined;
}

export function encodeOpening(body: OpenBody): Omit<settlementV1.OpenVisitRequest, 'institutionCode'> {
  return {
    ...body,
    visitKind: visitKindCodec.encode(body.visitKind),
    admittedAt: instantOf(body.admittedAt),
    diseaseCode: body.diseaseCode ?? '',
    trauma: encodeTrauma(body.trauma),
    insurance: insuranceCodec.encodeOptional(body.insurance),
    personType: personTypeCodec.encodeOptional(body.personType),
  };
}

export function encodeChange(body: ChangeBody): Omit<settlementV1.ChangeVisitRequest, 'institutionCode' | 'visitId'> {
  return {
    messageId: body.messageId,
    personId: body.personId,
    admittedAt: instantOf(body.admittedAt),
    endedAt: instantOf(body.endedAt),
    reopen: body.reopen,
    visitKind: visitKindCodec.encodeOptional(body.visitKind),
    emergency: body.emergency ?? undefined,
    diseaseCode: body.diseaseCode ?? undefined,
    diagnoses: body.diagnoses,
    trauma: encodeTrauma(body.trauma),
  };
}

export function encodeFees({ fees }: FeesBody): settlementV1.Fee[] {
  return fees.map((one) => ({
    serial: one.serial,
    refundsSerial: one.refundsSerial,
    batch: one.batch,
    line: {
      lineNumber: 0,
      nationalCode: one.nationalCode,
      hospitalCode: one.hospitalItemCode,
      approved: one.approved,
      quantityE4: scaledSigned(one.quantity, QUANTITY_SCALE),
      unitPriceMicroYuan: scaledSigned(one.unitPriceYuan, PRICE_SCALE),
      amountFen: BigInt(one.amountFen),
      occurredAt: instantOf(one.occurredAt),
      examiningInstitutionCode: one.examiningInstitutionCode,
      diseaseCode: one.diseaseCode ?? '',
    },
  }));
}

/** The integer of 10^-scale of a decimal text, which the schema has accepted. */
function scaledSigned(text: string, scale: number): bigint {
  const [whole = '0', decimals = ''] = text.replace('-', '').split('.');
  const value = BigInt(`${whole}${decimals.padEnd(scale, '0')}`);
  return text.startsWith('-') ? -value : value;
}

export function encodeVisitBill(visitId: string, body: VisitTrialBody): settlementV1.VisitBill {
  const { declaredSplit: split } = body;
  return {
    visitId,
    personId: body.personId,
    batch: body.batch,
    diseaseCode: body.diseaseCode ?? '',
    unrelated: body.unrelated,
    useAccount: body.useAccount,
    midStay: body.midStay,
    endedAt: instantOf(body.endedAt),
    declaredTotalFen: BigInt(body.declaredTotalFen),
    declaredSplit: split
      ? {
          fullSelfPayFen: BigInt(split.fullSelfPayFen),
          overCeilingFen: BigInt(split.overCeilingFen),
          firstSelfPayFen: BigInt(split.firstSelfPayFen),
          inScopeFen: BigInt(split.inScopeFen),
        }
      : undefined,
    hospitalPartFen: BigInt(body.hospitalPartFen),
  };
}

export function decodeVisit(wire: settlementV1.Visit | undefined): VisitAnswer {
  const visit = required(wire, 'visit');
  return {
    visitId: visit.visitId,
    institutionCode: visit.institutionCode,
    personId: visit.personId,
    insuredRegion: visit.insuredRegion,
    visitNumber: visit.visitNumber,
    visitKind: visitKindCodec.decode(visit.visitKind),
    state: visitAnswer.shape.state.parse(visit.state.replace('VISIT_STATE_', '')),
    emergency: visit.emergency,
    admittedAt: decodeInstant(visit.admittedAt, 'admitted_at').toISOString(),
    endedAt: textOf(visit.endedAt),
    diseaseCode: visit.diseaseCode || null,
    diagnoses: visit.diagnoses.map((one) => ({ code: one.code, name: one.name })),
    trauma: visit.trauma ? { thirdParty: visit.trauma.thirdParty, pledgedAt: textOf(visit.trauma.pledgedAt) } : null,
    insurance: insuranceCodec.decodeOptional(visit.insurance),
    personType: personTypeCodec.decodeOptional(visit.personType),
    unsettledCount: visit.unsettledCount,
    unsettledFen: String(visit.unsettledFen),
    settlementIds: [...visit.settlementIds],
  };
}

export function decodeFee(wire: settlementV1.ClassifiedFee): FeeAnswer {
  const uploaded = required(wire.fee, 'fee');
  const line = required(uploaded.line, 'line');
  const split = required(wire.split, 'split');
  return {
    serial: uploaded.serial,
    refundsSerial: uploaded.refundsSerial || null,
    batch: uploaded.batch,
    nationalCode: line.nationalCode,
    hospitalItemCode: line.hospitalCode,
    amountFen: String(line.amountFen),
    occurredAt: decodeInstant(line.occurredAt, 'occurred_at').toISOString(),
    diseaseCode: line.diseaseCode || null,
    itemClass: itemClassCodec.decode(wire.itemClass),
    chargeCategory: wire.chargeCategory,
    rule: wire.rule,
    split: {
      fullSelfPayFen: String(split.fullSelfPayFen),
      overCeilingFen: String(split.overCeilingFen),
      firstSelfPayFen: String(split.firstSelfPayFen),
      inScopeFen: String(split.inScopeFen),
    },
    settlementId: wire.settlementId || null,
  };
}
