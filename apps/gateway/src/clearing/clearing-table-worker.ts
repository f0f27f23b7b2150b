import type { PrintedTables } from './clearing-table-printer.js';
import { clearingTableFile } from './clearing-table-files.js';

/** What a thread of ClearingTablePrinter runs. It loads what sets type and nothing that talks to a service. */
export default ({ tables, format, language }: PrintedTables): Promise<Uint8Array> =>
  clearingTableFile(tables, format, language);
