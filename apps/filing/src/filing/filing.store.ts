import { freeze, thaw, violatedConstraint, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection, type FilingEvent } from '@yiditong/codes';
import { OPEN_STATES } from '@yiditong/eligibility';
import type { FilingRow, FilingVersionRow } from './filing.entity.js';

/** What brought a filing to where it stands, and who. */
export type Cause = {
  readonly event: FilingEvent;
  readonly actor: Pick<Actor, 'role' | 'subject'>;
  /** In his words, checked; empty where he said nothing. */
  readonly reason: string;
};

type Stored<T extends { readonly materials: unknown }> = Omit<T, 'materials'> & { readonly materials: string };

const CONTENT = `person_id AS "personId", filing_id AS "filingId", insured_province AS "insuredProvince",
  insured_region AS "insuredRegion", category, destination_region AS "destinationRegion",
  to_char(valid_from, 'YYYY-MM-DD') AS "validFrom", to_char(valid_to, 'YYYY-MM-DD') AS "validTo", state, version, source,
  materials, pledged, owed, to_char(locked_until, 'YYYY-MM-DD') AS "lockedUntil",
  to_char(review_due_on, 'YYYY-MM-DD') AS "reviewDueOn", institution_code AS "institutionCode", import_id AS "importId", reason`;

/** What a select of `filing` names, to be read by filingOf. */
export const FILING_COLUMNS = `${CONTENT}, created_at AS "createdAt", updated_at AS "updatedAt"`;

const WRITTEN = `person_id, filing_id, insured_province, insured_region, category, destination_region, valid_from, valid_to,
  state, version, source, materials, pledged, owed, locked_until, review_due_on, institution_code, import_id, reason`;

/** The next version follows the last one that was read, or nothing is written. */
const STAND = `INSERT INTO filing (${WRITTEN}, created_at, updated_at)
  SELECT ${WRITTEN}, created_at, updated_at FROM json_populate_recordset(NULL::filing, $1)
  ON CONFLICT ON CONSTRAINT filing_pk DO UPDATE SET
    destination_region = excluded.destination_region, valid_to = excluded.valid_to, state = excluded.state,
    version = excluded.version, source = excluded.source, materials = excluded.materials, pledged = excluded.pledged,
    owed = excluded.owed, locked_until = excluded.locked_until, review_due_on = excluded.review_due_on,
    reason = excluded.reason, updated_at = excluded.updated_at
  WHERE filing.version = excluded.version - 1
  RETURNING 1`;

const KEEP = `INSERT INTO filing_version (${WRITTEN}, event, actor_role, actor_subject, recorded_at)
  SELECT ${WRITTEN}, event, actor_role, actor_subject, recorded_at FROM json_populate_recordset(NULL::filing_version, $1)`;

/**
 * Writes how filings stand from now on, and that version of each for ever; their `updatedAt` is the instant of recording. Two round
 * trips, however many. Rejects with FILING_OVERLAPS where another filing for the destination is in force or under review in the period.
 */
export async function recordVersions(
  tx: Tx,
  rows: readonly FilingRow[],
  { event, actor, reason }: Cause,
): Promise<void> {
  const contents = rows.map((row) => contentOf({ ...row, reason }));
  try {
    const written: unknown[] = await tx.query(STAND, [JSON.stringify(contents)]);
    if (written.length !== rows.length) throw new Error('a filing was changed by somebody who did not lock it');
  } catch (error) {
    throw violatedConstraint(error) === 'filing_no_overlap' ? new Rejection('FILING_OVERLAPS') : error;
  }
  const by = { event, actor_role: actor.role, actor_subject: actor.subject };
  const versions = contents.map((content) => ({ ...content, ...by, recorded_at: content.updated_at }));
  await tx.query(KEEP, [JSON.stringify(versions)]);
}

/** The same for one. */
export async function recordVersion(tx: Tx, row: FilingRow, cause: Cause): Promise<void> {
  await recordVersions(tx, [row], cause);
}

