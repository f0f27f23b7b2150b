import type { Tx } from '@yiditong/chassis';
import type { EventRow } from './notification.entity.js';

/** An event as the database gives it. */
type Stored = Omit<EventRow, 'sequence'> & { readonly sequence: string };

/** Whose events. */
export type Audience = {
  readonly province: string;
  /** The leading digits of the divisions that they are of. */
  readonly divisions: string;
  /** Null for everybody's. */
  readonly personId: string | null;
};

/** The last sequence of a province: every event up to it is committed, because its counter is locked until the commit. */
export async function headOf(tx: Tx, province: string): Promise<bigint> {
  const rows: { sequence: string }[] = await tx.query('SELECT sequence FROM filing_event_head WHERE province = $1', [
    province,
  ]);
  const [head] = rows;
  if (!head) throw new Error('the actor has no events of that province');
  return BigInt(head.sequence);
}

const COLUMNS = `SELECT province, sequence, event_id AS "eventId", type, person_id AS "personId", insured_region AS "insuredRegion",
    content, recorded_at AS "recordedAt"
  FROM filing_event
  WHERE province = $1 AND sequence > $2 AND sequence <= $3 AND starts_with(insured_region, $4)`;
const EVERYBODYS = `${COLUMNS} ORDER BY sequence LIMIT $5`;
/** A statement of its own: with one for both, the index by person would go unused. */
const ONE_PERSONS = `${COLUMNS} AND person_id = $6 ORDER BY sequence LIMIT $5`;

/** After one sequence up to another, oldest first. */
export async function eventsBetween(
  tx: Tx,
  { province, divisions, personId }: Audience,
  { after, upTo, limit }: { readonly after: bigint; readonly upTo: bigint; readonly limit: number },
): Promise<EventRow[]> {
  const values = [province, after.toString(), upTo.toString(), divisions, limit];
  const rows: Stored[] = await (personId === null
    ? tx.query(EVERYBODYS, values)
    : tx.query(ONE_PERSONS, [...values, personId]));
  return rows.map((row) => ({ ...row, sequence: BigInt(row.sequence) }));
}
