import { PLACES, SETTLED_BY, type Place, type SettledBy } from '@yiditong/adjudication';
import {
  benefitLevelCodec,
  hospitalLevelCodec,
  itemClassCodec,
  personTypeCodec,
  required,
  visitKindCodec,
} from '@yiditong/chassis';
import {
  BENEFIT_LEVELS,
  HOSPITAL_LEVELS,
  ITEM_CLASSES,
  ITEM_KIND_NAMES,
  ITEM_KINDS,
  PERSON_TYPES,
  VISIT_KINDS,
  type BenefitLevel,
  type ItemKind,
  type Wording,
} from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { CLASS_NAMES, LEVEL_NAMES, PERSON_TYPE_NAMES, VISIT_NAMES } from '../catalogue/catalogue-names.js';
import { bilingual } from '../filing/filing-names.js';
import { answerFen, businessDate } from '../http/fields.js';

const BENEFIT_LEVEL_NAMES: Readonly<Record<BenefitLevel, Wording>> = {
  LOCAL: { zh: '参保地同等待遇', en: 'as at home' },
  REFERRAL: { zh: '转诊转院', en: 'referral' },
  EMERGENCY: { zh: '异地急诊抢救', en: 'emergency' },
  OTHER_TEMPORARY: { zh: '其他临时外出', en: 'other temporary stay' },
};
const SETTLED_BY_NAMES: Readonly<Record<SettledBy, Wording>> = {
  DIRECT: { zh: '直接结算', en: 'settled at the counter' },
  MANUAL: { zh: '手工报销', en: 'claimed by hand' },
};
const PLACE_NAMES: Readonly<Record<Place, Wording>> = {
  HOME_AREA: { zh: '参保统筹区内', en: 'in the home pooling area' },
  HOME_PROVINCE: { zh: '省内异地', en: 'elsewhere in the home province' },
  OTHER_PROVINCE: { zh: '跨省异地', en: 'in another province' },
};

export const policyEffect = z.object({
  visitKind: z.enum(VISIT_KINDS),
  visitKindName: bilingual,
  personType: z.enum(PERSON_TYPES),
  personTypeName: bilingual,
  age: z.int().nullable().describe('年龄；政策不按年龄区分时为空 / null where no rule depends on it'),
  personTags: z.array(z.string()).describe('人员标识 / what else the policy asks of the person'),
  hospitalLevel: z.enum(HOSPITAL_LEVELS),
  hospitalLevelName: bilingual,
  hospitalTags: z.array(z.string()).describe('医院标识 / what else the policy asks of the hospital'),
  benefitLevel: z.enum(BENEFIT_LEVELS),
  benefitLevelName: bilingual,
  settledBy: z.enum(SETTLED_BY).describe('直接结算或手工报销 / at the counter or by hand'),
  settledByName: bilingual,
  place: z.enum(PLACES).describe('就医地相对参保地的位置 / where the hospital lies, as the home area sees it'),
  placeName: bilingual,
  diseaseCode: z
    .string()
    .nullable()
    .describe('病种编码或其开头；无病种时为空 / a code or how codes begin; null for none'),
  itemClass: z.enum(ITEM_CLASSES).describe('政策范围内费用的收费项目等级 / of all that is in scope'),
  itemClassName: bilingual,
  itemKind: z.enum(ITEM_KINDS).nullable().describe('目录类别；无关时为空 / null where nothing depends on it'),
  itemKindName: bilingual.nullable(),
  unitPriceFen: answerFen.nullable().describe('单价；无关时为空 / null where nothing depends on it'),
  inScopeFen: answerFen.describe('政策范围内费用'),
  fullSelfPayFen: answerFen.describe('全自费 / full self-pay'),
  overCeilingFen: answerFen.describe('超限价 / over price caps'),
  firstSelfPayFen: answerFen.describe('就医地先行自付 / first self-pay of the treating place'),
  startedOn: businessDate.nullable().describe('入院日期；无关时为空 / admission; null where nothing depends on it'),
  endedOn: businessDate.nullable().describe('出院日期；无关时为空 / discharge; null where nothing depends on it'),
  earlierVisits: z.int().describe('此前同样费用的就诊次数 / so many visits with the same bill came before'),
  earlierOn: businessDate
    .nullable()
    .describe('此前就诊和支付的日期；同日为空 / when all that came earlier was; null for the same day'),
  earlierElsewhere: z.boolean().describe('此前在其他医院、因其他病种 / at another hospital and for another disease'),
  paidEarlierFen: answerFen.describe(
    '本年度统筹基金此前已付，不含上述就诊 / what the pooling fund had paid earlier in the year, beside those visits',
  ),
  accountFen: answerFen
    .nullable()
    .describe('本人个人账户余额；不使用时为空 / balance of the own account; null where none may be used'),
  mutualAidFen: answerFen
    .nullable()
    .describe('家庭共济账户余额；不使用时为空 / balance of relatives’ accounts; null where none may be used'),
  fundBeforeFen: answerFen.nullable().describe('变更前基金支付；不结算时为空 / null where it isn’t settled'),
  fundAfterFen: answerFen.nullable().describe('变更后基金支付；不结算时为空 / null where it isn’t settled'),
  accountBeforeFen: answerFen
    .nullable()
    .describe('变更前个人账户（含共济）支付；不使用或不结算时为空 / by own and relatives’ accounts before'),
  accountAfterFen: answerFen
    .nullable()
    .describe('变更后个人账户（含共济）支付；不使用或不结算时为空 / by own and relatives’ accounts after'),
});
type PolicyEffect = z.infer<typeof policyEffect>;

