import { HashIndex, spread } from './hash-index.js';

const PAGE_BYTES = 1 << 20;
/** So long a code is at most; a UTF-16 unit takes three bytes at most, and the length one. */
const MAX_LENGTH = 64;
const ROOM = 1 + MAX_LENGTH * 3;
const NONE = -1;

/**
 * Numbers for codes, the same for all provinces, most of which list the same items. A code is written once, as bytes on a page after its
 * length, and its number is where; a million take some 40 MB and no object. Nothing is ever forgotten.
 */
export class CodeDictionary {
  private readonly pages: Buffer[] = [];
  private filled = PAGE_BYTES;
  private readonly index = new HashIndex(64, (id) => this.hashAt(id));
  private readonly sought = Buffer.alloc(ROOM);

  /** The code's number, or -1 where it has none. */
  find(code: string): number {
    if (code.length > MAX_LENGTH) return NONE;
    const length = writeCode(this.sought, code);
    return this.findSought(hashOf(this.sought, 0, length), length);
  }

  /** The code's number, a new one where it has none. Fails on what is too long for a code, which no table holds. */
  intern(code: string): number {
    if (code.length > MAX_LENGTH) throw new RangeError(`a code has ${MAX_LENGTH} characters at most`);
    const length = writeCode(this.sought, code);
    const hash = hashOf(this.sought, 0, length);
    const known = this.findSought(hash, length);
    if (known !== NONE) return known;
    const id = this.append(length);
    this.index.add(hash, id);
    return id;
  }

  codeOf(id: number): string {
    const page = this.pageOf(id);
    const from = id % PAGE_BYTES;
    return page.toString('utf8', from + 1, from + 1 + (page[from] ?? 0));
  }

  private findSought(hash: number, length: number): number {
    return this.index.find(hash, (id) => this.isSought(id, length));
  }

  private isSought(id: number, length: number): boolean {
    const page = this.pageOf(id);
    const from = id % PAGE_BYTES;
    // The length is the first byte, so that nothing is compared beyond a shorter code.
    for (let at = 0; at < length; at++) if (page[from + at] !== this.sought[at]) return false;
    return true;
  }

  private hashAt(id: number): number {
    const page = this.pageOf(id);
    const from = id % PAGE_BYTES;
    return hashOf(page, from, 1 + (page[from] ?? 0));
  }

  private append(length: number): number {
    if (this.filled + length > PAGE_BYTES) {
      this.pages.push(Buffer.alloc(PAGE_BYTES));
      this.filled = 0;
    }
    const id = (this.pages.length - 1) * PAGE_BYTES + this.filled;
    this.sought.copy(this.pageOf(id), this.filled, 0, length);
    this.filled += length;
    return id;
  }

  private pageOf(id: number): Buffer {
    const page = this.pages[Math.floor(id / PAGE_BYTES)];
    if (page === undefined) throw new RangeError('a code lies on a page');
    return page;
  }
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
