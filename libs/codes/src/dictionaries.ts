/** 险种, as this version settles them. */
export const INSURANCES = ['EMPLOYEE', 'RESIDENT'] as const;
export type Insurance = (typeof INSURANCES)[number];

/** 人员类别, as far as benefit policies distinguish it. */
export const PERSON_TYPES = ['ACTIVE', 'RETIREE', 'RESIDENT', 'MINOR'] as const;
export type PersonType = (typeof PERSON_TYPES)[number];

/** Who can be insured how. */
export const PERSON_TYPES_OF: Readonly<Record<Insurance, readonly PersonType[]>> = {
  EMPLOYEE: ['ACTIVE', 'RETIREE'],
  RESIDENT: ['RESIDENT', 'MINOR'],
};

/** 住院、普通门诊、门诊慢特病. */
export const VISIT_KINDS = ['INPATIENT', 'OUTPATIENT', 'CHRONIC'] as const;
export type VisitKind = (typeof VISIT_KINDS)[number];

/** 一级及以下、二级、三级. */
export const HOSPITAL_LEVELS = ['PRIMARY', 'SECONDARY', 'TERTIARY'] as const;
export type HospitalLevel = (typeof HOSPITAL_LEVELS)[number];

/** The six categories of 经办规程 art. 7. */
export const FILING_CATEGORIES = [
  'RETIREE_RESETTLED',
  'LONG_TERM_RESIDENT',
  'LONG_TERM_WORKER',
  'REFERRAL',
  'EMERGENCY',
  'OTHER_TEMPORARY',
] as const;
export type FilingCategory = (typeof FILING_CATEGORIES)[number];

/** 跨省异地长期居住人员, whose filing stays open until it is changed (art. 10). */
export const LONG_TERM_CATEGORIES: readonly FilingCategory[] = [
  'RETIREE_RESETTLED',
  'LONG_TERM_RESIDENT',
  'LONG_TERM_WORKER',
];

/** The standard by which the home province pays. */
export const BENEFIT_LEVELS = ['LOCAL', 'REFERRAL', 'EMERGENCY', 'OTHER_TEMPORARY'] as const;
export type BenefitLevel = (typeof BENEFIT_LEVELS)[number];

/** 甲、乙、丙. */
export const ITEM_CLASSES = ['A', 'B', 'C'] as const;
export type ItemClass = (typeof ITEM_CLASSES)[number];

/** 统筹基金、职工大额、居民大病、公务员补助、企业补充、医疗救助、其他, in the order in which they are reported. */
export const FUNDS = [
  'POOLING',
  'LARGE_SUM',
  'CRITICAL_ILLNESS',
  'CIVIL_SERVANT',
  'EMPLOYER_SUPPLEMENT',
  'MEDICAL_AID',
  'OTHER',
] as const;
export type Fund = (typeof FUNDS)[number];

/** 个人账户: the person's own, and what relatives put at his disposal (家庭共济). */
export const ACCOUNT_KINDS = ['OWN', 'MUTUAL_AID'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

/**
 * What the insured province owes for a settlement: what its funds paid, and what personal accounts (个人账户, relatives' included) did.
 * Accounts are no fund: they aren't part of 基金支付总额.
 */
export const CLEARED_FUNDS = [...FUNDS, 'PERSONAL_ACCOUNT'] as const;
export type ClearedFund = (typeof CLEARED_FUNDS)[number];

/** How a person may be covered at a place. */
export const ELIGIBILITY_BASES = [
  'FILED',
  'EMERGENCY_DEEMED_FILED',
  'AGREEMENT_DEEMED_FILED',
  'TWO_WAY_AT_HOME',
] as const;
export type EligibilityBasis = (typeof ELIGIBILITY_BASES)[number];

/** Who calls: 参保人、定点医药机构、经办机构、平台运营, and a service of this system. */
export const ROLES = ['insured', 'hospital', 'bureau', 'operator', 'service'] as const;
export type Role = (typeof ROLES)[number];

/** 经办与复核: a clerk prepares, a supervisor decides. Bureaus and the operator have both. */
export const RANKS = ['clerk', 'supervisor'] as const;
export type Rank = (typeof RANKS)[number];

/** 泄露、遗失、更换、离岗或注销、违规使用: why a key or a credential is ended before its time. */
export const REVOCATION_REASONS = ['COMPROMISED', 'LOST', 'SUPERSEDED', 'DEPARTED', 'MISUSED'] as const;
export type RevocationReason = (typeof REVOCATION_REASONS)[number];
