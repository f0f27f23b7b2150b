import type { Insurance, PersonType } from '@yiditong/codes';

/** What of a row of `insured_person` is no secret. */
export type InsuredPerson = {
  readonly personId: string;
  readonly province: string;
  readonly insuredRegion: string;
  readonly insurance: Insurance;
  readonly personType: PersonType;
  readonly active: boolean;
};

/** How a person is insured, and since when it stands so. */
export type Insured = Pick<InsuredPerson, 'personId' | 'province' | 'insuredRegion' | 'active'> & {
  readonly changedAt: Date;
};

/** What is sealed in it, all in one. */
export type PersonalData = {
  readonly idNumber: string;
  readonly name: string;
  readonly phone: string | null;
  /** What else policies ask about: 低保, 公务员. */
  readonly tags: readonly string[];
};

/** A row as it is read. */
export type SealedPerson = InsuredPerson & { readonly personalSealed: Buffer };

/** A row as it is written. */
export type NewPerson = SealedPerson & { readonly idNumberIndex: Buffer; readonly keyVersion: number };
