import type { Tx } from '@yiditong/chassis';
import type { Owner } from '../list/list.entity.js';
import type { Mapping, MappingRow } from './mapping.entity.js';

/** How an item is known, and when its mappings were made. */
export type KnownItem = {
  readonly itemName: string;
  readonly priceMicroYuan: bigint | null;
  /** The greatest revision, or 0. */
  readonly revision: number;
};

const COLUMNS = `m.institution_code AS "institutionCode", m.item_code AS "itemCode", to_char(m.effective_from, 'YYYY-MM-DD') AS "effectiveFrom",
  m.revision, m.item_name AS "itemName", m.national_code AS "nationalCode", m.decider_kind AS "deciderKind", m.decided_by AS "decidedBy",
  m.decided_at AS "decidedAt", m.score_bps AS "scoreBps", m.evidence, m.remark, m.list_id AS "listId",
  to_char(ended.on_day, 'YYYY-MM-DD') AS "effectiveTo"`;

/** A mapping ends the day before another begins that was made later. */
const ENDED = `LEFT JOIN LATERAL (SELECT min(effective_from) - 1 AS on_day FROM item_mapping later
    WHERE later.province = m.province AND later.institution_code = m.institution_code AND later.item_code = m.item_code
      AND later.revision > m.revision) AS ended ON true`;

/** One at a time maps an owner's items, from here to the commit, so that nobody counts a revision twice. Taken after a list's row. */
export async function lockMappingsOf(tx: Tx, { province, institutionCode }: Owner): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('mapping:' || $1::text || ':' || $2::text, 0))`, [
    province,
    institutionCode,
  ]);
}

export async function insertMappings(tx: Tx, owner: Owner, rows: readonly MappingRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO item_mapping (province, institution_code, item_code, effective_from, revision, item_name, price_micro_yuan, national_code,
       decider_kind, decided_by, decided_at, score_bps, evidence, remark, list_id, item_digest)
     SELECT $1, $2, * FROM unnest($3::text[], $4::date[], $5::int[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[],
       $11::timestamptz[], $12::int[], $13::jsonb[], $14::text[], $15::uuid[], $16::text[])`,
    [
      owner.province,
      owner.institutionCode,
      rows.map((row) => row.itemCode),
      rows.map((row) => row.effectiveFrom),
      rows.map((row) => row.revision),
      rows.map((row) => row.itemName),
      rows.map((row) => row.priceMicroYuan?.toString() ?? null),
      rows.map((row) => row.nationalCode),
      rows.map((row) => row.deciderKind),
      rows.map((row) => row.decidedBy),
      rows.map((row) => row.decidedAt),
      rows.map((row) => row.scoreBps),
      rows.map((row) => JSON.stringify(row.evidence)),
      rows.map((row) => row.remark),
      rows.map((row) => row.listId),
      rows.map((row) => row.itemDigest),
    ],
  );
}

/** The greatest revision of each item that was ever mapped. */
export async function revisionsOf(
  tx: Tx,
  owner: Owner,
  itemCodes: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows: { itemCode: string; revision: number }[] = await tx.query(
    `SELECT item_code AS "itemCode", max(revision) AS revision FROM item_mapping
     WHERE province = $1 AND institution_code = $2 AND item_code = ANY ($3) GROUP BY item_code`,
    [owner.province, owner.institutionCode, itemCodes],
  );
  return new Map(rows.map(({ itemCode, revision }) => [itemCode, revision]));
}

/** As its last mapping calls it, else as its owner's newest list does; null for an item that nobody has heard of. */
export async function findKnownItem(tx: Tx, owner: Owner, itemCode: string): Promise<KnownItem | null> {
  type Row = Omit<KnownItem, 'priceMicroYuan'> & { readonly priceMicroYuan: string | null };
  const rows: Row[] = await tx.query(
    `(SELECT item_name AS "itemName", price_micro_yuan AS "priceMicroYuan", revision FROM item_mapping
       WHERE province = $1 AND institution_code = $2 AND item_code = $3 ORDER BY revision DESC LIMIT 1)
     UNION ALL
     (SELECT r.item->>'name', (r.item->>'priceMicroYuan')::bigint, 0 FROM item_list l JOIN item_list_row r
       ON r.province = l.province AND r.institution_code = l.institution_code AND r.list_id = l.list_id AND r.item_code = $3
       WHERE l.province = $1 AND l.institution_code = $2 ORDER BY l.list_id DESC, r.row_number LIMIT 1)`,
    [owner.province, owner.institutionCode, itemCode],
  );
  const [known] = rows.toSorted((one, other) => other.revision - one.revision);
  if (!known) return null;
  return { ...known, priceMicroYuan: known.priceMicroYuan === null ? null : BigInt(known.priceMicroYuan) };
}

export type MappingPage = {
  readonly on: string;
  readonly after: string;
  readonly limit: number;
  /** Only those decided after this instant, or in force since then only; null for all. */
  readonly decidedAfter: Date | null;
};

/** What was in force on a business date, by item code. */
export async function mappingsOn(tx: Tx, owner: Owner, page: MappingPage): Promise<Mapping[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM (
       SELECT DISTINCT ON (item_code) * FROM item_mapping
       WHERE province = $1 AND institution_code = $2 AND item_code > $3 AND effective_from <= $4 ORDER BY item_code, revision DESC
     ) AS m ${ENDED}
     WHERE $5::timestamptz IS NULL OR greatest(m.decided_at, m.effective_from::timestamp AT TIME ZONE 'Asia/Shanghai') > $5
     ORDER BY m.item_code LIMIT $6`,
    [owner.province, owner.institutionCode, page.after, page.on, page.decidedAfter, page.limit],
  );
}

/** All that was ever said of an item, newest first. */
export async function historyOfItem(tx: Tx, owner: Owner, itemCode: string): Promise<Mapping[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM item_mapping AS m ${ENDED}
     WHERE m.province = $1 AND m.institution_code = $2 AND m.item_code = $3 ORDER BY m.revision DESC`,
    [owner.province, owner.institutionCode, itemCode],
  );
}
