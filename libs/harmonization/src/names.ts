import type { ItemKind } from '@yiditong/codes';
import { withoutAmounts } from './amounts.js';
import { currentNameOf } from './former-names.js';
import { lettersAndDigits, plainText, takeApart, withChineseDigits, withRomanAsDigits } from './characters.js';
import { withoutForm } from './dosage-forms.js';
import { remembering } from './remembering.js';
import { withoutSalt } from './salts.js';

/** A name taken apart. Texts are empty where the name says nothing of it. */
export type NormalisedName = {
  /** What is left for comparing. */
  readonly core: string;
  readonly salt: string;
  /** Words of the dosage form. */
  readonly form: string;
  /** The whole name in one spelling, for what it says of strength and pack. */
  readonly strength: string;
  readonly pack: string;
  /** Brands and makes in brackets. */
  readonly asides: readonly string[];
  /** Marks of the owner's own system, such as 集采. */
  readonly flags: readonly string[];
};

type Family = 'DRUG' | 'PIECES' | 'SERVICE' | 'CONSUMABLE';
type Step = {
  readonly core: string;
  readonly salt: string;
  readonly form: string;
  readonly asides: readonly string[];
  readonly flags: readonly string[];
};

const FAMILIES: Readonly<Record<ItemKind, Family>> = {
  WESTERN_DRUG: 'DRUG',
  PATENT_MEDICINE: 'DRUG',
  HOSPITAL_PREPARATION: 'DRUG',
  HERBAL_PIECES: 'PIECES',
  SERVICE: 'SERVICE',
  CONSUMABLE: 'CONSUMABLE',
};

/** Marks that an owner's system puts beside a name and that say nothing of what it is. */
const FLAG =
  /^(?:国家?集采|省集采|集采|带量|带量采购|国采|国谈|谈判|基|国基|基药|省基|非基|甲|乙|丙|甲类|乙类|丙类|自费|医保|非医保|限|限制|进口|国产|合资|进|新|旧|停用?|赠|免费|零售|门诊|住院用?|急|备用|高警示|高危|精[一二]|麻|毒|外购|自备|特需|gcp|dtp|otc|rx|处方药|冷藏|避光|双通道|\d{1,2}月后用|试用|样品|中标|挂网|临采|大输液|抗菌|非限制级|限制级|特殊级|k\d?)$/u;

/** In brackets: what it is charged by. */
const UNIT = /^每?(?:次|日|天|小时|人次|项|床日|部位|支|片|盒)$/u;

/** In brackets of a drug's name: a variant of it, not a brand. */
const VARIANT = /^[a-z0-9αβγδ.\-+/%() ]+型?$|^预混|混合|^[0-9]+型$/u;

/** Other words for the same in services. */
const SERVICE_WORDS: readonly (readonly [RegExp, string])[] = [
  [/核磁共振|mri|mr(?=[平增扫成])/gu, '磁共振'],
  [/x光/gu, 'x线'],
  [/彩超|彩色b超|彩色超声/gu, '彩色多普勒超声'],
  [/(?<!彩色)b超/gu, 'b型超声'],
  [/x线计算机体层/gu, 'ct'],
  [/检测|检验/gu, '测定'],
  [/诊疗费/gu, '诊察'],
  [/诊查/gu, '诊察'],
  [/单(?=人)/gu, '1'],
  [/双(?=人)/gu, '2'],
  [/(?:\/|每)(?:次|日|天|小时|人次|项|床日|部位)$/gu, ''],
  [/费|术(?![前中后])/gu, ''],
];

/**
 * What is left of a name for comparing, in one spelling: without decorations, brands, dosage form, salt, strength and pack for drugs,
 * without models for consumables; numerals as digits for services. The same for any name that it came from, and for itself.
 */
export function coreNameOf(name: string, kind: ItemKind | null): string {
  return normaliseName(name, kind).core;
}

/** The core names under which an item may stand: one, or where its kind isn't known one for each way of reading its name. */
export function coreNamesOf(name: string, kind: ItemKind | null): readonly string[] {
  const kinds: readonly ItemKind[] =
    kind === null ? ['WESTERN_DRUG', 'HERBAL_PIECES', 'SERVICE', 'CONSUMABLE'] : [kind];
  return [...new Set(kinds.map((one) => coreNameOf(name, one)))];
}

export function normaliseName(name: string, kind: ItemKind | null): NormalisedName {
  return remembered(`${kind ?? ''} ${name}`, () => takenApart(name, kind));
}

const remembered = remembering<NormalisedName>(20_000);

function takenApart(name: string, kind: ItemKind | null): NormalisedName {
  const plain = withRomanAsDigits(plainText(name));
  let step = stepOf(plain, kind);
  const first = step;
  // Until nothing is left to take off, so that a core name is its own.
  for (let before = ''; before !== step.core;) {
    before = step.core;
    const next = stepOf(withRomanAsDigits(plainText(before)), kind);
    step = { ...next, salt: step.salt || next.salt, form: step.form || next.form };
  }
  return {
    core: step.core,
    salt: step.salt,
    form: step.form,
    strength: plain,
    pack: plain,
    asides: first.asides,
    flags: first.flags,
  };
}

