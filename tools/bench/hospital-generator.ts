import type { OwnItem } from '@yiditong/harmonization';
import { Converter } from 'opencc-js/cn2t';
import { seededRandom, type Random } from '../demo/random.js';
import * as words from './generator-vocabulary.js';
import type { LabelledRow } from './in-memory-matching.js';
import { makerName, type GeneratedItem, type Maker, type Traits } from './national-generator.js';
import { packText, strengthText } from './written-amounts.js';

/** What a row says; a null isn't said. Which items it fits follows from this alone, not from how it is written. */
type Said = {
  readonly traits: Traits;
  readonly salt: boolean;
  readonly form: boolean;
  readonly strength: boolean;
  readonly pack: boolean;
  /** Which parts of the maker's name are written; null for none. */
  readonly maker: Partial<Maker> | null;
  readonly approval: boolean;
  readonly claim: boolean;
};

const toTraditional = Converter({ from: 'cn', to: 't' });

/**
 * A hospital's list of so many rows, as hospitals' systems write it: abbreviations, brands, marks, other units, misspellings, things
 * left out. Each row knows the national codes that its words fit: one, several, or none where it is something that the nation's
 * catalogue doesn't have in that strength, form or pack or from that maker.
 */
export function generateHospitalList(seed: number, items: readonly GeneratedItem[], count: number): LabelledRow[] {
  const random = seededRandom(seed);
  const byBase = new Map<string, GeneratedItem[]>();
  for (const item of items) {
    const key = `${item.kind} ${item.traits.base}`;
    const siblings = byBase.get(key);
    if (siblings) siblings.push(item);
    else byBase.set(key, [item]);
  }
  return Array.from({ length: count }, (_, at) => {
    const itemCode = `YN${String(at + 1).padStart(6, '0')}`;
    if (random.happens(600)) return unknownRow(random, itemCode);
    const item = random.pick(items);
    const described = random.happens(1_200) ? altered(random, item) : item;
    const said = whatIsSaid(random, described, described === item);
    const siblings = byBase.get(`${item.kind} ${item.traits.base}`) ?? [];
    const acceptable = siblings.filter((one) => fits(said, described, one)).map(({ nationalCode }) => nationalCode);
    return { own: written(random, itemCode, described, said), acceptable };
  });
}

/** The item in a strength, form, pack or from a maker that it may not be in the catalogue in. */
function altered(random: Random, item: GeneratedItem): GeneratedItem {
  const { traits } = item;
  if (traits.maker === null) {
    if (item.kind === 'HERBAL_PIECES') return renamed(item, { ...traits, form: random.pick(words.HERB_WAYS) });
    return renamed(item, { ...traits, strength: traits.strength === '' ? '加收' : '' });
  }
  const other = random.below(3);
  if (other === 0)
    return { ...item, approvalNumber: '', traits: { ...traits, strength: otherStrength(traits.strength) } };
  const firm = `${random.pick(words.FIRM_SECOND)}${random.pick(words.FIRM_FIRST)}`;
  const maker = { ...traits.maker, firm, branch: '' };
  if (other === 1 || item.kind === 'CONSUMABLE')
    return { ...item, approvalNumber: '', manufacturer: makerName(maker), traits: { ...traits, maker } };
  return { ...item, traits: { ...traits, pack: traits.pack + 5 } };
}

function renamed(item: GeneratedItem, traits: Traits): GeneratedItem {
  const side = traits.form === '' || item.kind === 'HERBAL_PIECES' ? '' : `(${traits.form})`;
  const name =
    item.kind === 'HERBAL_PIECES' ? `${traits.form}${traits.base}` : `${traits.base}${side}${traits.strength}`;
  return { ...item, name, traits };
}

function otherStrength(strength: string): string {
  return strength.replace(/\d+(?:\.\d+)?(?=\D*$)/u, (digits) => String(Number(digits) * 3));
}