/** A row by column. */
function contentOf(row: FilingRow) {
  return {
    person_id: row.personId,
    filing_id: row.filingId,
    insured_province: row.insuredProvince,
    insured_region: row.insuredRegion,
    category: row.category,
    destination_region: row.destinationRegion,
    valid_from: row.validFrom,
    valid_to: row.validTo,
    state: row.state,
    version: row.version,
    source: row.source,
    materials: freeze(row.materials),
    pledged: row.pledged,
    owed: row.owed,
    locked_until: row.lockedUntil,
    review_due_on: row.reviewDueOn,
    institution_code: row.institutionCode,
    import_id: row.importId,
    reason: row.reason,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  };
}

/** A row as the database gives it, with its materials as they are. */
export function filingOf<T extends { readonly materials: unknown }>(stored: Stored<T>): T {
  return { ...stored, materials: thaw(stored.materials) } as unknown as T;
}

export async function findFiling(tx: Tx, personId: string, filingId: string): Promise<FilingRow | null> {
  return firstOf(
    await tx.query(`SELECT ${FILING_COLUMNS} FROM filing WHERE person_id = $1 AND filing_id = $2`, [
      personId,
      filingId,
    ]),
  );
}

/** The same, and nobody else changes it until the commit. */
export async function lockFiling(tx: Tx, personId: string, filingId: string): Promise<FilingRow | null> {
  return firstOf(
    await tx.query(`SELECT ${FILING_COLUMNS} FROM filing WHERE person_id = $1 AND filing_id = $2 FOR UPDATE`, [
      personId,
      filingId,
    ]),
  );
}

/** Newest first. */
export async function filingsOf(tx: Tx, personIds: readonly string[]): Promise<FilingRow[]> {
  const rows: Stored<FilingRow>[] = await tx.query(
    `SELECT ${FILING_COLUMNS} FROM filing WHERE person_id = ANY($1::uuid[]) ORDER BY created_at DESC, filing_id DESC`,
    [personIds],
  );
  return rows.map(filingOf<FilingRow>);
}

/** A person's filings in a province that have not ended, oldest first; nobody else changes them until the commit. */
export async function lockOpenFilings(tx: Tx, personId: string, province: string): Promise<FilingRow[]> {
  const rows: Stored<FilingRow>[] = await tx.query(
    `SELECT ${FILING_COLUMNS} FROM filing WHERE person_id = $1 AND insured_province = $2 AND state = ANY($3::text[])
     ORDER BY filing_id FOR UPDATE`,
    [personId, province, OPEN_STATES],
  );
  return rows.map(filingOf<FilingRow>);
}

/** A filing as it stood after an event. */
export type KeptVersion = FilingVersionRow & { readonly createdAt: Date };

/** All versions of a filing, oldest first. */
export async function versionsOf(tx: Tx, { personId, filingId, createdAt }: FilingRow): Promise<KeptVersion[]> {
  const rows: Stored<FilingVersionRow>[] = await tx.query(
    `SELECT ${CONTENT}, event, actor_role AS "actorRole", actor_subject AS "actorSubject", recorded_at AS "recordedAt"
     FROM filing_version WHERE person_id = $1 AND filing_id = $2 ORDER BY version`,
    [personId, filingId],
  );
  return rows.map((row) => ({ ...filingOf<FilingVersionRow>(row), createdAt }));
}

/** When a filing took effect; null where it never did. */
export async function inForceSince(tx: Tx, { personId, filingId }: FilingRow): Promise<Date | null> {
  const rows: { since: Date | null }[] = await tx.query(
    `SELECT min(recorded_at) AS since FROM filing_version WHERE person_id = $1 AND filing_id = $2 AND state = 'ACTIVE'`,
    [personId, filingId],
  );
  return rows[0]?.since ?? null;
}

/** Who handed a filing in the last time; null where nobody did. */
export async function submitterOf(tx: Tx, { personId, filingId }: FilingRow): Promise<Cause['actor'] | null> {
  const rows: Cause['actor'][] = await tx.query(
    `SELECT actor_role AS role, actor_subject AS subject FROM filing_version
     WHERE person_id = $1 AND filing_id = $2 AND event = 'SUBMIT' ORDER BY version DESC LIMIT 1`,
    [personId, filingId],
  );
  return rows[0] ?? null;
}

function firstOf(rows: Stored<FilingRow>[]): FilingRow | null {
  return rows[0] ? filingOf<FilingRow>(rows[0]) : null;
}
