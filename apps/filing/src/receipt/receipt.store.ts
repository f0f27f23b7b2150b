import type { Tx } from '@yiditong/chassis';
import type { FilingRow } from '../filing/filing.entity.js';
import { FILING_COLUMNS, filingOf } from '../filing/filing.store.js';

/** A filing by its id alone, as a receipt names it: the one query that doesn't know the person. */
export async function findFilingOfReceipt(tx: Tx, filingId: string): Promise<FilingRow | null> {
  const [row]: Parameters<typeof filingOf<FilingRow>>[0][] = await tx.query(
    `SELECT ${FILING_COLUMNS} FROM filing WHERE filing_id = $1`,
    [filingId],
  );
  return row ? filingOf<FilingRow>(row) : null;
}
