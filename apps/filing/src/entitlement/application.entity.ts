/** Where an application stands: 待认定、已认定、不予认定、已撤销. */
export const APPLICATION_STATES = ['SUBMITTED', 'ACCEPTED', 'REJECTED', 'WITHDRAWN'] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

/** What a hospital found, which is sealed in the database. */
export type Finding = {
  /** 病种编码, such as M03902. */
  readonly diseaseCode: string;
  /** 诊断医师编码. */
  readonly physicianCode: string;
};

/** A hospital's application for the recognition of a disease (慢特病备案, 2503), but for what it found. Dates are business dates. */
export type ApplicationRow = {
  readonly personId: string;
  readonly applicationId: string;
  readonly province: string;
  readonly insuredRegion: string;
  readonly institutionCode: string;
  /** 鉴定定点医药机构编号. */
  readonly identifiedBy: string;
  readonly identifiedOn: string;
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly state: ApplicationState;
  /** From 1; one more with each change of state. */
  readonly version: number;
  readonly reason: string;
  /** Of an accepted one. */
  readonly entitlementId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

export type Application = ApplicationRow & Finding;

/** A row of `entitlement_application`. */
export type SealedApplication = ApplicationRow & { readonly findingSealed: Buffer };
