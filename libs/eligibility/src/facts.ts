import type { FilingCategory, FilingEvent, FilingState, VisitKind } from '@yiditong/codes';

/** An instant as milliseconds since 1970 in UTC. */
export type Instant = number;

/** One version of a filing as it was recorded. Dates are business dates, YYYY-MM-DD. Versions are never changed, only followed. */
export type FilingVersion = {
  readonly filingId: string;
  /** From 1; one more with each event. */
  readonly version: number;
  readonly event: FilingEvent;
  /** The state that the event led to. */
  readonly state: FilingState;
  readonly category: FilingCategory;
  readonly insuredRegion: string;
  readonly destinationRegion: string;
  readonly validFrom: string;
  /** The last day, or null for an open-ended filing. */
  readonly validTo: string | null;
  /** 承诺制: pledged, and the papers are still owed. */
  readonly owing: boolean;
  readonly recordedAt: Instant;
};

/** How a person is insured in a province since an instant (参保状态). */
export type InsuranceFact = {
  readonly insuredRegion: string;
  readonly active: boolean;
  readonly changedAt: Instant;
  readonly recordedAt: Instant;
};

/** What an institution is networked for since an instant (联网状态). */
export type InstitutionFact = {
  readonly institutionCode: string;
  /** 就医地 division. */
  readonly region: string;
  readonly networked: boolean;
  readonly visitKinds: readonly VisitKind[];
  /** 门诊慢特病: the first four characters of the codes that it may settle. */
  readonly diseaseClasses: readonly string[];
  readonly changedAt: Instant;
  readonly recordedAt: Instant;
};

/** One version of a recognised outpatient disease (门诊慢特病待遇资格). */
export type EntitlementVersion = {
  readonly entitlementId: string;
  readonly version: number;
  readonly insuredRegion: string;
  /** 病种编码, such as M03902. */
  readonly diseaseCode: string;
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly recordedAt: Instant;
};

/** Everything recorded that a decision about one person and one institution may rest on, in any order. */
export type RecordedFacts = {
  readonly filings: readonly FilingVersion[];
  readonly insurance: readonly InsuranceFact[];
  /** Null where no institution is asked about. */
  readonly institution: readonly InstitutionFact[] | null;
  readonly entitlements: readonly EntitlementVersion[];
};

/** A visit, and as of when it is judged. */
export type Question = {
  readonly insuredRegion: string;
  /** 就医地: the institution's division. */
  readonly treatingRegion: string;
  readonly institutionCode: string | null;
  readonly visitKind: VisitKind;
  /** 门诊慢特病病种 of a chronic visit, else null. */
  readonly diseaseCode: string | null;
  /** 急诊: otp_er_refl_flag or ipt_type says so. */
  readonly emergency: boolean;
  /** Admission or visit, which decides; discharge does not (art. 12). */
  readonly admittedAt: Instant;
  /** The business date of it. */
  readonly admittedOn: string;
  /** Only what was recorded at or before counts: at discharge settlement, the instant of it (通知 二(四)). */
  readonly asOf: Instant;
};
