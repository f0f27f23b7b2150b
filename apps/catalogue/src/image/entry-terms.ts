import type { CoverageRule } from '@yiditong/adjudication';
import { ITEM_CLASSES, OVER_CAP_RULES, type Restriction, type SelfPayShare } from '@yiditong/codes';

/** What the database says of an entry; texts of JSON, so that what repeats is parsed once. */
export type StoredTerms = {
  readonly itemClass: string;
  readonly chargeCategory: string | null;
  readonly shares: string;
  readonly overCapRule: string | null;
  /** Without its words, which decide nothing. */
  readonly restriction: string | null;
};

/** What an entry says but for its caps, which hardly two have in common. */
export type EntryTerms = Omit<CoverageRule, 'caps'> & { readonly chargeCategory: string | null };

/** Each of the terms that any catalogue uses once: some hundreds, however many entries there are. */
export class TermsBook {
  private readonly terms: EntryTerms[] = [];
  private readonly byText = new Map<string, number>();

  intern(stored: StoredTerms): number {
    const { itemClass, chargeCategory, shares, overCapRule, restriction } = stored;
    const text = `${itemClass}|${chargeCategory ?? ''}|${overCapRule ?? ''}|${shares}|${restriction ?? ''}`;
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    this.byText.set(text, this.terms.length);
    return this.terms.push(termsOf(stored)) - 1;
  }

  at(index: number): EntryTerms {
    const terms = this.terms[index];
    if (terms === undefined) throw new RangeError(`there are no terms ${index}`);
    return terms;
  }
}

function termsOf({ itemClass, chargeCategory, shares, overCapRule, restriction }: StoredTerms): EntryTerms {
  return {
    itemClass: oneOf(ITEM_CLASSES, itemClass),
    chargeCategory,
    shares: JSON.parse(shares) as SelfPayShare[],
    overCapRule: overCapRule === null ? null : oneOf(OVER_CAP_RULES, overCapRule),
    restriction: restriction === null ? null : { ...(JSON.parse(restriction) as Omit<Restriction, 'text'>), text: '' },
  };
}

function oneOf<T extends string>(values: readonly T[], text: string): T {
  const value = values.find((each) => each === text);
  if (value === undefined) throw new RangeError(`${text} is none of ${values.join(', ')}`);
  return value;
}
