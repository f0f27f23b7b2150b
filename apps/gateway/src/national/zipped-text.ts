import { crc32 } from 'node:zlib';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Rejection } from '@yiditong/codes';
import { fromBufferPromise, type Entry } from 'yauzl';
import { ZipFile } from 'yazl';

/** A thousand rows of a detail file have about 120 KB. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;
/** The same file has the same bytes, whenever it is made. */
const ZIP_EPOCH = new Date('1980-01-01T00:00:00Z');

/** Rows as tab-separated lines of UTF-8, zipped while they come. */
export async function zipRows(
  fileName: string,
  rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
): Promise<Buffer> {
  const zip = new ZipFile();
  const lines = Readable.from(linesOf(rows), { objectMode: false });
  const failed = new Promise<never>((_, reject) => {
    lines.once('error', reject);
    zip.once('error', reject);
  });
  zip.addReadStream(lines, fileName, { mtime: ZIP_EPOCH });
  zip.end();
  return Promise.race([buffer(zip.outputStream), failed]);
}

async function* linesOf(rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>): AsyncGenerator<Buffer> {
  for await (const row of rows) yield Buffer.from(`${row.map(cellText).join('\t')}\n`);
}

/** A tab or a line break inside a text would make two cells of one. */
function cellText(text: string): string {
  return text.replace(/[\t\r\n]/g, ' ');
}

/** The one text in a zip. Rejects with REQUEST_MALFORMED where it isn't a whole zip of one text in UTF-8, or PAYLOAD_TOO_LARGE. */
export async function unzipText(bytes: Buffer): Promise<string> {
  const unpacked = await unzipOne(bytes).catch((error: unknown) => {
    throw error instanceof Rejection ? error : malformed('the file is not a whole zip');
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(unpacked);
  } catch {
    throw malformed('the text is not in UTF-8');
  }
}

async function unzipOne(bytes: Buffer): Promise<Buffer> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true });
  const entries: Entry[] = [];
  for await (const one of zip.eachEntry()) entries.push(one);
  const [entry, ...others] = entries;
  if (!entry || others.length > 0) throw malformed('the zip must hold one file');
  if (entry.uncompressedSize > MAX_TEXT_BYTES) throw new Rejection('PAYLOAD_TOO_LARGE');
  // More than it declares ends in an error of the reader's.
  const unpacked = await buffer(await zip.openReadStreamPromise(entry));
  if (crc32(unpacked) !== entry.crc32) throw malformed('the file is not a whole zip');
  return unpacked;
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
