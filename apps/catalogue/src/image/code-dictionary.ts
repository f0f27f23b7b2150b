import { HashIndex } from './hash-index.js';
import { Int32Records } from './records.js';

const PAGE_BYTES = 1 << 20;
/** So long a code is at most; a UTF-16 unit takes three bytes at most, and the length one. */
const MAX_LENGTH = 64;
const ROOM = 1 + MAX_LENGTH * 3;
/** A code's number stands before it. */
const NUMBER_BYTES = 4;
const NONE = -1;

/**
 * Numbers for codes from 0 on, the same for all provinces, most of which list the same items. A code is written once, as bytes on a page
 * after its number and its length; a million take some 40 MB and no object. Nothing is ever forgotten.
 */
export class CodeDictionary {
  private readonly pages: Buffer[] = [];
  private filled = PAGE_BYTES;
  /** Where each code lies, by its number. */
  private readonly places = new Int32Records(1);
  private readonly index = new HashIndex((place) => this.hashAt(place));
  private readonly sought = Buffer.alloc(ROOM);

  /** The code's number, or -1 where it has none. */
  find(code: string): number {
    if (code.length > MAX_LENGTH) return NONE;
    const length = writeCode(this.sought, code);
    const place = this.findSought(hashOf(this.sought, 0, length), length);
    return place === NONE ? NONE : this.numberAt(place);
  }

  /** The code's number, a new one where it has none. Fails on what is too long for a code, which no table holds. */
  intern(code: string): number {
    if (code.length > MAX_LENGTH) throw new RangeError(`a code has ${MAX_LENGTH} characters at most`);
    const length = writeCode(this.sought, code);
    const hash = hashOf(this.sought, 0, length);
    const known = this.findSought(hash, length);
    if (known !== NONE) return this.numberAt(known);
    const number = this.places.append();
    const place = this.append(number, length);
    this.places.set(number, 0, place);
    this.index.add(hash, place);
    return number;
  }

  codeOf(number: number): string {
    const place = this.places.at(number, 0);
    const page = this.pageOf(place);
    const from = lengthAt(place);
    return page.toString('utf8', from + 1, from + 1 + (page[from] ?? 0));
  }

  private numberAt(place: number): number {
    return this.pageOf(place).readInt32LE(place % PAGE_BYTES);
  }

  private findSought(hash: number, length: number): number {
    return this.index.find(hash, (place) => this.isSought(place, length));
  }

  private isSought(place: number, length: number): boolean {
    const page = this.pageOf(place);
    const from = lengthAt(place);
    // The length is the first byte, so that nothing is compared beyond a shorter code.
    for (let at = 0; at < length; at++) if (page[from + at] !== this.sought[at]) return false;
    return true;
  }

  private hashAt(place: number): number {
    const page = this.pageOf(place);
    const from = lengthAt(place);
    return hashOf(page, from, 1 + (page[from] ?? 0));
  }

  private append(number: number, length: number): number {
    const bytes = NUMBER_BYTES + length;
    if (this.filled + bytes > PAGE_BYTES) {
      this.pages.push(Buffer.alloc(PAGE_BYTES));
      this.filled = 0;
    }
    const place = (this.pages.length - 1) * PAGE_BYTES + this.filled;
    const page = this.pageOf(place);
    page.writeInt32LE(number, this.filled);
    this.sought.copy(page, this.filled + NUMBER_BYTES, 0, length);
    this.filled += bytes;
    return place;
  }

  private pageOf(place: number): Buffer {
    const page = this.pages[Math.floor(place / PAGE_BYTES)];
    if (page === undefined) throw new RangeError('a code lies on a page');
    return page;
  }
}

/** Where on its page a code's length stands. */
function lengthAt(place: number): number {
  return (place % PAGE_BYTES) + NUMBER_BYTES;
}

/** Writes a code's length and its bytes, and answers how many these are; ASCII by hand, since a native call costs more than twenty characters. */
function writeCode(room: Buffer, code: string): number {
  for (let at = 0; at < code.length; at++) {
    const unit = code.charCodeAt(at);
    if (unit > 0x7f) {
      const bytes = room.write(code, 1);
      room[0] = bytes;
      return bytes + 1;
    }
    room[at + 1] = unit;
  }
  room[0] = code.length;
  return code.length + 1;
}

/** FNV-1a, spread, since the lowest bits choose the segment and the others the place in it. */
function hashOf(bytes: Buffer, from: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < from + length; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return spread(hash);
}

/** Spreads all bits of an integer over all bits of the hash (the finalizer of MurmurHash3). */
function spread(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
