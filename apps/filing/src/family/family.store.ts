import type { Tx } from '@yiditong/chassis';
import type { FamilyAccess } from './family.entity.js';

const COLUMNS = `person_id AS "personId", access_id AS "accessId", province, agent_person_id AS "agentPersonId",
  agent_province AS "agentProvince", relation, granted_at AS "grantedAt", revoked_at AS "revokedAt"`;
/** Enough for whoever acts for a large family; those that last come first. */
const LISTED = 200;

/** The province of a person who lets another act for him now, or null where he doesn't; of one who moved, where he did so last. */
export async function agentsProvince(tx: Tx, personId: string, agentPersonId: string): Promise<string | null> {
  const rows: { province: string }[] = await tx.query(
    `SELECT province FROM family_access WHERE person_id = $1 AND agent_person_id = $2 AND revoked_at IS NULL
     ORDER BY granted_at DESC LIMIT 1`,
    [personId, agentPersonId],
  );
  return rows[0]?.province ?? null;
}

/** Those whom a person lets act for himself now. */
export async function agentsOf(tx: Tx, personId: string): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    'SELECT agent_person_id AS id FROM family_access WHERE person_id = $1 AND revoked_at IS NULL',
    [personId],
  );
  return rows.map(({ id }) => id);
}

export async function insertAccess(tx: Tx, access: FamilyAccess): Promise<void> {
  await tx.query(
    `INSERT INTO family_access (person_id, access_id, province, agent_person_id, agent_province, relation, granted_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      access.personId,
      access.accessId,
      access.province,
      access.agentPersonId,
      access.agentProvince,
      access.relation,
      access.grantedAt,
    ],
  );
}

/** One of a person's, whichever of the two he is. */
export async function findAccess(tx: Tx, personId: string, accessId: string): Promise<FamilyAccess | null> {
  const rows: FamilyAccess[] = await tx.query(
    `SELECT ${COLUMNS} FROM family_access WHERE access_id = $2 AND $1 IN (person_id, agent_person_id)`,
    [personId, accessId],
  );
  return rows[0] ?? null;
}

/** Ends it, unless it was ended before; answers whether it was this that did. */
export async function revokeAccess(tx: Tx, { personId, accessId }: FamilyAccess, revokedAt: Date): Promise<boolean> {
  const ended: unknown[] = await tx.query(
    `WITH ended AS (
       UPDATE family_access SET revoked_at = greatest($3, granted_at)
       WHERE person_id = $1 AND access_id = $2 AND revoked_at IS NULL RETURNING 1
     ) SELECT 1 FROM ended`,
    [personId, accessId, revokedAt],
  );
  return ended.length === 1;
}

/** Both those who act for the person and those for whom he acts; first those that last, each newest first. */
export async function accessesOf(tx: Tx, personId: string): Promise<FamilyAccess[]> {
  return tx.query(
    `SELECT ${COLUMNS} FROM family_access WHERE person_id = $1 OR agent_person_id = $1
     ORDER BY revoked_at IS NOT NULL, granted_at DESC, access_id DESC LIMIT $2`,
    [personId, LISTED],
  );
}
