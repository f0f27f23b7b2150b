import { areaPrefix } from '@yiditong/access';
import { businessDateOf, type Actor, type Tx } from '@yiditong/chassis';
import { MATERIALS, type FilingRule } from '@yiditong/eligibility';
import type { ImportFile } from './import.entity.js';

/**
 * What the last day of the lock-in is, as lockedUntilOf has it: the month's end where the month is too short, and the day before. It
 * runs from the later of the first day and the day on which the filing takes effect, so that nobody evades it by a day long past.
 */
const LOCKED_UNTIL = `CASE WHEN category IN ('RETIREE_RESETTLED', 'LONG_TERM_RESIDENT', 'LONG_TERM_WORKER') AND policy.months > 0
  THEN (greatest(r.valid_from, $10::date) + make_interval(months => policy.months))::date - 1 END`;

const POLICIES = `unnest($4::date[], $5::date[], $6::int[]) AS policy (first_day, last_day, months)`;
const CONTENT = `person_id, filing_id, insured_province, insured_region, category, destination_region, valid_from, valid_to, state,
  version, source, materials, pledged, owed, locked_until, import_id, reason`;

/** As the services write it, so that a material reads the same whoever entered it. No paper was scanned. */
const MATERIALS_TEXT = `CASE cardinality(material_kinds) WHEN 0 THEN '[]'
  ELSE '[{"digest":"","kind":"' || array_to_string(material_kinds, '"},{"digest":"","kind":"') || '"}]' END`;

/**
 * Makes filings of an import's rows, in force at once, and the first version of each. Says how many: fewer than the rows where
 * somebody isn't insured in the import's place any more. The constraint against overlaps stands in the way of those that overlap by now. In the order of
 * the persons, so that two imports wait for each other in one direction only.
 */
export async function fileRows(
  tx: Tx,
  { importId, province, insuredRegion }: ImportFile,
  rules: readonly FilingRule[],
  actor: Actor,
  at: Date,
): Promise<number> {
  const policies = rules.flatMap(({ owner, content, validFrom, validTo }) =>
    owner === province && content.kind === 'PROVINCE_POLICY'
      ? [{ validFrom, validTo, months: content.lockInMonths }]
      : [],
  );
  const papers = Object.entries(MATERIALS);
  const [filed]: { count: number }[] = await tx.query(
    `WITH filed AS (
       INSERT INTO filing (${CONTENT}, created_at, updated_at)
       SELECT r.person_id, uuidv7(), r.province, fact.insured_region, r.category, r.destination_region, r.valid_from,
         r.valid_to, 'ACTIVE', 1, 'IMPORT', ${MATERIALS_TEXT}, r.pledged,
         CASE WHEN r.pledged AND NOT material_kinds && paper.kinds THEN paper.kinds ELSE '{}' END, ${LOCKED_UNTIL}, r.import_id, '',
         $2, $2
       FROM filing_import_row r
       JOIN LATERAL (
         SELECT insured_region, active FROM insurance_fact f WHERE f.person_id = r.person_id AND f.province = r.province
         ORDER BY changed_at DESC LIMIT 1
       ) AS fact ON fact.active AND starts_with(fact.insured_region, $11)
       JOIN (SELECT of_category, string_to_array(any_of, ',') AS kinds FROM unnest($7::text[], $8::text[]) AS p (of_category, any_of))
         AS paper ON paper.of_category = r.category
       LEFT JOIN ${POLICIES} ON greatest(r.valid_from, $10) BETWEEN policy.first_day AND coalesce(policy.last_day, 'infinity')
       WHERE r.import_id = $1 ORDER BY r.person_id, r.row_number
       RETURNING ${CONTENT}
     ), kept AS (
       INSERT INTO filing_version (${CONTENT}, event, actor_role, actor_subject, recorded_at)
       SELECT ${CONTENT}, 'ACCEPT', $3, $9, $2 FROM filed RETURNING 1
     )
     SELECT count(*)::int AS count FROM kept`,
    [
      importId,
      at,
      actor.role,
      policies.map(({ validFrom }) => validFrom),
      policies.map(({ validTo }) => validTo),
      policies.map(({ months }) => months),
      papers.map(([category]) => category),
      papers.map(([, { anyOf }]) => anyOf.join(',')),
      actor.subject,
      businessDateOf(at),
      areaPrefix(insuredRegion),
    ],
  );
  return filed?.count ?? 0;
}

/** So long before an instant somebody may have read his clock and recorded only now: nobody waits longer than eight seconds for a lock. */
const STILL_COMING = "interval '10 seconds'";

/**
 * Whether a person's insurance was recorded anew since an instant, so that what was filed rests on something that holds no longer.
 * Everybody waits for it, so it goes by the facts recorded since, and looks for the filing by the person: a comparison for which
 * there is no index keeps it from reading all filings of the import for each.
 */
export async function insuranceChanged(tx: Tx, { importId, province }: ImportFile, since: Date): Promise<boolean> {
  const [row]: { changed: boolean }[] = await tx.query(
    `SELECT EXISTS (
       SELECT FROM insurance_fact fact JOIN filing ON filing.person_id = fact.person_id AND filing.import_id IS NOT DISTINCT FROM $1
       WHERE fact.province = $2 AND fact.recorded_at >= $3::timestamptz - ${STILL_COMING}
         AND NOT (fact.active AND fact.insured_region = filing.insured_region)
         AND NOT EXISTS (SELECT FROM insurance_fact later WHERE later.person_id = fact.person_id
           AND later.province = fact.province AND later.changed_at > fact.changed_at)
     ) AS changed`,
    [importId, province, since],
  );
  return row?.changed ?? false;
}

/** SHA-256 over the SHA-256 of each row's text, in the order of the file, in hexadecimal: what was imported can be shown later. */
export async function digestOfRows(tx: Tx, importId: string): Promise<string> {
  const [row]: { digest: string | null }[] = await tx.query(
    `SELECT encode(sha256(string_agg(sha256(convert_to(concat_ws('|', row_number, person_id, category, destination_region,
       to_char(valid_from, 'YYYY-MM-DD'), coalesce(to_char(valid_to, 'YYYY-MM-DD'), ''), pledged, array_to_string(material_kinds, ',')),
       'UTF8')), ''::bytea ORDER BY row_number)), 'hex') AS digest
     FROM filing_import_row WHERE import_id = $1`,
    [importId],
  );
  return row?.digest ?? '';
}
