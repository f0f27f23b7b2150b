import type { FilingCategory } from './dictionaries.js';

/** 备案状态. */
export const FILING_STATES = [
  'DRAFT',
  'SUBMITTED',
  'RETURNED',
  'REJECTED',
  'ACTIVE',
  'CANCELLED',
  'EXPIRED',
  'INVALIDATED',
] as const;
export type FilingState = (typeof FILING_STATES)[number];

/** What makes a version of a filing. */
export const FILING_EVENTS = [
  'DRAFT',
  'SUBMIT',
  'ACCEPT',
  'RETURN',
  'REJECT',
  'CHANGE',
  'SUPPLY',
  'CANCEL',
  'EXPIRE',
  'INVALIDATE',
] as const;
export type FilingEvent = (typeof FILING_EVENTS)[number];

/** 申报来源 (dcla_souc): 01 定点机构、02 中心、03 网上与 04 APP、99 其他. */
export const FILING_SOURCES = ['INSTITUTION', 'BUREAU', 'ONLINE', 'IMPORT'] as const;
export type FilingSource = (typeof FILING_SOURCES)[number];

/** 备案材料 (art. 8). */
export const MATERIAL_KINDS = [
  'HOUSEHOLD_REGISTER',
  'RESIDENCE_PROOF',
  'DISPATCH_CERTIFICATE',
  'EMPLOYER_CERTIFICATE',
  'EMPLOYMENT_CONTRACT',
  'REFERRAL_CERTIFICATE',
] as const;
export type MaterialKind = (typeof MATERIAL_KINDS)[number];

/** 通过、退回补正、不予通过. */
export const REVIEW_DECISIONS = ['ACCEPT', 'RETURN', 'REJECT'] as const;
export type ReviewDecision = (typeof REVIEW_DECISIONS)[number];

/** Who acts for the person: 配偶、父母、子女、其他近亲属. */
export const FAMILY_RELATIONS = ['SPOUSE', 'PARENT', 'CHILD', 'OTHER'] as const;
export type FamilyRelation = (typeof FAMILY_RELATIONS)[number];

/** What filing goes by, as data. */
export const RULE_KINDS = [
  'WHOLE_PROVINCE',
  'LINKED_PLACES',
  'AGREEMENT',
  'OPENED_DISEASE',
  'PROVINCE_POLICY',
] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

export const IMPORT_STATES = ['OPEN', 'CHECKING', 'READY', 'FAULTY', 'APPLYING', 'APPLIED', 'DISCARDED'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

export const IMPORT_STATE_NAMES: Readonly<Record<ImportState, { readonly zh: string; readonly en: string }>> = {
  OPEN: { zh: '正在接收', en: 'Receiving' },
  CHECKING: { zh: '正在核对', en: 'Being checked' },
  READY: { zh: '核对无误，待导入', en: 'Ready to be applied' },
  FAULTY: { zh: '有误', en: 'With errors' },
  APPLYING: { zh: '正在导入', en: 'Being applied' },
  APPLIED: { zh: '已导入', en: 'Applied' },
  DISCARDED: { zh: '已放弃', en: 'Discarded' },
};

export const DELIVERY_STATES = ['PENDING', 'DELIVERED', 'FAILED'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** 备案类别、备案状态、材料 as people read them. */
export const CATEGORY_NAMES: Readonly<Record<FilingCategory, { readonly zh: string; readonly en: string }>> = {
  RETIREE_RESETTLED: { zh: '异地安置退休人员', en: 'Retiree resettled elsewhere' },
  LONG_TERM_RESIDENT: { zh: '异地长期居住人员', en: 'Long-term resident elsewhere' },
  LONG_TERM_WORKER: { zh: '常驻异地工作人员', en: 'Long-term worker elsewhere' },
  REFERRAL: { zh: '异地转诊人员', en: 'Referred patient' },
  EMERGENCY: { zh: '异地急诊抢救人员', en: 'Emergency patient' },
  OTHER_TEMPORARY: { zh: '其他跨省临时外出就医人员', en: 'Other temporary stay' },
};

export const STATE_NAMES: Readonly<Record<FilingState, { readonly zh: string; readonly en: string }>> = {
  DRAFT: { zh: '草稿', en: 'Draft' },
  SUBMITTED: { zh: '待审核', en: 'Under review' },
  RETURNED: { zh: '已退回补正', en: 'Returned' },
  REJECTED: { zh: '未通过', en: 'Rejected' },
  ACTIVE: { zh: '有效', en: 'In force' },
  CANCELLED: { zh: '已取消', en: 'Cancelled' },
  EXPIRED: { zh: '已到期', en: 'Expired' },
  INVALIDATED: { zh: '已失效', en: 'Invalidated' },
};

export const MATERIAL_NAMES: Readonly<Record<MaterialKind, { readonly zh: string; readonly en: string }>> = {
  HOUSEHOLD_REGISTER: { zh: '户口簿首页和本人常住人口登记卡', en: 'Household register and own registration page' },
  RESIDENCE_PROOF: { zh: '居住证明', en: 'Proof of residence' },
  DISPATCH_CERTIFICATE: { zh: '参保地工作单位派出证明', en: 'Dispatch certificate of the employer' },
  EMPLOYER_CERTIFICATE: { zh: '异地工作单位证明', en: 'Certificate of the employer elsewhere' },
  EMPLOYMENT_CONTRACT: { zh: '工作合同', en: 'Employment contract' },
  REFERRAL_CERTIFICATE: { zh: '转诊转院证明', en: 'Referral certificate' },
};
