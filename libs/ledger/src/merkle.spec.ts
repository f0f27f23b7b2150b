import { hash as digestOf } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendLeaves, decodeFrontier, EMPTY_FRONTIER, encodeFrontier, frontierRoot } from './merkle-frontier.js';
import {
  consistencyProof,
  inclusionProof,
  pathIn,
  treeLevels,
  verifyConsistency,
  verifyInclusion,
  type ConsistencyClaim,
  type InclusionClaim,
} from './merkle-proof.js';
import { merkleLeaf, merkleRoot, type Hash } from './merkle.js';

const hashBy =
  (algorithm: string): Hash =>
  (bytes) =>
    digestOf(algorithm, bytes, 'buffer');
const sha256 = hashBy('sha256');

/** The same hash, which mostly remembers what it was asked before: all proofs of 300 trees are of few nodes. */
function remembering(hash: Hash): Hash {
  const known = new Map<number, { readonly bytes: Uint8Array; readonly digest: Uint8Array }>();
  return (bytes) => {
    const [, a = 0, b = 0, c = 0] = bytes;
    const key = a + 256 * (b + 256 * (c + 256 * (bytes[33] ?? 0))) + 2 ** 32 * (bytes[34] ?? 0);
    const found = known.get(key);
    if (found && Buffer.compare(found.bytes, bytes) === 0) return found.digest;
    const digest = hash(bytes);
    known.set(key, { bytes: bytes.slice(), digest });
    return digest;
  };
}

/** RFC 9162 §2.1.1 as it is written: the oracle. */
function mth(leafHashes: readonly Uint8Array[], hash: Hash): Uint8Array {
  const [first] = leafHashes;
  if (!first) return hash(new Uint8Array());
  if (leafHashes.length === 1) return first;
  let k = 1;
  while (k * 2 < leafHashes.length) k *= 2;
  return hash(Buffer.concat([Buffer.from([1]), mth(leafHashes.slice(0, k), hash), mth(leafHashes.slice(k), hash)]));
}

const leavesOf = (count: number, hash = sha256): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => merkleLeaf(`leaf ${at}`, hash));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'hex');

function nth<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`nothing at ${index}`);
  return found;
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, index) => (index === Math.floor(bit / 8) ? byte ^ (1 << (bit % 8)) : byte));
}

function withFlipped(path: readonly Uint8Array[], bit: number): Uint8Array[] {
  return path.map((hash, index) => (index === Math.floor(bit / 256) ? flipped(hash, bit % 256) : hash));
}

function inclusionOf(leafHashes: readonly Uint8Array[], index: number, hash = sha256): InclusionClaim {
  return {
    leafHash: nth(leafHashes, index),
    index,
    size: leafHashes.length,
    path: inclusionProof(leafHashes, index, hash),
    root: mth(leafHashes, hash),
  };
}

function consistencyOf(leafHashes: readonly Uint8Array[], oldSize: number, hash = sha256): ConsistencyClaim {
  return {
    oldSize,
    newSize: leafHashes.length,
    path: consistencyProof(leafHashes, oldSize, hash),
    oldRoot: mth(leafHashes.slice(0, oldSize), hash),
    newRoot: mth(leafHashes, hash),
  };
}

/** Every claim with one bit changed. */
function* inclusionForgeries(claim: InclusionClaim): Generator<InclusionClaim> {
  for (let bit = 0; bit < 256; bit += 1) {
    yield { ...claim, leafHash: flipped(claim.leafHash, bit) };
    yield { ...claim, root: flipped(claim.root, bit) };
  }
  for (let bit = 0; bit < 256 * claim.path.length; bit += 1) yield { ...claim, path: withFlipped(claim.path, bit) };
}

function* consistencyForgeries(claim: ConsistencyClaim): Generator<ConsistencyClaim> {
  for (let bit = 0; bit < 256; bit += 1) {
    yield { ...claim, oldRoot: flipped(claim.oldRoot, bit) };
    yield { ...claim, newRoot: flipped(claim.newRoot, bit) };
  }
  for (let bit = 0; bit < 256 * claim.path.length; bit += 1) yield { ...claim, path: withFlipped(claim.path, bit) };
}

