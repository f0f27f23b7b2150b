import type { filingV1 } from '@yiditong/contracts';
import type { SheetRow } from '../spreadsheet/sheet-row.js';

/** So many rows travel at a time; the next are read once these are staged. */
export const BATCH_ROWS = 500;

export type StagedBatch = { readonly header: string[]; readonly rows: filingV1.ImportRow[] };

/**
 * Hands the rows on in batches, one after another, and says how many there were. Rows keep the numbers that the spreadsheet program
 * shows; each has as many cells at least as the header.
 */
export async function stageInBatches(
  rows: AsyncIterable<SheetRow>,
  stage: (batch: StagedBatch) => Promise<unknown>,
): Promise<number> {
  let header: string[] | null = null;
  let batch: filingV1.ImportRow[] = [];
  let count = 0;
  for await (const { rowNumber, cells } of rows) {
    if (header === null) {
      header = [...cells];
      continue;
    }
    batch.push({ rowNumber, cells: padded(cells, header.length) });
    count += 1;
    if (batch.length < BATCH_ROWS) continue;
    await stage({ header, rows: batch });
    batch = [];
  }
  if (batch.length > 0 && header !== null) await stage({ header, rows: batch });
  return count;
}

function padded(cells: readonly string[], width: number): string[] {
  return [...cells, ...Array.from({ length: Math.max(0, width - cells.length) }, () => '')];
}
