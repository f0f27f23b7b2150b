import {
  benefitLevelCodec,
  decodeInstant,
  decodeRejection,
  encodeInstant,
  filingCategoryCodec,
  materialKindCodec,
  required,
  visitKindCodec,
} from '@yiditong/chassis';
import {
  BENEFIT_LEVELS,
  CATEGORY_NAMES,
  ELIGIBILITY_BASES,
  FILING_CATEGORIES,
  isChronicDiseaseCode,
  MATERIAL_KINDS,
  placeName,
  PLEDGE,
  sentence,
  VISIT_KINDS,
  type Rejection,
} from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, instant, region, uuid } from '../http/fields.js';
import { institutionCode } from '../identity/identity.dto.js';
import { bilingual, materialNames } from './filing-names.js';
import { decodeFiling, filingAnswer, forPersonId } from './filing.dto.js';
import { sayWhyCovered } from './reason-sentences.js';

export const optionsQuery = z.strictObject({
  destinationRegion: region.describe('想去就医的地方，任一区划 / where the person wants to go, any division'),
  forPersonId,
  admittedAt: instant.optional().describe('已住院的，入院时刻 / of a stay that has begun'),
});
export const decisionBody = z.strictObject({
  personId: uuid.describe('人员编号；本人查询时为本人'),
  forPersonId,
  insuredRegion: region.optional().describe('参保地；医院和经办机构必填，本人可不填'),
  institutionCode: institutionCode.optional().describe('就医的医药机构；医院填本院'),
  treatingRegion: region.optional().describe('就医地；填了医药机构可不填'),
  visitKind: z.enum(VISIT_KINDS).describe('就医类别'),
  emergency: z.boolean().default(false).describe('急诊抢救'),
  admittedAt: instant.describe('入院或就诊时刻，以此判断，不看出院 / admission decides, discharge does not'),
  diseaseCode: z.string().refine(isChronicDiseaseCode, 'M and five digits').optional().describe('门诊慢特病病种编码'),
  asOf: instant.optional().describe('按何时已登记的信息判断，不填为现在 / as recorded by then; unset for now'),
});
const option = z.object({
  category: z.enum(FILING_CATEGORIES),
  categoryName: bilingual,
  anyOf: z.array(z.enum(MATERIAL_KINDS)).describe('任选其一提交；为空则无需材料 / any one of these'),
  anyOfNames: z.array(bilingual).describe('上述材料的名称 / of these, in their order'),
  pledgePossible: z.boolean().describe('可签署个人承诺书先行办理'),
  immediate: z.boolean().describe('不需材料和承诺，即时生效'),
  earliestValidTo: businessDate.nullable().describe('临时备案最早的截止日'),
  lockedUntil: businessDate.nullable(),
  benefitLevel: z.enum(BENEFIT_LEVELS),
  article: z.string(),
});
const place = z.object({ region: z.string(), zh: z.string(), en: z.string() });
const rejection = z.object({ reason: z.string(), zh: z.string(), en: z.string() });
export const optionsAnswer = z.object({
  insured: place.describe('参保地'),
  destination: place.describe('备案就医地：应填报的区划 / what a filing would name').nullable(),
  validFrom: businessDate.nullable(),
  options: z.array(option),
  obstacle: rejection.nullable().describe('无需或不能备案的原因 / why nothing has to or can be filed'),
  existing: filingAnswer.nullable().describe('该就医地已有的备案，含草稿、待审核和退回补正的'),
  reviewDueOn: businessDate.nullable(),
  pledge: bilingual
    .extend({ version: z.string().describe('承诺书版本') })
    .describe('个人承诺书全文，办理时以 pledged 签署 / the text that `pledged` signs'),
});
export const decisionAnswer = z.object({
  covered: z.boolean(),
  category: z.enum(FILING_CATEGORIES).nullable(),
  categoryName: bilingual.nullable(),
  benefitLevel: z.enum(BENEFIT_LEVELS).nullable(),
  basis: z.enum(ELIGIBILITY_BASES).nullable(),
  filingId: uuid.nullable(),
  filingVersion: z.int().nullable(),
  article: z.string().describe('依据的条款'),
  reasonCode: z.string(),
  reason: bilingual,
  asOf: instant.describe('以此时刻再问，答案永远相同 / asked again for it, the answer stays the same'),
});
export type OptionsQuery = z.infer<typeof optionsQuery>;
export type OptionsAnswer = z.infer<typeof optionsAnswer>;
export type DecisionBody = z.infer<typeof decisionBody>;
export type DecisionAnswer = z.infer<typeof decisionAnswer>;