/** A path with an element too many, too few, moved, too short or too long. */
function misshapen(path: readonly Uint8Array[]): Uint8Array[][] {
  const strange = sha256(Buffer.from('strange'));
  const [first = strange, ...rest] = path;
  return [
    [...path, strange],
    [strange, ...path],
    ...(path.length > 0
      ? [path.slice(1), path.slice(0, -1), [first.slice(1), ...rest], [new Uint8Array(), ...rest]]
      : []),
    [Buffer.concat([first, Buffer.alloc(1)]), ...rest],
    ...(path.length > 1 ? [[...path].reverse()] : []),
    Array.from({ length: 1000 }, () => strange),
  ];
}

const NO_COUNTS = [-1, -0.5, 0.5, Number.NaN, Infinity, -Infinity, 2 ** 53, 2 ** 60, Number.MIN_SAFE_INTEGER];

describe('the reference tree of Certificate Transparency', () => {
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const leafHashes = inputs.map((input) => merkleLeaf(Buffer.from(input, 'hex').toString('ascii'), sha256));
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const leaf1 = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';
  const leaf4 = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';
  const from2to3 = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
  const from4to5 = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a';
  const from6to7 = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';
  const from4to7 = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';

  it.each(roots.map((root, size) => ({ root, size })))('has its published root at $size leaves', ({ root, size }) => {
    expect(hex(merkleRoot(leafHashes.slice(0, size), sha256))).toBe(root);
    expect(hex(mth(leafHashes.slice(0, size), sha256))).toBe(root);
    expect(hex(frontierRoot(appendLeaves(EMPTY_FRONTIER, leafHashes.slice(0, size), sha256), sha256))).toBe(root);
  });

  it.each([
    { index: 0, size: 1, path: [] },
    { index: 0, size: 8, path: [leaf1, from2to3, from4to7] },
    { index: 5, size: 8, path: [leaf4, from6to7, roots[4]] },
    { index: 2, size: 3, path: [roots[2]] },
    { index: 1, size: 5, path: [roots[1], from2to3, leaf4] },
  ])('has its published way from leaf $index among $size', ({ index, size, path }) => {
    expect(inclusionProof(leafHashes.slice(0, size), index, sha256).map(hex)).toEqual(path);
    const claim = { leafHash: nth(leafHashes, index), index, size, path: path.map((hash = '') => bytesOf(hash)) };
    expect(verifyInclusion({ ...claim, root: bytesOf(nth(roots, size)) }, sha256)).toBe(true);
  });

  it.each([
    { oldSize: 1, newSize: 1, path: [] },
    { oldSize: 1, newSize: 8, path: [leaf1, from2to3, from4to7] },
    { oldSize: 6, newSize: 8, path: [from4to5, from6to7, roots[4]] },
    { oldSize: 2, newSize: 5, path: [from2to3, leaf4] },
  ])('has its published consistency from $oldSize to $newSize leaves', ({ oldSize, newSize, path }) => {
    expect(consistencyProof(leafHashes.slice(0, newSize), oldSize, sha256).map(hex)).toEqual(path);
    const claim = { oldSize, newSize, path: path.map((hash = '') => bytesOf(hash)) };
    const both = { oldRoot: bytesOf(nth(roots, oldSize)), newRoot: bytesOf(nth(roots, newSize)) };
    expect(verifyConsistency({ ...claim, ...both }, sha256)).toBe(true);
  });
});

