import { contextIn, type PersonalDataVault } from '@yiditong/chassis';
import { birthDateOf } from '@yiditong/codes';
import type { PersonalData, SealedPerson } from './person.entity.js';
import { PERSONAL_DATA } from './person.store.js';

const MAX_TAGS = 20;
/** A name of 1 to 20 characters, without a blank at either end. */
const TAG = /^(?!\s)\P{Cc}{1,20}(?<!\s)$/u;

/** What benefit policies ask about a person, of all that is sealed. */
export type PersonalCircumstances = { readonly age: number | null; readonly personTags: readonly string[] };

/** Throws SealBroken or MasterKeyMissing. */
export function openPersonalData(
  vault: PersonalDataVault,
  { personId, province, personalSealed }: SealedPerson,
): PersonalData {
  type AsSealed = Omit<PersonalData, 'tags'> & Partial<Pick<PersonalData, 'tags'>>;
  const opened = vault.open<AsSealed>(contextIn(PERSONAL_DATA, personId, province), personalSealed);
  // Persons could be entered without tags once, and are sealed so.
  return { ...opened, tags: opened.tags ?? [] };
}

export function circumstancesOn({ idNumber, tags }: PersonalData, onDate: string): PersonalCircumstances {
  return { age: ageOn(birthDateOf(idNumber), onDate), personTags: tags };
}

/** 周岁: whole years on a business date. Null before the birth, which is in no record but by mistake. */
export function ageOn(birthDate: string, onDate: string): number | null {
  const years = Number(onDate.slice(0, 4)) - Number(birthDate.slice(0, 4));
  const age = onDate.slice(5) < birthDate.slice(5) ? years - 1 : years;
  return age < 0 ? null : age;
}

/** What is wrong with a person's tags, or null. */
export function problemOfTags(tags: readonly string[]): string | null {
  if (tags.length > MAX_TAGS || !tags.every((tag) => TAG.test(tag)))
    return `tags must be at most ${MAX_TAGS} names of 1 to 20 characters`;
  return new Set(tags).size < tags.length ? 'tags has one twice' : null;
}
