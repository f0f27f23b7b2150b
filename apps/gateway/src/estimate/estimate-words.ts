import type { Fund, Wording } from '@yiditong/codes';
import type { EstimateBody } from './estimate.dto.js';

/** 基金支付类型. */
export const FUND_NAMES: Readonly<Record<Fund, Wording>> = {
  POOLING: { zh: '基本医疗保险统筹基金', en: 'basic pooling fund' },
  LARGE_SUM: { zh: '职工大额医疗费用补助', en: 'large-sum subsidy' },
  CRITICAL_ILLNESS: { zh: '大病保险', en: 'critical-illness insurance' },
  CIVIL_SERVANT: { zh: '公务员医疗补助', en: 'civil servants’ subsidy' },
  EMPLOYER_SUPPLEMENT: { zh: '企业补充医疗保险', en: 'employer’s supplementary insurance' },
  MEDICAL_AID: { zh: '医疗救助', en: 'medical aid' },
  OTHER: { zh: '其他基金', en: 'other funds' },
};

/** How far a policy's source may be relied on. */
const TRUST_NAMES: Readonly<Record<string, Wording>> = {
  A: { zh: '官方文本', en: 'official text' },
  B: { zh: '官方门户或解读，以原文为准', en: 'an official portal or explainer; the text itself counts' },
  C: { zh: '汇编整理，未核对原文，不能作为依据', en: 'collected and not checked against the text: nothing to rely on' },
  D: { zh: '演示假定，不是真实政策', en: 'assumed for demonstration: no real policy' },
};

export function trustName(trust: string): Wording {
  return TRUST_NAMES[trust] ?? { zh: '来源可信度不明', en: 'of unknown trust' };
}

/** What the policy has rules about and the asker left out, by the contract's names. */
const UNSAID: Readonly<Record<string, Wording>> = {
  AGE: {
    zh: '该政策有按年龄的规定，未填年龄，未适用这些规定。',
    en: 'The policy has rules by age; none was given, so they were not applied.',
  },
  PERSON_TAGS: {
    zh: '该政策有针对特定人员（如低保、公务员）的规定，未填人员标签，按一般人员计算。',
    en: 'The policy has rules for some persons, such as those on minimum living allowances; no tag was given, so they were not applied.',
  },
  HOSPITAL_TAGS: {
    zh: '该政策有针对特定医院（如中医医院、社区）的规定，未填医院标签，按一般医院计算。',
    en: 'The policy has rules for some hospitals, such as those of Chinese medicine; no tag was given, so they were not applied.',
  },
  DISEASE: {
    zh: '该政策有按门诊慢特病种的规定，未填病种，未适用这些规定。',
    en: 'The policy has rules by chronic disease; none was given, so they were not applied.',
  },
  ITEMS: {
    zh: '该政策区分项目类别或单价，未给出项目清单，未适用这些规定。',
    en: 'The policy tells classes or prices of items apart; no basket was given, so those rules were not applied.',
  },
};

/** What this gateway doesn't know the name of yet is left out. */
export function unsaidWords(facts: readonly string[]): Wording[] {
  return facts.flatMap((fact) => UNSAID[fact] ?? []);
}

const ALWAYS: readonly Wording[] = [
  {
    zh: '本结果是按已录入的政策所作的估算，不是待遇承诺，实际以参保地经办机构的结算为准。',
    en: 'This is an estimate by the policies on record and no promise; what the insured place settles counts.',
  },
  {
    zh: '未使用个人账户；个人账户可以支付的部分计入个人负担。',
    en: 'No personal account is used; what one could pay is within the person’s part.',
  },
];

const ALL_IN_SCOPE: Wording = {
  zh: '只给出了总金额，全部按政策范围内费用计算，未扣除自费、超限价和先行自付部分；实际报销通常更低。',
  en: 'Only a total was given, so all of it counts as in scope, with nothing outside the catalogue, above a cap or paid first; less is usually paid.',
};

const FIRST_OF_YEAR: Wording = {
  zh: '按本待遇年度首次就医、此前没有累计计算。',
  en: 'It counts as the first visit of the benefit year, with nothing booked before.',
};

const BY_HAND: Wording = {
  zh: '未备案的按先垫付全部费用、再回参保地手工报销计算；何时报销、凭何材料由参保地规定。',
  en: 'What is not filed counts as paid whole at the counter and claimed by hand at home, when and with which papers the insured place decides.',
};

/** What was taken for granted, so that nobody takes the answer for more than it is. */
export function assumptionsOf({ home, bill }: EstimateBody, someByHand: boolean): Wording[] {
  return [
    ...ALWAYS,
    ...(bill.totalFen === undefined ? [] : [ALL_IN_SCOPE]),
    ...(Object.keys(home.earlierThisYear).length === 0 ? [FIRST_OF_YEAR] : []),
    ...(someByHand ? [BY_HAND] : []),
  ];
}