describe('the trees of up to 300 leaves', () => {
  const hash = remembering(sha256);
  const all = leavesOf(300, hash);
  const roots = Array.from({ length: 301 }, (_, size) => mth(all.slice(0, size), hash));

  it('have the root of the definition', () => {
    for (const [size, root] of roots.entries()) expect(hex(merkleRoot(all.slice(0, size), hash))).toBe(hex(root));
  });

  it('lead every leaf to its root, in no more steps than the tree is high', () => {
    const refused: string[] = [];
    let proven = 0;
    for (let size = 1; size <= 300; size += 1) {
      const leafHashes = all.slice(0, size);
      for (const [index, leafHash] of leafHashes.entries()) {
        const path = inclusionProof(leafHashes, index, hash);
        if (path.length > Math.ceil(Math.log2(size))) refused.push(`${index}/${size} is long`);
        if (!verifyInclusion({ leafHash, index, size, path, root: nth(roots, size) }, hash))
          refused.push(`${index}/${size}`);
        proven += 1;
      }
    }
    expect({ proven, refused }).toEqual({ proven: 45_150, refused: [] });
  });

  it('continue each smaller one', () => {
    const refused: string[] = [];
    let proven = 0;
    for (let newSize = 0; newSize <= 300; newSize += 1) {
      const leafHashes = all.slice(0, newSize);
      for (let oldSize = 0; oldSize <= newSize; oldSize += 1) {
        const path = consistencyProof(leafHashes, oldSize, hash);
        const [oldRoot, newRoot] = [nth(roots, oldSize), nth(roots, newSize)];
        if (!verifyConsistency({ oldSize, newSize, path, oldRoot, newRoot }, hash))
          refused.push(`${oldSize}/${newSize}`);
        proven += 1;
      }
    }
    expect({ proven, refused }).toEqual({ proven: 45_451, refused: [] });
  });

  it('have their proofs with SM3 too', () => {
    const sm3 = remembering(hashBy('sm3'));
    const leafHashes = leavesOf(100, sm3);
    const root = mth(leafHashes, sm3);
    expect(hex(hashBy('sm3')(Buffer.from('abc')))).toBe(
      '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
    );
    expect(hex(merkleRoot(leafHashes, sm3))).toBe(hex(root));
    for (const index of leafHashes.keys()) {
      const inclusion = inclusionOf(leafHashes, index, sm3);
      expect([verifyInclusion(inclusion, sm3), verifyInclusion(inclusion, sha256)]).toEqual([true, false]);
      const consistency = consistencyOf(leafHashes, index + 1, sm3);
      expect(verifyConsistency(consistency, sm3)).toBe(true);
      const parts = [leafHashes.slice(0, index), leafHashes.slice(index)];
      const frontier = parts.reduce((grown, part) => appendLeaves(grown, part, sm3), EMPTY_FRONTIER);
      expect(hex(frontierRoot(decodeFrontier(encodeFrontier(frontier)), sm3))).toBe(hex(root));
    }
  });
});

