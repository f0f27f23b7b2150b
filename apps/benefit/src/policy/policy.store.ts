import type { Policy } from '@yiditong/adjudication';
import type { Tx } from '@yiditong/chassis';
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
/** Business dates, both included; `validTo` is null where the document names no end. */
export type Term = Pick<PolicyRow, 'region' | 'insurance' | 'validFrom' | 'validTo'>;
export type StandingPolicy = Pick<PolicyRow, 'policyId' | 'digest' | 'document' | 'validTo'>;

/**
 * One approval at a time publishes a policy of this area and insurance: what the next one follows is what this one leaves. To be called
 * before that is read; held to the end of the transaction.
 */
export async function lockSuccession(tx: Tx, { region, insurance }: Pick<Term, 'region' | 'insurance'>): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('policy:' || $1::text || ':' || $2::text, 0))`, [
    region,
    insurance,
  ]);
}

export async function insertPolicy(tx: Tx, row: PolicyRow): Promise<void> {
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
}

/**
 * The version that a term's first day takes over from, or null: the last that begins by then. Of versions that begin on one day the one
 * that was published last stands; with `policyId`, of those before that one.
 */
export async function policyBefore(
  tx: Tx,
  { region, insurance, validFrom }: Pick<Term, 'region' | 'insurance' | 'validFrom'>,
  policyId: string | null = null,
): Promise<StandingPolicy | null> {
  const rows: StandingPolicy[] = await tx.query(
    `SELECT policy_id AS "policyId", digest, document, valid_to::text AS "validTo" FROM policy
     WHERE region = $1 AND insurance = $2 AND valid_from <= $3
       AND ($4::uuid IS NULL OR (valid_from, policy_id) < ($3, $4))
     ORDER BY valid_from DESC, policy_id DESC LIMIT 1`,
    [region, insurance, validFrom, policyId],
  );
  return rows[0] ?? null;
}

/** A published policy by what can be said of it in a line; source and trust are the document's own. */
export type PolicyLine = Pick<
  PolicyRow,
  'policyId' | 'region' | 'insurance' | 'validFrom' | 'validTo' | 'publishedAt' | 'digest'
> & {
  /** The first day of the version that follows, which ends this one; null where none does. */
  readonly supersededFrom: string | null;
  readonly title: string;
  readonly source: string;
  readonly trust: string;
};

/** Every version with the first day of the one that follows it in its area and insurance. */
const VERSIONS = `(
  SELECT *, lead(valid_from) OVER (PARTITION BY region, insurance ORDER BY valid_from, policy_id) AS superseded_from FROM policy
    WHERE ($1::text IS NULL OR region = $1)) AS version`;
const LINE = `policy_id AS "policyId", region, insurance, valid_from::text AS "validFrom", valid_to::text AS "validTo",
  superseded_from::text AS "supersededFrom", published_at AS "publishedAt", digest,
  document::json ->> 'title' AS title, document::json ->> 'source' AS source, document::json ->> 'trust' AS trust`;

/** What a list of published policies is asked for: null for all areas, for all dates, for the first page. */
export type PolicyPage = {
  readonly region: string | null;
  readonly onDate: string | null;
  readonly after: string | null;
  readonly limit: number;
};

/** Ordered by area, insurance and first day; of one day, as they were published. */
export async function publishedPolicies(
  tx: Tx,
  { region, onDate, after, limit }: PolicyPage,
): Promise<readonly PolicyLine[]> {
  return tx.query(
    `SELECT ${LINE} FROM ${VERSIONS}
     WHERE ($2::date IS NULL OR
         (valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2) AND (superseded_from IS NULL OR superseded_from > $2)))
       AND ($3::uuid IS NULL OR (region, insurance, valid_from, policy_id) >
         (SELECT region, insurance, valid_from, policy_id FROM policy WHERE policy_id = $3))
     ORDER BY region, insurance, valid_from, policy_id LIMIT $4`,
    [region, onDate, after, limit],
  );
}

/** Rejects with POLICY_VERSION_NOT_FOUND. */
export async function findPolicy(tx: Tx, policyId: string): Promise<PolicyLine & { readonly document: string }> {
  const [found]: { region: string }[] = await tx.query('SELECT region FROM policy WHERE policy_id = $1', [policyId]);
  const rows: (PolicyLine & { readonly document: string })[] = await tx.query(
    `SELECT ${LINE}, document FROM ${VERSIONS} WHERE policy_id = $2`,
    [found?.region ?? '', policyId],
  );
  const [row] = rows;
  if (!row) throw new Rejection('POLICY_VERSION_NOT_FOUND');
  return row;
}

/** A published policy never changes, so what was read once holds for the life of the process. */
const parsed = new Map<string, Policy>();

/** The policy in force on a business date, or null: the last that begins by then, unless it ended. What it follows is over, whatever that says. */
export async function policyInForce(
  tx: Tx,
  region: string,
  insurance: Insurance,
  onDate: string,
): Promise<Policy | null> {
  const rows: { policyId: string; isOver: boolean }[] = await tx.query(
    `SELECT policy_id AS "policyId", coalesce(valid_to < $3, false) AS "isOver" FROM policy
     WHERE region = $1 AND insurance = $2 AND valid_from <= $3
     ORDER BY valid_from DESC, policy_id DESC LIMIT 1`,
    [region, insurance, onDate],
  );
  const [row] = rows;
  return row && !row.isOver ? (parsed.get(row.policyId) ?? readPolicy(tx, region, row.policyId)) : null;
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
