import { pipeline, Readable } from 'node:stream';
import type { Rejection } from '@yiditong/codes';
import { CsvError, parse } from 'csv-parse';
import {
  cellName,
  MAX_CELL_CHARACTERS,
  MAX_COLUMNS,
  refuseCell,
  refuseColumn,
  type SheetRow,
  unreadable,
} from './sheet-row.js';
import { decodeText, Undecodable } from './text-decoding.js';

/** More than a row of full cells takes, in bytes. Without it a quote that is never closed would gather the rest of the file. */
const MAX_RECORD_BYTES = MAX_COLUMNS * MAX_CELL_CHARACTERS * 4;

const BROKEN: Readonly<Record<string, string>> = {
  CSV_MAX_RECORD_SIZE: '行过长或引号未闭合 it is too long, or a quote is not closed',
  CSV_QUOTE_NOT_CLOSED: '引号未闭合 a quote is not closed',
};

const MISPLACED = '引号使用有误 a quote stands where none may';
const NOT_TEXT = '不是 UTF-8 或 GB18030 编码的文本 the text is neither UTF-8 nor GB18030';

/** Stands for what is no text: the cell that the rows end with is the one to blame. */
const STAND_IN = '\uFFFD';

/** The rows of a CSV file: commas, quotes where a cell needs them, and any of the three line ends. */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SheetRow, void, undefined> {
  const parser = parse({
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: MAX_RECORD_BYTES,
  });
  const text = new ReadableText(bytes);
  // Errors reach the loop below through the parser, which the pipeline destroys with them.
  pipeline(Readable.from(text.chunks()), parser, () => undefined);
  let rowNumber = 0;
  let width = 0;
  try {
    for await (const record of parser) {
      rowNumber += 1;
      width = (record as readonly string[]).length;
      // The parser goes on to the place where the text breaks off, which is in the last of its records.
      if (text.brokeOff) continue;
      const cells = written(record as readonly string[], rowNumber);
      if (cells.length > 0) yield { rowNumber, cells };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The parser's own message quotes the cell. It counts the rows that it finished, which is more than were taken from it.
    const problem = text.brokeOff ? NOT_TEXT : (BROKEN[error.code] ?? MISPLACED);
    throw brokenFrom(Number(error['column']), Number(error['records']) + 1, problem);
  }
  if (text.brokeOff) throw brokenFrom(width - 1, rowNumber, NOT_TEXT);
}

function brokenFrom(column: number, row: number, problem: string): Rejection {
  const cell = cellName(column, row);
  return unreadable(`第 ${row} 行单元格 ${cell} 起${problem} (from row ${row} on, cell ${cell})`);
}

/** The text of a file up to where it is none, so that the parser comes to say which row and cell that is. */
class ReadableText {
  brokeOff = false;

  constructor(private readonly bytes: AsyncIterable<Uint8Array>) {}

  async *chunks(): AsyncGenerator<string, void, undefined> {
    try {
      for await (const text of decodeText(this.bytes)) {
        if (text.includes('\0')) throw unreadable('不是 CSV 文本文件 this is not a CSV text file');
        yield text;
      }
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error;
      this.brokeOff = true;
      yield STAND_IN;
    }
  }
}

function written(record: readonly string[], rowNumber: number): readonly string[] {
  const last = record.findLastIndex((cell) => cell !== '');
  if (last >= MAX_COLUMNS) refuseColumn(last, rowNumber);
  const long = record.findIndex((cell) => cell.length > MAX_CELL_CHARACTERS);
  if (long >= 0) refuseCell(long, rowNumber);
  return record.slice(0, last + 1);
}
