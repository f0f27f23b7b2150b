import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { SheetFormat } from './sheet-row.js';
import { writeXlsx } from './xlsx-writer.js';

/**
 * A spreadsheet of a header and rows, made as it is read: rows are asked for no faster than the bytes are taken. An error of the rows
 * ends the stream with it; destroying the stream ends the rows.
 */
export function writeRows(
  rows: AsyncIterable<readonly string[]>,
  header: readonly string[],
  format: SheetFormat,
): Readable {
  const all = Readable.from(headed(header, rows));
  return format === 'csv' ? writeCsv(all) : writeXlsx(all);
}

async function* headed(
  header: readonly string[],
  rows: AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly string[], void, undefined> {
  yield header;
  yield* rows;
}

function writeCsv(rows: Readable): Readable {
  const writer = stringify({
    // Without the mark, Chinese spreadsheet programs take the file for GB18030.
    bom: true,
    record_delimiter: '\r\n',
    // A cell that a program would take for a formula runs on the desk of whoever opens the file.
    escape_formulas: true,
    quoted_match: /[\r\n]/,
  });
  pipeline(rows, writer, () => undefined);
  return writer;
}
