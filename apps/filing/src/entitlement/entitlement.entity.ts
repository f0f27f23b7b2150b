/** A recognised outpatient disease of a person (门诊慢特病待遇资格), as it stands. Dates are business dates. */
export type Entitlement = {
  readonly personId: string;
  readonly entitlementId: string;
  readonly province: string;
  readonly insuredRegion: string;
  /** 病种编码, such as M03902. Sealed in the database: what somebody suffers from is nobody’s business there. */
  readonly diseaseCode: string;
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly version: number;
  readonly recordedAt: Date;
};

/** A row of `entitlement`. */
export type SealedEntitlement = Omit<Entitlement, 'diseaseCode'> & { readonly diseaseSealed: Buffer };

/** What is sealed in it. */
export type Disease = { readonly diseaseCode: string };
