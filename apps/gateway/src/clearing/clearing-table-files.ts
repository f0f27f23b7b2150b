import { stringify } from 'csv-stringify/sync';
import type { ClearingTable } from '@yiditong/ledger';
import { CSV_TYPE, XLSX_TYPE } from '../spreadsheet/uploaded-sheet.js';
import { clearingTablePdf } from './clearing-table-pdf.js';
import { cellText, headings, wordsOf, type Language } from './clearing-table-text.js';
import { clearingTableWorkbook } from './clearing-table-workbook.js';

export const CLEARING_TABLE_FORMATS = ['csv', 'xlsx', 'pdf'] as const;
export type ClearingTableFormat = (typeof CLEARING_TABLE_FORMATS)[number];

export const CLEARING_TABLE_TYPES: Readonly<Record<ClearingTableFormat, string>> = {
  csv: `${CSV_TYPE}; charset=utf-8`,
  xlsx: XLSX_TYPE,
  pdf: 'application/pdf',
};

/**
 * Tables of a month's clearing as a file: one as CSV, any number as a workbook with a sheet each, or on A4 in both languages, that one
 * first. The same tables are the same bytes. Rejects with a RangeError where there is no table, or several for a CSV.
 */
export async function clearingTableFile(
  tables: readonly ClearingTable[],
  format: ClearingTableFormat,
  language: Language,
): Promise<Buffer> {
  const [first, ...others] = tables;
  if (!first) throw new RangeError('a file has a table at least');
  switch (format) {
    case 'csv':
      if (others.length > 0) throw new RangeError('a CSV has one table');
      return clearingTableCsv(first, language);
    case 'xlsx':
      return clearingTableWorkbook(tables, language);
    case 'pdf':
      return clearingTablePdf([first, ...others], language);
  }
}

/** Titles, rows, the total, and its words where it has them. */
function clearingTableCsv(table: ClearingTable, language: Language): Buffer {
  const words = wordsOf(table);
  const rows = [
    headings(table, language),
    ...[...table.rows, table.total].map((cells) => cells.map((cell) => cellText(cell, language))),
    ...(words ? [[words[0][language], words[1]]] : []),
  ];
  return Buffer.from(
    stringify(rows, {
      // Without the mark, Chinese spreadsheet programs take the file for GB18030.
      bom: true,
      record_delimiter: '\r\n',
      // All texts are our own. A guard against formulas would make a text of each amount below zero, and sums would miss it.
      escape_formulas: false,
    }),
  );
}
