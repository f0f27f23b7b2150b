import { groupBy, sha256, type Tx } from '@yiditong/chassis';
import type { ClearedFund } from '@yiditong/codes';
import {
  appendLeaves,
  cellKey,
  decodeFrontier,
  EMPTY_FRONTIER,
  encodeFrontier,
  obligationAmount,
  type CellKey,
  type Frontier,
  type FundAmount,
} from '@yiditong/ledger';
import { fen, type Fen } from '@yiditong/money';
import type { HashedObligation, PlacedObligation } from '../obligation/obligation.store.js';

/** A cell as it stands: its figures, its funds, and the tree over its obligations. */
export type KeptCell = CellKey & {
  readonly obligationCount: bigint;
  readonly amountFen: Fen;
  readonly funds: readonly FundAmount[];
  readonly frontier: Frontier;
};

type Cell = CellKey & { readonly businessDate: string; readonly frontier: Frontier };

/**
 * Moves the matrix by obligations of one treating province, and gives each its place in the tree of its cell: in the order given,
 * after all that were booked before. The cells are locked in key order, so that two batches wait for each other instead of deadlocking.
 */
export async function moveMatrix(
  tx: Tx,
  treatingProvince: string,
  obligations: readonly HashedObligation[],
): Promise<PlacedObligation[]> {
  const byCell = groupBy(obligations, (obligation) => `${obligation.businessDate}|${cellKey(obligation)}`);
  const placed: PlacedObligation[] = [];
  const moved: (Cell & { readonly amountFen: bigint; readonly count: number })[] = [];
  for (const cell of await lockCells(tx, treatingProvince, obligations)) {
    const own = byCell.get(`${cell.businessDate}|${cellKey(cell)}`) ?? [];
    placed.push(...own.map((obligation, index) => ({ ...obligation, leafIndex: cell.frontier.size + index })));
    const frontier = appendLeaves(
      cell.frontier,
      own.map(({ leafHash }) => leafHash),
      sha256,
    );
    const amountFen = own.reduce((sum, obligation) => sum + obligationAmount(obligation), 0n);
    moved.push({ ...cell, frontier, amountFen, count: own.length });
  }
  await updateCells(tx, treatingProvince, moved);
  await moveFunds(tx, treatingProvince, obligations);
  return placed;
}

async function lockCells(tx: Tx, treatingProvince: string, keys: readonly HashedObligation[]): Promise<Cell[]> {
  const columns = [
    treatingProvince,
    keys.map((key) => key.businessDate),
    keys.map((key) => key.insuredProvince),
    keys.map((key) => key.insurance),
  ];
  await tx.query(
    `INSERT INTO position (treating_province, business_date, insured_province, insurance, amount_fen, obligation_count, frontier)
     SELECT DISTINCT $1, business_date, insured_province, insurance, 0, 0, decode($5, 'hex')
     FROM unnest($2::date[], $3::text[], $4::text[]) AS arrived(business_date, insured_province, insurance)
     ORDER BY 2, 3, 4 ON CONFLICT DO NOTHING`,
    [...columns, Buffer.from(encodeFrontier(EMPTY_FRONTIER)).toString('hex')],
  );
  const rows: (CellKey & { businessDate: string; frontier: Buffer })[] = await tx.query(
    `SELECT to_char(business_date, 'YYYY-MM-DD') AS "businessDate", insured_province AS "insuredProvince",
            treating_province AS "treatingProvince", insurance, frontier
     FROM position
     WHERE treating_province = $1 AND (business_date, insured_province, insurance) IN (SELECT * FROM unnest($2::date[], $3::text[], $4::text[]))
     ORDER BY business_date, insured_province, insurance FOR UPDATE`,
    columns,
  );
  return rows.map((row) => ({ ...row, frontier: decodeFrontier(row.frontier) }));
}

async function updateCells(
  tx: Tx,
  treatingProvince: string,
  cells: readonly (Cell & { readonly amountFen: bigint; readonly count: number })[],
): Promise<void> {
  await tx.query(
    `UPDATE position SET amount_fen = position.amount_fen + moved.amount_fen, obligation_count = obligation_count + moved.count,
       frontier = decode(moved.frontier, 'hex')
     FROM unnest($2::date[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[])
       AS moved(business_date, insured_province, insurance, amount_fen, count, frontier)
     WHERE position.treating_province = $1 AND position.business_date = moved.business_date
       AND position.insured_province = moved.insured_province AND position.insurance = moved.insurance`,
    [
      treatingProvince,
      cells.map((cell) => cell.businessDate),
      cells.map((cell) => cell.insuredProvince),
      cells.map((cell) => cell.insurance),
      cells.map((cell) => String(cell.amountFen)),
      cells.map((cell) => cell.count),
      cells.map((cell) => Buffer.from(encodeFrontier(cell.frontier)).toString('hex')),
    ],
  );
}

/** Behind the locks of the cells, which every batch that moves their funds has to hold. */
async function moveFunds(tx: Tx, treatingProvince: string, obligations: readonly HashedObligation[]): Promise<void> {
  const rows = obligations.flatMap((obligation) => obligation.funds.map((fund) => ({ ...obligation, ...fund })));
  await tx.query(
    `INSERT INTO fund_position (treating_province, business_date, insured_province, insurance, fund, amount_fen)
     SELECT $1, business_date, insured_province, insurance, fund, sum(amount_fen)
     FROM unnest($2::date[], $3::text[], $4::text[], $5::text[], $6::bigint[]) AS moved(business_date, insured_province, insurance, fund, amount_fen)
     GROUP BY 2, 3, 4, 5 ORDER BY 2, 3, 4, 5
     ON CONFLICT (treating_province, business_date, insured_province, insurance, fund)
       DO UPDATE SET amount_fen = fund_position.amount_fen + excluded.amount_fen`,
    [
      treatingProvince,
      rows.map((row) => row.businessDate),
      rows.map((row) => row.insuredProvince),
      rows.map((row) => row.insurance),
      rows.map((row) => row.fund),
      rows.map((row) => String(row.amountFen)),
    ],
  );
}

/** The cycle's whole matrix. */
export async function matrixOf(tx: Tx, businessDate: string): Promise<KeptCell[]> {
  const cells: (CellKey & { count: string; amount: string; frontier: Buffer })[] = await tx.query(
    `SELECT insured_province AS "insuredProvince", treating_province AS "treatingProvince", insurance, obligation_count::text AS count,
            amount_fen::text AS amount, frontier FROM position WHERE business_date = $1`,
    [businessDate],
  );
  const funds: (CellKey & { fund: ClearedFund; amount: string })[] = await tx.query(
    `SELECT insured_province AS "insuredProvince", treating_province AS "treatingProvince", insurance, fund, amount_fen::text AS amount
     FROM fund_position WHERE business_date = $1 ORDER BY fund`,
    [businessDate],
  );
  const fundsOf = groupBy(funds, cellKey);
  return cells.map(({ count, amount, frontier, ...key }) => ({
    ...key,
    obligationCount: BigInt(count),
    amountFen: fen(BigInt(amount)),
    funds: (fundsOf.get(cellKey(key)) ?? []).map((row) => ({ fund: row.fund, amountFen: fen(BigInt(row.amount)) })),
    frontier: decodeFrontier(frontier),
  }));
}
