import { TextDecoder } from 'node:util';
import { unreadable } from './sheet-row.js';

/** How much text from the first character beyond ASCII on decides between the encodings. */
const SAMPLE_BYTES = 65_536;

const UTF_8_MARK = Buffer.from('\uFEFF');

const NOT_TEXT = '不是 UTF-8 或 GB18030 编码的文本 the text is neither UTF-8 nor GB18030';

/**
 * Text from bytes in UTF-8, with or without its mark, or in GB18030, which is what a Chinese spreadsheet program writes by default.
 * Both spell ASCII alike, so the choice waits for the first other character: what follows it is UTF-8 where it is valid as such, which
 * Chinese text in GB18030 practically never is. A byte that doesn't fit the choice later on is refused, never replaced.
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let decoder: TextDecoder | null = null;
  let held = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (decoder) {
      yield decode(decoder, chunk, true);
      continue;
    }
    held = Buffer.concat([held, chunk]);
    const plain = asciiLength(held);
    if (plain > 0) yield held.toString('latin1', 0, plain);
    held = held.subarray(plain);
    if (held.length < SAMPLE_BYTES) continue;
    decoder = decoderOf(held, true);
    yield decode(decoder, held, true);
  }
  if (decoder) yield decode(decoder, new Uint8Array(), false);
  else if (held.length > 0) yield decode(decoderOf(held, false), held, false);
}

function asciiLength(bytes: Buffer): number {
  const other = bytes.findIndex((byte) => byte > 0x7f);
  return other < 0 ? bytes.length : other;
}

function decoderOf(sample: Buffer, more: boolean): TextDecoder {
  if (sample.subarray(0, UTF_8_MARK.length).equals(UTF_8_MARK)) return new TextDecoder('utf-8', { fatal: true });
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: more });
    return new TextDecoder('utf-8', { fatal: true });
  } catch {
    return new TextDecoder('gb18030', { fatal: true });
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array, more: boolean): string {
  try {
    return decoder.decode(bytes, { stream: more });
  } catch {
    throw unreadable(NOT_TEXT);
  }
}
