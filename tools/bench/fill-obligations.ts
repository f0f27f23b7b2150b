import { createHash } from 'node:crypto';
import { PROVINCES } from '@yiditong/codes';
import { appendLeaves, EMPTY_FRONTIER, encodeFrontier } from '@yiditong/ledger';
import pg from 'pg';

const CODES = PROVINCES.map(({ code }) => `'${code}'`).join(',');
const PARTIES = PROVINCES.length;
const CLEARING_TABLES = ['obligation', 'posting'];
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/**
 * The n-th obligation of a day, in SQL: its parties walk through all pairs, every third has a second fund and every fifth a third. Its
 * leaf is not of the form that clearing writes, which no close looks at.
 */
const OBLIGATIONS = `
  SELECT n, md5('obligation ' || day || n)::uuid AS obligation_id, day AS business_date,
         (ARRAY[${CODES}])[n % ${PARTIES} + 1] AS treating_province,
         (ARRAY[${CODES}])[(n % ${PARTIES} + 1 + n / ${PARTIES} % ${PARTIES - 1}) % ${PARTIES} + 1] AS insured_province,
         CASE n / 7 % 2 WHEN 0 THEN 'EMPLOYEE' ELSE 'RESIDENT' END AS insurance,
         1000 + n % 100000 AS pooling_fen, CASE n % 3 WHEN 0 THEN n % 7000 ELSE 0 END AS illness_fen,
         CASE n % 5 WHEN 0 THEN n % 900 ELSE 0 END AS account_fen, sha256(convert_to(day::text || n, 'UTF8')) AS leaf_hash
  FROM generate_series(1, $2::bigint) AS n, (SELECT $1::date AS day) AS cycle`;
const AMOUNT = 'pooling_fen + illness_fen + account_fen';
const DIGEST = `('x' || encode(substr(leaf_hash, 1, 8), 'hex'))::bit(64)::bigint`;

/** Fills settlement's and clearing's databases with a day of obligations that arrived, as relay and clearing would have left them. */
export async function fillDay(
  urls: { readonly settlement: string; readonly clearing: string },
  businessDate: string,
  obligations: number,
): Promise<void> {
  const day = [businessDate, obligations];
  await withClient(urls.settlement, async (client) => {
    await client.query(
      `INSERT INTO obligation (person_id, obligation_id, settlement_id, operation_id, kind, insured_province, treating_province, insurance,
         business_date, amount_fen, leaf_hash, leaf_digest)
       SELECT obligation_id, obligation_id, obligation_id, obligation_id, 'SETTLEMENT', insured_province, treating_province, insurance,
         business_date, ${AMOUNT}, leaf_hash, ${DIGEST} FROM (${OBLIGATIONS}) AS filled`,
      day,
    );
    await client.query("INSERT INTO cycle (business_date, state, opened_at) VALUES ($1, 'OPEN', now())", [
      businessDate,
    ]);
    await client.query('VACUUM (ANALYZE) obligation');
  });
  await withClient(urls.clearing, async (client) => {
    await client.query("INSERT INTO cycle (business_date, state) VALUES ($1, 'OPEN')", [businessDate]);
    await client.query(
      `INSERT INTO obligation (treating_province, obligation_id, settlement_id, operation_id, kind, insured_province, insurance, visit_kind,
         business_date, cost_month, amount_fen, leaf_hash, leaf_digest, leaf_index, recorded_at)
       SELECT treating_province, obligation_id, obligation_id, obligation_id, 'SETTLEMENT', insured_province, insurance, 'OUTPATIENT', business_date,
         to_char(business_date, 'YYYY-MM'), ${AMOUNT}, leaf_hash, ${DIGEST},
         row_number() OVER (PARTITION BY treating_province, insured_province, insurance ORDER BY n) - 1, now()
       FROM (${OBLIGATIONS}) AS filled`,
      day,
    );
    await client.query(
      `INSERT INTO posting (treating_province, obligation_id, fund, insured_province, insurance, business_date, amount_fen)
       SELECT treating_province, obligation_id, fund, insured_province, insurance, business_date, paid
       FROM (${OBLIGATIONS}) AS filled,
         LATERAL (VALUES ('POOLING', pooling_fen), ('CRITICAL_ILLNESS', illness_fen), ('PERSONAL_ACCOUNT', account_fen)) AS part(fund, paid)
       WHERE paid > 0`,
      day,
    );
    await fillMatrix(client, businessDate);
    for (const table of CLEARING_TABLES) await client.query(`VACUUM (ANALYZE) ${table}`);
  });
}

async function fillMatrix(client: pg.Client, businessDate: string): Promise<void> {
  await client.query(
    `INSERT INTO fund_position (treating_province, business_date, insured_province, insurance, fund, amount_fen)
     SELECT treating_province, business_date, insured_province, insurance, fund, sum(amount_fen) FROM posting WHERE business_date = $1 GROUP BY 1, 2, 3, 4, 5`,
    [businessDate],
  );
  const cells = await client.query<{
    treating: string;
    insured: string;
    insurance: string;
    amount: string;
    leaves: Buffer;
  }>(
    `SELECT treating_province AS treating, insured_province AS insured, insurance, sum(amount_fen)::text AS amount,
            string_agg(leaf_hash, ''::bytea ORDER BY leaf_index) AS leaves
     FROM obligation WHERE business_date = $1 GROUP BY 1, 2, 3`,
    [businessDate],
  );
  for (const { treating, insured, insurance, amount, leaves } of cells.rows) {
    const hashes = Array.from({ length: leaves.length / 32 }, (_, at) => leaves.subarray(32 * at, 32 * (at + 1)));
    const frontier = Buffer.from(encodeFrontier(appendLeaves(EMPTY_FRONTIER, hashes, sha256)));
    await client.query('INSERT INTO position VALUES ($1, $2, $3, $4, $5, $6, $7)', [
      treating,
      businessDate,
      insured,
      insurance,
      amount,
      hashes.length,
      frontier,
    ]);
  }
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SET synchronous_commit = off');
    return await work(client);
  } finally {
    await client.end();
  }
}
