import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { SheetFormat } from './sheet-row.js';
import { writeXlsx } from './xlsx-writer.js';

/** Also the text that the national interface hands its catalogues out in: tabs between cells, and no header. */
export type FileFormat = SheetFormat | 'txt';

const BATCH_CHARACTERS = 16_384;

/**
 * A spreadsheet of a header and rows, made as it is read: rows are asked for no faster than the bytes are taken. An error of the rows
 * ends the stream with it; destroying the stream ends the rows.
 */
export function writeRows(
  rows: AsyncIterable<readonly string[]>,
  header: readonly string[],
  format: FileFormat,
): Readable {
  if (format === 'txt') return Readable.from(tabbed(rows), { objectMode: false });
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

async function* tabbed(rows: AsyncIterable<readonly string[]>): AsyncGenerator<Buffer, void, undefined> {
  let batch = '';
  for await (const row of rows) {
    batch += `${row.map(oneLine).join('\t')}\n`;
    if (batch.length < BATCH_CHARACTERS) continue;
    yield Buffer.from(batch);
    batch = '';
  }
  if (batch !== '') yield Buffer.from(batch);
}

/** What would be taken for the end of a cell or of a row. */
function oneLine(cell: string): string {
  return cell.replace(/[\t\r\n]+/g, ' ');
}
