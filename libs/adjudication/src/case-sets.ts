import { BENEFIT_LEVELS, HOSPITAL_LEVELS, ITEM_CLASSES, type PersonType, type VisitKind } from '@yiditong/codes';
import { holds, PLACES, SETTLED_BY, type Choice, type When } from './choice.js';
import type { Mentioned, ModelCase } from './mentioned.js';

/** One thing that a condition may ask, by the condition's own word for it, and every answer that some condition tells apart. */
type Fact = { readonly name: string; readonly values: readonly Partial<ModelCase>[] };

/** All cases that are looked at. What is fixed is so whatever the case: where the hospital lies, for care away from home. */
export type CaseSpace = {
  readonly facts: readonly Fact[];
  readonly fixed: Partial<ModelCase>;
  readonly ordinary: ModelCase;
};

/** Cases that nothing has told apart yet: of each fact a bit for each value that they may have. */
export type CaseSet = readonly bigint[];

/** Of each thing that a condition says, in how many ways it may hold: a fact with the bits of the values that do. One way must. */
type Condition = readonly (readonly (readonly [fact: number, values: bigint])[])[];

/** A choice, ready to be asked. `asks` has a bit for each fact that matters to it, `later` of a case to those that follow it. */
export type Question = {
  readonly cases: readonly {
    /** The case’s place in the choice as it is written. */
    readonly at: string;
    readonly when: Condition;
    readonly is: Question;
    readonly later: bigint;
  }[];
  readonly asks: bigint;
  /** The places of cases that hold for nobody. */
  readonly never: readonly string[];
};

/** So many sets of cases are kept apart at most. */
export const MOST_SETS = 2_000;

/**
 * Every kind of person at every hospital, with class A or B, combined with all that is mentioned. What may be unknown (a tag, a disease,
 * what is bought) is so in some; an age isn't. The first value of each fact is the ordinary one, by which a set is named.
 */
export function spaceOf(
  visitKind: VisitKind,
  personTypes: readonly PersonType[],
  mentioned: Mentioned,
  fixed: Partial<ModelCase> = {},
): CaseSpace {
  const { ages, personTags, hospitalTags, diseaseCodes, visitNumbers, itemKinds, unitPrices } = mentioned;
  const facts: Fact[] = [
    { name: 'visitKinds', values: [{ visitKind }] },
    { name: 'personTypes', values: personTypes.map((personType) => ({ personType })) },
    { name: 'hospitalLevels', values: HOSPITAL_LEVELS.map((hospitalLevel) => ({ hospitalLevel })) },
    { name: 'benefitLevels', values: BENEFIT_LEVELS.map((benefitLevel) => ({ benefitLevel })) },
    { name: 'settledBy', values: SETTLED_BY.map((settledBy) => ({ settledBy })) },
    { name: 'places', values: PLACES.toReversed().map((place) => ({ place })) },
    { name: 'age', values: (ages.length > 0 ? ages : [0]).map((age) => ({ age })) },
    {
      name: 'visitNumber',
      values: (visitNumbers.length > 0 ? visitNumbers : [1]).map((visitNumber) => ({ visitNumber })),
    },
    { name: 'diseaseCodes', values: [null, ...diseaseCodes].map((diseaseCode) => ({ diseaseCode })) },
    { name: 'itemClasses', values: ITEM_CLASSES.slice(0, 2).map((itemClass) => ({ itemClass })) },
    { name: 'itemKinds', values: [null, ...itemKinds].map((itemKind) => ({ itemKind })) },
    { name: 'unitPrice', values: [null, ...unitPrices].map((unitPriceFen) => ({ unitPriceFen })) },
    ...personTags.map((tag) => ({ name: `personTags ${tag}`, values: [{}, { personTags: [tag] }] })),
    ...hospitalTags.map((tag) => ({ name: `hospitalTags ${tag}`, values: [{}, { hospitalTags: [tag] }] })),
  ];
  return { facts, fixed, ordinary: madeOf([...facts.flatMap(({ values }) => values.slice(0, 1)), fixed]) };
}

export function everyCase({ facts }: CaseSpace): CaseSet {
  return facts.map(everyValue);
}

function everyValue(fact: Fact | undefined): bigint {
  return (1n << BigInt(fact?.values.length ?? 0)) - 1n;
}

/** The most ordinary case of a set. */
export function caseOf(set: CaseSet, { facts, fixed }: CaseSpace): ModelCase {
  const values = facts.flatMap((fact, index) => fact.values.find((_, value) => hasBit(set[index] ?? 0n, value)) ?? []);
  return madeOf([...values, fixed]);
}

function madeOf(parts: readonly Partial<ModelCase>[]): ModelCase {
  const tags = {
    personTags: parts.flatMap(({ personTags }) => personTags ?? []),
    hospitalTags: parts.flatMap(({ hospitalTags }) => hospitalTags ?? []),
  };
  return Object.assign({}, ...parts, tags) as ModelCase;
}

export function questionOf(choice: Choice<unknown>, space: CaseSpace): Question {
  const cases: Question['cases'][number][] = [];
  const never: string[] = [];
  let asks = 0n;
  for (const { at, when, is } of casesIn(choice).toReversed()) {
    const condition = conditionOf(when, space);
    if (condition === null) {
      never.unshift(at);
      continue;
    }
    const each = { at, when: condition, is: questionOf(is, space), later: asks };
    cases.unshift(each);
    for (const [fact] of condition.flat()) asks |= 1n << BigInt(fact);
    asks |= each.is.asks;
  }
  return { cases, asks, never };
}

