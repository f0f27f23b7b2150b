import { HASH_BYTES, merkleRoot, nodeHash, type Hash } from './merkle.js';

/** That a leaf stands at a place, from 0, in a tree. */
export type InclusionClaim = {
  readonly leafHash: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
};

/** That a tree begins with all the leaves of an older one, in the same order. */
export type ConsistencyClaim = {
  readonly oldSize: number;
  readonly newSize: number;
  readonly path: readonly Uint8Array[];
  readonly oldRoot: Uint8Array;
  readonly newRoot: Uint8Array;
};

/**
 * The way from a leaf to the root (RFC 9162 §2.1.3.1): what is hashed with it, from below. Indices count leaves, from 0 and below 2^53.
 * Throws where there is no such leaf. Costs a hash for every other leaf.
 */
export function inclusionProof(leafHashes: readonly Uint8Array[], index: number, hash: Hash): Uint8Array[] {
  let [from, until] = [0, leafHashes.length];
  if (!isCount(index) || index >= until) throw new RangeError(`no leaf ${index} in a tree of ${until}`);
  const path: Uint8Array[] = [];
  while (until - from > 1) {
    const middle = from + largestPowerOfTwoBelow(until - from);
    const isLeft = index < middle;
    path.push(merkleRoot(isLeft ? leafHashes.slice(middle, until) : leafHashes.slice(from, middle), hash));
    [from, until] = isLeft ? [from, middle] : [middle, until];
  }
  return path.reverse();
}

/** A whole tree, level by level from its leaves: hashed once, it gives the way of each. A node without a sibling stands in the next level as it is. */
export function treeLevels(leafHashes: readonly Uint8Array[], hash: Hash): (readonly Uint8Array[])[] {
  const node = nodeHash(hash);
  const levels = [leafHashes];
  for (let level = leafHashes; level.length > 1; levels.push(level)) {
    const below = level;
    level = Array.from({ length: Math.ceil(below.length / 2) }, (_, at) => {
      const [left, right] = below.slice(2 * at, 2 * at + 2) as [Uint8Array, Uint8Array?];
      return right ? node(left, right) : left;
    });
  }
  return levels;
}

/** What {@link inclusionProof} gives, from a tree that is hashed already. Throws where there is no such leaf. */
export function pathIn(levels: readonly (readonly Uint8Array[])[], index: number): Uint8Array[] {
  const size = levels[0]?.length ?? 0;
  if (!isCount(index) || index >= size) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  return levels.flatMap((level, height) => {
    const place = Math.floor(index / 2 ** height);
    const sibling = level[place % 2 === 0 ? place + 1 : place - 1];
    return sibling ? [sibling] : [];
  });
}

/**
 * Whether a leaf's way leads to the root (RFC 9162 §2.1.3.2). False for whatever makes no sense. The root must be known together with
 * its size: another size that gives the leaf a way of the same turns can't be told from it.
 */
export function verifyInclusion({ leafHash, index, size, path, root }: InclusionClaim, hash: Hash): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || !isHash(leafHash) || !isHash(root)) return false;
  const node = nodeHash(hash);
  let found = leafHash;
  let [place, last] = [index, size - 1];
  for (const sibling of path) {
    if (last === 0 || !isHash(sibling)) return false;
    if (place % 2 === 1 || place === last) {
      found = node(sibling, found);
      [place, last] = pastSingles(place, last);
    } else found = node(found, sibling);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && isEqual(found, root);
}

/**
 * What shows that a tree continues its own first `oldSize` leaves (RFC 9162 §2.1.4.1), from below. Throws where it has fewer.
 * Nothing needs to be shown of the empty tree, which every tree continues, and of the whole.
 */
export function consistencyProof(leafHashes: readonly Uint8Array[], oldSize: number, hash: Hash): Uint8Array[] {
  let [from, until] = [0, leafHashes.length];
  if (!isCount(oldSize) || oldSize > until) throw new RangeError(`no ${oldSize} leaves in a tree of ${until}`);
  if (oldSize === 0) return [];
  const path: Uint8Array[] = [];
  while (oldSize < until) {
    const middle = from + largestPowerOfTwoBelow(until - from);
    const isLeft = oldSize <= middle;
    path.push(merkleRoot(isLeft ? leafHashes.slice(middle, until) : leafHashes.slice(from, middle), hash));
    [from, until] = isLeft ? [from, middle] : [middle, until];
  }
  // From the first leaf on, it is the old tree, whose root is known.
  if (from > 0) path.push(merkleRoot(leafHashes.slice(from, until), hash));
  return path.reverse();
}

/**
 * Whether the newer tree continues the older (RFC 9162 §2.1.4.2). False for whatever makes no sense. As with an inclusion, each root
 * must be known together with its size.
 */
export function verifyConsistency(claim: ConsistencyClaim, hash: Hash): boolean {
  const { oldSize, newSize, path, oldRoot, newRoot } = claim;
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize || !isHash(oldRoot) || !isHash(newRoot)) return false;
  const empty = hash(new Uint8Array());
  if (oldSize === 0) return path.length === 0 && isEqual(oldRoot, empty) && (newSize > 0 || isEqual(newRoot, empty));
  if (oldSize === newSize) return path.length === 0 && isEqual(oldRoot, newRoot);
  return leadsToBoth(claim, hash);
}

function leadsToBoth({ oldSize, newSize, path, oldRoot, newRoot }: ConsistencyClaim, hash: Hash): boolean {
  let [place, last] = [oldSize - 1, newSize - 1];
  while (place % 2 === 1) [place, last] = [half(place), half(last)];
  // An old tree that is full is where the way begins, and the path leaves it out.
  const [start, ...rest] = place === 0 ? [oldRoot, ...path] : path;
  if (!start || !isHash(start)) return false;
  const node = nodeHash(hash);
  let [old, found] = [start, start];
  for (const sibling of rest) {
    if (last === 0 || !isHash(sibling)) return false;
    if (place % 2 === 1 || place === last) {
      [old, found] = [node(sibling, old), node(sibling, found)];
      [place, last] = pastSingles(place, last);
    } else found = node(found, sibling);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && isEqual(old, oldRoot) && isEqual(found, newRoot);
}

/** Up to where the subtree is a right one: a subtree without a right neighbour rises unhashed. */
function pastSingles(place: number, last: number): [number, number] {
  let [above, lastAbove] = [place, last];
  while (above % 2 === 0 && above > 0) [above, lastAbove] = [half(above), half(lastAbove)];
  return [above, lastAbove];
}

/** Where a tree of more than one leaf is divided. */
function largestPowerOfTwoBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function half(count: number): number {
  return Math.floor(count / 2);
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count >= 0;
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
