const SEGMENT_BITS = 6;
const INITIAL_LENGTH = 8;

/**
 * Finds numbers from 0 on by the hash of what they stand for: open addressing with linear probing. It is cut into segments by the
 * lowest bits of the hash, each of which doubles by itself when it is three quarters full, so that nobody waits for millions to be moved
 * at once; they are few, so that where they lie is known to the processor's cache. Members are never removed.
 */
export class HashIndex {
  private readonly segments: Int32Array[] = Array.from(
    { length: 1 << SEGMENT_BITS },
    () => new Int32Array(INITIAL_LENGTH),
  );
  private readonly counts = new Int32Array(1 << SEGMENT_BITS);

  constructor(private readonly hashOf: (member: number) => number) {}

  /** The member that is sought, of those that may have the hash; -1 where there is none. */
  find(hash: number, isSought: (member: number) => boolean): number {
    const segment = this.segmentOf(hash);
    const mask = segment.length - 1;
    for (let at = (hash >>> SEGMENT_BITS) & mask; ; at = (at + 1) & mask) {
      // Free places hold 0, so members are kept as one more than they are.
      const member = (segment[at] ?? 0) - 1;
      if (member < 0 || isSought(member)) return member;
    }
  }

  /** The member must not be there yet. */
  add(hash: number, member: number): void {
    const which = hash & (this.segments.length - 1);
    let segment = this.segmentOf(hash);
    const count = (this.counts[which] ?? 0) + 1;
    this.counts[which] = count;
    if (count * 4 > segment.length * 3) {
      segment = this.doubled(segment);
      this.segments[which] = segment;
    }
    this.place(segment, hash, member);
  }

  private segmentOf(hash: number): Int32Array {
    const segment = this.segments[hash & (this.segments.length - 1)];
    if (segment === undefined) throw new RangeError('a hash belongs to a segment');
    return segment;
  }

  private doubled(segment: Int32Array): Int32Array {
    const longer = new Int32Array(segment.length * 2);
    for (const kept of segment) if (kept !== 0) this.place(longer, this.hashOf(kept - 1), kept - 1);
    return longer;
  }

  private place(segment: Int32Array, hash: number, member: number): void {
    const mask = segment.length - 1;
    let at = (hash >>> SEGMENT_BITS) & mask;
    while (segment[at] !== 0) at = (at + 1) & mask;
    segment[at] = member + 1;
  }
}
