import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { MAX_CELL_CHARACTERS, MAX_COLUMNS, refuseCell, refuseColumn, type SheetRow, unreadable } from './sheet-row.js';
import { decodeText } from './text-decoding.js';

/** More than a row of full cells takes, in bytes. Without it a quote that is never closed would gather the rest of the file. */
const MAX_RECORD_BYTES = MAX_COLUMNS * MAX_CELL_CHARACTERS * 4;

const BROKEN: Readonly<Record<string, string>> = {
  CSV_MAX_RECORD_SIZE: '行过长或引号未闭合 it is too long, or a quote is not closed',
  CSV_QUOTE_NOT_CLOSED: '引号未闭合 a quote is not closed',
};

/** The rows of a CSV file: commas, quotes where a cell needs them, and any of the three line ends. */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SheetRow, void, undefined> {
  const parser = parse({
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: MAX_RECORD_BYTES,
  });
  // Errors reach the loop below through the parser, which the pipeline destroys with them.
  pipeline(Readable.from(textOnly(decodeText(bytes))), parser, () => undefined);
  let rowNumber = 0;
  try {
    for await (const record of parser) {
      rowNumber += 1;
      const cells = written(record as readonly string[], rowNumber);
      if (cells.length > 0) yield { rowNumber, cells };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The parser's own message quotes the cell. It counts the rows that it finished, which is more than were taken from it.
    const problem = BROKEN[error.code] ?? '引号使用有误 a quote stands where none may';
    const broken = Number(error['records']) + 1;
    throw unreadable(`第 ${broken} 行起${problem} (from row ${broken} on)`);
  }
}

async function* textOnly(texts: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  for await (const text of texts) {
    if (text.includes('\0')) throw unreadable('不是 CSV 文本文件 this is not a CSV text file');
    yield text;
  }
}

function written(record: readonly string[], rowNumber: number): readonly string[] {
  const last = record.findLastIndex((cell) => cell !== '');
  if (last >= MAX_COLUMNS) refuseColumn(last, rowNumber);
  const long = record.findIndex((cell) => cell.length > MAX_CELL_CHARACTERS);
  if (long >= 0) refuseCell(long, rowNumber);
  return record.slice(0, last + 1);
}
