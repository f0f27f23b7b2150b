import {
  BENEFIT_LEVELS,
  HOSPITAL_LEVELS,
  ITEM_CLASSES,
  type ItemKind,
  type PersonType,
  type VisitKind,
} from '@yiditong/codes';
import { fen, type Fen } from '@yiditong/money';
import type { Circumstances, PartCircumstances, Place, Range, SettledBy, When } from './choice.js';
import type { RatioAdjustment } from './policy.js';

/** What conditions mention beyond what every claim says in a word. Of a range, the last value outside and the first one inside. */
export type Mentioned = {
  readonly ages: readonly number[];
  readonly personTags: readonly string[];
  readonly hospitalTags: readonly string[];
  readonly settledBy: readonly SettledBy[];
  readonly places: readonly Place[];
  readonly diseaseCodes: readonly string[];
  readonly visitNumbers: readonly number[];
  readonly itemKinds: readonly ItemKind[];
  readonly unitPrices: readonly Fen[];
};

/** Of a part of a bill, and of all that is around it. */
export type ModelCase = Circumstances & PartCircumstances;

/** So many cases are tried at most by combining everything; beyond that, one thing after another is. */
const MOST_COMBINED = 20_000;
/** Of so many tags, every set of them is tried. */
const MOST_TAGS = 4;
/** Ages that a rule by age tells apart beyond its first step. */
const OLDEST = 90;

export function mentionedIn(whens: readonly When[], adjustments: readonly RatioAdjustment[] = []): Mentioned {
  const all = <T>(of: (when: When) => readonly T[] | undefined): T[] => [...new Set(whens.flatMap((w) => of(w) ?? []))];
  const byAge = adjustments.flatMap((each) => (each.mode === 'POINTS_BY_AGE' ? [each] : []));
  const steps = byAge.flatMap(({ fromAge, everyYears }) => [
    fromAge - 1,
    fromAge,
    ...(fromAge + everyYears <= OLDEST ? [fromAge + everyYears] : []),
  ]);
  return {
    ages: inOrder([...all(({ age }) => edgesOf(age)), ...steps], 0),
    personTags: all(({ personTags }) => personTags),
    hospitalTags: all(({ hospitalTags }) => hospitalTags),
    settledBy: all(({ settledBy }) => (settledBy ? ['DIRECT', 'MANUAL'] : [])),
    places: all(({ places }) => (places ? ['OTHER_PROVINCE', 'HOME_PROVINCE', 'HOME_AREA'] : [])),
    diseaseCodes: all(({ diseaseCodes }) => diseaseCodes),
    visitNumbers: inOrder(
      all(({ visitNumber }) => edgesOf(visitNumber)),
      1,
    ),
    itemKinds: all(({ itemKinds }) => itemKinds),
    unitPrices: [...new Set(all(({ unitPrice }) => pricesOf(unitPrice)))],
  };
}

function edgesOf(range: Range<number> | undefined): number[] {
  const { from, upTo } = range ?? {};
  return [...(from === undefined ? [] : [from - 1, from]), ...(upTo === undefined ? [] : [upTo, upTo + 1])];
}

function pricesOf(range: Range<Fen> | undefined): Fen[] {
  const { from, upTo } = range ?? {};
  const prices = [...(from === undefined ? [] : [from - 1n, from]), ...(upTo === undefined ? [] : [upTo, upTo + 1n])];
  return prices.filter((price) => price >= 0n).map(fen);
}

function inOrder(values: readonly number[], least: number): number[] {
  return [...new Set(values)].filter((value) => value >= least).sort((one, other) => one - other);
}

/**
 * Cases that tell apart whatever is mentioned: every kind of person at every hospital, at home and away, combined with all that is
 * mentioned, or with each thing by itself. What may be unknown (a tag, a disease, what is bought) is tried unknown too; an age isn't.
 */
export function casesOf(
  visitKind: VisitKind,
  personTypes: readonly PersonType[],
  mentioned: Mentioned,
  how: 'COMBINED' | 'ONE_BY_ONE',
): ModelCase[] {
  const dimensions = dimensionsOf(mentioned);
  const size = dimensions.reduce((product, { length }) => product * length, 1);
  const changes = how === 'COMBINED' && size <= MOST_COMBINED ? combined(dimensions) : oneByOne(dimensions);
  return personTypes.flatMap((personType) =>
    HOSPITAL_LEVELS.flatMap((hospitalLevel) =>
      BENEFIT_LEVELS.flatMap((benefitLevel) =>
        ITEM_CLASSES.slice(0, 2).flatMap((itemClass) =>
          changes.map((change) => ({
            ...ORDINARY,
            visitKind,
            personType,
            hospitalLevel,
            benefitLevel,
            itemClass,
            ...change,
          })),
        ),
      ),
    ),
  );
}

const ORDINARY = {
  age: null,
  personTags: [],
  hospitalTags: [],
  settledBy: 'DIRECT',
  place: 'OTHER_PROVINCE',
  diseaseCode: null,
  visitNumber: 1,
  itemKind: null,
  unitPriceFen: null,
} as const;

type Change = Partial<ModelCase>;

/** Each list is what one thing may be; the first is the ordinary one. What isn't mentioned has no list. */
function dimensionsOf(mentioned: Mentioned): Change[][] {
  const { ages, settledBy, places, diseaseCodes, visitNumbers, itemKinds, unitPrices } = mentioned;
  const unknownToo = <T>(values: readonly T[]): (T | null)[] => (values.length === 0 ? [] : [null, ...values]);
  return [
    ages.map((age) => ({ age })),
    setsOf(mentioned.personTags).map((personTags) => ({ personTags })),
    setsOf(mentioned.hospitalTags).map((hospitalTags) => ({ hospitalTags })),
    settledBy.map((how) => ({ settledBy: how })),
    places.map((place) => ({ place })),
    unknownToo(diseaseCodes).map((diseaseCode) => ({ diseaseCode })),
    visitNumbers.map((visitNumber) => ({ visitNumber })),
    unknownToo(itemKinds).map((itemKind) => ({ itemKind })),
    unknownToo(unitPrices).map((unitPriceFen) => ({ unitPriceFen })),
  ].filter(({ length }) => length > 0);
}

function setsOf(tags: readonly string[]): (readonly string[])[] {
  if (tags.length === 0) return [];
  if (tags.length > MOST_TAGS) return [[], ...tags.map((tag) => [tag]), tags];
  return tags.reduce<string[][]>((sets, tag) => [...sets, ...sets.map((set) => [...set, tag])], [[]]);
}

function combined(dimensions: readonly (readonly Change[])[]): Change[] {
  return dimensions.reduce<Change[]>(
    (changes, values) => changes.flatMap((change) => values.map((value) => ({ ...change, ...value }))),
    [{}],
  );
}

function oneByOne(dimensions: readonly (readonly Change[])[]): Change[] {
  const ordinary: Change = Object.assign({}, ...dimensions.map(([first]) => first));
  return [ordinary, ...dimensions.flatMap((values) => values.slice(1).map((value) => ({ ...ordinary, ...value })))];
}
