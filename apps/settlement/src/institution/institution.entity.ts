import type { HospitalLevel } from '@yiditong/codes';

/** A row of `institution`: the directory of networked institutions (联网定点医疗机构). */
export type Institution = {
  readonly institutionCode: string;
  readonly province: string;
  /** 就医地 division. */
  readonly region: string;
  readonly name: string;
  readonly level: HospitalLevel;
  readonly networked: boolean;
};
