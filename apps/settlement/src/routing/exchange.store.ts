import type { Tx } from '@yiditong/chassis';
import { v7 as uuidv7 } from 'uuid';

export const OPERATIONS = ['trial', 'adjudicate', 'cancel', 'reverse', 'queryAdjudication'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Between whom, about which settlement, at which hospital's request. */
export type ExchangeParties = {
  readonly insuredProvince: string;
  readonly treatingProvince: string;
  /** Empty where a service asked by itself and no message says for whom. */
  readonly institutionCode: string;
  /** Null for a trial. */
  readonly settlementId: string | null;
};

/** One call to a home province, without a word about the person. */
export type Exchange = ExchangeParties & {
  readonly exchangeId: string;
  readonly operation: Operation;
  /** 角色: on whose behalf this side asked. */
  readonly role: string;
  readonly beganAt: Date;
  readonly timeCostMs: number;
  /** OK, or the reason. */
  readonly outcome: string;
  /** How many times it was sent; 0 where it was refused before. */
  readonly attempts: number;
};

/** What the home province is asked for: 就医地. */
export const TREATING_ROLE = '2';

/** By its time, so that exchanges are read in the order in which they began. */
export function exchangeIdAt(began: Date): string {
  return uuidv7({ msecs: began.getTime() });
}

/** The ids of all exchanges from an instant on. */
export function firstIdAt(instant: Date): string {
  return uuidv7({ msecs: Math.max(0, instant.getTime()), seq: 0, random: new Uint8Array(16) });
}

const COLUMNS = `exchange_id AS "exchangeId", operation, role, insured_province AS "insuredProvince", treating_province AS "treatingProvince",
  institution_code AS "institutionCode", settlement_id AS "settlementId", began_at AS "beganAt", time_cost_ms AS "timeCostMs", outcome, attempts`;

/** A batch that was written before, and whose commit nobody heard of, is written once. */
export async function insertExchanges(tx: Tx, exchanges: readonly Exchange[]): Promise<void> {
  await tx.query(
    `INSERT INTO exchange (exchange_id, operation, role, insured_province, treating_province, institution_code, settlement_id, began_at,
       time_cost_ms, outcome, attempts)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::timestamptz[], $9::int[],
       $10::text[], $11::int[]) ON CONFLICT DO NOTHING`,
    [
      exchanges.map((exchange) => exchange.exchangeId),
      exchanges.map((exchange) => exchange.operation),
      exchanges.map((exchange) => exchange.role),
      exchanges.map((exchange) => exchange.insuredProvince),
      exchanges.map((exchange) => exchange.treatingProvince),
      exchanges.map((exchange) => exchange.institutionCode),
      exchanges.map((exchange) => exchange.settlementId),
      exchanges.map((exchange) => exchange.beganAt),
      exchanges.map((exchange) => exchange.timeCostMs),
      exchanges.map((exchange) => exchange.outcome),
      exchanges.map((exchange) => exchange.attempts),
    ],
  );
}

export type ExchangePage = {
  readonly from: Date;
  readonly until: Date;
  readonly settlementId: string | null;
  readonly failedOnly: boolean;
  readonly after: string | null;
  readonly limit: number;
};

/** Newest first, of those that the tenant was a party to. */
export async function listExchanges(tx: Tx, page: ExchangePage): Promise<Exchange[]> {
  const { from, until, settlementId, failedOnly, after, limit } = page;
  return tx.query(
    `SELECT ${COLUMNS} FROM exchange
     WHERE exchange_id >= $1 AND exchange_id < $2 AND ($3::uuid IS NULL OR settlement_id = $3) AND (NOT $4 OR outcome <> 'OK')
       AND ($5::uuid IS NULL OR exchange_id < $5)
     ORDER BY exchange_id DESC LIMIT $6`,
    [firstIdAt(from), firstIdAt(until), settlementId, failedOnly, after, limit],
  );
}
