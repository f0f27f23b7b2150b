import type { ItemKind } from '@yiditong/codes';
import type { NationalItem } from '@yiditong/harmonization';
import { seededRandom, type Random } from '../demo/random.js';
import { DRUGS } from './generator-drugs.js';
import * as words from './generator-vocabulary.js';

/** A firm by the parts of its name, of which an owner's list may leave some out. */
export type Maker = {
  readonly number: number;
  readonly city: string;
  readonly firm: string;
  readonly trade: string;
  readonly legal: string;
  readonly branch: string;
};

/** What an item is, apart from how it is written: what a description has to agree with. */
export type Traits = {
  /** The name without salt and form; of services what is done, of consumables the name. */
  readonly base: string;
  readonly salt: readonly [before: string, after: string];
  /** The letter of a form, the way of a herb, the qualifier of a service. */
  readonly form: string;
  readonly strength: string;
  readonly pack: number;
  readonly maker: Maker | null;
};

export type GeneratedItem = NationalItem & { readonly chargeCategory: string; readonly traits: Traits };

const SHARES: readonly (readonly [ItemKind, number])[] = [
  ['WESTERN_DRUG', 6_000],
  ['PATENT_MEDICINE', 1_200],
  ['HERBAL_PIECES', 150],
  ['SERVICE', 1_000],
  ['CONSUMABLE', 1_650],
];

/**
 * A national catalogue of so many items, the same for the same seed: products of real generic names by invented makers, services with
 * their variants, consumables with their models. Codes are well formed and stand for nothing real (class Y99SY, region 99).
 */
export function generateItems(seed: number, count: number): GeneratedItem[] {
  const random = seededRandom(seed);
  const makers = {
    drug: makersOf(random, words.DRUG_TRADES, 0),
    device: makersOf(random, words.DEVICE_TRADES, 20_000),
  };
  const made = new Map<string, GeneratedItem>();
  for (let tries = 0; made.size < count && tries < count * 20; tries += 1) {
    const [kind] = random.pickWeighted(SHARES, ([, share]) => share);
    const item = MAKING[kind]?.(random, kind === 'CONSUMABLE' ? makers.device : makers.drug);
    if (item && !made.has(item.nationalCode)) made.set(item.nationalCode, item);
  }
  return [...made.values()];
}

const MAKING: Readonly<Partial<Record<ItemKind, (random: Random, makers: readonly Maker[]) => GeneratedItem>>> = {
  WESTERN_DRUG: drug,
  PATENT_MEDICINE: patentMedicine,
  HERBAL_PIECES: pieces,
  SERVICE: service,
  CONSUMABLE: consumable,
};

export function makerName({ city, firm, trade, legal, branch }: Maker): string {
  return `${city}${firm}${trade}${branch === '' ? '' : `(${branch})`}${legal}`;
}

/** Firms of which some have a namesake in another city, a sister in another trade, or a branch. */
function makersOf(random: Random, trades: readonly string[], from: number): Maker[] {
  const makers: Maker[] = [];
  for (let at = 0; at < 400; at += 1) {
    const sister = at > 10 && random.happens(1_500) ? random.pick(makers) : null;
    const firm = sister?.firm ?? `${random.pick(words.FIRM_FIRST)}${random.pick(words.FIRM_SECOND)}`;
    const city = sister && random.happens(5_000) ? sister.city : random.pick(words.CITIES);
    const branch = sister && city === sister.city ? random.pick(words.CITIES) : '';
    const trade = sister && branch !== '' ? sister.trade : random.pick(trades);
    const maker = { number: from + at + 1, city, firm, trade, legal: random.pick(words.LEGAL_FORMS), branch };
    if (!makers.some((other) => makerName(other) === makerName(maker))) makers.push(maker);
  }
  return makers;
}

/** The number of a word in its list, padded. */
function digits(value: number, length: number): string {
  return String(value % 10 ** length).padStart(length, '0');
}

function letterAndDigits(value: number, length: number): string {
  return `${'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.charAt(Math.floor(value / 10 ** length) % 26)}${digits(value, length)}`;
}

const APPROVALS_FROM = 90_000_000;

