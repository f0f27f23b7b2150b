import type { HospitalLevel, Insurance, PersonType, VisitKind } from './dictionaries.js';
/** In Chinese and in English. */
export type Wording = { readonly zh: string; readonly en: string };

/** 目录类别, by what the national code begins with. */
export const ITEM_KINDS = [
  'WESTERN_DRUG',
  'PATENT_MEDICINE',
  'HERBAL_PIECES',
  'HOSPITAL_PREPARATION',
  'SERVICE',
  'CONSUMABLE',
] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

export const ITEM_KIND_NAMES: Readonly<Record<ItemKind, Wording>> = {
  WESTERN_DRUG: { zh: '西药', en: 'western drugs' },
  PATENT_MEDICINE: { zh: '中成药', en: 'patent medicines' },
  HERBAL_PIECES: { zh: '中药饮片', en: 'herbal pieces' },
  HOSPITAL_PREPARATION: { zh: '医疗机构制剂', en: 'hospital preparations' },
  SERVICE: { zh: '医疗服务项目', en: 'medical services' },
  CONSUMABLE: { zh: '医用耗材', en: 'consumables' },
};

/** 医疗收费项目类别: the fourteen that cross-province bills are itemised by (经办规程第三十二条). */
export const CHARGE_CATEGORY_NAMES: Readonly<Record<string, Wording>> = {
  '01': { zh: '床位费', en: 'bed' },
  '02': { zh: '诊察费', en: 'consultation' },
  '03': { zh: '检查费', en: 'examination' },
  '04': { zh: '化验费', en: 'laboratory' },
  '05': { zh: '治疗费', en: 'treatment' },
  '06': { zh: '手术费', en: 'operation' },
  '07': { zh: '护理费', en: 'nursing' },
  '08': { zh: '卫生材料费', en: 'materials' },
  '09': { zh: '西药费', en: 'western drugs' },
  '10': { zh: '中药饮片费', en: 'herbal pieces' },
  '11': { zh: '中成药费', en: 'patent medicines' },
  '12': { zh: '一般诊疗费', en: 'general practice' },
  '13': { zh: '挂号费', en: 'registration' },
  '14': { zh: '其他费', en: 'other' },
};

export function isChargeCategory(code: string): boolean {
  return Object.hasOwn(CHARGE_CATEGORY_NAMES, code);
}

/** 超限处理方式: what lies above a cap is the person's, or the whole line is. */
export const OVER_CAP_RULES = ['EXCESS', 'WHOLE'] as const;
export type OverCapRule = (typeof OVER_CAP_RULES)[number];

/** Which rule decided how a line splits. */
export const LINE_RULES = ['ENTRY', 'CLASS_C', 'NO_NATIONAL_ITEM', 'UNLISTED', 'RESTRICTED', 'OVER_CAP_WHOLE'] as const;
export type LineRule = (typeof LINE_RULES)[number];

/** 先行自付比例 in basis points, 0 to 10000; null fits everybody. */
export type SelfPayShare = {
  readonly insurance: Insurance | null;
  readonly personType: PersonType | null;
  readonly bps: number;
};

/** 限价 a unit in millionths of a yuan; null fits every level. */
export type PriceCap = { readonly hospitalLevel: HospitalLevel | null; readonly microYuan: bigint };

/** 限制使用: where one of these isn't met, the line is full self-pay. Empty lists and nulls ask nothing. */
export type Restriction = {
  readonly needsApproval: boolean;
  readonly text: string;
  readonly minimumLevel: HospitalLevel | null;
  readonly visitKinds: readonly VisitKind[];
  readonly insurances: readonly Insurance[];
};

/** How a catalogue version came about. */
export const VERSION_ORIGINS = ['MESSAGE', 'DRAFT', 'ROLLBACK'] as const;
export type VersionOrigin = (typeof VERSION_ORIGINS)[number];

/** Whether code and name were published by the nation or a province, or built for trials. */
export const ITEM_ORIGINS = ['PUBLISHED', 'SYNTHETIC'] as const;
export type ItemOrigin = (typeof ITEM_ORIGINS)[number];

