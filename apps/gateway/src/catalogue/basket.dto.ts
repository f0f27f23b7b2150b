import {
  decodeSplit,
  hospitalLevelCodec,
  insuranceCodec,
  itemClassCodec,
  lineRuleCodec,
  personTypeCodec,
  required,
  visitKindCodec,
} from '@yiditong/chassis';
import {
  HOSPITAL_LEVELS,
  INSURANCES,
  ITEM_CLASSES,
  LINE_RULES,
  PERSON_TYPES,
  placeName,
  PROVINCES,
  VISIT_KINDS,
} from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { answerFen, businessDate, decimal, scaled, uuid } from '../http/fields.js';
import { yuanText } from './amounts.js';
import { CLASS_NAMES, LINE_RULE_NAMES } from './catalogue-names.js';
import { province } from './comparison.dto.js';
import { PRICE_SCALE } from './entry.dto.js';
import { nationalCode, onDay } from './national-item.dto.js';

const QUANTITY_SCALE = 4;

const line = z.strictObject({
  nationalCode,
  quantity: decimal(QUANTITY_SCALE).describe('数量，最多 4 位小数'),
  unitPriceYuan: decimal(PRICE_SCALE).describe('单价，元'),
  approved: z.boolean().default(false).describe('医院审批标志：限制使用条件已满足'),
});
export const basketBody = z.strictObject({
  provinces: z.array(province).max(PROVINCES.length).default([]).describe('比较哪些省份；空为有目录的全部省份'),
  on: onDay,
  insurance: z.enum(INSURANCES).nullable().default(null).describe('险种；空为不明，只按适用于所有人的规定'),
  personType: z.enum(PERSON_TYPES).nullable().default(null).describe('人员类别；空为不明'),
  hospitalLevel: z.enum(HOSPITAL_LEVELS).nullable().default(null).describe('医院等级；空为不明'),
  visitKind: z.enum(VISIT_KINDS).nullable().default(null).describe('就医类别；空为不明'),
  lines: z.array(line).min(1).max(200).describe('项目清单'),
});
const split = {
  fullSelfPayFen: answerFen.describe('全自费，分'),
  overCeilingFen: answerFen.describe('超限价，分'),
  firstSelfPayFen: answerFen.describe('先行自付，分'),
  inScopeFen: answerFen.describe('政策范围内，分'),
};
const pricedLine = z.object({
  lineNumber: z.int(),
  nationalCode: z.string(),
  provincialCode: z.string().nullable(),
  listed: z.boolean().describe('是否在该省目录内'),
  itemClass: z.enum(ITEM_CLASSES),
  itemClassName: bilingual,
  firstSelfPayBps: z.int(),
  capYuan: z.string().nullable().describe('适用的限价，元'),
  rule: z.enum(LINE_RULES),
  ruleName: bilingual,
  ...split,
});
const price = z.object({
  province: z.string(),
  provinceName: bilingual,
  versionId: uuid.nullable().describe('当日在用版本；该省没有目录则为空，其余为零'),
  totalFen: answerFen.describe('费用总额，分'),
  ownExpenseFen: answerFen.describe('医保报销前由个人负担的，分 / what the patient pays before his insurance does'),
  ...split,
  lines: z.array(pricedLine),
});
export const basketAnswer = z.object({
  on: businessDate,
  prices: z.array(price).describe('个人负担自少至多，没有目录的在后 / from the least own expense to the most'),
});
export type BasketBody = z.infer<typeof basketBody>;
export type BasketAnswer = z.infer<typeof basketAnswer>;

export function encodeBasket(body: BasketBody, on: string): catalogueV1.PriceBasketRequest {
  return {
    provinces: body.provinces,
    on,
    insurance: insuranceCodec.encodeOptional(body.insurance),
    personType: personTypeCodec.encodeOptional(body.personType),
    hospitalLevel: hospitalLevelCodec.encodeOptional(body.hospitalLevel),
    visitKind: visitKindCodec.encodeOptional(body.visitKind),
    lines: body.lines.map((one) => ({
      nationalCode: one.nationalCode,
      quantityE4: scaled(one.quantity, QUANTITY_SCALE),
      unitPriceMicroYuan: scaled(one.unitPriceYuan, PRICE_SCALE),
      approved: one.approved,
    })),
  };
}

export function decodeBasket({ prices }: catalogueV1.PriceBasketResponse, on: string): BasketAnswer {
  return { on, prices: prices.map(decodePrice) };
}

function decodePrice(wire: catalogueV1.BasketPrice): BasketAnswer['prices'][number] {
  return {
    province: wire.province,
    provinceName: placeName(wire.province),
    versionId: wire.versionId || null,
    totalFen: wire.totalFen.toString(),
    ownExpenseFen: wire.ownExpenseFen.toString(),
    ...(wire.versionId === '' ? NOTHING : splitText(wire.split)),
    lines: wire.lines.map(decodeLine),
  };
}

const NOTHING = { fullSelfPayFen: '0', overCeilingFen: '0', firstSelfPayFen: '0', inScopeFen: '0' } as const;

function splitText(wire: catalogueV1.ClassifiedLine['split']): Record<keyof typeof NOTHING, string> {
  const amounts = decodeSplit(required(wire, 'split'));
  return {
    fullSelfPayFen: amounts.fullSelfPayFen.toString(),
    overCeilingFen: amounts.overCeilingFen.toString(),
    firstSelfPayFen: amounts.firstSelfPayFen.toString(),
    inScopeFen: amounts.inScopeFen.toString(),
  };
}

function decodeLine(wire: catalogueV1.ClassifiedLine): BasketAnswer['prices'][number]['lines'][number] {
  const itemClass = itemClassCodec.decode(wire.itemClass);
  const rule = lineRuleCodec.decode(wire.rule);
  return {
    lineNumber: wire.lineNumber,
    nationalCode: wire.nationalCode,
    provincialCode: wire.provincialCode || null,
    listed: wire.listed,
    itemClass,
    itemClassName: CLASS_NAMES[itemClass],
    firstSelfPayBps: wire.firstSelfPayBps,
    capYuan: wire.capMicroYuan === 0n ? null : yuanText(wire.capMicroYuan),
    rule,
    ruleName: LINE_RULE_NAMES[rule],
    ...splitText(wire.split),
  };
}
