import type { BenefitLevel, HospitalLevel, ItemClass, ItemKind, PersonType, VisitKind } from '@yiditong/codes';
import type { Fen } from '@yiditong/money';

/** How a bill came to be paid: at the counter (直接结算), or claimed afterwards by hand (手工报销). */
export const SETTLED_BY = ['DIRECT', 'MANUAL'] as const;
export type SettledBy = (typeof SETTLED_BY)[number];

/** Where the hospital lies, as the insured person's pooling area sees it. */
export const PLACES = ['HOME_AREA', 'HOME_PROVINCE', 'OTHER_PROVINCE'] as const;
export type Place = (typeof PLACES)[number];

/** What a rule may depend on. Null where it isn't known: a condition on it then doesn't hold. */
export type Circumstances = {
  readonly visitKind: VisitKind;
  readonly personType: PersonType;
  /** Whole years on the day that decides the benefit year. */
  readonly age: number | null;
  /** What else the home province knows of the person, by the names that its policies use: 低保, 特困, 学生 … */
  readonly personTags: readonly string[];
  readonly hospitalLevel: HospitalLevel;
  /** The same of the hospital: 中医医院, 省属, 社区 … */
  readonly hospitalTags: readonly string[];
  readonly benefitLevel: BenefitLevel;
  readonly settledBy: SettledBy;
  readonly place: Place;
  readonly diseaseCode: string | null;
  /** Which visit of its kind in the benefit year this is, from 1 on. */
  readonly visitNumber: number;
};

/** What a rule may depend on within a bill. */
export type PartCircumstances = {
  readonly itemClass: ItemClass | null;
  readonly itemKind: ItemKind | null;
  /** In fen. */
  readonly unitPriceFen: Fen | null;
};

/** From and up to, both included. */
export type Range<T> = { readonly from?: T | undefined; readonly upTo?: T | undefined };

/** All that is said must hold; of a list, one. */
export type When = {
  readonly visitKinds?: readonly VisitKind[] | undefined;
  readonly personTypes?: readonly PersonType[] | undefined;
  readonly age?: Range<number> | undefined;
  readonly personTags?: readonly string[] | undefined;
  readonly hospitalLevels?: readonly HospitalLevel[] | undefined;
  readonly hospitalTags?: readonly string[] | undefined;
  readonly benefitLevels?: readonly BenefitLevel[] | undefined;
  readonly settledBy?: SettledBy | undefined;
  readonly places?: readonly Place[] | undefined;
  /** Codes, or how they begin. */
  readonly diseaseCodes?: readonly string[] | undefined;
  readonly visitNumber?: Range<number> | undefined;
  readonly itemClasses?: readonly ItemClass[] | undefined;
  readonly itemKinds?: readonly ItemKind[] | undefined;
  readonly unitPrice?: Range<Fen> | undefined;
};

/** A figure itself; its source where it, or what it is chosen from, says another one than its rule. */
export type Figure<T> = { readonly kind: 'VALUE'; readonly value: T; readonly source?: string | undefined };

/** A figure that may differ by hospital, by person, or by anything else that a rule may depend on. */
export type Choice<T> =
  | Figure<T>
  | { readonly kind: 'BY_LEVEL'; readonly of: Readonly<Partial<Record<HospitalLevel, Choice<T>>>> }
  | { readonly kind: 'BY_PERSON'; readonly of: Readonly<Partial<Record<PersonType, Choice<T>>>> }
  /** The first that holds. */
  | { readonly kind: 'CASES'; readonly cases: readonly { readonly when: When; readonly is: Choice<T> }[] };

/** Null where nothing is said of these circumstances. */
export function choose<T>(choice: Choice<T>, of: Circumstances, part: PartCircumstances | null = null): T | null {
  return chooseFigure(choice, of, part)?.value ?? null;
}

/** The same with the figure's own source. */
export function chooseFigure<T>(
  choice: Choice<T>,
  of: Circumstances,
  part: PartCircumstances | null = null,
): Figure<T> | null {
  switch (choice.kind) {
    case 'VALUE':
      return choice;
    case 'BY_LEVEL':
      return chooseFrom(choice.of[of.hospitalLevel], of, part);
    case 'BY_PERSON':
      return chooseFrom(choice.of[of.personType], of, part);
    case 'CASES':
      return chooseFrom(choice.cases.find(({ when }) => holds(when, of, part))?.is, of, part);
  }
}

function chooseFrom<T>(
  choice: Choice<T> | undefined,
  of: Circumstances,
  part: PartCircumstances | null,
): Figure<T> | null {
  return choice === undefined ? null : chooseFigure(choice, of, part);
}

export function holds(when: When, of: Circumstances, part: PartCircumstances | null = null): boolean {
  return (
    isAmong(when.visitKinds, of.visitKind) &&
    isAmong(when.personTypes, of.personType) &&
    isWithin(when.age, of.age) &&
    sharesOne(when.personTags, of.personTags) &&
    isAmong(when.hospitalLevels, of.hospitalLevel) &&
    sharesOne(when.hospitalTags, of.hospitalTags) &&
    isAmong(when.benefitLevels, of.benefitLevel) &&
    (when.settledBy === undefined || when.settledBy === of.settledBy) &&
    isAmong(when.places, of.place) &&
    beginsWithOne(when.diseaseCodes, of.diseaseCode) &&
    isWithin(when.visitNumber, of.visitNumber) &&
    isAmong(when.itemClasses, part?.itemClass ?? null) &&
    isAmong(when.itemKinds, part?.itemKind ?? null) &&
    isWithin(when.unitPrice, part?.unitPriceFen ?? null)
  );
}

function isAmong<T>(wanted: readonly T[] | undefined, found: T | null): boolean {
  return wanted === undefined || (found !== null && wanted.includes(found));
}

function sharesOne(wanted: readonly string[] | undefined, found: readonly string[]): boolean {
  return wanted === undefined || wanted.some((tag) => found.includes(tag));
}

function beginsWithOne(wanted: readonly string[] | undefined, found: string | null): boolean {
  return wanted === undefined || (found !== null && wanted.some((beginning) => found.startsWith(beginning)));
}

function isWithin<T extends number | bigint>(range: Range<T> | undefined, found: T | null): boolean {
  if (range === undefined) return true;
  if (found === null) return false;
  return (range.from === undefined || found >= range.from) && (range.upTo === undefined || found <= range.upTo);
}
