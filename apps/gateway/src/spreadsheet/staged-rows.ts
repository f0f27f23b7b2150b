import { Rejection, SHEET_BATCH_MAX } from '@yiditong/codes';
import type { SheetRow } from './sheet-row.js';

/** So many rows travel at a time; the next are read once these are staged. */
export const BATCH_ROWS = SHEET_BATCH_MAX;
/** Fewer where they are long, so that a batch of full cells is still a message that the services take. */
const BATCH_CHARACTERS = 4_000_000;

type Header = Pick<SheetRow, 'rowNumber' | 'sheet'> & { readonly titles: string[] };
type NumberedRow = { rowNumber: number; cells: string[] };
export type StagedBatch = { readonly header: string[]; readonly rows: NumberedRow[] };

/**
 * Hands the rows on in batches, one after another, and says how many there were. Rows keep the numbers that the spreadsheet program
 * shows; each has as many cells at least as the header. What is wrong with the header is told with its row and its sheet.
 */
export async function stageInBatches(
  rows: AsyncIterable<SheetRow>,
  stage: (batch: StagedBatch) => Promise<unknown>,
): Promise<number> {
  let header: Header | null = null;
  let batch: NumberedRow[] = [];
  let characters = 0;
  let count = 0;
  for await (const row of rows) {
    if (header === null) {
      header = { ...row, titles: [...row.cells] };
      continue;
    }
    const { rowNumber, cells } = row;
    batch.push({ rowNumber, cells: padded(cells, header.titles.length) });
    count += 1;
    characters += lengthOf(cells);
    if (batch.length < BATCH_ROWS && characters < BATCH_CHARACTERS) continue;
    await placed(header, stage({ header: header.titles, rows: batch }));
    batch = [];
    characters = 0;
  }
  if (batch.length > 0 && header !== null) await placed(header, stage({ header: header.titles, rows: batch }));
  return count;
}

/** Who judges a header knows neither its row nor its sheet. */
async function placed({ rowNumber, sheet }: Header, staged: Promise<unknown>): Promise<void> {
  try {
    await staged;
  } catch (error) {
    if (!(error instanceof Rejection) || error.reason !== 'SPREADSHEET_HEADER_INVALID') throw error;
    const [zh, en] = sheet === undefined ? ['', ''] : [`第 ${sheet} 个工作表`, `sheet ${sheet}, `];
    const problem = `${zh}第 ${rowNumber} 行：${error.params['problem']} (${en}row ${rowNumber})`;
    throw new Rejection('SPREADSHEET_HEADER_INVALID', { problem });
  }
}

function padded(cells: readonly string[], width: number): string[] {
  return [...cells, ...Array.from({ length: Math.max(0, width - cells.length) }, () => '')];
}

function lengthOf(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + cell.length, 0);
}
