import type { ItemClass, ItemKind } from '@yiditong/codes';
import { fen, formatYuan, ZERO_FEN, type Fen } from '@yiditong/money';
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
  readonly itemClasses: readonly ItemClass[];
  readonly itemKinds: readonly ItemKind[];
  readonly unitPrices: readonly Fen[];
};

/** Of a part of a bill, and of all that is around it. */
export type ModelCase = Circumstances & PartCircumstances;

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
    itemClasses: all(({ itemClasses }) => itemClasses),
    itemKinds: all(({ itemKinds }) => itemKinds),
    unitPrices: [...new Set(all(({ unitPrice }) => pricesOf(unitPrice)))],
  };
}

function edgesOf(range: Range<number> | undefined): number[] {
  const { from, upTo } = range ?? {};
  return [...(from === undefined ? [] : [from - 1, from]), ...(upTo === undefined ? [] : [upTo, upTo + 1])];
}

/** Any price where no bound is said: a condition on a price holds for none that isn't known. */
function pricesOf(range: Range<Fen> | undefined): Fen[] {
  if (range === undefined) return [];
  const { from, upTo } = range;
  if (from === undefined && upTo === undefined) return [ZERO_FEN];
  const prices = [...(from === undefined ? [] : [from - 1n, from]), ...(upTo === undefined ? [] : [upTo, upTo + 1n])];
  return prices.filter((price) => price >= 0n).map(fen);
}

function inOrder(values: readonly number[], least: number): number[] {
  return [...new Set(values)].filter((value) => value >= least).sort((one, other) => one - other);
}

/** Who it is, by what tells him apart where so much is mentioned. */
export function nameOf(of: ModelCase, mentioned: Mentioned): string {
  const { personType, hospitalLevel, benefitLevel, age, personTags, hospitalTags, settledBy, place } = of;
  const { diseaseCode, visitNumber, itemClass, itemKind, unitPriceFen } = of;
  return [
    personType,
    hospitalLevel,
    benefitLevel,
    ...(mentioned.ages.length > 0 ? [`aged ${age}`] : []),
    ...personTags,
    ...hospitalTags,
    ...(mentioned.settledBy.length > 0 ? [settledBy] : []),
    ...(mentioned.places.length > 0 ? [place] : []),
    ...(diseaseCode === null ? [] : [diseaseCode]),
    ...(mentioned.visitNumbers.length > 0 ? [`visit ${visitNumber}`] : []),
    ...(mentioned.itemClasses.length > 0 ? [`class ${itemClass}`] : []),
    ...(itemKind === null ? [] : [itemKind]),
    ...(unitPriceFen === null ? [] : [`at ${formatYuan(unitPriceFen)}`]),
  ].join(', ');
}
