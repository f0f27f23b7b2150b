/** A stream of seeded draws: the same seed gives the same draws on every machine. */
export type Random = {
  /** An unsigned 32-bit integer. */
  readonly next: () => number;
  /** An integer from 0 to below the bound. */
  readonly below: (bound: number) => number;
  /** An integer from first to last, both included. */
  readonly between: (first: number, last: number) => number;
  /** True so many times in ten thousand. */
  readonly happens: (bps: number) => boolean;
  readonly pick: <T>(choices: readonly T[]) => T;
  /** One of the choices, as often as its weight says. */
  readonly pickWeighted: <T>(choices: readonly T[], weightOf: (choice: T) => number) => T;
  /** So many different values, or all where there are fewer, in drawn order. */
  readonly several: <T>(values: readonly T[], count: number) => T[];
  /** All values in drawn order. */
  readonly shuffle: <T>(values: readonly T[]) => T[];
};

const RANGE = 0x1_0000_0000;

/** xoshiro128** (Blackman and Vigna), its state filled from the seed by splitmix32. Not for secrets. */
export function seededRandom(seed: number): Random {
  const next = xoshiro(seed);
  const below = (bound: number): number => Math.floor((next() / RANGE) * bound);
  const pick = <T>(choices: readonly T[]): T => chosen(choices, below(choices.length));
  const several = <T>(values: readonly T[], count: number): T[] => {
    const drawn = [...values];
    const wanted = Math.max(0, Math.min(count, drawn.length));
    for (let place = 0; place < wanted; place += 1) {
      const other = place + below(drawn.length - place);
      const kept = chosen(drawn, place);
      drawn[place] = chosen(drawn, other);
      drawn[other] = kept;
    }
    return drawn.slice(0, wanted);
  };
  return {
    next,
    below,
    between: (first, last) => first + below(last - first + 1),
    happens: (bps) => below(10_000) < bps,
    pick,
    pickWeighted: (choices, weightOf) => {
      let left = below(choices.reduce((sum, choice) => sum + weightOf(choice), 0));
      for (const choice of choices) {
        left -= weightOf(choice);
        if (left < 0) return choice;
      }
      return pick(choices);
    },
    several,
    shuffle: (values) => several(values, values.length),
  };
}

function chosen<T>(choices: readonly T[], index: number): T {
  if (index < 0 || index >= choices.length) throw new RangeError('nothing to draw from');
  return choices[index] as T;
}

function xoshiro(seed: number): () => number {
  const fill = splitmix(seed);
  let [a, b, c, d] = [fill(), fill(), fill(), fill()];
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}

function splitmix(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** A UUID of version 7 (RFC 9562): the milliseconds of an instant, the rest drawn. */
export function drawUuid(random: Random, epochMillis: number): string {
  const time = epochMillis.toString(16).padStart(12, '0');
  const hex = (digits: number): string => random.next().toString(16).padStart(8, '0').slice(0, digits);
  const variant = '89ab'.charAt(random.below(4));
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${variant}${hex(3)}-${hex(8)}${hex(4)}`;
}