describe('a proof that a leaf is in a tree', () => {
  it('is refused with any one bit changed', () => {
    const leafHashes = leavesOf(13);
    const accepted: InclusionClaim[] = [];
    let forged = 0;
    for (const index of leafHashes.keys()) {
      const claim = inclusionOf(leafHashes, index);
      expect(verifyInclusion(claim, sha256)).toBe(true);
      for (const forgery of inclusionForgeries(claim)) {
        if (verifyInclusion(forgery, sha256)) accepted.push(forgery);
        forged += 1;
      }
    }
    // Twelve leaves are four steps from the root, the last is two.
    expect(forged).toBe(256 * (13 * 2 + 12 * 4 + 2));
    expect(accepted).toEqual([]);
  });

  it('is refused in larger trees too, with a bit changed, another leaf, another place or another path', () => {
    const all = leavesOf(2000);
    const size = fc.integer({ min: 2, max: 2000 });
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(), fc.nat(), (count, n, other, bit) => {
        const leafHashes = all.slice(0, count);
        const index = n % count;
        const another = (index + 1 + (other % (count - 1))) % count;
        const claim = inclusionOf(leafHashes, index);
        const forgeries: InclusionClaim[] = [
          { ...claim, leafHash: flipped(claim.leafHash, bit % 256) },
          { ...claim, root: flipped(claim.root, bit % 256) },
          { ...claim, path: withFlipped(claim.path, bit % (256 * claim.path.length)) },
          { ...claim, leafHash: nth(all, another) },
          { ...claim, path: inclusionProof(leafHashes, another, sha256) },
          { ...claim, root: mth(leafHashes.slice(1), sha256) },
          ...[another, index - 1, index + 1, count, -1].map((place) => ({ ...claim, index: place })),
        ];
        expect(verifyInclusion(claim, sha256)).toBe(true);
        expect(forgeries.filter((forgery) => verifyInclusion(forgery, sha256))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  /** The turns of a leaf's way, from below, by the definition of the tree. */
  function turns(index: number, size: number): string {
    if (size === 1) return '';
    let k = 1;
    while (k * 2 < size) k *= 2;
    return index < k ? `${turns(index, k)}L` : `${turns(index - k, size - k)}R`;
  }

  it('holds for another place or size only where the way makes the same turns: so roots are signed with their sizes', () => {
    const wrong: string[] = [];
    const [held, refused] = [new Set<string>(), new Set<string>()];
    for (let size = 1; size <= 17; size += 1) {
      const leafHashes = leavesOf(size);
      for (const index of leafHashes.keys()) {
        const claim = inclusionOf(leafHashes, index);
        for (let place = 0; place <= 20; place += 1)
          for (let claimed = 0; claimed <= 40; claimed += 1) {
            const isSameWay = place < claimed && turns(place, claimed) === turns(index, size);
            const name = `${index}/${size} as ${place}/${claimed}`;
            if (verifyInclusion({ ...claim, index: place, size: claimed }, sha256) !== isSameWay) wrong.push(name);
            else (isSameWay ? held : refused).add(name);
          }
      }
    }
    expect(wrong).toEqual([]);
    expect(refused.size).toBeGreaterThan(100_000);
    expect(held).toContain('0/5 as 0/6');
    expect(refused).toContain('4/5 as 4/6');
    expect(refused).toContain('0/4 as 0/5');
    expect(refused).toContain('3/4 as 2/4');
  });

  it('is refused for a node in place of a leaf', () => {
    const [a, b, c, d] = leavesOf(4) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const claim = { leafHash: mth([a, b], sha256), path: [mth([c, d], sha256)], root: mth([a, b, c, d], sha256) };
    expect(verifyInclusion({ ...claim, index: 0, size: 4 }, sha256)).toBe(false);
  });

  it('is refused where bytes were moved from one half of a node to the other', () => {
    const leafHashes = leavesOf(2);
    const claim = inclusionOf(leafHashes, 0);
    const whole = Buffer.concat(leafHashes);
    for (let cut = 0; cut <= 64; cut += 1) {
      const moved = { ...claim, leafHash: whole.subarray(0, cut), path: [whole.subarray(cut)] };
      expect(verifyInclusion(moved, sha256)).toBe(cut === 32);
    }
  });

  it('is refused, not thrown at, where it makes no sense', () => {
    for (const size of [1, 2, 5, 8, 13]) {
      const claim = inclusionOf(leavesOf(size), size - 1);
      const nonsense: InclusionClaim[] = [
        ...NO_COUNTS.flatMap((count) => [
          { ...claim, index: count },
          { ...claim, size: count },
          { ...claim, index: count, size: count },
        ]),
        { ...claim, index: size },
        { ...claim, index: 2 ** 53 - 2, size: 2 ** 53 - 1 },
        ...[claim.leafHash.slice(1), new Uint8Array()].map((leafHash) => ({ ...claim, leafHash })),
        ...[claim.root.slice(1), new Uint8Array()].map((root) => ({ ...claim, root })),
        { ...claim, leafHash: new Uint8Array(), root: new Uint8Array() },
        ...misshapen(claim.path).map((path) => ({ ...claim, path })),
      ];
      expect(nonsense.filter((one) => verifyInclusion(one, sha256))).toEqual([]);
    }
  });

  it('cannot be made of a leaf that is not there', () => {
    for (const index of [3, ...NO_COUNTS])
      expect(() => inclusionProof(leavesOf(3), index, sha256)).toThrow(`no leaf ${index} in a tree of 3`);
    expect(() => inclusionProof([], 0, sha256)).toThrow('no leaf 0 in a tree of 0');
  });

  it('holds at the last place of the largest tree', () => {
    const size = 2 ** 53 - 1;
    const leafHash = merkleLeaf('the last', sha256);
    const path = leavesOf(52);
    const node = (left: Uint8Array, right: Uint8Array) => sha256(Buffer.concat([Buffer.from([1]), left, right]));
    const root = path.reduce((found, sibling) => node(sibling, found), leafHash);
    expect(verifyInclusion({ leafHash, index: size - 1, size, path, root }, sha256)).toBe(true);
    expect(verifyInclusion({ leafHash, index: size - 2, size, path, root }, sha256)).toBe(false);
  });
});

describe('a proof that a tree continues another', () => {
  it('is refused with any one bit changed', () => {
    const leafHashes = leavesOf(11);
    const accepted: ConsistencyClaim[] = [];
    let forged = 0;
    for (let oldSize = 1; oldSize <= 11; oldSize += 1) {
      const claim = consistencyOf(leafHashes, oldSize);
      expect(verifyConsistency(claim, sha256)).toBe(true);
      for (const forgery of consistencyForgeries(claim)) {
        if (verifyConsistency(forgery, sha256)) accepted.push(forgery);
        forged += 1;
      }
    }
    expect(forged).toBeGreaterThan(256 * (11 * 2 + 10 * 2));
    expect(accepted).toEqual([]);
  });

  it('is refused where an old leaf was dropped, changed or moved, or one was slipped in', () => {
    const strange = merkleLeaf('strange', sha256);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.nat(), fc.nat(), (newSize, m, n) => {
        const before = leavesOf(newSize);
        const oldSize = 1 + (m % (newSize - 1));
        const place = n % oldSize;
        const oldRoot = mth(before.slice(0, oldSize), sha256);
        const rewritten = [
          before.filter((_, index) => index !== place),
          before.map((leafHash, index) => (index === place ? strange : leafHash)),
          [...before.slice(0, place), strange, ...before.slice(place)],
          [...before.slice(0, place), ...before.slice(place + 1), nth(before, place)],
        ];
        const accepted = rewritten.filter((after) => {
          const path = consistencyProof(after, oldSize, sha256);
          const claim = { oldSize, newSize: after.length, path, oldRoot, newRoot: mth(after, sha256) };
          return verifyConsistency(claim, sha256);
        });
        expect(accepted).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused for another old size, and for other roots', () => {
    for (let newSize = 1; newSize <= 40; newSize += 1) {
      const leafHashes = leavesOf(newSize);
      for (let oldSize = 1; oldSize <= newSize; oldSize += 1) {
        const claim = consistencyOf(leafHashes, oldSize);
        const { oldRoot, newRoot } = claim;
        const others = Array.from({ length: 45 }, (_, other) => other).filter((other) => other !== oldSize);
        const accepted = [
          ...others.map((other) => ({ ...claim, oldSize: other })),
          ...(oldSize < newSize
            ? [
                { ...claim, oldRoot: newRoot, newRoot: oldRoot },
                { ...claim, oldRoot: newRoot },
              ]
            : []),
          ...(oldSize < newSize ? [{ ...claim, newRoot: oldRoot }] : []),
        ].filter((forgery) => verifyConsistency(forgery, sha256));
        expect(accepted).toEqual([]);
      }
    }
  });

  /** The turns from the last full subtree of the old tree that the way begins at, by the definition of the proof. */
  function turns(oldSize: number, newSize: number, isWhole = true): string {
    if (oldSize === newSize) return isWhole ? '' : 'S';
    let k = 1;
    while (k * 2 < newSize) k *= 2;
    return oldSize <= k ? `${turns(oldSize, k, isWhole)}L` : `${turns(oldSize - k, newSize - k, false)}R`;
  }

  it('holds for another new size only where the way makes the same turns', () => {
    const wrong: string[] = [];
    const [held, refused] = [new Set<string>(), new Set<string>()];
    for (let newSize = 2; newSize <= 33; newSize += 1) {
      const leafHashes = leavesOf(newSize);
      for (let oldSize = 1; oldSize < newSize; oldSize += 1) {
        const claim = consistencyOf(leafHashes, oldSize);
        for (let claimed = 0; claimed <= 70; claimed += 1) {
          const isSameWay = oldSize < claimed && turns(oldSize, claimed) === turns(oldSize, newSize);
          const name = `${oldSize} to ${newSize} as ${claimed}`;
          if (verifyConsistency({ ...claim, newSize: claimed }, sha256) !== isSameWay) wrong.push(name);
          else (isSameWay ? held : refused).add(name);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(refused.size).toBeGreaterThan(20_000);
    expect(held).toContain('3 to 5 as 6');
    expect(refused).toContain('3 to 5 as 4');
  });

  it('is refused, not thrown at, where it makes no sense', () => {
    for (const [oldSize, newSize] of [
      [1, 1],
      [1, 2],
      [3, 7],
      [4, 7],
      [4, 8],
      [6, 8],
      [7, 8],
      [8, 8],
    ] as const) {
      const claim = consistencyOf(leavesOf(newSize), oldSize);
      const nonsense: ConsistencyClaim[] = [
        ...NO_COUNTS.flatMap((count) => [
          { ...claim, oldSize: count },
          { ...claim, newSize: count },
          { ...claim, oldSize: count, newSize: count },
        ]),
        { ...claim, oldSize: newSize + 1 },
        { ...claim, newSize: 2 ** 53 - 1, oldSize: 2 ** 53 - 2 },
        ...[claim.oldRoot.slice(1), new Uint8Array()].map((oldRoot) => ({ ...claim, oldRoot })),
        ...[claim.newRoot.slice(1), new Uint8Array()].map((newRoot) => ({ ...claim, newRoot })),
        { ...claim, oldRoot: new Uint8Array(), newRoot: new Uint8Array() },
        ...misshapen(claim.path).map((path) => ({ ...claim, path })),
        ...(oldSize < newSize ? [{ ...claim, path: [] }] : []),
      ];
      expect(nonsense.filter((one) => verifyConsistency(one, sha256))).toEqual([]);
    }
  });

  it('needs nothing where the old tree is empty, but its root', () => {
    const [empty, some] = [mth([], sha256), mth(leavesOf(5), sha256)];
    const claim = { oldSize: 0, newSize: 5, path: [], oldRoot: empty, newRoot: some };
    expect(verifyConsistency(claim, sha256)).toBe(true);
    expect(verifyConsistency({ ...claim, oldRoot: some }, sha256)).toBe(false);
    expect(verifyConsistency({ ...claim, path: [some] }, sha256)).toBe(false);
    expect(verifyConsistency({ ...claim, newSize: 0, newRoot: empty }, sha256)).toBe(true);
    expect(verifyConsistency({ ...claim, newSize: 0 }, sha256)).toBe(false);
  });

  it('cannot be made of more leaves than there are', () => {
    for (const oldSize of [4, ...NO_COUNTS])
      expect(() => consistencyProof(leavesOf(3), oldSize, sha256)).toThrow(`no ${oldSize} leaves in a tree of 3`);
  });
});

describe('a frontier', () => {
  const all = leavesOf(600);
  const batches = fc.array(fc.nat(60), { maxLength: 10 });
  const grow = (sizes: readonly number[], hash: Hash = sha256) =>
    sizes.reduce(
      (frontier, count) => appendLeaves(frontier, all.slice(frontier.size, frontier.size + count), hash),
      EMPTY_FRONTIER,
    );

  it('has the root of all its leaves, whatever the batches in which they came', () => {
    fc.assert(
      fc.property(batches, (sizes) => {
        const frontier = grow(sizes);
        const size = sizes.reduce((sum, count) => sum + count, 0);
        expect(frontier.size).toBe(size);
        expect(hex(frontierRoot(frontier, sha256))).toBe(hex(mth(all.slice(0, size), sha256)));
        expect(frontier).toEqual(grow([size]));
      }),
    );
  });

  it('takes n leaves for at most n hashes and one for each bit of its size', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (size, count) => {
        const frontier = grow([size]);
        let hashes = 0;
        const counting: Hash = (bytes) => {
          hashes += 1;
          return sha256(bytes);
        };
        appendLeaves(frontier, all.slice(size, size + count), counting);
        expect(hashes).toBeLessThanOrEqual(count + Math.ceil(Math.log2(size + 1)));
      }),
    );
  });

  it('leaves the one it grew from as it was', () => {
    const frontier = grow([7]);
    const before = encodeFrontier(frontier);
    appendLeaves(frontier, all.slice(7, 20), sha256);
    expect(encodeFrontier(frontier)).toEqual(before);
    expect(EMPTY_FRONTIER).toEqual({ size: 0, peaks: [] });
  });

  it('comes back from its column as it was, and grows on', () => {
    fc.assert(
      fc.property(batches, (sizes) => {
        const frontier = grow(sizes);
        const bytes = encodeFrontier(frontier);
        const kept = decodeFrontier(Buffer.concat([Buffer.from([9]), bytes]).subarray(1));
        expect(kept.size).toBe(frontier.size);
        expect(kept.peaks.map(hex)).toEqual(frontier.peaks.map(hex));
        expect(encodeFrontier(kept)).toEqual(bytes);
        const rest = all.slice(frontier.size);
        expect(hex(frontierRoot(appendLeaves(kept, rest, sha256), sha256))).toBe(hex(mth(all, sha256)));
      }),
      { numRuns: 30 },
    );
  });

  it('stands in its column as eight bytes of size and its peaks, the largest first', () => {
    const peaks = [mth(all.slice(0, 4), sha256), mth(all.slice(4, 6), sha256), nth(all, 6)];
    expect(hex(encodeFrontier(grow([7])))).toBe(`0000000000000007${peaks.map(hex).join('')}`);
    expect(hex(encodeFrontier(EMPTY_FRONTIER))).toBe('0000000000000000');
  });

  it('shares no memory with the bytes it was read from', () => {
    const column = Buffer.from(encodeFrontier(grow([5])));
    const frontier = decodeFrontier(column);
    column.fill(0);
    expect(hex(frontierRoot(frontier, sha256))).toBe(hex(mth(all.slice(0, 5), sha256)));
  });

  it('is not read from bytes that were cut off, lengthened or given another size', () => {
    for (const count of [0, 1, 5, 7, 8, 300]) {
      const bytes = encodeFrontier(grow([count]));
      for (let length = 0; length < bytes.length; length += 1)
        expect(() => decodeFrontier(bytes.slice(0, length))).toThrow(/^a frontier /);
      for (const extra of [1, 8, 31, 32, 33, 64])
        expect(() => decodeFrontier(Buffer.concat([bytes, Buffer.alloc(extra)]))).toThrow(/^a frontier /);
    }
  });

  it.each([
    { what: 'no size', bytes: '00000000000000', says: 'a frontier has at least 8 bytes, not 7' },
    { what: 'a peak too few', bytes: '0000000000000003' + 'ab'.repeat(32), says: 'of 3 leaves has 2 peaks, not 1' },
    { what: 'a peak too many', bytes: '0000000000000002' + 'ab'.repeat(64), says: 'of 2 leaves has 1 peaks, not 2' },
    { what: 'a peak of nothing', bytes: '0000000000000000' + 'ab'.repeat(32), says: 'of 0 leaves has 0 peaks, not 1' },
    { what: 'half a peak', bytes: '0000000000000001' + 'ab'.repeat(16), says: 'of 24 bytes ends within a peak' },
    { what: 'too large a size', bytes: '0020000000000000' + 'ab'.repeat(32), says: 'not 9007199254740992' },
    { what: 'the largest size', bytes: 'ff'.repeat(8) + 'ab'.repeat(32 * 64), says: 'not 18446744073709552000' },
  ])('is not read from $what, and the error says so', ({ bytes, says }) => {
    expect(() => decodeFrontier(bytesOf(bytes))).toThrow(says);
  });

  it.each([
    { what: 'a negative size', frontier: { size: -1, peaks: [] } },
    { what: 'half a leaf', frontier: { size: 0.5, peaks: [] } },
    { what: 'too few peaks', frontier: { size: 5, peaks: all.slice(0, 1) } },
    { what: 'too many peaks', frontier: { size: 4, peaks: all.slice(0, 2) } },
    { what: 'a short peak', frontier: { size: 1, peaks: [new Uint8Array(31)] } },
  ])('of $what is neither written, grown nor taken for a tree', ({ frontier }) => {
    expect(() => encodeFrontier(frontier)).toThrow(/^a frontier/);
    expect(() => appendLeaves(frontier, [nth(all, 0)], sha256)).toThrow(/^a frontier/);
    expect(() => frontierRoot(frontier, sha256)).toThrow(/^a frontier/);
  });

  it('takes no leaf that is not 32 bytes long, nor does a tree', () => {
    const short = new Uint8Array(31);
    expect(() => appendLeaves(EMPTY_FRONTIER, [short], sha256)).toThrow('a hash has 32 bytes, not 31');
    expect(() => merkleRoot([nth(all, 0), short], sha256)).toThrow('a hash has 32 bytes, not 31');
  });
});

describe('the root of a hundred thousand leaves', () => {
  it('is that of the definition', () => {
    const leafHashes = leavesOf(100_003);
    expect(hex(merkleRoot(leafHashes, sha256))).toBe(hex(mth(leafHashes, sha256)));
  });
});

describe('a tree that is hashed whole', () => {
  it('gives every leaf of trees of 1 to 130 leaves the same way as a proof of its own', () => {
    for (let size = 1; size <= 130; size += 1) {
      const hashes = Array.from({ length: size }, (_, at) => sha256(Buffer.from(`${size} ${at}`)));
      const levels = treeLevels(hashes, sha256);
      expect(levels.at(-1)).toEqual([merkleRoot(hashes, sha256)]);
      for (let index = 0; index < size; index += 1)
        expect(pathIn(levels, index)).toEqual(inclusionProof(hashes, index, sha256));
    }
  });

  it.each([-1, 3, 0.5, Number.NaN])('has no leaf %s of three', (index) => {
    const hashes = [1, 2, 3].map((n) => sha256(Buffer.from([n])));
    expect(() => pathIn(treeLevels(hashes, sha256), index)).toThrow(RangeError);
  });
});