function stepOf(plain: string, kind: ItemKind | null): Step {
  const family = kind === null ? likelyFamily(plain) : FAMILIES[kind];
  if (family === 'DRUG') return drugStep(plain);
  const { outside, inside } = takeApart(plain);
  const flags = inside.filter((part) => FLAG.test(part));
  const whole = [
    outside.replace(/^(?:集采|国采|国谈)/u, ''),
    ...inside.filter((part) => !FLAG.test(part) && !UNIT.test(part)),
  ].join(' ');
  const kept = { salt: '', form: '', asides: [], flags };
  if (family === 'SERVICE') return { ...kept, core: serviceCore(plain, whole) };
  if (family === 'PIECES') {
    const core = lettersAndDigits(
      withoutAmounts(whole).replace(/中药饮片|饮片|(?:统货|选货|优质|精选|[一二三]级|\d级)$/gu, ' '),
    );
    return { ...kept, core: core === '' ? lettersAndDigits(whole) : core };
  }
  return { ...kept, core: consumableCore(whole) };
}

/** Where its kind isn't said, a name that ends in a dosage form is a drug, unless it is something done. */
function likelyFamily(plain: string): Family {
  if (/测定|检查|术|费|治疗|护理|摄影|扫描|造影|缝|刀片|导管|补片|敷料/u.test(plain)) return 'SERVICE';
  return withoutForm(takeApart(plain).outside.replace(/\s/gu, '')).form === '' ? 'SERVICE' : 'DRUG';
}

function drugStep(plain: string): Step {
  const { outside, inside } = takeApart(plain);
  const flags = inside.filter((part) => FLAG.test(part));
  const bare = inside.map((part) => withoutAmounts(part).trim()).filter((part) => part !== '' && !FLAG.test(part));
  // A bare number of up to two digits tells a variant, as 30 of an insulin; a longer one is somebody's code.
  const variants = bare.filter((part) => (/^[\d.]+$/u.test(part) ? part.length <= 2 : VARIANT.test(part)));
  const asides = bare.filter((part) => !variants.includes(part));
  const main = namedBy(withoutAmounts(outside), asides);
  const { rest, form } = withoutForm(main.replace(/\s/gu, ''));
  const formAside = asides.find((part) => withoutForm(`某某${part}`).rest === '某某') ?? '';
  const saltAside = asides.find((part) => withoutSalt(`某某${part}`).base === '某某' || part.endsWith('酸盐')) ?? '';
  const { base, salt } = withoutSalt(lettersAndDigits(rest));
  const core = currentNameOf(`${base}${lettersAndDigits(variants.join(''))}`);
  return {
    core: core === '' ? lettersAndDigits(plain) : core,
    salt: salt || saltAside.replace(/盐$/u, ''),
    form: `${form}${formAside}`,
    asides: asides.filter((part) => part !== formAside && part !== saltAside && part !== main),
    flags,
  };
}

/** The part that names the drug: the one with a dosage form, where a brand stands outside the brackets or before a space. */
function namedBy(outside: string, asides: readonly string[]): string {
  const named = (text: string): boolean => {
    const { rest, form } = withoutForm(text);
    return form !== '' && Array.from(rest).length >= 3;
  };
  const joined = outside.replace(/\s/gu, '');
  const words = outside.split(' ').filter((word) => word !== '');
  const last = words.at(-1) ?? '';
  if (words.length > 1 && named(last) && Array.from(words[0] ?? '').length >= 2 && !withoutSaltOnly(words[0] ?? ''))
    return last;
  if (named(joined)) return joined;
  return asides.find((part) => named(part)) ?? joined;
}

/** Whether a word is the salt of the next, as in 盐酸 二甲双胍片. */
function withoutSaltOnly(word: string): boolean {
  return withoutSalt(`${word}某某`).base === '某某' || /^(?:注射用|复方|小儿|重组|口服)/u.test(word);
}

function serviceCore(plain: string, whole: string): string {
  let text = SERVICE_WORDS.reduce((words, [pattern, word]) => words.replace(pattern, word), whole);
  text = lettersAndDigits(withChineseDigits(text)).replace(/(?<=.{3})检查$/u, '');
  return text === '' ? lettersAndDigits(plain) : text;
}

/** What is a size or a model is compared as one, not as part of the name. */
const MODEL =
  /(?:φ|ø)?\d+(?:\.\d+)?\s*(?:mm|cm|ml|μm|fr?|g|#|号|孔|英寸|米|m)?(?:\s*[×x]\s*\d+(?:\.\d+)?\s*(?:mm|cm|m)?)+|(?:φ|ø)?\d+(?:\.\d+)?\s*(?:mm|cm|ml|μm|fr|f|g|#|号|孔)(?![a-z])/gu;

function consumableCore(whole: string): string {
  const text = whole
    .replace(MODEL, ' ')
    .replace(/一次性使用|一次性医用/gu, '一次性')
    .replace(/型号|规格/gu, ' ');
  const core = lettersAndDigits(text);
  return core === '' ? lettersAndDigits(whole) : core;
}

/** The sizes and models that a consumable's text tells, spelled in one way, in order of spelling. */
export function modelsOf(text: string): readonly string[] {
  return models(text, () => modelsIn(text));
}

const models = remembering<readonly string[]>(20_000);

function modelsIn(text: string): readonly string[] {
  const plain = withRomanAsDigits(plainText(text))
    .replace(/(\d)\s*(?:mm|毫米)/gu, '$1')
    .replace(/(\d)\s*cm(?=\s*[×x]\s*\d)/gu, '$1')
    .replace(/毫升/gu, 'ml')
    .replace(/\s*[×x]\s*(?=\d)/gu, 'x');
  const words = plain.match(/[a-z0-9.\-/x#号φø]*\d[a-z0-9.\-/#号φø]*/gu) ?? [];
  const spelled = words.map((word) =>
    word
      .replace(/(\d+\.\d*?)0+(?!\d)/gu, '$1')
      .replace(/\.(?!\d)/gu, '')
      .replace(/[^a-z0-9.]/gu, ''),
  );
  return [...new Set(spelled.filter((word) => word !== ''))].toSorted();
}
