import { Int32Records } from './records.js';

/** A published version. Days are counted from 1970-01-01. */
export type ImageVersion = { readonly versionId: string; readonly effectiveDay: number };

/** In force for ever; no date is as late. */
export const NO_END = 0x7fffffff;
const NONE = -1;
const WITHDRAWN = -1;

const INITIAL_CODES = 1024;

/** The fields of a row. */
const SEQUENCE = 0;
const LAST_DAY = 1;
const CONTENT = 2;
/** The row that stood before it, or -1. */
const PREVIOUS = 3;
/** From here on what only some catalogues say. */
const EXTRAS = 4;

/**
 * What a catalogue ever said of its codes. Each code has a chain of rows, newest first; a row stands from its version on until a later
 * version has another. It only grows, and is asked as of a version's sequence: rows of a later one, which is being read, count for nobody.
 */
export class History {
  /** By sequence, which counts from 1. */
  private readonly versions: ImageVersion[] = [];
  private readonly rows: Int32Records;
  /** One more than the newest row of each code, by the code's number. */
  private newest = new Int32Array(INITIAL_CODES);

  /** With so many numbers more a row, which lie beside the others: what reading costs is the way to the memory. */
  constructor(extras = 0) {
    this.rows = new Int32Records(EXTRAS + extras);
  }

  get rowCount(): number {
    return this.rows.length;
  }

  get versionCount(): number {
    return this.versions.length;
  }

  /** In the order of their sequences, none left out. */
  addVersion(sequence: number, version: ImageVersion): void {
    if (sequence !== this.versions.length + 1)
      throw new RangeError(`version ${sequence} follows ${this.versions.length}`);
    this.versions.push(version);
  }

  /**
   * Adds what a version says of a code, and answers the row's number; rows are numbered from 0. A content is any number from 0 on, or null
   * where the version withdrew the code. A code's rows come in the order of their versions.
   */
  add(code: number, sequence: number, content: number | null, lastDay: number, extras: readonly number[] = []): number {
    this.makeRoomFor(code);
    const before = this.newestOf(code);
    const row = this.rows.append();
    this.rows.set(row, SEQUENCE, sequence);
    this.rows.set(row, LAST_DAY, lastDay);
    this.rows.set(row, CONTENT, content ?? WITHDRAWN);
    this.rows.set(row, PREVIOUS, before);
    extras.forEach((value, index) => this.rows.set(row, EXTRAS + index, value));
    this.newest[code] = row + 1;
    return row;
  }

  /** The sequence of the version in force on a day, as far as the catalogue was known up to a sequence; 0 where there is none. */
  versionInForce(day: number, upTo: number): number {
    for (let sequence = upTo; sequence > 0; sequence--) if (this.version(sequence).effectiveDay <= day) return sequence;
    return 0;
  }

  /** The row that counts for a code on a day, as far as the catalogue was known up to a sequence; -1 where it isn't in force. */
  rowInForce(code: number, day: number, upTo: number): number {
    for (let row = this.newestOf(code); row !== NONE; row = this.rows.at(row, PREVIOUS)) {
      const sequence = this.rows.at(row, SEQUENCE);
      if (sequence > upTo || this.version(sequence).effectiveDay > day) continue;
      return this.rows.at(row, CONTENT) !== WITHDRAWN && this.rows.at(row, LAST_DAY) >= day ? row : NONE;
    }
    return NONE;
  }

  version(sequence: number): ImageVersion {
    const version = this.versions[sequence - 1];
    if (version === undefined) throw new RangeError(`there is no version ${sequence}`);
    return version;
  }

  sequenceOf(row: number): number {
    return this.rows.at(row, SEQUENCE);
  }

  contentOf(row: number): number {
    return this.rows.at(row, CONTENT);
  }

  extraOf(row: number, index: number): number {
    return this.rows.at(row, EXTRAS + index);
  }

  private newestOf(code: number): number {
    return code < 0 ? NONE : (this.newest[code] ?? 0) - 1;
  }

  private makeRoomFor(code: number): void {
    if (code < this.newest.length) return;
    const longer = new Int32Array(Math.max(code + 1, this.newest.length * 2));
    longer.set(this.newest);
    this.newest = longer;
  }
}
