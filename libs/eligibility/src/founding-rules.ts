import { capitalOf, NATION, PROVINCES } from '@yiditong/codes';
import type { FilingRule, RuleContent } from './rules.js';

const PROCEDURE = '《基本医疗保险跨省异地就医直接结算经办规程》（医保发〔2022〕22号）第十一条';
const LINKAGE = '医保发〔2024〕21号：省本级与省会城市就医备案互通';
const TOGETHER =
  '三地医保部门公告（京津冀区域内就医视同备案，2023年4月1日起；凭记忆录入，待核对原文）；医保发〔2024〕21号';
const DEMONSTRATION_ZONE =
  '长三角生态绿色一体化发展示范区异地就医免备案（凭记忆录入：2020年试行，起始日未查到原文，按2021年1月1日起）；医保发〔2024〕21号';
const FIRST_DISEASES =
  '门诊慢特病跨省直接结算试点的五个病种（凭记忆录入：2021年9月起试点，各地开通日不一，按2022年1月1日起，待核对原文）';
const MORE_DISEASES = '医保办发〔2024〕19号';

const PROCEDURE_FROM = '2023-01-01';
const LINKAGE_FROM = '2024-09-05';
const TOGETHER_FROM = '2023-04-01';
const DEMONSTRATION_ZONE_FROM = '2021-01-01';
const FIRST_DISEASES_FROM = '2022-01-01';
const MORE_DISEASES_FROM = '2024-12-01';

function national(source: string, validFrom: string, content: RuleContent): FilingRule {
  return { owner: NATION, source, validFrom, validTo: null, content };
}

/** 直辖市, and what art. 11 names as pooled at provincial level: 海南, 西藏 and the Corps. */
const WHOLE_PROVINCES = ['110000', '120000', '310000', '460000', '500000', '540000', '660000'];

/** 省本级 and 省会 or 首府 of the 22 provinces and five autonomous regions. */
const CAPITALS = PROVINCES.flatMap(({ code }): (readonly [provincialLevel: string, capital: string])[] => {
  const capital = capitalOf(code);
  return capital === null ? [] : [[`${code.slice(0, 2)}9900`, capital]];
});

/** 门诊慢特病: opened first. */
const OPENED_FIRST = [
  ['M039', '高血压'],
  ['M016', '糖尿病'],
  ['M005', '恶性肿瘤门诊放化疗'],
  ['M078', '尿毒症透析'],
  ['M083', '器官移植术后抗排异治疗'],
] as const;

/** 门诊慢特病: opened by 医保办发〔2024〕19号. */
const OPENED_LATER = [
  ['M053', '慢性阻塞性肺疾病'],
  ['M069', '类风湿关节炎'],
  ['M046', '冠心病'],
  ['M002', '病毒性肝炎'],
  ['M072', '强直性脊柱炎'],
] as const;

function openedDisease([diseaseClass, nameZh]: readonly [string, string]): RuleContent {
  return { kind: 'OPENED_DISEASE', class: diseaseClass, nameZh };
}

/**
 * The rules of the nation that the service starts with. Bureaus and the operator add to them as data, so that a province that
 * pools at its own level, a new agreement or a newly opened disease needs no release. A source says where a date is recalled.
 */
export const FOUNDING_RULES: readonly FilingRule[] = [
  ...WHOLE_PROVINCES.map((region) => national(PROCEDURE, PROCEDURE_FROM, { kind: 'WHOLE_PROVINCE', region })),
  ...CAPITALS.map((regions) => national(LINKAGE, LINKAGE_FROM, { kind: 'LINKED_PLACES', regions })),
  national(TOGETHER, TOGETHER_FROM, {
    kind: 'AGREEMENT',
    name: '京津冀',
    parties: ['110000', '120000', '130000'],
    effect: 'DEEMED_FILED',
    benefitLevel: 'LOCAL',
  }),
  national(DEMONSTRATION_ZONE, DEMONSTRATION_ZONE_FROM, {
    kind: 'AGREEMENT',
    name: '长三角生态绿色一体化发展示范区',
    // 青浦, 吴江, 嘉善.
    parties: ['310118', '320509', '330421'],
    effect: 'EXEMPT',
    benefitLevel: 'LOCAL',
  }),
  ...OPENED_FIRST.map((disease) => national(FIRST_DISEASES, FIRST_DISEASES_FROM, openedDisease(disease))),
  ...OPENED_LATER.map((disease) => national(MORE_DISEASES, MORE_DISEASES_FROM, openedDisease(disease))),
];
