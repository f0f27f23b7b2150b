import { contextIn, type SealedColumns, type SealedTable, type Tx } from '@yiditong/chassis';
import type { Exchange } from './exchange.store.js';

export const REFUSED_ANSWERS: SealedTable = {
  table: 'refused_answer',
  column: 'answer_sealed',
  key: ['exchange_id', 'insured_province', 'treating_province'],
};

/** What a home province answered and nobody could take, without the answer. */
export type RefusedAnswer = Pick<
  Exchange,
  'exchangeId' | 'insuredProvince' | 'treatingProvince' | 'operation' | 'settlementId'
> & {
  /** The condition that doesn't hold. */
  readonly problem: string;
  /** SHA-256 of the answer, in hexadecimal. */
  readonly digest: string;
  readonly receivedAt: Date;
};

export function answerContext(of: Pick<RefusedAnswer, 'exchangeId' | 'insuredProvince' | 'treatingProvince'>) {
  return contextIn(REFUSED_ANSWERS, of.exchangeId, of.insuredProvince, of.treatingProvince);
}

export async function insertRefusedAnswer(tx: Tx, refused: RefusedAnswer, answer: SealedColumns): Promise<void> {
  await tx.query(
    `INSERT INTO refused_answer (exchange_id, insured_province, treating_province, operation, settlement_id, problem, digest, received_at,
       answer_sealed, key_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      refused.exchangeId,
      refused.insuredProvince,
      refused.treatingProvince,
      refused.operation,
      refused.settlementId,
      refused.problem,
      refused.digest,
      refused.receivedAt,
      answer.sealed,
      answer.keyVersion,
    ],
  );
}

/** Newest first, of those that the tenant was a party to. */
export async function listRefusedAnswers(
  tx: Tx,
  page: { readonly after: string | null; readonly limit: number },
): Promise<RefusedAnswer[]> {
  return tx.query(
    `SELECT exchange_id AS "exchangeId", insured_province AS "insuredProvince", treating_province AS "treatingProvince", operation,
       settlement_id AS "settlementId", problem, digest, received_at AS "receivedAt"
     FROM refused_answer WHERE ($1::uuid IS NULL OR exchange_id < $1) ORDER BY exchange_id DESC LIMIT $2`,
    [page.after, page.limit],
  );
}