function whatIsSaid(random: Random, { kind, traits }: GeneratedItem, real: boolean): Said {
  const drug = kind === 'WESTERN_DRUG' || kind === 'PATENT_MEDICINE';
  const claim = real && random.happens(800);
  return {
    traits,
    salt: traits.salt.join('') === '' || random.happens(8_500),
    form: kind !== 'SERVICE' || random.happens(9_600),
    strength: traits.maker === null || random.happens(9_700),
    pack: drug && random.happens(8_800),
    maker: traits.maker === null ? null : partsSaid(random, traits.maker),
    approval: real && traits.maker !== null && random.happens(kind === 'CONSUMABLE' ? 4_000 : 5_000),
    claim,
  };
}

function partsSaid(random: Random, maker: Maker): Partial<Maker> | null {
  const { city, firm, trade, branch } = maker;
  const how = random.below(100);
  if (how < 10) return null;
  if (how < 60) return maker;
  if (how < 80) return { city, firm, trade, branch };
  return how < 92 ? { firm, trade, branch } : { city, firm, branch };
}

/** Whether an item is one that the row's words may mean. */
function fits(said: Said, described: GeneratedItem, item: GeneratedItem): boolean {
  const { traits } = item;
  if (said.claim) return item.nationalCode === described.nationalCode;
  if (said.salt && traits.salt.join() !== said.traits.salt.join()) return false;
  if (said.form && traits.form !== said.traits.form) return false;
  if (said.strength && traits.strength !== said.traits.strength) return false;
  if (said.pack && traits.pack !== said.traits.pack) return false;
  if (said.approval && item.approvalNumber !== described.approvalNumber) return false;
  return said.maker === null || agrees(said.maker, traits.maker);
}

function agrees(said: Partial<Maker>, maker: Maker | null): boolean {
  if (maker === null) return false;
  return (['city', 'firm', 'trade', 'legal', 'branch'] as const).every(
    (part) => said[part] === undefined || said[part] === maker[part],
  );
}

function unknownRow(random: Random, itemCode: string): LabelledRow {
  const name = random.pick(words.UNKNOWN_NAMES);
  const own = {
    ...NOTHING,
    itemCode,
    name,
    kind: null,
    specification: /片|胶囊|注射液/u.test(name) ? '10mg' : '',
    priceMicroYuan: random.happens(5_000) ? BigInt(random.between(1, 500)) * 1_000_000n : null,
  };
  return { own, acceptable: [] };
}

const NOTHING = {
  dosageForm: '',
  specification: '',
  pack: '',
  unit: '',
  manufacturer: '',
  approvalNumber: '',
  claimedNationalCode: '',
};

function written(random: Random, itemCode: string, item: GeneratedItem, said: Said): OwnItem {
  const strength = said.strength ? strengthText(random, item) : '';
  const pack = said.pack ? packText(random, item) : '';
  // Many systems have one column for all three.
  const together = random.happens(1_500);
  const joined = [strength, pack === '' ? '' : `*${pack}`].join('');
  const name = nameText(random, item, said);
  const own: OwnItem = {
    itemCode,
    name: together && random.happens(4_000) ? `${name} ${joined}` : name,
    kind: random.happens(8_500) ? item.kind : null,
    dosageForm: random.happens(6_500) ? item.dosageForm : '',
    specification: together ? joined : strength,
    pack: together ? '' : pack,
    unit: random.happens(8_000) ? item.unit : '',
    manufacturer: said.maker === null ? '' : makerText(said.maker),
    approvalNumber: said.approval ? approvalText(random, item.approvalNumber) : '',
    priceMicroYuan: priceText(random, item),
    claimedNationalCode: said.claim ? item.nationalCode : '',
  };
  return spelled(random, own);
}

/** Full width or traditional as a whole, as a system writes all that it has. */
function spelled(random: Random, own: OwnItem): OwnItem {
  if (random.happens(400)) {
    const { name, dosageForm, specification, pack, manufacturer } = own;
    const [a, b, c, d, e] = [name, dosageForm, specification, pack, manufacturer].map((text) => toTraditional(text));
    return { ...own, name: a ?? '', dosageForm: b ?? '', specification: c ?? '', pack: d ?? '', manufacturer: e ?? '' };
  }
  if (!random.happens(500)) return own;
  return { ...own, name: fullWidth(own.name), specification: fullWidth(own.specification) };
}

