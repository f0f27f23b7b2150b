import type { ClearingTable } from '@yiditong/ledger';
import { PrinterThread } from '../http/printer-thread.js';
import type { ClearingTableFormat } from './clearing-table-files.js';
import type { Language } from './clearing-table-text.js';

export type PrintedTables = {
  readonly tables: readonly ClearingTable[];
  readonly format: ClearingTableFormat;
  readonly language: Language;
};

/** Writes clearing tables as files; ten of them on paper take a second of CPU. */
export class ClearingTablePrinter extends PrinterThread<PrintedTables> {
  constructor(worker = new URL('clearing-table-worker.js', import.meta.url), mostWaiting?: number) {
    super(worker, mostWaiting);
  }
}
