import {
  hospitalLevelCodec,
  insuranceCodec,
  itemClassCodec,
  overCapRuleCodec,
  personTypeCodec,
  visitKindCodec,
} from '@yiditong/chassis';
import { HOSPITAL_LEVELS, INSURANCES, ITEM_CLASSES, OVER_CAP_RULES, PERSON_TYPES, VISIT_KINDS } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { businessDate, decimal, name, scaled } from '../http/fields.js';
import { yuanText } from './amounts.js';
import { chargeCategoryName, CLASS_NAMES } from './catalogue-names.js';

export const PRICE_SCALE = 6;
const MAX_BPS = 10_000;

const bps = z.int().min(0).max(MAX_BPS).describe('先行自付比例，万分之一 / basis points');
const share = z
  .strictObject({
    insurance: z.enum(INSURANCES).nullable().default(null).describe('险种；空为全部'),
    personType: z.enum(PERSON_TYPES).nullable().default(null).describe('人员类别；空为全部'),
    bps,
  })
  .describe('险种加人员类别、险种、人员类别、全部，取最具体的一条 / the most specific that fits counts');
const cap = z.strictObject({
  hospitalLevel: z.enum(HOSPITAL_LEVELS).nullable().default(null).describe('医院等级；空为全部'),
  capYuan: decimal(PRICE_SCALE).describe('限价，元'),
});
const restriction = z.strictObject({
  needsApproval: z.boolean().default(false).describe('限制使用标志：须医院确认符合条件'),
  text: z
    .string()
    .max(500)
    .regex(/^\P{Cc}*$/u, 'text without control characters')
    .default('')
    .describe('限制条件'),
  minimumLevel: z.enum(HOSPITAL_LEVELS).nullable().default(null).describe('最低医院等级'),
  visitKinds: z.array(z.enum(VISIT_KINDS)).default([]).describe('限就医类别；空为不限'),
  insurances: z.array(z.enum(INSURANCES)).default([]).describe('限险种；空为不限'),
});
const overCapRule = z
  .enum(OVER_CAP_RULES)
  .nullable()
  .default(null)
  .describe('超限处理方式：超出部分自费 EXCESS、全部自费 WHOLE；有限价而不填为 EXCESS');

export const entryBody = z.strictObject({
  nationalCode: z.string().min(10).max(27).describe('国家编码'),
  name,
  itemClass: z.enum(ITEM_CLASSES).describe('甲 A、乙 B、丙 C'),
  firstSelfPayBps: bps.default(0).describe('适用于所有人的先行自付比例，万分之一 / the share that fits everybody'),
  ceilingYuan: decimal(PRICE_SCALE)
    .nullable()
    .default(null)
    .describe('适用于各级医院的限价，元 / the cap of all levels'),
  chargeCategory: z.string().length(2).describe('医疗收费项目类别 01–14'),
  provincialCode: z
    .string()
    .max(30)
    .regex(/^[\w.-]*$/, 'letters, digits, dots, hyphens or underscores')
    .default('')
    .describe('医保目录编码；空为国家编码'),
  shares: z.array(share).max(20).default([]).describe('某些人员的先行自付比例'),
  caps: z.array(cap).max(HOSPITAL_LEVELS.length).default([]).describe('某级医院的限价'),
  overCapRule,
  restriction: restriction.nullable().default(null),
  endsOn: businessDate.nullable().default(null).describe('最后一个有效日；空为未停用'),
});
/** What a catalogue says of an item, as an answer. */
export const entryAnswer = z.object({
  nationalCode: z.string(),
  name: z.string(),
  itemClass: z.enum(ITEM_CLASSES),
  itemClassName: bilingual,
  chargeCategory: z.string().nullable().describe('医疗收费项目类别 01–14'),
  chargeCategoryName: bilingual.nullable(),
  provincialCode: z.string().describe('医保目录编码'),
  shares: z.array(
    z.object({ insurance: z.enum(INSURANCES).nullable(), personType: z.enum(PERSON_TYPES).nullable(), bps }),
  ),
  caps: z.array(z.object({ hospitalLevel: z.enum(HOSPITAL_LEVELS).nullable(), capYuan: z.string() })),
  overCapRule: z.enum(OVER_CAP_RULES).nullable(),
  restriction: z
    .object({
      needsApproval: z.boolean(),
      text: z.string(),
      minimumLevel: z.enum(HOSPITAL_LEVELS).nullable(),
      visitKinds: z.array(z.enum(VISIT_KINDS)),
      insurances: z.array(z.enum(INSURANCES)),
    })
    .nullable(),
  endsOn: businessDate.nullable(),
});
export type EntryBody = z.infer<typeof entryBody>;
export type EntryAnswer = z.infer<typeof entryAnswer>;

