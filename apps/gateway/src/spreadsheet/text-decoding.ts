import { TextDecoder } from 'node:util';

/** How much text from the first character beyond ASCII on decides between the encodings. */
const SAMPLE_BYTES = 65_536;

const UTF_8_MARK = Buffer.from('\uFEFF');

/** Neither encoding has a character that holds a byte below this one, but the character that the byte is by itself. */
const PLAIN_BELOW = 0x30;

/** That the bytes are of neither encoding from some place on. Who reads the text knows where, and refuses the file. */
export class Undecodable extends Error {}

/**
 * Text from bytes in UTF-8, with or without its mark, or in GB18030, which is what a Chinese spreadsheet program writes by default.
 * Both spell ASCII alike, so the choice waits for the first other character: what follows it is UTF-8 where it is valid as such, which
 * Chinese text in GB18030 practically never is. A byte that doesn't fit the choice later on ends the text just before it, never replaced,
 * with {@link Undecodable}.
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let text: Decoding | null = null;
  let held = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (text) {
      yield* text.decode(chunk);
      continue;
    }
    held = Buffer.concat([held, chunk]);
    const plain = asciiLength(held);
    if (plain > 0) yield held.toString('latin1', 0, plain);
    held = held.subarray(plain);
    if (held.length < SAMPLE_BYTES) continue;
    text = new Decoding(encodingOf(held, true));
    yield* text.decode(held);
  }
  if (text === null) {
    text = new Decoding(encodingOf(held, false));
    yield* text.decode(held);
  }
  text.end();
}

function asciiLength(bytes: Buffer): number {
  const other = bytes.findIndex((byte) => byte > 0x7f);
  return other < 0 ? bytes.length : other;
}

/** Of bytes that are neither, the encoding in which more of them can be read: that tells best where they are wrong. */
function encodingOf(sample: Buffer, more: boolean): string {
  const encodings = sample.subarray(0, UTF_8_MARK.length).equals(UTF_8_MARK) ? ['utf-8'] : ['utf-8', 'gb18030'];
  const fitting = encodings.find((encoding) => isTextIn(encoding, sample, more));
  if (fitting !== undefined) return fitting;
  const [first = 'utf-8', second = first] = encodings;
  return readableIn(first, sample).bytes >= readableIn(second, sample).bytes ? first : second;
}

function isTextIn(encoding: string, bytes: Buffer, more: boolean): boolean {
  try {
    decoderOf(encoding).decode(bytes, { stream: more });
    return true;
  } catch {
    return false;
  }
}

/** As much of the bytes as is text. Of bytes that are none, more bytes are none either, so that halving finds it. */
function readableIn(encoding: string, all: Buffer): { readonly text: string; readonly bytes: number } {
  let [bytes, bad] = [0, all.length + 1];
  while (bad - bytes > 1) {
    const middle = Math.floor((bytes + bad) / 2);
    if (isTextIn(encoding, all.subarray(0, middle), true)) bytes = middle;
    else bad = middle;
  }
  return { text: decoderOf(encoding).decode(all.subarray(0, bytes), { stream: true }), bytes };
}

function decoderOf(encoding: string): TextDecoder {
  return new TextDecoder(encoding, { fatal: true });
}

class Decoding {
  private readonly decoder: TextDecoder;
  /** What came since the last place where a character certainly ended: a decoder that failed can be set up again from there. */
  private since = Buffer.alloc(0);

  constructor(private readonly encoding: string) {
    this.decoder = decoderOf(encoding);
  }

  *decode(chunk: Uint8Array): Generator<string, void, undefined> {
    const bytes = Buffer.concat([this.since, chunk]);
    let text: string;
    try {
      text = this.decoder.decode(chunk, { stream: true });
    } catch {
      const told = readableIn(this.encoding, this.since).text.length;
      yield readableIn(this.encoding, bytes).text.slice(told);
      throw new Undecodable();
    }
    this.since = bytes.subarray(bytes.findLastIndex((byte) => byte < PLAIN_BELOW) + 1);
    yield text;
  }

  end(): void {
    try {
      this.decoder.decode();
    } catch {
      throw new Undecodable();
    }
  }
}
