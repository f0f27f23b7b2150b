import type { Account } from '@yiditong/adjudication';
import { bodyHash, type Tx } from '@yiditong/chassis';
import { Rejection, type AccountKind } from '@yiditong/codes';
import { fen, negateFen, ZERO_FEN, type Fen } from '@yiditong/money';
import { v7 as uuidv7 } from 'uuid';
import type {
  AccountChange,
  AccountEntryRow,
  NewAccountEntry,
  SettlementCause,
  SettlementDebit,
} from './account.entity.js';

/** Balances by the account's key. */
export type Balances = Map<string, Fen>;

export function accountKey({ personId, kind }: Pick<NewAccountEntry, 'personId' | 'kind'>): string {
  return `${personId} ${kind}`;
}

/** The person's balances; none is zero. To be called under the person's row lock, or where a moment's reading is enough. */
export async function accountOf(tx: Tx, personId: string): Promise<Account> {
  const balances = await balancesOf(tx, [personId]);
  const of = (kind: AccountKind): Fen => balances.get(accountKey({ personId, kind })) ?? ZERO_FEN;
  return { balanceFen: of('OWN'), mutualAidFen: of('MUTUAL_AID') };
}

export async function balancesOf(tx: Tx, personIds: readonly string[]): Promise<Balances> {
  const rows: { personId: string; kind: AccountKind; balanceFen: string }[] = await tx.query(
    'SELECT person_id AS "personId", kind, balance_fen AS "balanceFen" FROM personal_account WHERE person_id = ANY($1::uuid[])',
    [personIds],
  );
  return new Map(rows.map((row) => [accountKey(row), fen(BigInt(row.balanceFen))]));
}

/**
 * Claims the ids of entries for ever, whoever they are of, and answers which were new. In the order of the ids, so that two batches wait
 * for each other instead of deadlocking. Rejects with IDEMPOTENCY_KEY_REUSED where one was another entry's.
 */
export async function claimEntryIds(
  tx: Tx,
  province: string,
  entries: readonly NewAccountEntry[],
): Promise<ReadonlySet<string>> {
  const sorted = [...entries].sort((a, b) => (a.entryId < b.entryId ? -1 : 1));
  const keys = sorted.map(({ entryId }) => `account-entry/${entryId}`);
  const hashes = sorted.map((entry) => bodyHash(entry));
  const claimed: { key: string }[] = await tx.query(
    `INSERT INTO idempotency (scope, region, key, body_hash, answer)
     SELECT $1, $2, key, hash, 'null' FROM unnest($3::text[], $4::bytea[]) AS entry(key, hash)
     ON CONFLICT DO NOTHING RETURNING key`,
    [province, province, keys, hashes],
  );
  const isNew = new Set(claimed.map(({ key }) => key));
  const others: unknown[] = await tx.query(
    `SELECT 1 FROM unnest($3::text[], $4::bytea[]) AS entry(key, hash)
     JOIN idempotency AS first ON first.scope = $1 AND first.region = $2 AND first.key = entry.key
     WHERE first.body_hash <> entry.hash LIMIT 1`,
    [province, province, keys, hashes],
  );
  if (others.length > 0) throw new Rejection('IDEMPOTENCY_KEY_REUSED');
  return new Set(sorted.filter((_, at) => isNew.has(keys[at] ?? '')).map(({ entryId }) => entryId));
}

/** Adds entries and sets the balances that they make, under the row locks of their persons. */
export async function insertEntries(
  tx: Tx,
  province: string,
  entries: readonly AccountEntryRow[],
  bookedAt: Date,
): Promise<void> {
  await tx.query(
    `INSERT INTO account_entry (person_id, entry_id, province, kind, amount_fen, cause, settlement_id, operation_id, booked_at)
     SELECT person_id, entry_id, $1, kind, amount_fen, cause, settlement_id, operation_id, $2
     FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::text[], $8::uuid[], $9::uuid[])
       AS entry(person_id, entry_id, kind, amount_fen, cause, settlement_id, operation_id)`,
    [
      province,
      bookedAt,
      entries.map(({ personId }) => personId),
      entries.map(({ entryId }) => entryId),
      entries.map(({ kind }) => kind),
      entries.map(({ amountFen }) => String(amountFen)),
      entries.map(({ cause }) => cause),
      entries.map(({ settlementId }) => settlementId),
      entries.map(({ operationId }) => operationId),
    ],
  );
  await tx.query(
    `INSERT INTO personal_account (person_id, kind, province, balance_fen)
     SELECT DISTINCT person_id, kind, $1, 0 FROM unnest($2::uuid[], $3::text[]) AS entry(person_id, kind) ON CONFLICT DO NOTHING`,
    [province, entries.map(({ personId }) => personId), entries.map(({ kind }) => kind)],
  );
  await tx.query(
    `UPDATE personal_account SET balance_fen = balance_fen + posted.amount_fen
     FROM (SELECT person_id, kind, sum(amount_fen)::bigint AS amount_fen
           FROM unnest($2::uuid[], $3::text[], $4::bigint[]) AS entry(person_id, kind, amount_fen) GROUP BY person_id, kind) AS posted
     WHERE personal_account.person_id = posted.person_id AND personal_account.kind = posted.kind AND personal_account.province = $1`,
    [
      province,
      entries.map(({ personId }) => personId),
      entries.map(({ kind }) => kind),
      entries.map(({ amountFen }) => String(amountFen)),
    ],
  );
}

/** Whose settlement an account pays, and the id by which it does: the settlement's own, or a cancellation's. */
export type SettledBy = {
  readonly personId: string;
  readonly province: string;
  readonly settlementId: string;
  readonly operationId: string;
};

/**
 * Takes from the person's accounts what a settlement asked of them, gives exactly that back, or takes it again, under the person's row
 * lock. Rejects with ACCOUNT_REFUND_SPENT where what was given back isn't there any more.
 */
export async function bookSettlement(
  tx: Tx,
  { personId, province, settlementId, operationId }: SettledBy,
  cause: SettlementCause,
  debits: readonly SettlementDebit[],
  bookedAt: Date,
): Promise<AccountChange[]> {
  if (debits.length === 0) return [];
  const balances = await balancesOf(tx, [personId]);
  const entries = debits.map(({ kind, amountFen }) => ({
    entryId: uuidv7(),
    personId,
    kind,
    amountFen: cause === 'SETTLEMENT' || cause === 'REINSTATEMENT' ? negateFen(amountFen) : amountFen,
    cause,
    settlementId,
    operationId,
  }));
  const changes = entries.map((entry) => {
    const before = balances.get(accountKey(entry)) ?? ZERO_FEN;
    return { kind: entry.kind, before, after: fen(before + entry.amountFen) };
  });
  if (cause === 'REINSTATEMENT' && changes.some(({ after }) => after < 0n)) throw new Rejection('ACCOUNT_REFUND_SPENT');
  await insertEntries(tx, province, entries, bookedAt);
  return changes;
}
