import type { CoverageRule } from '@yiditong/adjudication';
import { HOSPITAL_LEVELS, NATION, PROVINCES, type PriceCap } from '@yiditong/codes';
import { CodeDictionary } from './code-dictionary.js';
import { TermsBook, type StoredTerms } from './entry-terms.js';
import { History, NO_END } from './history.js';
import { BigInt64Column, Int32Records } from './records.js';

/** The 32 provinces and the nation. */
export const SCOPES: readonly string[] = [NATION, ...PROVINCES.map(({ code }) => code)];

/** A row of a catalogue as the database has it; days are counted from 1970-01-01. */
export type ImageRow = {
  readonly nationalCode: string;
  readonly sequence: number;
  readonly withdrawn: boolean;
  readonly lastDay: number | null;
};
export type EntryImageRow = ImageRow &
  StoredTerms & {
    readonly provincialCode: string;
    /** JSON; amounts are texts. */
    readonly caps: string;
  };
export type ItemImageRow = ImageRow & { readonly chargeCategory: string | null };

/** An entry in force. */
export type ImageEntry = {
  readonly rule: CoverageRule;
  readonly chargeCategory: string | null;
  /** Null where it is the national one. */
  readonly provincialCode: string | null;
  /** Of the version that says this. */
  readonly sequence: number;
};

/** An item in force. */
export type ImageItem = { readonly chargeCategory: string | null };

type StoredCap = { readonly hospitalLevel: PriceCap['hospitalLevel']; readonly microYuan: string };

const NO_CATEGORY = 0;
const SAME_CODE = -1;
const EVERY_LEVEL = -1;

/** The number of the provincial code where it isn't the national one, and where the caps begin. */
const PROVINCIAL_CODE = 0;
const FIRST_CAP = 1;
const EXTRAS_WIDTH = 2;

/**
 * All published catalogues, in some 60 bytes an entry outside of the heap. It grows row by row while it is asked, in the order of
 * sequence and code; what it is asked for says up to which sequence, so that half a version counts for nobody.
 */
export class CatalogueImage {
  readonly codes = new CodeDictionary();
  /** Apart from the others, whose numbers are places in each catalogue. */
  private readonly ownCodes = new CodeDictionary();
  private readonly terms = new TermsBook();
  private readonly provinces = new Map(
    PROVINCES.map(({ code }) => [code, new ProvinceImage(this.codes, this.ownCodes, this.terms)] as const),
  );
  readonly nation = new NationImage(this.codes);

  province(code: string): ProvinceImage {
    const province = this.provinces.get(code);
    if (province === undefined) throw new RangeError(`${code} is no province`);
    return province;
  }

  historyOf(scope: string): History {
    return (scope === NATION ? this.nation : this.province(scope)).history;
  }
}

/** One province's catalogue. */
class ProvinceImage {
  readonly history = new History(EXTRAS_WIDTH);
  private readonly capLevels = new Int32Records(1);
  private readonly capMicroYuan = new BigInt64Column();

  constructor(
    private readonly codes: CodeDictionary,
    private readonly ownCodes: CodeDictionary,
    private readonly terms: TermsBook,
  ) {}

  add(row: EntryImageRow): void {
    const { nationalCode, provincialCode, sequence, withdrawn, lastDay } = row;
    // Whatever can fail comes first, so that the columns stay of one length.
    const caps = withdrawn || row.caps === '[]' ? [] : (JSON.parse(row.caps) as StoredCap[]).map(capOf);
    const terms = withdrawn ? null : this.terms.intern(row);
    const code = this.codes.intern(nationalCode);
    const own = provincialCode === nationalCode ? SAME_CODE : this.ownCodes.intern(provincialCode);
    this.history.add(code, sequence, terms, lastDay ?? NO_END, [own, this.capMicroYuan.length]);
    for (const { hospitalLevel, microYuan } of caps) {
      const level = hospitalLevel === null ? EVERY_LEVEL : HOSPITAL_LEVELS.indexOf(hospitalLevel);
      this.capLevels.set(this.capLevels.append(), 0, level);
      this.capMicroYuan.push(microYuan);
    }
  }

  /** The entry for a national code, by its number, that is in force on a day; null where there is none. */
  entryInForce(code: number, day: number, upTo: number): ImageEntry | null {
    const row = this.history.rowInForce(code, day, upTo);
    if (row < 0) return null;
    const { itemClass, shares, overCapRule, restriction, chargeCategory } = this.terms.at(this.history.contentOf(row));
    const own = this.history.extraOf(row, PROVINCIAL_CODE);
    return {
      rule: { itemClass, shares, caps: this.capsOf(row), overCapRule, restriction },
      chargeCategory,
      provincialCode: own === SAME_CODE ? null : this.ownCodes.codeOf(own),
      sequence: this.history.sequenceOf(row),
    };
  }

  private capsOf(row: number): PriceCap[] {
    const isNewest = row + 1 === this.history.rowCount;
    const end = isNewest ? this.capMicroYuan.length : this.history.extraOf(row + 1, FIRST_CAP);
    const caps: PriceCap[] = [];
    for (let at = this.history.extraOf(row, FIRST_CAP); at < end; at++) {
      const hospitalLevel = HOSPITAL_LEVELS[this.capLevels.at(at, 0)] ?? null;
      caps.push({ hospitalLevel, microYuan: this.capMicroYuan.at(at) });
    }
    return caps;
  }
}

/** The nation's catalogue: which codes there are, and under which charge category. */
class NationImage {
  readonly history = new History();

  constructor(private readonly codes: CodeDictionary) {}

  add({ nationalCode, sequence, withdrawn, lastDay, chargeCategory }: ItemImageRow): void {
    const category = chargeCategory === null ? NO_CATEGORY : Number(chargeCategory);
    this.history.add(this.codes.intern(nationalCode), sequence, withdrawn ? null : category, lastDay ?? NO_END);
  }

  /** The item of a code, by its number, that is in force on a day; null where there is none. */
  itemInForce(code: number, day: number, upTo: number): ImageItem | null {
    const row = this.history.rowInForce(code, day, upTo);
    return row < 0 ? null : itemOf(this.history.contentOf(row));
  }
}

function capOf({ hospitalLevel, microYuan }: StoredCap): PriceCap {
  return { hospitalLevel, microYuan: BigInt(microYuan) };
}

const ITEMS: readonly ImageItem[] = Array.from({ length: 100 }, (_, category) => ({
  chargeCategory: category === NO_CATEGORY ? null : String(category).padStart(2, '0'),
}));

function itemOf(category: number): ImageItem {
  const item = ITEMS[category];
  if (item === undefined) throw new RangeError(`${category} is no charge category`);
  return item;
}