/** Class C is full self-pay whatever its share says, so that a share of everything beside it says nothing more. */
export function encodeEntry(body: EntryBody): catalogueV1.CatalogueEntry {
  const { firstSelfPayBps: general, ceilingYuan, shares, caps, restriction: limits, endsOn, ...entry } = body;
  const said = entry.itemClass === 'C' && general === MAX_BPS ? 0 : general;
  const everybody = said === 0 ? [] : [{ insurance: null, personType: null, bps: said }];
  const everywhere = ceilingYuan === null ? [] : [{ hospitalLevel: null, capYuan: ceilingYuan }];
  const allCaps = [...everywhere, ...caps];
  return {
    ...entry,
    itemClass: itemClassCodec.encode(entry.itemClass),
    shares: [...everybody, ...shares].map(encodeShare),
    caps: allCaps.map(({ hospitalLevel, capYuan }) => ({
      hospitalLevel: hospitalLevelCodec.encodeOptional(hospitalLevel),
      microYuan: scaled(capYuan, PRICE_SCALE),
    })),
    overCapRule: overCapRuleCodec.encodeOptional(entry.overCapRule ?? (allCaps.length > 0 ? 'EXCESS' : null)),
    restriction: limits === null ? undefined : encodeRestriction(limits),
    endsOn: endsOn ?? '',
  };
}

function encodeShare(one: z.infer<typeof share>): catalogueV1.SelfPayShare {
  return {
    insurance: insuranceCodec.encodeOptional(one.insurance),
    personType: personTypeCodec.encodeOptional(one.personType),
    bps: one.bps,
  };
}

function encodeRestriction(limits: z.infer<typeof restriction>): catalogueV1.Restriction {
  return {
    needsApproval: limits.needsApproval,
    text: limits.text,
    minimumLevel: hospitalLevelCodec.encodeOptional(limits.minimumLevel),
    visitKinds: limits.visitKinds.map(visitKindCodec.encode),
    insurances: limits.insurances.map(insuranceCodec.encode),
  };
}

export function decodeEntry(wire: catalogueV1.CatalogueEntry): EntryAnswer {
  const itemClass = itemClassCodec.decode(wire.itemClass);
  return {
    nationalCode: wire.nationalCode,
    name: wire.name,
    itemClass,
    itemClassName: CLASS_NAMES[itemClass],
    chargeCategory: wire.chargeCategory || null,
    chargeCategoryName: chargeCategoryName(wire.chargeCategory),
    provincialCode: wire.provincialCode || wire.nationalCode,
    shares: wire.shares.map((one) => ({
      insurance: insuranceCodec.decodeOptional(one.insurance),
      personType: personTypeCodec.decodeOptional(one.personType),
      bps: one.bps,
    })),
    caps: wire.caps.map(({ hospitalLevel, microYuan }) => ({
      hospitalLevel: hospitalLevelCodec.decodeOptional(hospitalLevel),
      capYuan: yuanText(microYuan),
    })),
    overCapRule: overCapRuleCodec.decodeOptional(wire.overCapRule),
    restriction: wire.restriction ? decodeRestriction(wire.restriction) : null,
    endsOn: wire.endsOn || null,
  };
}

function decodeRestriction(wire: catalogueV1.Restriction): NonNullable<EntryAnswer['restriction']> {
  return {
    needsApproval: wire.needsApproval,
    text: wire.text,
    minimumLevel: hospitalLevelCodec.decodeOptional(wire.minimumLevel),
    visitKinds: wire.visitKinds.map(visitKindCodec.decode),
    insurances: wire.insurances.map(insuranceCodec.decode),
  };
}
