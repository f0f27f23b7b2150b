import { plainText, takeApart } from './characters.js';
import { remembering } from './remembering.js';

/** How two statements about the same thing stand to each other; NEITHER where nobody says anything. */
export type Agreement = 'EQUAL' | 'PARTIAL' | 'DIFFERENT' | 'UNSAID' | 'NEITHER';

/** What a strength says, each list ascending: billionths of a gram, of a litre, of a unit of activity or of a mole, ppm of a percentage. */
export type Strength = {
  readonly mass: readonly bigint[];
  readonly volume: readonly bigint[];
  readonly activity: readonly bigint[];
  readonly substance: readonly bigint[];
  readonly share: readonly bigint[];
};

type Dimension = keyof Strength;
type Unit = { readonly dimension: Dimension; readonly nano: bigint };

const NANO = 1_000_000_000n;
const UNITS: Readonly<Record<string, Unit>> = {
  kg: { dimension: 'mass', nano: 1_000n * NANO },
  g: { dimension: 'mass', nano: NANO },
  mg: { dimension: 'mass', nano: 1_000_000n },
  μg: { dimension: 'mass', nano: 1_000n },
  ng: { dimension: 'mass', nano: 1n },
  l: { dimension: 'volume', nano: NANO },
  ml: { dimension: 'volume', nano: 1_000_000n },
  μl: { dimension: 'volume', nano: 1_000n },
  u: { dimension: 'activity', nano: NANO },
  miu: { dimension: 'activity', nano: 1_000_000n * NANO },
  mol: { dimension: 'substance', nano: NANO },
  mmol: { dimension: 'substance', nano: 1_000_000n },
  '%': { dimension: 'share', nano: NANO },
};
const SAME_UNIT: Readonly<Record<string, string>> = {
  千克: 'kg',
  公斤: 'kg',
  克: 'g',
  gm: 'g',
  毫克: 'mg',
  微克: 'μg',
  ug: 'μg',
  mcg: 'μg',
  升: 'l',
  毫升: 'ml',
  cc: 'ml',
  微升: 'μl',
  ul: 'μl',
  iu: 'u',
  单位: 'u',
  国际单位: 'u',
  axaiu: 'u',
  '': 'u',
};
const MULTIPLES: Readonly<Record<string, bigint>> = { 千: 1_000n, 万: 10_000n, 百万: 1_000_000n, 亿: 100_000_000n };

const NUMBER = String.raw`(\d+(?:\.\d+)?)`;
const UNIT =
  '(?:国际单位|单位|千克|公斤|毫克|微克|克|毫升|微升|升|mmol|mol|axaiu|miu|iu|mcg|kg|mg|μg|ug|ng|gm|g|ml|μl|ul|cc|l|u|%)';
/** A number with its unit; after 万 the unit may be missing, as in 80万. Not what is part of a word or a size in millimetres. */
const AMOUNT = new RegExp(
  String.raw`(?<![a-z\d.])${NUMBER}\s*(?:(百万|万|千|亿)\s*(${UNIT}(?![a-z]))?|(${UNIT})(?![a-z]))`,
  'gu',
);
/** 10mg/ml: per one of them. */
const PER_ONE = /(?<=[a-zμ克%位])\s*\/\s*(ml|毫升|l|升)(?![a-z])/gu;

const COUNT_UNIT = '(?:片|粒|丸|袋|支|瓶|贴|枚|板|包|盒|套|只|个|根|条|张|块|安瓿|揿|喷|泡|s(?![a-z])|t(?![a-z]))';
/** Not the 1 of 维生素B1片. */
const COUNT = new RegExp(
  String.raw`[×x]\s*(\d+)\s*${COUNT_UNIT}|(?<![a-z\d.])(\d+)\s*${COUNT_UNIT}|[×]\s*(\d+)(?![\d.]|\s*${UNIT}|\s*mm|\s*cm)`,
  'gu',
);

/** What a text says of strength; all lists are empty where it says nothing. */
export function strengthOf(text: string): Strength {
  const found: Record<Dimension, bigint[]> = { mass: [], volume: [], activity: [], substance: [], share: [] };
  const plain = plainText(text)
    .replace(PER_ONE, ':1$1')
    .replace(/,(?=\d{3})/gu, '');
  for (const [, digits = '', multiple, unitAfterMultiple, unitAlone] of plain.matchAll(AMOUNT)) {
    const spelled = (unitAlone ?? unitAfterMultiple ?? '').trim();
    const unit = UNITS[SAME_UNIT[spelled] ?? spelled];
    if (!unit) continue;
    const value = (scaled(digits) * unit.nano * (MULTIPLES[multiple ?? ''] ?? 1n)) / NANO;
    if (!found[unit.dimension].includes(value)) found[unit.dimension].push(value);
  }
  if (found.mass.length === 0 && found.share.length === 1 && found.volume.length === 1) {
    // 0.9% of 100 ml is 0.9 g, since a percentage of a solution is grams in 100 ml.
    found.mass.push(((found.share[0] ?? 0n) * (found.volume[0] ?? 0n) * 10n) / NANO);
    found.share = [];
  }
  if (found.mass.length === 1 && found.share.length === 1 && found.volume.length === 0) {
    found.mass.push(((found.mass[0] ?? 0n) * (found.share[0] ?? 0n)) / (100n * NANO));
    found.share = [];
  }
  for (const values of Object.values(found)) values.sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  return found;
}

