import type { RevocationReason } from '@yiditong/codes';

/** A row of `institution_key`. Validity is in business dates, YYYY-MM-DD, both ends included. */
export type InstitutionKey = {
  readonly province: string;
  readonly institutionCode: string;
  readonly keyId: string;
  /** The division in the institution's code. */
  readonly region: string;
  /** An SM2 point, uncompressed, lower-case hexadecimal. */
  readonly publicKey: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly registeredAt: Date;
  readonly revokedAt: Date | null;
  readonly revocationReason: RevocationReason | null;
};

export type NewKey = Omit<InstitutionKey, 'registeredAt' | 'revokedAt' | 'revocationReason'>;

/** Which key of which institution. */
export type KeyName = Pick<InstitutionKey, 'province' | 'institutionCode' | 'keyId'>;
