/**
 * A cryptographic hash of 32 bytes, such as SHA-256 or SM3, given by the caller: this library has no I/O. It returns a new array and
 * doesn't keep the one it is given, which is used again.
 */
export type Hash = (bytes: Uint8Array) => Uint8Array;

/** Of every hash in a tree. Were lengths free, bytes could be moved from one half of a node to the other. */
export const HASH_BYTES = 32;

const LEAF = 0x00;
const NODE = 0x01;

/** The hash of one leaf. Leaves and nodes are hashed with different prefixes, so that no node can pass for a leaf. */
export function merkleLeaf(leaf: string, hash: Hash): Uint8Array {
  const text = new TextEncoder().encode(leaf);
  const bytes = new Uint8Array(1 + text.length);
  bytes[0] = LEAF;
  bytes.set(text, 1);
  return hash(bytes);
}

/** The root of the tree of RFC 9162 §2.1.1 over leaf hashes in the order given. The empty tree is the hash of nothing. */
export function merkleRoot(leafHashes: readonly Uint8Array[], hash: Hash): Uint8Array {
  const peaks: Uint8Array[] = [];
  growPeaks(peaks, 0, leafHashes, hash);
  return joinPeaks(peaks, hash);
}

/** Adds leaves to the roots of a tree's full subtrees, largest first, of which there is one for each bit of the tree's size. */
export function growPeaks(peaks: Uint8Array[], size: number, leafHashes: readonly Uint8Array[], hash: Hash): void {
  const node = nodeHash(hash);
  let grown = size;
  for (const leafHash of leafHashes) {
    let peak = ofHashLength(leafHash);
    for (let rest = grown; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = peaks.pop();
      if (!left) throw new Error(`a tree of ${size} leaves has more peaks`);
      peak = node(left, peak);
    }
    peaks.push(peak);
    grown += 1;
  }
}

/** The root of the tree that has these peaks, largest first. */
export function joinPeaks(peaks: readonly Uint8Array[], hash: Hash): Uint8Array {
  const last = peaks.at(-1);
  if (!last) return hash(new Uint8Array());
  const node = nodeHash(hash);
  return peaks.slice(0, -1).reduceRight((right, left) => node(left, right), last);
}

/** The hash of two subtrees. All nodes of one call share a buffer. Throws where a subtree's hash isn't of 32 bytes. */
export function nodeHash(hash: Hash): (left: Uint8Array, right: Uint8Array) => Uint8Array {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES);
  bytes[0] = NODE;
  return (left, right) => {
    bytes.set(ofHashLength(left), 1);
    bytes.set(ofHashLength(right), 1 + HASH_BYTES);
    return hash(bytes);
  };
}

function ofHashLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== HASH_BYTES) throw new Error(`a hash has ${HASH_BYTES} bytes, not ${bytes.length}`);
  return bytes;
}
