import type { Tx } from '@yiditong/chassis';
import type { VisitKind } from '@yiditong/codes';
import { OPEN_STATES } from '@yiditong/eligibility';

/** How a person is insured in a province since an instant (参保状态), as benefit told it. */
export type NewInsuranceFact = {
  readonly personId: string;
  readonly province: string;
  readonly insuredRegion: string;
  readonly active: boolean;
  readonly changedAt: Date;
};

/** What an institution is networked for since an instant (联网状态), as settlement told it. */
export type NewInstitutionFact = {
  readonly institutionCode: string;
  /** 就医地 division. */
  readonly region: string;
  readonly networked: boolean;
  readonly visitKinds: readonly VisitKind[];
  /** First four characters of the codes of 门诊慢特病. */
  readonly diseaseClasses: readonly string[];
  readonly changedAt: Date;
};

/** How a person is insured as far as is known. */
export type LatestInsurance = NewInsuranceFact;

const LATEST =
  'person_id AS "personId", province, insured_region AS "insuredRegion", active, changed_at AS "changedAt"';

/** Adds those that are new and answers whose they are. A fact that is there already is never written over. */
export async function insertInsurance(tx: Tx, facts: readonly NewInsuranceFact[], recordedAt: Date): Promise<string[]> {
  const rows: { personId: string }[] = await tx.query(
    `INSERT INTO insurance_fact (person_id, province, changed_at, insured_region, active, recorded_at)
     SELECT *, $6::timestamptz FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::boolean[])
     ON CONFLICT ON CONSTRAINT insurance_fact_pk DO NOTHING RETURNING person_id AS "personId"`,
    [
      facts.map(({ personId }) => personId),
      facts.map(({ province }) => province),
      facts.map(({ changedAt }) => changedAt),
      facts.map(({ insuredRegion }) => insuredRegion),
      facts.map(({ active }) => active),
      recordedAt,
    ],
  );
  return [...new Set(rows.map(({ personId }) => personId))].toSorted();
}

/** How a person is insured now in the transaction's province. */
export async function latestInsurance(tx: Tx, personId: string): Promise<LatestInsurance | null> {
  const rows: LatestInsurance[] = await tx.query(
    `SELECT ${LATEST} FROM insurance_fact WHERE person_id = $1 ORDER BY changed_at DESC LIMIT 1`,
    [personId],
  );
  return rows[0] ?? null;
}

/** The same of many, in the order of their ids. */
export async function latestInsuranceOf(tx: Tx, personIds: readonly string[]): Promise<LatestInsurance[]> {
  return tx.query(
    `SELECT DISTINCT ON (person_id) ${LATEST} FROM insurance_fact WHERE person_id = ANY($1::uuid[])
     ORDER BY person_id, changed_at DESC`,
    [personIds],
  );
}

/** The last of a person in each province, that where he is insured now first. Only as the nation. */
export async function insuranceEverywhere(tx: Tx, personId: string): Promise<LatestInsurance[]> {
  return tx.query(
    `SELECT * FROM (
       SELECT DISTINCT ON (province) ${LATEST} FROM insurance_fact WHERE person_id = $1 ORDER BY province, changed_at DESC
     ) AS latest ORDER BY active DESC, "changedAt" DESC`,
    [personId],
  );
}

/** Those of the persons who have a filing that has not ended, which their insurance has to carry. */
export async function personsWithOpenFilings(tx: Tx, personIds: readonly string[]): Promise<string[]> {
  const rows: { personId: string }[] = await tx.query(
    `SELECT DISTINCT person_id AS "personId" FROM filing WHERE person_id = ANY($1::uuid[]) AND state = ANY($2::text[])`,
    [personIds, OPEN_STATES],
  );
  return rows.map(({ personId }) => personId);
}

/** Those of the persons of whom nothing is recorded in the transaction's province. */
export async function unknownPersons(tx: Tx, personIds: readonly string[]): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    // One by one through the index: of a table that has just grown, PostgreSQL would rather read all of it.
    `SELECT DISTINCT id::text AS id FROM unnest($1::uuid[]) AS id
     LEFT JOIN LATERAL (SELECT true AS known FROM insurance_fact WHERE person_id = id LIMIT 1) AS fact ON true
     WHERE fact.known IS NULL`,
    [personIds],
  );
  return rows.map(({ id }) => id);
}

/** A fact that is there already is never written over. */
export async function insertInstitutions(
  tx: Tx,
  facts: readonly NewInstitutionFact[],
  recordedAt: Date,
): Promise<void> {
  // Sets as texts, because PostgreSQL unnests arrays of arrays to their elements.
  await tx.query(
    `INSERT INTO institution_fact (institution_code, changed_at, region, networked, visit_kinds, disease_classes, recorded_at)
     SELECT code, changed_at, region, networked, string_to_array(visit_kinds, ','), string_to_array(disease_classes, ','), $7::timestamptz
     FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::boolean[], $5::text[], $6::text[])
       AS fact (code, changed_at, region, networked, visit_kinds, disease_classes)
     ON CONFLICT ON CONSTRAINT institution_fact_pk DO NOTHING`,
    [
      facts.map(({ institutionCode }) => institutionCode),
      facts.map(({ changedAt }) => changedAt),
      facts.map(({ region }) => region),
      facts.map(({ networked }) => networked),
      facts.map(({ visitKinds }) => visitKinds.join(',')),
      facts.map(({ diseaseClasses }) => diseaseClasses.join(',')),
      recordedAt,
    ],
  );
}

/** Those of the institutions of which nothing is recorded. */
export async function unknownInstitutions(tx: Tx, codes: readonly string[]): Promise<string[]> {
  const rows: { code: string }[] = await tx.query(
    `SELECT DISTINCT code::text AS code FROM unnest($1::bpchar[]) AS code
     WHERE NOT EXISTS (SELECT 1 FROM institution_fact WHERE institution_code = code)`,
    [codes],
  );
  return rows.map(({ code }) => code);
}

/** Where an institution lies as far as is known. */
export async function institutionRegion(tx: Tx, institutionCode: string): Promise<string | null> {
  const rows: { region: string }[] = await tx.query(
    'SELECT region FROM institution_fact WHERE institution_code = $1 ORDER BY changed_at DESC LIMIT 1',
    [institutionCode],
  );
  return rows[0]?.region ?? null;
}
