import { groupBy, type Tx } from '@yiditong/chassis';
import type { ClearedFund, Insurance, VisitKind } from '@yiditong/codes';
import type { CellKey, FundAmount, ObligationKind } from '@yiditong/ledger';
import { fen, type Fen } from '@yiditong/money';

/** A directed pair of a cycle. */
export type CyclePair = { readonly businessDate: string; readonly payer: string; readonly payee: string };

export type PairCell = Pick<CellKey, 'insurance'> & {
  readonly obligationCount: bigint;
  readonly amountFen: Fen;
  readonly funds: readonly FundAmount[];
};

/** By insurance; of each fund by name. Empty where the caller's tenancy shows nothing of the pair. */
export async function pairCells(tx: Tx, { businessDate, payer, payee }: CyclePair): Promise<PairCell[]> {
  const pair = [businessDate, payer, payee];
  const cells: { insurance: Insurance; count: string; amount: string }[] = await tx.query(
    `SELECT insurance, obligation_count::text AS count, amount_fen::text AS amount FROM position
     WHERE business_date = $1 AND insured_province = $2 AND treating_province = $3 ORDER BY insurance`,
    pair,
  );
  const funds: { insurance: Insurance; fund: ClearedFund; amount: string }[] = await tx.query(
    `SELECT insurance, fund, amount_fen::text AS amount FROM fund_position
     WHERE business_date = $1 AND insured_province = $2 AND treating_province = $3 ORDER BY fund`,
    pair,
  );
  const fundsOf = groupBy(funds, ({ insurance }) => insurance);
  return cells.map(({ insurance, count, amount }) => ({
    insurance,
    obligationCount: BigInt(count),
    amountFen: fen(BigInt(amount)),
    funds: (fundsOf.get(insurance) ?? []).map((row) => ({ fund: row.fund, amountFen: fen(BigInt(row.amount)) })),
  }));
}

export type ObligationsAsked = CyclePair & {
  readonly insurance: Insurance;
  /** Null for all. */
  readonly fund: ClearedFund | null;
  /** A place in the cell's order, from 0. */
  readonly from: number;
  readonly limit: number;
};

export type BookedObligation = {
  readonly obligationId: string;
  readonly settlementId: string;
  readonly operationId: string;
  readonly kind: ObligationKind;
  readonly visitKind: VisitKind;
  readonly costMonth: string;
  readonly amountFen: Fen;
  readonly place: number;
  readonly funds: readonly FundAmount[];
};

type BookedRow = Omit<BookedObligation, 'amountFen' | 'place' | 'funds'> & {
  readonly amount: string;
  readonly place: string;
  readonly funds: readonly { readonly fund: ClearedFund; readonly amount: string }[];
};

/** In the order in which they were booked. */
export async function bookedObligations(tx: Tx, asked: ObligationsAsked): Promise<BookedObligation[]> {
  const { businessDate, payer, payee, insurance, fund, from, limit } = asked;
  const rows: BookedRow[] = await tx.query(
    `SELECT obligation_id AS "obligationId", settlement_id AS "settlementId", operation_id AS "operationId", kind,
            visit_kind AS "visitKind", cost_month AS "costMonth", amount_fen::text AS amount, leaf_index::text AS place,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('fund', p.fund, 'amount', p.amount_fen::text) ORDER BY p.fund), '[]') FROM posting p
             WHERE p.treating_province = o.treating_province AND p.obligation_id = o.obligation_id) AS funds
     FROM obligation o
     WHERE business_date = $1 AND treating_province = $2 AND insured_province = $3 AND insurance = $4 AND leaf_index >= $5
       AND ($6::text IS NULL OR EXISTS (SELECT 1 FROM posting p
         WHERE p.treating_province = o.treating_province AND p.obligation_id = o.obligation_id AND p.fund = $6))
     ORDER BY leaf_index LIMIT $7`,
    [businessDate, payee, payer, insurance, from, fund, limit],
  );
  return rows.map(({ amount, place, funds, ...row }) => ({
    ...row,
    amountFen: fen(BigInt(amount)),
    place: Number(place),
    funds: funds.map((paid) => ({ fund: paid.fund, amountFen: fen(BigInt(paid.amount)) })),
  }));
}
