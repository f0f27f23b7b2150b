import { ITEM_CLASSES, type VisitKind } from '@yiditong/codes';
import { fen, ZERO_FEN } from '@yiditong/money';
import { PLACES, SETTLED_BY, type Range, type When } from './choice.js';
import { rulesOf, settingsOf, textOf, type ComparedRule, type Facts } from './compared-rules.js';
import type { PolicyDocument } from './policy-document.js';

/** So many are tried at most for a kind of visit, the ordinary ones among them. */
const MOST_CIRCUMSTANCES = 48;

const ORDINARY = {
  age: null,
  personTags: [],
  hospitalTags: [],
  settledBy: 'DIRECT',
  place: 'OTHER_PROVINCE',
  diseaseCode: null,
  itemClass: 'A',
  itemKind: null,
  unitPriceFen: null,
  fullSelfPayFen: ZERO_FEN,
  overCeilingFen: ZERO_FEN,
  firstSelfPayFen: ZERO_FEN,
  startedOn: null,
  endedOn: null,
  earlierVisits: 0,
  earlierOn: null,
  earlierElsewhere: false,
  account: null,
} as const satisfies Facts;

/** All that a model bill is beside who the person is, at which hospital, and how much. */
export type Circumstance = Required<Omit<Facts, 'inScopeFen' | 'paidEarlierFen'>>;

/** Combined are those that no single figure asks for, or one that both versions have: they matter only where others don't show as much. */
export type ComparedCircumstance = { readonly of: Circumstance; readonly isCombined: boolean };

/**
 * The circumstances in which two versions may pay visits of a kind otherwise. The ordinary ones come first; then those of the figures that
 * differ, with all their conditions; then whatever any condition mentions, one at a time; then, combined, those of the other figures, and of
 * a figure that differs and another together. The order of the versions changes nothing.
 */
export function circumstancesOf(
  before: PolicyDocument | null,
  after: PolicyDocument,
  kind: VisitKind,
): readonly ComparedCircumstance[] {
  const [ours, theirs] = [rulesOf(before, kind), rulesOf(after, kind)];
  const all = [...ours, ...theirs];
  const differing = [...differingOf(ours, theirs), ...differingOf(settingsOf(before, kind), settingsOf(after, kind))];
  const [some, any] = [conditionsOf(differing), conditionsOf(all)];
  const plain = [differing.flatMap(factsOf), any.flatMap((others) => waysOf([], others))];
  const combined = [
    all.flatMap(factsOf),
    some.flatMap((whens) => any.flatMap((others) => [together([...whens, ...others]), ...waysOf(whens, others)])),
  ];
  const ordinary = { ...ORDINARY, age: youngest([...plain, ...combined].flat()) };
  const found = new Map([[textOf(ordinary), { of: ordinary as Circumstance, isCombined: false }]]);
  const add = (tier: readonly Facts[], isCombined: boolean): void => {
    for (const [text, of] of inOrder(tier.map((facts) => ({ ...ordinary, ...facts }))))
      if (!found.has(text)) found.set(text, { of, isCombined });
  };
  for (const tier of plain) add(tier, false);
  for (const tier of combined) add(tier, true);
  return [...found.values()].slice(0, MOST_CIRCUMSTANCES);
}

function inOrder(circumstances: readonly Circumstance[]): [string, Circumstance][] {
  return circumstances
    .map((each): [string, Circumstance] => [textOf(each), each])
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** Everybody has an age: where rules go by it, the ordinary person's is the lowest that they tell apart. */
function youngest(facts: readonly Facts[]): number | null {
  const ages = facts.flatMap(({ age }) => age ?? []);
  return ages.length === 0 ? null : Math.min(...ages);
}

/** What only one of two versions has. */
function differingOf(ours: readonly ComparedRule[], theirs: readonly ComparedRule[]): ComparedRule[] {
  const has = (rules: readonly ComparedRule[]): ReadonlySet<string> => new Set(rules.map(({ text }) => text));
  const [inOurs, inTheirs] = [has(ours), has(theirs)];
  return [...ours.filter(({ text }) => !inTheirs.has(text)), ...theirs.filter(({ text }) => !inOurs.has(text))];
}

/** The conditions that figures stand under, each together once, and at most so many. */
function conditionsOf(rules: readonly ComparedRule[]): readonly (readonly When[])[] {
  const found = new Map(rules.map(({ whens }) => [textOf(whens), whens]));
  const sorted = [...found].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return sorted.slice(0, MOST_CIRCUMSTANCES).map(([, whens]) => whens);
}

/** Bills for which all conditions of a figure hold, each way that they can, and just don't at the ends of a range. */
function factsOf({ whens, facts }: ComparedRule): Facts[] {
  const base = together(whens);
  return [base, ...waysOf(whens, whens), ...facts.map((each) => ({ ...base, ...each }))];
}

/** Bills for which conditions hold, but each in one fact as others ask. */
function waysOf(whens: readonly When[], others: readonly When[]): Facts[] {
  const base = together(whens);
  return others.flatMap((other) => optionsOf(other).flat()).map((way) => ({ ...base, ...way }));
}

/** A bill for which all of the conditions hold, unless they contradict each other. */
function together(whens: readonly When[]): Facts {
  const firsts = whens.flatMap((when) => optionsOf(when).flatMap((options) => options.slice(0, 1)));
  const tags = (of: 'personTags' | 'hospitalTags'): readonly string[] => [
    ...new Set(firsts.flatMap((each) => each[of] ?? [])),
  ];
  return Object.assign({}, ...firsts, { personTags: tags('personTags'), hospitalTags: tags('hospitalTags') });
}

/** For each fact that a condition asks about, the ways to meet it, of which the first always does, and the nearest that don't. */
function optionsOf(when: When): Facts[][] {
  const { age, personTags, hospitalTags, settledBy, places, diseaseCodes, visitNumber, itemClasses, itemKinds } = when;
  return [
    endsOf(age, 0n).map((each) => ({ age: Number(each) })),
    (personTags ?? []).map((tag) => ({ personTags: [tag] })),
    (hospitalTags ?? []).map((tag) => ({ hospitalTags: [tag] })),
    allFrom(settledBy && [settledBy], SETTLED_BY).map((each) => ({ settledBy: each })),
    allFrom(places, PLACES).map((place) => ({ place })),
    (diseaseCodes ?? []).map((diseaseCode) => ({ diseaseCode })),
    endsOf(visitNumber, 1n).map((number) => ({ earlierVisits: Number(number) - 1 })),
    allFrom(itemClasses, ITEM_CLASSES.slice(0, 2)).map((itemClass) => ({ itemClass })),
    (itemKinds ?? []).map((itemKind) => ({ itemKind })),
    endsOf(when.unitPrice, 0n).map((price) => ({ unitPriceFen: fen(price) })),
  ].filter(({ length }) => length > 0);
}

function allFrom<T>(wanted: readonly T[] | undefined, all: readonly T[]): T[] {
  if (wanted === undefined) return [];
  return [...all.filter((each) => wanted.includes(each)), ...all.filter((each) => !wanted.includes(each))];
}

/** The ends of a range, and beside them what just isn't in it. */
function endsOf({ from, upTo }: Range<number | bigint> = {}, least: bigint): bigint[] {
  const inside = [from, upTo].flatMap((end) => (end === undefined ? [] : [BigInt(end)]));
  const outside = [from === undefined ? -1n : BigInt(from) - 1n, upTo === undefined ? -1n : BigInt(upTo) + 1n];
  return [...inside, ...outside].filter((value) => value >= least);
}
