import { AuditService, nationalActor, type Actor } from '@yiditong/chassis';
import { NATION, PROVINCES } from '@yiditong/codes';
import { queryAs, type TestDatabase } from './test-database.js';

/** An audit record as a spec looks at it. */
export type TrailEntry = {
  readonly province: string;
  readonly actor: Actor;
  readonly purpose: string;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly before: unknown;
  readonly after: unknown;
};

/** What the audit trail says of an object, or of everything, oldest first within its chain. */
export async function auditTrail(database: TestDatabase, objectId?: string): Promise<TrailEntry[]> {
  return queryAs<TrailEntry>(
    database.superuserUrl,
    `SELECT province, actor::json AS actor, purpose, action, object_type AS "objectType", object_id AS "objectId",
       before_text::json AS before, after_text::json AS after
     FROM audit_record WHERE $1::text IS NULL OR object_id = $1 ORDER BY province, sequence`,
    [objectId ?? null],
  );
}

/** What is wrong with any chain of the database, a line each. */
export async function auditFaults({ database }: TestDatabase): Promise<string[]> {
  const audit = new AuditService(database);
  const found: string[] = [];
  for (const province of [...PROVINCES.map(({ code }) => code), NATION]) {
    const { faults } = await audit.verify(nationalActor('spec'), province, null);
    found.push(...faults.map(({ kind, sequence }) => `${province}: ${kind} ${sequence}`));
  }
  return found;
}
