import { StreamableFile } from '@nestjs/common';
import type { ClearingTable } from '@yiditong/ledger';
import { PrinterThread } from '../http/printer-thread.js';
import { CLEARING_TABLE_TYPES, type ClearingTableFormat } from './clearing-table-files.js';
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

  /** As an answer, to be kept under a name. */
  async file(printed: PrintedTables, name: string): Promise<StreamableFile> {
    const bytes = await this.print(printed);
    const [type, disposition] = [
      CLEARING_TABLE_TYPES[printed.format],
      `attachment; filename="${name}.${printed.format}"`,
    ];
    return new StreamableFile(bytes, { type, disposition, length: bytes.length });
  }
}
