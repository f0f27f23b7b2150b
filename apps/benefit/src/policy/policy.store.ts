import type { Policy } from '@yiditong/adjudication';
import { violatedConstraint, type Tx } from '@yiditong/chassis';
import { Rejection, type Insurance } from '@yiditong/codes';
import { decodePolicy } from './policy.codec.js';

export type PolicyRow = {
  readonly region: string;
  readonly policyId: string;
  readonly province: string;
  readonly insurance: Insurance;
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly document: string;
  readonly publishedAt: Date;
  /** Whose approval published it. */
  readonly proposalId: string;
  /** SHA-256 of the proposal, in hexadecimal. */
  readonly digest: string;
};
export type StandingPolicy = Pick<PolicyRow, 'policyId' | 'digest' | 'document'>;
/** Business dates, both included; `validTo` is null where it is open-ended. */
export type Term = Pick<PolicyRow, 'region' | 'insurance' | 'validFrom' | 'validTo'>;

/** Rejects with POLICY_OVERLAPS where the area has a policy of this insurance in that period. */
export async function insertPolicy(tx: Tx, row: PolicyRow): Promise<void> {
  try {
    await tx.query(
      `INSERT INTO policy (region, policy_id, province, insurance, valid_from, valid_to, document, published_at, proposal_id, digest)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        row.region,
        row.policyId,
        row.province,
        row.insurance,
        row.validFrom,
        row.validTo,
        row.document,
        row.publishedAt,
        row.proposalId,
        row.digest,
      ],
    );
  } catch (error) {
    throw violatedConstraint(error) === 'policy_no_overlap' ? new Rejection('POLICY_OVERLAPS') : error;
  }
}

/** Whether the area has a policy of this insurance on any day of the term. */
export async function overlapsPublished(tx: Tx, { region, insurance, validFrom, validTo }: Term): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `SELECT 1 FROM policy WHERE region = $1 AND insurance = $2
       AND daterange(valid_from, valid_to, '[]') && daterange($3::date, $4::date, '[]') LIMIT 1`,
    [region, insurance, validFrom, validTo],
  );
  return rows.length > 0;
}

/** The last policy of the area and insurance that begins before the term, or null. */
export async function policyBefore(tx: Tx, { region, insurance, validFrom }: Term): Promise<StandingPolicy | null> {
  const rows: StandingPolicy[] = await tx.query(
    `SELECT policy_id AS "policyId", digest, document FROM policy
     WHERE region = $1 AND insurance = $2 AND valid_from < $3 ORDER BY valid_from DESC LIMIT 1`,
    [region, insurance, validFrom],
  );
  return rows[0] ?? null;
}

/** A published policy by what can be said of it in a line; source and trust are the document's own. */
export type PolicyLine = Pick<
  PolicyRow,
  'policyId' | 'region' | 'insurance' | 'validFrom' | 'validTo' | 'publishedAt' | 'digest'
> & { readonly title: string; readonly source: string; readonly trust: string };

const LINE = `policy_id AS "policyId", region, insurance, valid_from::text AS "validFrom", valid_to::text AS "validTo",
  published_at AS "publishedAt", digest,
  document::json ->> 'title' AS title, document::json ->> 'source' AS source, document::json ->> 'trust' AS trust`;

/** What a list of published policies is asked for: null for all areas, for all dates, for the first page. */
export type PolicyPage = {
  readonly region: string | null;
  readonly onDate: string | null;
  readonly after: string | null;
  readonly limit: number;
};

/** Ordered by area, insurance and first day, which no two have in common. */
export async function publishedPolicies(
  tx: Tx,
  { region, onDate, after, limit }: PolicyPage,
): Promise<readonly PolicyLine[]> {
  return tx.query(
    `SELECT ${LINE} FROM policy
     WHERE ($1::text IS NULL OR region = $1)
       AND ($2::date IS NULL OR (valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)))
       AND ($3::uuid IS NULL OR
         (region, insurance, valid_from) > (SELECT region, insurance, valid_from FROM policy WHERE policy_id = $3))
     ORDER BY region, insurance, valid_from LIMIT $4`,
    [region, onDate, after, limit],
  );
}

/** Rejects with POLICY_VERSION_NOT_FOUND. */
export async function findPolicy(tx: Tx, policyId: string): Promise<PolicyLine & { readonly document: string }> {
  const rows: (PolicyLine & { readonly document: string })[] = await tx.query(
    `SELECT ${LINE}, document FROM policy WHERE policy_id = $1`,
    [policyId],
  );
  const [row] = rows;
  if (!row) throw new Rejection('POLICY_VERSION_NOT_FOUND');
  return row;
}

/** A published policy never changes, so what was read once holds for the life of the process. */
const parsed = new Map<string, Policy>();

/** The policy in force on a business date, or null. */
export async function policyInForce(
  tx: Tx,
  region: string,
  insurance: Insurance,
  onDate: string,
): Promise<Policy | null> {
  const rows: { policyId: string }[] = await tx.query(
    `SELECT policy_id AS "policyId" FROM policy
     WHERE region = $1 AND insurance = $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to >= $3)`,
    [region, insurance, onDate],
  );
  const [row] = rows;
  return row ? (parsed.get(row.policyId) ?? readPolicy(tx, region, row.policyId)) : null;
}

async function readPolicy(tx: Tx, region: string, policyId: string): Promise<Policy> {
  const rows: { document: string }[] = await tx.query(
    'SELECT document FROM policy WHERE region = $1 AND policy_id = $2',
    [region, policyId],
  );
  const policy: Policy = { policyId, ...decodePolicy(rows[0]?.document ?? '') };
  parsed.set(policyId, policy);
  return policy;
}
