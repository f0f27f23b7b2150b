/** What three characters of base 36 can count to. */
const THREE_DIGITS = 46_656;

/**
 * A core name spelled in [0-9a-z] for pg_trgm, which takes only letters and digits, and in the C locale no Chinese ones: an ASCII
 * letter or digit is itself, another character its code point as three digits of base 36, or z and four of them where three aren't
 * enough. Trigrams of it are single Chinese characters and what lies across two, which suits short names.
 */
export function trigramKey(core: string): string {
  let key = '';
  for (const character of core) {
    const point = character.codePointAt(0) ?? 0;
    if (/^[0-9a-z]$/iu.test(character) && point < 128) key += character.toLowerCase();
    else if (point < THREE_DIGITS) key += point.toString(36).padStart(3, '0');
    else key += `z${point.toString(36).padStart(4, '0')}`;
  }
  return key;
}

/** Trigrams of a key as pg_trgm has them: two spaces before it and one after. */
export function trigramsOf(key: string): ReadonlySet<string> {
  if (key === '') return new Set();
  const padded = `  ${key} `;
  const trigrams = new Set<string>();
  for (let at = 0; at + 3 <= padded.length; at += 1) trigrams.add(padded.slice(at, at + 3));
  return trigrams;
}

/** similarity() of pg_trgm in basis points: what two keys share of all that either has. */
export function trigramSimilarityBps(one: string, other: string): number {
  return sharedBps(trigramsOf(one), trigramsOf(other));
}

function sharedBps(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0;
  for (const trigram of one) if (other.has(trigram)) shared += 1;
  const all = one.size + other.size - shared;
  return all === 0 ? 0 : Math.floor((shared * 10_000) / all);
}

/** How alike two names are by pairs of neighbouring characters (Dice), basis points. One inside the other counts for more. */
export function likenessBps(one: string, other: string): number {
  const [shorter, longer] = Array.from(one).length <= Array.from(other).length ? [one, other] : [other, one];
  const length = Array.from(shorter).length;
  if (length === 0) return 0;
  if (length >= 3 && longer.includes(shorter)) {
    return Math.min(9_500, 6_000 + Math.floor((4_000 * length) / Array.from(longer).length));
  }
  const [a, b] = [pairsOf(one), pairsOf(other)];
  let shared = 0;
  const left = new Map<string, number>();
  for (const pair of b) left.set(pair, (left.get(pair) ?? 0) + 1);
  for (const pair of a) {
    const count = left.get(pair) ?? 0;
    if (count > 0) {
      shared += 1;
      left.set(pair, count - 1);
    }
  }
  return Math.floor((2 * shared * 10_000) / (a.length + b.length));
}

function pairsOf(text: string): string[] {
  const characters = ['^', ...Array.from(text), '$'];
  return characters.slice(1).map((character, at) => `${characters[at] ?? ''}${character}`);
}
