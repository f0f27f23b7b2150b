import type { Insurance, PersonType } from '@yiditong/codes';

/** A row of `insured_person`. No name and no ID number: only the number's keyed index and the date of birth. */
export type InsuredPerson = {
  readonly personId: string;
  readonly province: string;
  readonly insuredRegion: string;
  readonly insurance: Insurance;
  readonly personType: PersonType;
  readonly active: boolean;
};

export type NewPerson = InsuredPerson & { readonly idNumberIndex: Buffer; readonly birthDate: string };
