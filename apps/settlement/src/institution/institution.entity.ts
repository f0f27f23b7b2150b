import type { HospitalLevel, VisitKind } from '@yiditong/codes';

/** A row of `institution`: the directory of networked institutions (联网定点医疗机构). */
export type Institution = {
  readonly institutionCode: string;
  readonly province: string;
  /** 就医地 division. */
  readonly region: string;
  readonly name: string;
  readonly level: HospitalLevel;
  /** 联网: may settle across provinces. */
  readonly networked: boolean;
  /** 开通的跨省结算业务: what it may settle, in the order of the dictionary. */
  readonly visitKinds: readonly VisitKind[];
  /** 开通的门诊慢特病: the first four characters of their codes, sorted. */
  readonly diseaseClasses: readonly string[];
  /** What else benefit policies ask about it, by the names that they use (中医医院、省属、社区); sorted. */
  readonly tags: readonly string[];
};

/** Since when its division and what it is networked for stand as they do. */
export type DatedInstitution = Institution & { readonly changedAt: Date };