/** One for a maker's product in one strength, whatever its packs; begins as none that was ever given. */
function approvalOf(letter: string, name: number, form: number, strength: number, maker: number): string {
  const mixed =
    (Math.imul(name * 31 + form, 7919) ^ Math.imul(strength + 1, 104_729) ^ Math.imul(maker, 15_485_863)) >>> 0;
  return `国药准字${letter}${APPROVALS_FROM + (mixed % 10_000_000)}`;
}

function priceOf(seedText: string, random: Random): bigint {
  let hash = 7;
  for (const character of seedText) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return BigInt(100 + (hash % 20_000)) * 10_000n + BigInt(random.below(100)) * 1_000n;
}

function drug(random: Random, makers: readonly Maker[]): GeneratedItem {
  const at = random.below(DRUGS.length);
  const [before = '', base = '', after = '', forms = '', strengths = ''] = (DRUGS[at] ?? '').split('|');
  const form = random.pick(Array.from(forms));
  const [suffix, field, prefix, unit, packs, volumes] = words.FORMS[form] ?? ['', '', '', '', '', ''];
  const mass = random.pick(strengths.split(','));
  const volume = volumes === '' ? '' : volumeFor(random, mass, volumes.split(','));
  const strength = form === 'C' ? `10g:${mass}` : volume === '' ? mass : `${volume}:${mass}`;
  const count = Number(random.pick(packs.split(',')));
  const maker = random.pick(makers);
  const [formNumber, strengthNumber] = [Object.keys(words.FORMS).indexOf(form), numberOf(strength)];
  const code = `XY99SY${letterAndDigits(at, 3)}${letterAndDigits(formNumber, 3)}${digits(strengthNumber, 2)}${digits(count, 2)}${digits(maker.number, 5)}`;
  return {
    nationalCode: code,
    kind: 'WESTERN_DRUG',
    name: `${prefix}${before}${base}${after}${suffix}`,
    dosageForm: field,
    specification: strength,
    pack: `${count}${unit}/盒`,
    unit: '盒',
    manufacturer: makerName(maker),
    approvalNumber: approvalOf('H', at, formNumber, strengthNumber, maker.number),
    referencePriceMicroYuan: priceOf(`${base}${strength}${count}`, random),
    chargeCategory: '09',
    traits: { base, salt: [before, after], form, strength, pack: count, maker },
  };
}

/** Infusions are in bottles, concentrates in ampoules. */
function volumeFor(random: Random, mass: string, volumes: readonly string[]): string {
  const grams = mass.endsWith('mg') || !mass.endsWith('g') || mass.endsWith('μg') ? 0 : Number.parseInt(mass, 10);
  return random.pick(grams >= 2 ? volumes.slice(-3) : volumes);
}