/** A choice of any kind as cases, of which the first that holds counts. */
function casesIn(
  choice: Choice<unknown>,
): readonly { readonly at: string; readonly when: When; readonly is: Choice<unknown> }[] {
  switch (choice.kind) {
    case 'VALUE':
      return [];
    case 'BY_LEVEL':
      return HOSPITAL_LEVELS.flatMap((level) => {
        const is = choice.of[level];
        return is ? [{ at: `byLevel.${level}`, when: { hospitalLevels: [level] }, is }] : [];
      });
    case 'BY_PERSON':
      return Object.entries(choice.of).map(([type, is]) => ({
        at: `byPerson.${type}`,
        when: { personTypes: [type as PersonType] },
        is,
      }));
    case 'CASES':
      return choice.cases.map((each, index) => ({ at: String(index), ...each }));
  }
}

/** What must hold of which facts, by what the engine says of each value; null where it holds for nobody. */
function conditionOf(when: When, { facts, fixed, ordinary }: CaseSpace): Condition | null {
  const valuesOf = (fact: number, asked: When): bigint => {
    let values = 0n;
    for (const [bit, value] of (facts[fact]?.values ?? []).entries()) {
      const of = { ...ordinary, ...value, ...fixed };
      if (holds(asked, of, of)) values |= 1n << BigInt(bit);
    }
    return values;
  };
  const condition: (readonly [fact: number, values: bigint])[][] = [];
  for (const asked of waysIn(when)) {
    const ways = asked.flatMap(([name, way]) => {
      const fact = facts.findIndex((each) => each.name === name);
      const values = valuesOf(fact, way);
      return values === 0n ? [] : [[fact, values] as const];
    });
    if (ways.length === 0) return null;
    const isAlways = ways.some(([fact, values]) => values === everyValue(facts[fact]));
    if (!isAlways) condition.push(ways);
  }
  return condition;
}

/** Of each thing that a condition says, the ways in which it may hold: one, or one for each tag. */
function waysIn(when: When): (readonly (readonly [name: string, way: When])[])[] {
  const { note: _, personTags, hospitalTags, ...single } = when as When & { readonly note?: string };
  const given = Object.entries(single).filter(([, wanted]) => wanted !== undefined);
  return [
    ...given.map(([name, wanted]) => [[name, { [name]: wanted }] as const]),
    ...(personTags ? [personTags.map((tag) => [`personTags ${tag}`, { personTags: [tag] }] as const)] : []),
    ...(hospitalTags ? [hospitalTags.map((tag) => [`hospitalTags ${tag}`, { hospitalTags: [tag] }] as const)] : []),
  ];
}

/**
 * Sets of which each is answered alike throughout, grouped by the answer. Of sets that differ in nothing that is asked later, here or
 * by `live`, one stays. Null where there would be too many.
 */
export function groupsOf(sets: readonly CaseSet[], { cases }: Question, live: bigint): (readonly CaseSet[])[] | null {
  const groups: (readonly CaseSet[])[] = [];
  let rest = sets;
  for (const { when, is, later } of cases) {
    const { inside, outside } = divided(rest, when);
    const within = groupsOf(inside, is, live);
    if (within === null) return null;
    groups.push(...within);
    rest = alike(outside, later | live);
    if (rest.length > MOST_SETS) return null;
  }
  return [rest, ...groups].filter(({ length }) => length > 0);
}

/**
 * The places of cases that nobody reaches: their conditions hold for nobody, or only for whom a case before them holds. Of one within
 * another that nobody reaches, the outer. Null where there would be too many sets.
 */
export function unreachedIn(sets: readonly CaseSet[], { cases, never }: Question): string[] | null {
  const places = [...never];
  let rest = sets;
  for (const { at, when, is, later } of cases) {
    const { inside, outside } = divided(rest, when);
    rest = alike(outside, later);
    if (Math.max(inside.length, rest.length) > MOST_SETS) return null;
    // A table says all levels or persons, also where those before it leave it only some.
    if (inside.length === 0 && !isOfTable(at)) places.push(at);
    const within = inside.length === 0 ? [] : unreachedIn(alike(inside, is.asks), is);
    if (within === null) return null;
    places.push(...within.map((place) => `${at}.${place}`));
  }
  return places;
}

function isOfTable(at: string): boolean {
  return at.startsWith('by');
}

function divided(sets: readonly CaseSet[], when: Condition): { inside: readonly CaseSet[]; outside: CaseSet[] } {
  const outside: CaseSet[] = [];
  let inside = sets;
  for (const ways of when) {
    const met: CaseSet[] = [];
    for (const set of inside) {
      let rest: CaseSet | null = set;
      for (const [fact, values] of ways) {
        const may: bigint = rest[fact] ?? 0n;
        if ((may & values) !== 0n) met.push(rest.with(fact, may & values));
        rest = (may & ~values) === 0n ? null : rest.with(fact, may & ~values);
        if (rest === null) break;
      }
      if (rest !== null) outside.push(rest);
    }
    inside = met;
  }
  return { inside, outside };
}

/** One of those that differ in none of the facts that are asked yet. */
export function alike(sets: readonly CaseSet[], live: bigint): CaseSet[] {
  const found = new Map<string, CaseSet>();
  for (const set of sets) {
    const key = set.filter((_, fact) => hasBit(live, fact)).join();
    if (!found.has(key)) found.set(key, set);
  }
  return [...found.values()];
}

function hasBit(bits: bigint, at: number): boolean {
  return ((bits >> BigInt(at)) & 1n) === 1n;
}