function fullWidth(text: string): string {
  return text.replace(/[!-~]/gu, (character) => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0));
}

const MARKS = ['▲', '★', '*', '[集采]', '(集采)', '【基】', '[甲]', '(乙)', '(国谈)', '●'];

function nameText(random: Random, item: GeneratedItem, said: Said): string {
  const name =
    item.kind === 'SERVICE'
      ? serviceText(random, item, said)
      : item.kind === 'WESTERN_DRUG'
        ? drugText(random, item, said)
        : item.name;
  const isMistyped = random.happens(300);
  const typed = isMistyped ? mistyped(random, name) : name;
  const spaced = item.kind === 'CONSUMABLE' && random.happens(4_000) ? typed.replace(' ', '') : typed;
  const brand = random.several(words.BRAND_CHARACTERS, random.between(2, 3)).join('');
  const branded =
    (item.kind === 'WESTERN_DRUG' || item.kind === 'PATENT_MEDICINE') && random.happens(1_500)
      ? `${spaced}(${brand})`
      : spaced;
  if (!random.happens(1_500)) return branded;
  const mark = random.pick(MARKS);
  return random.happens(5_000) ? `${mark}${branded}` : `${branded}${mark}`;
}

/** One character for another, one left out, or the end cut off. */
function mistyped(random: Random, name: string): string {
  const at = Array.from(name).findIndex((character) => Object.hasOwn(words.MISTYPED, character));
  const way = random.below(3);
  if (way === 0 && at >= 0)
    return Array.from(name)
      .map((one, place) => (place === at ? (words.MISTYPED[one] ?? one) : one))
      .join('');
  if (way === 1 && name.length > 5) return Array.from(name).toSpliced(random.between(1, 3), 1).join('');
  return name.length > 8 ? name.slice(0, -2) : name;
}

function drugText(random: Random, item: GeneratedItem, said: Said): string {
  const { base, salt, form } = said.traits;
  const [suffix, , prefix] = words.FORMS[form] ?? ['', '', ''];
  const [before, after] = said.salt ? salt : ['', ''];
  if (prefix === '注射用' && random.happens(3_000))
    return `${before}${base}${after}${random.pick(['粉针', '粉针剂', '针', '冻干粉针'])}`;
  const ending = form === 'I' && random.happens(1_000) ? '针' : suffix;
  return `${prefix}${before}${base}${after}${ending}` || item.name;
}

function serviceText(random: Random, item: GeneratedItem, said: Said): string {
  const { base, form, strength } = said.traits;
  const qualifier = said.form ? form : '';
  const stem = random.happens(1_000)
    ? base.replace('测定', '检测')
    : random.happens(1_000)
      ? base.replace(/术$/u, '')
      : base;
  if (qualifier === '') return `${stem}${strength}`;
  const way = random.below(10);
  if (way < 6) return `${stem}(${qualifier})${strength}`;
  if (way < 8) return `${stem}-${qualifier}${strength}`;
  return way === 8 ? `${qualifier}${stem}${strength}` : `${stem}${strength}(${qualifier})`;
}

function makerText({ city, firm, trade, legal, branch }: Partial<Maker>): string {
  return `${city ?? ''}${firm ?? ''}${trade ?? ''}${branch === undefined || branch === '' ? '' : `(${branch})`}${legal ?? ''}`;
}

function approvalText(random: Random, approval: string): string {
  return random.happens(6_000)
    ? approval
    : random.happens(5_000)
      ? approval.replace('国药准字', '')
      : ` ${approval.toLowerCase()}`;
}

/** Around the reference price; now and then the price of one piece. */
function priceText(random: Random, { referencePriceMicroYuan: reference, traits }: GeneratedItem): bigint | null {
  if (reference === null || random.happens(2_000)) return null;
  const near = (reference * BigInt(random.between(70, 130))) / 100n;
  return traits.pack > 1 && random.happens(1_000) ? near / BigInt(traits.pack) : near;
}
