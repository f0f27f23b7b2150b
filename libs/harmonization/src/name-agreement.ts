import type { NationalItem, OwnItem } from './item.js';
import { coreNameOf, normaliseName, type NormalisedName } from './names.js';
import { remembering } from './remembering.js';
import { compareSalts } from './salts.js';
import { likenessBps, trigramKey, trigramSimilarityBps } from './trigrams.js';

export type NameAgreement = {
  /** REORDERED: the same characters in another order. STRANGE: they have little in common. */
  readonly finding: 'EQUAL' | 'REORDERED' | 'ALIKE' | 'STRANGE';
  readonly likenessBps: number;
  readonly objections: readonly { readonly finding: string; readonly weightBps: number }[];
};

const STRANGE_BELOW_BPS = 3_000;

/** Words of which one excludes the other: another item, however alike the rest is. */
const OPPOSITES: readonly (readonly string[])[] = [
  ['单侧', '双侧'],
  ['左', '右'],
  ['平扫', '增强'],
  ['单人', '2人', '3人', '4人'],
  ['普通门诊', '副主任', '急诊', '住院'],
  ['成人', '小儿'],
  ['定性', '定量'],
  ['静脉', '肌肉', '皮下', '动脉'],
  ['单腔', '双腔', '3腔'],
  ['红细胞', '白细胞', '血小板'],
  ['igg', 'igm', 'iga', 'ige'],
  ['带针', '不带针'],
  ['可吸收', '不可吸收'],
  ['无菌', '非无菌'],
];
const SURCHARGE = /加收|另收|增加/u;

export function compareNames(own: OwnItem, national: NationalItem, seenBps: number): NameAgreement {
  const key = `${own.kind ?? ''}\n${own.name}\n${own.specification}\n${national.kind}\n${national.name}\n${seenBps}`;
  return agreements(key, () => agreementOf(own, national, seenBps));
}

/** All products of one name are compared with an item by it. */
const agreements = remembering<NameAgreement>(5_000);

function agreementOf(own: OwnItem, national: NationalItem, seenBps: number): NameAgreement {
  const [one, other] = [normaliseName(own.name, national.kind), normaliseName(national.name, national.kind)];
  const objections = objectionsTo(one, other, own, national);
  if (one.core === other.core) return { finding: 'EQUAL', likenessBps: 10_000, objections };
  if (national.kind !== 'WESTERN_DRUG' && reordered(one.core, other.core))
    return { finding: 'REORDERED', likenessBps: 9_900, objections };
  const likeness = Math.min(
    9_900,
    Math.max(
      seenBps,
      trigramSimilarityBps(trigramKey(one.core), trigramKey(other.core)),
      likenessBps(one.core, other.core),
      brandLikeness(own, one, other),
    ),
  );
  return { finding: likeness < STRANGE_BELOW_BPS ? 'STRANGE' : 'ALIKE', likenessBps: likeness, objections };
}

/** What stands in brackets may be the name, and what stands outside a brand. */
function brandLikeness(own: OwnItem, one: NormalisedName, other: NormalisedName): number {
  if (own.kind === 'SERVICE' || one.asides.length === 0) return 0;
  return Math.max(...one.asides.map((aside) => likenessBps(coreNameOf(aside, 'WESTERN_DRUG'), other.core)));
}

function reordered(one: string, other: string): boolean {
  if (one.length !== other.length || one.length < 4) return false;
  return Array.from(one).toSorted().join('') === Array.from(other).toSorted().join('');
}

function objectionsTo(
  one: NormalisedName,
  other: NormalisedName,
  own: OwnItem,
  { kind, specification }: NationalItem,
): NameAgreement['objections'] {
  const found: { finding: string; weightBps: number }[] = [];
  if (kind === 'WESTERN_DRUG' || kind === 'PATENT_MEDICINE' || kind === 'HOSPITAL_PREPARATION') {
    const salts = compareSalts(one.salt, other.salt);
    if (salts === 'DIFFERENT') found.push({ finding: 'OTHER_SALT', weightBps: -2_000 });
    if (salts === 'UNSAID') found.push({ finding: 'SALT_UNSAID', weightBps: -600 });
    const makes = other.asides.filter((aside) => !one.asides.includes(aside));
    if (one.asides.length > 0 && makes.length > 0 && makes.length === other.asides.length)
      found.push({ finding: 'OTHER_MAKE', weightBps: -600 });
    return found;
  }
  // Some lists keep 加收 or 双侧 in another column than the name.
  const said = kind === 'SERVICE' ? `${one.core} ${own.specification}` : one.core;
  if (SURCHARGE.test(said) !== SURCHARGE.test(`${other.core} ${specification}`))
    found.push({ finding: 'SURCHARGE', weightBps: -3_000 });
  if (OPPOSITES.some((words) => exclude(words, said, other.core)))
    found.push({ finding: 'OPPOSITE', weightBps: -3_000 });
  else if (numbersOf(one.core) !== numbersOf(other.core) && one.core !== other.core)
    found.push({ finding: 'NUMBERS', weightBps: -1_500 });
  return found;
}

/** Both say one of the words, and not the same. */
function exclude(words: readonly string[], one: string, other: string): boolean {
  const said = (text: string): string[] =>
    words.filter(
      (word) =>
        text.includes(word) &&
        !words.some((longer) => longer !== word && longer.includes(word) && text.includes(longer)),
    );
  const [a, b] = [said(one), said(other)];
  return a.length > 0 && b.length > 0 && !a.some((word) => b.includes(word));
}

function numbersOf(core: string): string {
  return (core.match(/\d+/gu) ?? []).toSorted().join(',');
}