export function decodeEffect(wire: benefitV1.PolicyEffect): PolicyEffect {
  const visitKind = visitKindCodec.decode(wire.visitKind);
  const personType = personTypeCodec.decode(wire.personType);
  const hospitalLevel = hospitalLevelCodec.decode(wire.hospitalLevel);
  const benefitLevel = benefitLevelCodec.decode(wire.benefitLevel);
  const settledBy = wire.byHand ? 'MANUAL' : 'DIRECT';
  const place = oneOf(PLACES, wire.place, 'place');
  const itemClass = itemClassCodec.decode(wire.itemClass);
  const itemKind = wire.itemKind === '' ? null : oneOf<ItemKind>(ITEM_KINDS, wire.itemKind, 'item_kind');
  return {
    visitKind,
    visitKindName: VISIT_NAMES[visitKind],
    personType,
    personTypeName: PERSON_TYPE_NAMES[personType],
    age: wire.age ?? null,
    personTags: wire.personTags,
    hospitalLevel,
    hospitalLevelName: LEVEL_NAMES[hospitalLevel],
    hospitalTags: wire.hospitalTags,
    benefitLevel,
    benefitLevelName: BENEFIT_LEVEL_NAMES[benefitLevel],
    settledBy,
    settledByName: SETTLED_BY_NAMES[settledBy],
    place,
    placeName: PLACE_NAMES[place],
    diseaseCode: wire.diseaseCode || null,
    itemClass,
    itemClassName: CLASS_NAMES[itemClass],
    itemKind,
    itemKindName: itemKind && ITEM_KIND_NAMES[itemKind],
    unitPriceFen: wire.unitPriceFen?.toString() ?? null,
    inScopeFen: String(wire.inScopeFen),
    fullSelfPayFen: String(wire.fullSelfPayFen),
    overCeilingFen: String(wire.overCeilingFen),
    firstSelfPayFen: String(wire.firstSelfPayFen),
    startedOn: wire.startedOn || null,
    endedOn: wire.endedOn || null,
    earlierVisits: wire.earlierVisits,
    earlierOn: wire.earlierOn || null,
    earlierElsewhere: wire.earlierElsewhere,
    paidEarlierFen: String(wire.paidEarlierFen),
    accountFen: wire.accountFen?.toString() ?? null,
    mutualAidFen: wire.mutualAidFen?.toString() ?? null,
    fundBeforeFen: wire.fundBeforeFen?.toString() ?? null,
    fundAfterFen: wire.fundAfterFen?.toString() ?? null,
    accountBeforeFen: wire.accountBeforeFen?.toString() ?? null,
    accountAfterFen: wire.accountAfterFen?.toString() ?? null,
  };
}

function oneOf<T extends string>(known: readonly T[], wire: string, field: string): T {
  return required(
    known.find((each) => each === wire),
    field,
  );
}