/** A decimal in billionths. */
function scaled(digits: string): bigint {
  const [whole = '0', fraction = ''] = digits.split('.');
  return BigInt(whole) * NANO + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

/** Whether two strengths are the same, in whatever units they are given. Symmetric. */
export function compareStrengths(one: Strength, other: Strength): Agreement {
  if (isEmpty(one) && isEmpty(other)) return 'NEITHER';
  if (isEmpty(one) || isEmpty(other)) return 'UNSAID';
  const shares = one.share.length > 0 || other.share.length > 0 ? compareShares(one, other) : null;
  if (shares !== null) return shares;
  for (const dimension of ['mass', 'activity', 'substance'] as const) {
    if (one[dimension].length === 0 || other[dimension].length === 0) continue;
    const main = compareLists(one[dimension], other[dimension]);
    if (main === 'DIFFERENT') return sameConcentration(one, other) ? 'PARTIAL' : 'DIFFERENT';
    const volume = compareLists(one.volume, other.volume);
    if (volume === 'DIFFERENT') return 'DIFFERENT';
    return main === 'EQUAL' && (volume === 'EQUAL' || volume === 'NEITHER') ? 'EQUAL' : 'PARTIAL';
  }
  const volume = compareLists(one.volume, other.volume);
  if (volume === 'NEITHER' || volume === 'UNSAID') return 'UNSAID';
  const sameKind = one.mass.length + one.activity.length === 0 && other.mass.length + other.activity.length === 0;
  return volume === 'EQUAL' && !sameKind ? 'PARTIAL' : volume;
}

function isEmpty(strength: Strength): boolean {
  return Object.values(strength).every((values) => values.length === 0);
}

function compareLists(one: readonly bigint[], other: readonly bigint[]): Agreement {
  if (one.length === 0 && other.length === 0) return 'NEITHER';
  if (one.length === 0 || other.length === 0) return 'UNSAID';
  const [shorter, longer] = one.length <= other.length ? [one, other] : [other, one];
  if (!shorter.every((value) => longer.includes(value))) return 'DIFFERENT';
  return shorter.length === longer.length ? 'EQUAL' : 'PARTIAL';
}

/** Grams in 100 ml against mass and volume, or two percentages; null where neither can be compared. */
function compareShares(one: Strength, other: Strength): Agreement | null {
  if (one.share.length > 0 && other.share.length > 0) {
    if (compareLists(one.share, other.share) === 'DIFFERENT') return 'DIFFERENT';
    const volume = compareLists(one.volume, other.volume);
    return volume === 'UNSAID' ? 'PARTIAL' : volume === 'NEITHER' ? 'EQUAL' : volume;
  }
  const [percentage, whole] = one.share.length > 0 ? [one, other] : [other, one];
  const [share, mass, volume] = [percentage.share[0], whole.mass[0], whole.volume[0]];
  if (share === undefined || mass === undefined || volume === undefined) return null;
  return share * volume * 10n === mass * NANO ? 'PARTIAL' : 'DIFFERENT';
}

/** 10mg/ml against 5ml:50mg. */
function sameConcentration(one: Strength, other: Strength): boolean {
  const single = [one, other].every(({ mass, volume }) => mass.length === 1 && volume.length === 1);
  const [a, b, c, d] = [one.mass[0] ?? 0n, one.volume[0] ?? 0n, other.mass[0] ?? 0n, other.volume[0] ?? 0n];
  const perMillilitre = b === 1_000_000n || d === 1_000_000n;
  return single && perMillilitre && a * d === c * b;
}

/** How many single pieces a pack holds, as its text says: 24 of 12片×2板; null where it says nothing. */
export function packOf(text: string): number | null {
  const pack = packs(text, () => packIn(text) ?? 0);
  return pack === 0 ? null : pack;
}

const packs = remembering<number>(20_000);

function packIn(text: string): number | null {
  const plain = plainText(text);
  if (/^\d{1,5}$/u.test(plain)) return Number(plain);
  const { outside, inside } = takeApart(plain);
  return countIn(outside) ?? countIn(inside.join(' '));
}

function countIn(text: string): number | null {
  const counts = [...text.replace(AMOUNT, ' ').matchAll(COUNT)].map(([, times, named, bare]) =>
    Number(times ?? named ?? bare),
  );
  if (counts.length === 0) return null;
  const total = counts.reduce((product, count) => product * count, 1);
  return total > 0 && total < 1_000_000 ? total : null;
}

/** A text without what it says of strength and pack. */
export function withoutAmounts(text: string): string {
  return text
    .replace(PER_ONE, ' ')
    .replace(AMOUNT, ' ')
    .replace(COUNT, ' ')
    .replace(/\/\s*(?:片|粒|丸|袋|支|瓶|贴|枚|板|包|盒|ml|套|只)/gu, ' ')
    .replace(/每\s*(?:片|粒|丸|袋|支|瓶|贴|包)\s*(?:装|含)?/gu, ' ');
}
