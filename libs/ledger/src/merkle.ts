/** A cryptographic hash, given by the caller: this library has no I/O. */
export type Hash = (bytes: Uint8Array) => Uint8Array;

const LEAF = 0x00;
const NODE = 0x01;

/** The hash of one leaf. Leaves and nodes are hashed with different prefixes, so that no node can pass for a leaf. */
export function merkleLeaf(leaf: string, hash: Hash): Uint8Array {
  return hash(prefixed(LEAF, new TextEncoder().encode(leaf)));
}

/** The root of the tree of RFC 9162 §2.1.1 over leaf hashes in the order given. The empty tree is the hash of nothing. */
export function merkleRoot(leafHashes: readonly Uint8Array[], hash: Hash): Uint8Array {
  return leafHashes.length === 0 ? hash(new Uint8Array()) : rootOf(leafHashes, hash);
}

function rootOf(hashes: readonly Uint8Array[], hash: Hash): Uint8Array {
  const [only] = hashes;
  if (hashes.length === 1 && only) return only;
  const left = largestPowerOfTwoBelow(hashes.length);
  return hash(prefixed(NODE, rootOf(hashes.slice(0, left), hash), rootOf(hashes.slice(left), hash)));
}

function largestPowerOfTwoBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function prefixed(prefix: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(1 + parts.reduce((length, part) => length + part.length, 0));
  bytes[0] = prefix;
  let offset = 1;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
