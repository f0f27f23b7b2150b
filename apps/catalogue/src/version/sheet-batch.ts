import { setImmediate as nextTurn } from 'node:timers/promises';
import { ENTRY_COLUMNS, ITEM_COLUMNS, NATION, readSheetHeader, Rejection } from '@yiditong/codes';
import type { DraftHeader, Finding, SentRow, StagedRow } from './draft.entity.js';
import { readEntryRow } from './entry-row.js';
import { readItemRow } from './item-row.js';
import type { RowRead } from './sheet-reader.js';

/** The rows of a batch that could be read, what they are warned of, and what is wrong with the others. */
type Batch = { readonly rows: readonly StagedRow[]; readonly findings: readonly Finding[] };

const ROWS_A_TURN = 100;

/** Reads a batch by the template of its catalogue. Rejects with SPREADSHEET_HEADER_INVALID. */
export async function readSheet(
  province: string,
  titles: readonly string[],
  sent: readonly SentRow[],
): Promise<{ header: DraftHeader; batch: Batch }> {
  if (province === NATION) {
    const header = readSheetHeader(ITEM_COLUMNS, titles);
    if ('problem' in header) throw new Rejection('SPREADSHEET_HEADER_INVALID', header);
    return { header, batch: await readBatch(sent, (row) => readItemRow(header, row)) };
  }
  const header = readSheetHeader(ENTRY_COLUMNS, titles);
  if ('problem' in header) throw new Rejection('SPREADSHEET_HEADER_INVALID', header);
  return { header, batch: await readBatch(sent, (row) => readEntryRow(header, row)) };
}

/** Lets others have their turn in between: a hospital's classification must not wait for a file. */
async function readBatch(sent: readonly SentRow[], read: (row: SentRow) => RowRead): Promise<Batch> {
  const batch = { rows: [] as StagedRow[], findings: [] as Finding[] };
  for (const [index, one] of sent.entries()) {
    if (index % ROWS_A_TURN === ROWS_A_TURN - 1) await nextTurn();
    const found = read(one);
    if ('row' in found) batch.rows.push(found.row);
    batch.findings.push(...('row' in found ? found.warnings : found.errors));
  }
  return batch;
}
