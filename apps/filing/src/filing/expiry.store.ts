import type { Tx } from '@yiditong/chassis';
import type { FilingRow } from './filing.entity.js';
import { FILING_COLUMNS, filingOf } from './filing.store.js';

/** Who has a filing that ended before today, and where he is insured. */
export type Outlived = { readonly personId: string; readonly filingId: string; readonly province: string };

/** Temporary filings in force whose last day is over, those over longest first. Nothing is locked. */
export async function outlivedFilings(tx: Tx, today: string, limit: number): Promise<Outlived[]> {
  return tx.query(
    `SELECT person_id AS "personId", filing_id AS "filingId", insured_province AS province FROM filing
     WHERE state = 'ACTIVE' AND valid_to IS NOT NULL AND valid_to < $1 ORDER BY valid_to LIMIT $2`,
    [today, limit],
  );
}

/** Those of them that still are so and that nobody else works on. */
export async function lockOutlived(tx: Tx, today: string, filings: readonly Outlived[]): Promise<FilingRow[]> {
  const rows: Parameters<typeof filingOf<FilingRow>>[0][] = await tx.query(
    `SELECT ${FILING_COLUMNS} FROM filing
     WHERE (person_id, filing_id) IN (SELECT * FROM unnest($2::uuid[], $3::uuid[]))
       AND state = 'ACTIVE' AND valid_to < $1
     ORDER BY filing_id FOR UPDATE OF filing SKIP LOCKED`,
    [today, filings.map(({ personId }) => personId), filings.map(({ filingId }) => filingId)],
  );
  return rows.map(filingOf<FilingRow>);
}
