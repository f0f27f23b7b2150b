import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { Rejection } from '@yiditong/codes';
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl';
import { tooLarge, unreadable } from './sheet-row.js';

const NOT_WHOLE = '不是完整的 XLSX 文件 this is not a whole XLSX file';

const MEBIBYTE = 1_048_576;
const MAX_PARTS = 1_000;
const MAX_UNPACKED_BYTES = 512 * MEBIBYTE;
/** Sheets of much-repeated values pack to a fiftieth; what is made to burst packs to a thousandth. */
const MAX_RATIO = 200;
const MIN_RATIO_BYTES = MEBIBYTE;
/** Excel 97 files, and every file that has a password to open. */
const OLE_MARK = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/** The parts of an XLSX file, which is a zip of XML documents. */
export type Archive = { readonly zip: ZipFile; readonly entries: ReadonlyMap<string, Entry> };

/** Reads the archive's directory. What it declares is enough to tell a bomb: parts that hold more than declared end in an error. */
export async function openArchive(file: FileHandle): Promise<Archive> {
  const start = await file.read(Buffer.alloc(OLE_MARK.length), 0, OLE_MARK.length, 0);
  if (start.bytesRead === 0) throw unreadable('文件为空 the file is empty');
  if (start.buffer.equals(OLE_MARK))
    throw unreadable('文件已加密或是旧版 XLS the file has a password or is of the old XLS format');
  return readingZip(async () => {
    const zip = await fromFdPromise(file.fd, { autoClose: false, lazyEntries: true });
    const entries = new Map<string, Entry>();
    let unpacked = 0;
    for await (const entry of zip.eachEntry()) {
      unpacked += entry.uncompressedSize;
      refuseBomb(entry, unpacked);
      entries.set(entry.fileName, entry);
      if (entries.size > MAX_PARTS) throw tooLarge(`压缩包内 ${MAX_PARTS} 个部件 ${MAX_PARTS} parts in the archive`);
    }
    return { zip, entries };
  });
}

function refuseBomb(entry: Entry, unpacked: number): void {
  if (unpacked > MAX_UNPACKED_BYTES) throw tooLarge(`解压后 ${MAX_UNPACKED_BYTES / MEBIBYTE} MiB unpacked`);
  if (entry.uncompressedSize > MIN_RATIO_BYTES && entry.uncompressedSize > entry.compressedSize * MAX_RATIO)
    throw tooLarge(`压缩比 ${MAX_RATIO} compression ratio ${MAX_RATIO}`);
}

/** The text of one part, a chunk at a time, with its checksum tried at the end. Stopping early closes it. */
export async function* readPart(
  archive: Archive,
  path: string,
  maxBytes: number,
): AsyncGenerator<string, void, undefined> {
  const entry = archive.entries.get(path);
  if (!entry) throw unreadable('缺少工作簿部件 a part of the workbook is missing');
  if (entry.uncompressedSize > maxBytes)
    throw tooLarge(`工作簿部件解压后 ${maxBytes / MEBIBYTE} MiB in one part of the workbook`);
  if (!entry.canDecodeFileData()) throw unreadable('压缩包已加密 the archive is encrypted');
  const stream = await readingZip(() => archive.zip.openReadStreamPromise(entry));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const chunks = stream.iterator();
  let checksum = 0;
  try {
    for (;;) {
      // Only reading is translated: what the consumer throws while a chunk is out is its own.
      const text = await readingZip(async () => {
        const { value, done } = await chunks.next();
        if (done === true) return null;
        checksum = crc32(value as Uint8Array, checksum);
        return decoder.decode(value as Uint8Array, { stream: true });
      });
      if (text === null) break;
      yield text;
    }
    if (checksum !== entry.crc32) throw unreadable(NOT_WHOLE);
  } finally {
    stream.destroy();
  }
}

/** Zip and inflate errors are the file's; those of a system call are ours. */
async function readingZip<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Rejection || 'syscall' in error) throw error;
    throw unreadable(NOT_WHOLE);
  }
}