/** A strength's number: the same wherever it occurs, two digits of which stand in a code. */
function numberOf(strength: string): number {
  let hash = 11;
  for (const character of strength) hash = (Math.imul(hash, 131) + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % 100;
}

function patentMedicine(random: Random, makers: readonly Maker[]): GeneratedItem {
  const at = random.below(words.PATENT_MEDICINES.length);
  const base = words.PATENT_MEDICINES[at] ?? '';
  const formNumber = random.below(words.PATENT_FORMS.length);
  const [suffix, field, strengths, unit, packs] = words.PATENT_FORMS[formNumber] ?? ['', '', '', '', ''];
  const strength = random.pick(strengths.split(','));
  const count = Number(random.pick(packs.split(',')));
  // A medicine of this kind has few makers.
  const maker = random.pick(makers.slice(at % 300, (at % 300) + 40));
  const code = `ZY99SY${letterAndDigits(at * 10 + formNumber, 4)}${digits(numberOf(strength), 2)}${digits(count, 2)}${digits(maker.number, 5)}`;
  return {
    nationalCode: code,
    kind: 'PATENT_MEDICINE',
    name: `${base}${suffix}`,
    dosageForm: field,
    specification: strength,
    pack: `${count}${unit}/盒`,
    unit: '盒',
    manufacturer: makerName(maker),
    approvalNumber: approvalOf('Z', at, formNumber, numberOf(strength), maker.number),
    referencePriceMicroYuan: priceOf(`${base}${strength}${count}`, random),
    chargeCategory: '11',
    traits: { base, salt: ['', ''], form: suffix, strength, pack: count, maker },
  };
}

function pieces(random: Random): GeneratedItem {
  const at = random.below(words.HERBS.length);
  const way = random.below(words.HERB_WAYS.length);
  const [base, before] = [words.HERBS[at] ?? '', words.HERB_WAYS[way] ?? ''];
  return {
    ...BARE,
    nationalCode: `T9999${digits(at * 10 + way, 5)}`,
    kind: 'HERBAL_PIECES',
    name: `${before}${base}`,
    unit: 'g',
    referencePriceMicroYuan: priceOf(`${before}${base}`, random) / 100n,
    chargeCategory: '10',
    traits: { ...TRAITS, base, form: before },
  };
}

const BARE = { dosageForm: '', specification: '', pack: '', manufacturer: '', approvalNumber: '' };
const TRAITS: Traits = { base: '', salt: ['', ''], form: '', strength: '', pack: 0, maker: null };

function service(random: Random): GeneratedItem {
  return random.happens(6_000) ? operation(random) : test(random);
}

function operation(random: Random): GeneratedItem {
  const [organ, doing, way] = [words.ORGANS.length, words.OPERATIONS.length, words.APPROACHES.length].map(random.below);
  const number = ((organ ?? 0) * 20 + (doing ?? 0)) * 10 + (way ?? 0);
  // Of paired organs there is one for one side and one for both, and of none there is a plain one beside them.
  const paired = (organ ?? 0) % 3 === 0;
  const side = paired ? random.pick(words.SIDES) : '';
  const surcharge = random.happens(800);
  const base = `${words.APPROACHES[way ?? 0] ?? ''}${words.ORGANS[organ ?? 0] ?? ''}${words.OPERATIONS[doing ?? 0] ?? ''}`;
  const sideNumber = words.SIDES.indexOf(side) + 1;
  return {
    ...BARE,
    nationalCode: `99${330_000_000 + number}${digits(sideNumber, 2)}${surcharge ? '01' : '00'}`,
    kind: 'SERVICE',
    name: `${base}${side === '' ? '' : `(${side})`}${surcharge ? '加收' : ''}`,
    unit: side === '单侧' ? '单侧' : '次',
    referencePriceMicroYuan: priceOf(`${base}${side}`, random) * 10n,
    chargeCategory: '06',
    traits: { ...TRAITS, base, form: side, strength: surcharge ? '加收' : '' },
  };
}

function test(random: Random): GeneratedItem {
  const [analyte, method, specimen] = [words.ANALYTES.length, words.METHODS.length, words.SPECIMENS.length].map(
    random.below,
  );
  const number = ((analyte ?? 0) * 20 + (method ?? 0)) * 10 + (specimen ?? 0);
  const base = `${words.SPECIMENS[specimen ?? 0] ?? ''}${words.ANALYTES[analyte ?? 0] ?? ''}测定`;
  const way = words.METHODS[method ?? 0] ?? '';
  return {
    ...BARE,
    nationalCode: `99${250_000_000 + number}0000`,
    kind: 'SERVICE',
    name: `${base}(${way})`,
    unit: '项',
    referencePriceMicroYuan: priceOf(`${base}${way}`, random) / 2n,
    chargeCategory: '04',
    traits: { ...TRAITS, base, form: way },
  };
}

function consumable(random: Random, makers: readonly Maker[]): GeneratedItem {
  const at = random.below(words.CONSUMABLES.length);
  const [base = '', unit = '', , sizes = ''] = (words.CONSUMABLES[at] ?? '').split('|');
  const parts = sizes.split(';').map((choices) => choices.split(','));
  const chosen = parts.map((choices) => random.below(choices.length));
  const strength = parts.map((choices, part) => choices[chosen[part] ?? 0] ?? '').join('×');
  const maker = random.pick(makers.slice((at * 7) % 300, ((at * 7) % 300) + 80));
  const model = chosen.reduce((sum, choice) => sum * 100 + choice, 0);
  return {
    nationalCode: `C9999${digits(Math.floor(at / 10), 2)}${digits(at, 3)}00001${digits(maker.number, 5)}${digits(model + 1, 7)}`,
    kind: 'CONSUMABLE',
    name: base,
    dosageForm: '',
    specification: strength,
    pack: '',
    unit,
    manufacturer: makerName(maker),
    approvalNumber: `国械注准2099315${digits(at * 400 + (maker.number % 400), 5)}`,
    referencePriceMicroYuan: priceOf(`${base}${strength}`, random),
    chargeCategory: '08',
    traits: { ...TRAITS, base, strength, maker },
  };
}
