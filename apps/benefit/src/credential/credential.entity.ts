import type { Insurance, PersonType } from '@yiditong/codes';

/** A row of `e_credential` as presenting it needs it. The token itself stands nowhere; its SHA-256 is what it is found by. */
export type Credential = {
  readonly credentialId: string;
  readonly personId: string;
  readonly province: string;
  /** The only institution that may decode it, or null for any. */
  readonly issuedFor: string | null;
  readonly expiresAt: Date;
  /** When a newer one took its place. */
  readonly withdrawnAt: Date | null;
  readonly use: CredentialUse | null;
};

/** Its one decoding, by which it is bound. */
export type CredentialUse = {
  readonly institutionCode: string;
  readonly visitNumber: string;
  readonly usedAt: Date;
  readonly standsUntil: Date;
  /** What the institution was told, and is told again when the answer was lost on its way. */
  readonly answer: CredentialAnswer;
};

/** Without the name, which is only ever kept sealed and is read again each time. */
export type CredentialAnswer =
  | {
      readonly kind: 'person';
      readonly insuredRegion: string;
      readonly insurance: Insurance;
      readonly personType: PersonType;
    }
  | { readonly kind: 'inactive' };

export type NewCredential = Pick<Credential, 'credentialId' | 'personId' | 'province' | 'issuedFor' | 'expiresAt'> & {
  readonly tokenHash: Buffer;
  readonly issuedAt: Date;
  readonly keptUntil: Date;
};
