import { growPeaks, HASH_BYTES, joinPeaks, type Hash } from './merkle.js';

/**
 * What a tree that only grows is known by: its size, below 2^53, and the roots of its full subtrees, largest first, one for each bit of
 * the size. A row can keep a tree of any size so: n leaves more cost n hashes, and a few for the size.
 */
export type Frontier = { readonly size: number; readonly peaks: readonly Uint8Array[] };

export const EMPTY_FRONTIER: Frontier = { size: 0, peaks: [] };

const SIZE_BYTES = 8;

/** The frontier after more leaves, in the order given. Throws where it is none, or a leaf's hash isn't of 32 bytes. */
export function appendLeaves(frontier: Frontier, leafHashes: readonly Uint8Array[], hash: Hash): Frontier {
  requireFrontier(frontier);
  const peaks = [...frontier.peaks];
  growPeaks(peaks, frontier.size, leafHashes, hash);
  return { size: frontier.size + leafHashes.length, peaks };
}

/** The root of RFC 9162 §2.1.1 over all the leaves. Throws where it is no frontier. */
export function frontierRoot(frontier: Frontier, hash: Hash): Uint8Array {
  requireFrontier(frontier);
  return joinPeaks(frontier.peaks, hash);
}

/** As a column keeps it: the size in eight bytes, the highest first, then the peaks. Throws where it is no frontier. */
export function encodeFrontier(frontier: Frontier): Uint8Array {
  requireFrontier(frontier);
  const { size, peaks } = frontier;
  const bytes = new Uint8Array(SIZE_BYTES + HASH_BYTES * peaks.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(size));
  for (const [at, peak] of peaks.entries()) bytes.set(peak, SIZE_BYTES + HASH_BYTES * at);
  return bytes;
}

/** Throws where the bytes are no frontier: cut off, too long, or not as many peaks as the size has bits. */
export function decodeFrontier(bytes: Uint8Array): Frontier {
  if (bytes.length < SIZE_BYTES) throw new Error(`a frontier has at least ${SIZE_BYTES} bytes, not ${bytes.length}`);
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0));
  const count = (bytes.length - SIZE_BYTES) / HASH_BYTES;
  if (!Number.isInteger(count)) throw new Error(`a frontier of ${bytes.length} bytes ends within a peak`);
  const peaks = Array.from({ length: count }, (_, at) => {
    const start = SIZE_BYTES + HASH_BYTES * at;
    // A Buffer's own slice would share its memory.
    return new Uint8Array(bytes.subarray(start, start + HASH_BYTES));
  });
  const frontier = { size, peaks };
  requireFrontier(frontier);
  return frontier;
}

function requireFrontier({ size, peaks }: Frontier): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new Error(`a frontier has from 0 to 2^53 leaves, not ${size}`);
  const count = size.toString(2).replaceAll('0', '').length;
  if (peaks.length !== count) throw new Error(`a frontier of ${size} leaves has ${count} peaks, not ${peaks.length}`);
  for (const { length } of peaks)
    if (length !== HASH_BYTES) throw new Error(`a frontier's peak has ${HASH_BYTES} bytes, not ${length}`);
}