/** 全量、增量. */
export const DRAFT_FORMS = ['WHOLE', 'CHANGES'] as const;
export type DraftForm = (typeof DRAFT_FORMS)[number];

export const DRAFT_STATES = ['OPEN', 'CHECKING', 'READY', 'FAULTY', 'SUBMITTED', 'PUBLISHED', 'DISCARDED'] as const;
export type DraftState = (typeof DRAFT_STATES)[number];

export const DRAFT_STATE_NAMES: Readonly<Record<DraftState, Wording>> = {
  OPEN: { zh: '待上传', en: 'Open' },
  CHECKING: { zh: '校验中', en: 'Being checked' },
  READY: { zh: '可提交', en: 'Ready' },
  FAULTY: { zh: '有错误', en: 'Faulty' },
  SUBMITTED: { zh: '待复核', en: 'Submitted' },
  PUBLISHED: { zh: '已发布', en: 'Published' },
  DISCARDED: { zh: '已放弃', en: 'Discarded' },
};

export const LIST_STATES = ['OPEN', 'MATCHING', 'MATCHED', 'FAULTY', 'DISCARDED'] as const;
export type ListState = (typeof LIST_STATES)[number];

export const LIST_STATE_NAMES: Readonly<Record<ListState, Wording>> = {
  OPEN: { zh: '待上传', en: 'Open' },
  MATCHING: { zh: '对照中', en: 'Being matched' },
  MATCHED: { zh: '已对照', en: 'Matched' },
  FAULTY: { zh: '有错误', en: 'Faulty' },
  DISCARDED: { zh: '已放弃', en: 'Discarded' },
};

export const MATCH_STATES = ['WAITING', 'MAPPED', 'QUEUED', 'REFUSED', 'CONFIRMED', 'NONE', 'UNCHANGED'] as const;
export type MatchState = (typeof MATCH_STATES)[number];

/** A rule's version, or an account. */
export const DECIDER_KINDS = ['RULE', 'CLERK'] as const;
export type DeciderKind = (typeof DECIDER_KINDS)[number];

export const CONFLICT_KINDS = [
  'ONE_TO_MANY',
  'ENDED_CODE_IN_USE',
  'PRICE_ABOVE_CAP',
  'CLASS_DIFFERS',
  'SHARE_DIFFERS',
  'NO_CHARGE_CATEGORY',
  'UNMAPPED_ITEM',
] as const;
export type ConflictKind = (typeof CONFLICT_KINDS)[number];

export const CONFLICT_KIND_NAMES: Readonly<Record<ConflictKind, Wording>> = {
  ONE_TO_MANY: { zh: '一对多', en: 'One to many' },
  ENDED_CODE_IN_USE: { zh: '停用编码在用', en: 'Ended code in use' },
  PRICE_ABOVE_CAP: { zh: '超限价', en: 'Price above cap' },
  CLASS_DIFFERS: { zh: '甲乙类不一致', en: 'Class differs' },
  SHARE_DIFFERS: { zh: '先行自付不一致', en: 'Share differs' },
  NO_CHARGE_CATEGORY: { zh: '缺收费类别', en: 'No charge category' },
  UNMAPPED_ITEM: { zh: '未对照', en: 'Unmapped item' },
};

export const CONFLICT_STATES = ['OPEN', 'ASSIGNED', 'ACCEPTED', 'CORRECTED', 'GONE'] as const;
export type ConflictState = (typeof CONFLICT_STATES)[number];

/** So many rows a hospital's or a province's own list has at most. */
export const LIST_ROWS_MAX = 200_000;
/** So many rows a draft has at most. */
export const DRAFT_ROWS_MAX = 500_000;
/** So many errors and warnings an upload may have: more help nobody. */
export const FINDINGS_MAX = 100_000;
/** So many rows are sent at a time at most. */
export const SHEET_BATCH_MAX = 1_000;
