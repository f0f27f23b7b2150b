const INITIAL_LENGTH = 64;

/**
 * A growing list of records of so many 32-bit integers: four bytes each, which the collector never looks at. A record lies together, since
 * among millions of them what reading costs is the way to the memory.
 */
export class Int32Records {
  private values: Int32Array;
  private count = 0;

  constructor(private readonly width: number) {
    this.values = new Int32Array(INITIAL_LENGTH * width);
  }

  get length(): number {
    return this.count;
  }

  /** Adds a record of zeros and answers its number. */
  append(): number {
    if ((this.count + 1) * this.width > this.values.length) {
      const longer = new Int32Array(this.values.length * 2);
      longer.set(this.values);
      this.values = longer;
    }
    return this.count++;
  }

  at(record: number, field: number): number {
    if (record >= this.count) throw new RangeError(`of ${this.count} records there is no ${record}`);
    return this.values[record * this.width + field] ?? 0;
  }

  set(record: number, field: number, value: number): void {
    this.values[record * this.width + field] = value;
  }
}

/** A growing list of amounts, which no 32 bits hold. */
export class BigInt64Column {
  private values = new BigInt64Array(INITIAL_LENGTH);
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(value: bigint): void {
    if (this.count === this.values.length) {
      const longer = new BigInt64Array(this.count * 2);
      longer.set(this.values);
      this.values = longer;
    }
    this.values[this.count++] = value;
  }

  at(index: number): bigint {
    if (index >= this.count) throw new RangeError(`a column of ${this.count} has no ${index}`);
    return this.values[index] ?? 0n;
  }
}
