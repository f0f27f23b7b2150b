import type { Readable } from 'node:stream';
import { readCsv } from './csv-reader.js';
import { type SheetFormat, type SheetLimits, type SheetRow, tooLarge, unreadable } from './sheet-row.js';
import { readXlsx } from './xlsx-reader.js';

const MEBIBYTE = 1_048_576;

/**
 * The rows of a spreadsheet, the header first, as they are asked for: however large the file is, a few chunks of it are held at a time
 * (and, of an XLSX, its table of shared strings). Rows that are blank throughout are left out.
 *
 * Whoever stops asking stops the reading. The stream is left where it stands and not destroyed, so that a request whose file is refused
 * can still be answered; who opened it ends it. An error of the stream itself is thrown as it is.
 *
 * Refuses with SPREADSHEET_UNREADABLE or SPREADSHEET_TOO_LARGE, possibly after many rows: nothing may take effect before the last one.
 */
export async function* readRows(
  stream: Readable,
  format: SheetFormat,
  limits: SheetLimits,
): AsyncGenerator<SheetRow, void, undefined> {
  const bytes = boundedBytes(stream, limits.bytes);
  let count = 0;
  for await (const row of format === 'csv' ? readCsv(bytes) : readXlsx(bytes)) {
    if (count > limits.rows) throw tooLarge(`表头以下 ${limits.rows} 行 ${limits.rows} rows below the header`);
    yield row;
    count += 1;
  }
  if (count === 0) throw unreadable('文件中没有内容 there is nothing in the file');
}

async function* boundedBytes(stream: Readable, maxBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let total = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    const bytes: Uint8Array = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    total += bytes.length;
    if (total > maxBytes) throw tooLarge(`${Math.floor(maxBytes / MEBIBYTE)} MiB`);
    yield bytes;
  }
}