export function decodeOptions(wire: filingV1.GetFilingOptionsResponse): OptionsAnswer {
  return {
    insured: placeOf(wire.insuredRegion),
    destination: wire.destinationRegion === '' ? null : placeOf(wire.destinationRegion),
    validFrom: wire.validFrom || null,
    options: wire.options.map(decodeOption),
    obstacle: wire.obstacle ? said(decodeRejection(wire.obstacle)) : null,
    existing: wire.existing ? decodeFiling(wire.existing) : null,
    reviewDueOn: wire.reviewDueOn || null,
    pledge: PLEDGE,
  };
}

function decodeOption(one: filingV1.FilingOption): z.infer<typeof option> {
  const category = filingCategoryCodec.decode(one.category);
  const anyOf = one.anyOf.map(materialKindCodec.decode);
  return {
    category,
    categoryName: CATEGORY_NAMES[category],
    anyOf,
    anyOfNames: materialNames(anyOf),
    pledgePossible: one.pledgePossible,
    immediate: one.immediate,
    earliestValidTo: one.earliestValidTo || null,
    lockedUntil: one.lockedUntil || null,
    benefitLevel: benefitLevelCodec.decode(one.benefitLevel),
    article: one.article,
  };
}

export function encodeQuestion(body: DecisionBody): filingV1.DecideEligibilityRequest {
  return {
    personId: body.personId,
    forPersonId: body.forPersonId ?? '',
    insuredRegion: body.insuredRegion ?? '',
    institutionCode: body.institutionCode ?? '',
    treatingRegion: body.treatingRegion ?? '',
    visitKind: visitKindCodec.encode(body.visitKind),
    emergency: body.emergency,
    admittedAt: encodeInstant(new Date(body.admittedAt)),
    diseaseCode: body.diseaseCode ?? '',
    asOf: body.asOf === undefined ? undefined : encodeInstant(new Date(body.asOf)),
  };
}

export function decodeDecision(wire: filingV1.DecideEligibilityResponse): DecisionAnswer {
  const { decision, rejection: refusal, article, asOf } = required(wire.answer, 'answer');
  const at = decodeInstant(asOf, 'as_of').toISOString();
  if (refusal) {
    const { reason, ...sentences } = said(decodeRejection(refusal));
    return { ...NOT_COVERED, article, reasonCode: reason, reason: sentences, asOf: at };
  }
  const found = required(decision, 'decision');
  const category = filingCategoryCodec.decode(found.category);
  return {
    covered: true,
    category,
    categoryName: CATEGORY_NAMES[category],
    benefitLevel: benefitLevelCodec.decode(found.benefitLevel),
    basis: z.enum(ELIGIBILITY_BASES).parse(found.basis),
    filingId: found.filingId || null,
    filingVersion: found.filingVersion || null,
    article: found.article,
    reasonCode: found.reasonCode,
    reason: sayWhyCovered(found.reasonCode),
    asOf: at,
  };
}

const NOT_COVERED = {
  covered: false,
  category: null,
  categoryName: null,
  benefitLevel: null,
  basis: null,
  filingId: null,
  filingVersion: null,
} as const;

export function said({ reason, params }: Rejection): z.infer<typeof rejection> {
  return { reason, zh: sentence(reason, 'zh', params), en: sentence(reason, 'en', params) };
}

function placeOf(code: string): z.infer<typeof place> {
  return { region: code, ...placeName(code) };
}
