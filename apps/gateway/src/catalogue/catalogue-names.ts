import {
  CHARGE_CATEGORY_NAMES,
  NATION,
  placeName,
  type DeciderKind,
  type HospitalLevel,
  type Insurance,
  type ItemClass,
  type ItemOrigin,
  type LineRule,
  type MatchState,
  type ConflictState,
  type OverCapRule,
  type PersonType,
  type VersionOrigin,
  type VisitKind,
  type Wording,
} from '@yiditong/codes';

/** What people call the codes of a catalogue, beside which these names stand in answers and files. */
export const CLASS_NAMES: Readonly<Record<ItemClass, Wording>> = {
  A: { zh: '甲类', en: 'class A' },
  B: { zh: '乙类', en: 'class B' },
  C: { zh: '丙类', en: 'class C' },
};

export const OVER_CAP_NAMES: Readonly<Record<OverCapRule, Wording>> = {
  EXCESS: { zh: '超出部分自费', en: 'the excess is the person’s' },
  WHOLE: { zh: '全部自费', en: 'the whole line is the person’s' },
};

export const INSURANCE_NAMES: Readonly<Record<Insurance, Wording>> = {
  EMPLOYEE: { zh: '职工', en: 'employees' },
  RESIDENT: { zh: '居民', en: 'residents' },
};

export const PERSON_TYPE_NAMES: Readonly<Record<PersonType, Wording>> = {
  ACTIVE: { zh: '在职', en: 'active' },
  RETIREE: { zh: '退休', en: 'retired' },
  RESIDENT: { zh: '成年居民', en: 'adult resident' },
  MINOR: { zh: '未成年', en: 'minor' },
};

export const LEVEL_NAMES: Readonly<Record<HospitalLevel, Wording>> = {
  PRIMARY: { zh: '一级', en: 'primary' },
  SECONDARY: { zh: '二级', en: 'secondary' },
  TERTIARY: { zh: '三级', en: 'tertiary' },
};

export const VISIT_NAMES: Readonly<Record<VisitKind, Wording>> = {
  INPATIENT: { zh: '住院', en: 'inpatient' },
  OUTPATIENT: { zh: '门诊', en: 'outpatient' },
  CHRONIC: { zh: '门诊慢特病', en: 'chronic outpatient' },
};

export const ORIGIN_NAMES: Readonly<Record<ItemOrigin, Wording>> = {
  PUBLISHED: { zh: '公布', en: 'published' },
  SYNTHETIC: { zh: '模拟', en: 'synthetic' },
};

export const VERSION_ORIGIN_NAMES: Readonly<Record<VersionOrigin, Wording>> = {
  MESSAGE: { zh: '整批提交', en: 'one message' },
  DRAFT: { zh: '草稿', en: 'draft' },
  ROLLBACK: { zh: '回退', en: 'rollback' },
};

export const LINE_RULE_NAMES: Readonly<Record<LineRule, Wording>> = {
  ENTRY: { zh: '按目录条目', en: 'by the entry' },
  CLASS_C: { zh: '丙类全自费', en: 'class C is full self-pay' },
  NO_NATIONAL_ITEM: { zh: '无有效国家编码，全自费', en: 'no national item in force, full self-pay' },
  UNLISTED: { zh: '不在目录内，全自费', en: 'not in the catalogue, full self-pay' },
  RESTRICTED: { zh: '限制使用条件不满足，全自费', en: 'a restriction isn’t met, full self-pay' },
  OVER_CAP_WHOLE: { zh: '超限价，全部自费', en: 'above the cap, the whole line is self-pay' },
};

export const MATCH_STATE_NAMES: Readonly<Record<MatchState, Wording>> = {
  WAITING: { zh: '待对照', en: 'waiting' },
  MAPPED: { zh: '自动对照', en: 'mapped by rule' },
  QUEUED: { zh: '待人工', en: 'waits for a clerk' },
  REFUSED: { zh: '未能对照', en: 'nothing near enough' },
  CONFIRMED: { zh: '人工对照', en: 'confirmed by a clerk' },
  NONE: { zh: '无对应项目', en: 'no national item' },
  UNCHANGED: { zh: '沿用已有对照', en: 'as before' },
};

export const DECIDER_NAMES: Readonly<Record<DeciderKind, Wording>> = {
  RULE: { zh: '规则', en: 'rule' },
  CLERK: { zh: '人工', en: 'clerk' },
};

export const CONFLICT_STATE_NAMES: Readonly<Record<ConflictState, Wording>> = {
  OPEN: { zh: '待处理', en: 'open' },
  ASSIGNED: { zh: '处理中', en: 'assigned' },
  ACCEPTED: { zh: '认可', en: 'accepted' },
  CORRECTED: { zh: '已更正', en: 'corrected' },
  GONE: { zh: '已消失', en: 'gone' },
};

/** Null for a category that is unknown or missing. */
export function chargeCategoryName(code: string): Wording | null {
  return CHARGE_CATEGORY_NAMES[code] ?? null;
}

/** Of a province, or of the nation's own catalogue. */
export function scopeName(province: string): Wording {
  return province === NATION ? { zh: '国家', en: 'national' } : placeName(province);
}
