import { queryPrepared, type Statement, type Tx } from '@yiditong/chassis';
import type {
  EntitlementVersion,
  FilingVersion,
  InstitutionFact,
  InsuranceFact,
  RecordedFacts,
} from '@yiditong/eligibility';

type OfPerson<T> = T & { readonly personId: string };

/** With the disease still sealed, in Base64. */
export type SealedVersion = OfPerson<Omit<EntitlementVersion, 'diseaseCode'>> & {
  readonly province: string;
  readonly diseaseSealed: string;
};

/** Everything recorded of some persons and institutions. */
export type FactSheet = {
  readonly filings: readonly OfPerson<FilingVersion>[];
  readonly insurance: readonly OfPerson<InsuranceFact>[];
  readonly entitlements: readonly SealedVersion[];
  readonly institutions: readonly InstitutionFact[];
};

const millis = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::bigint`;

/**
 * One statement, so that it is one round trip and one snapshot, and JSON, which is read faster than rows of columns. An imported
 * version became true when its import was applied, and while it isn't, there is none.
 */
const FACTS = `SELECT
  (SELECT coalesce(json_agg(json_build_object(
      'personId', v.person_id, 'filingId', v.filing_id, 'version', v.version, 'event', v.event, 'state', v.state, 'category', v.category,
      'insuredRegion', v.insured_region, 'destinationRegion', v.destination_region, 'validFrom', v.valid_from, 'validTo', v.valid_to,
      'owing', cardinality(v.owed) > 0, 'recordedAt', ${millis('coalesce(i.applied_at, v.recorded_at)')})), '[]')
    FROM filing_version v LEFT JOIN filing_import i ON v.version = 1 AND i.import_id = v.import_id AND i.province = v.insured_province
    WHERE v.person_id = ANY($1::uuid[]) AND (v.import_id IS NULL OR v.version > 1 OR i.applied_at IS NOT NULL)) AS filings,
  (SELECT coalesce(json_agg(json_build_object(
      'personId', person_id, 'insuredRegion', insured_region, 'active', active,
      'changedAt', ${millis('changed_at')}, 'recordedAt', ${millis('recorded_at')})), '[]')
    FROM insurance_fact WHERE person_id = ANY($1::uuid[])) AS insurance,
  (SELECT coalesce(json_agg(json_build_object(
      'personId', v.person_id, 'entitlementId', v.entitlement_id, 'province', v.province, 'version', v.version,
      'insuredRegion', v.insured_region, 'diseaseSealed', encode(e.disease_sealed, 'base64'),
      'validFrom', v.valid_from, 'validTo', v.valid_to, 'recordedAt', ${millis('v.recorded_at')})), '[]')
    FROM entitlement_version v JOIN entitlement e USING (person_id, entitlement_id, province)
    WHERE v.person_id = ANY($1::uuid[])) AS entitlements,
  (SELECT coalesce(json_agg(json_build_object(
      'institutionCode', institution_code, 'region', region, 'networked', networked, 'visitKinds', visit_kinds,
      'diseaseClasses', disease_classes, 'changedAt', ${millis('changed_at')}, 'recordedAt', ${millis('recorded_at')})), '[]')
    FROM institution_fact WHERE institution_code = ANY($2::bpchar[])) AS institutions`;

/** Of a province's persons and any institutions. Its only row is a sheet. */
export function selectFacts(personIds: readonly string[], institutionCodes: readonly string[]): Statement {
  return { name: 'eligibility_facts', text: FACTS, values: [personIds, institutionCodes] };
}

export async function readFacts(
  tx: Tx,
  personIds: readonly string[],
  institutionCodes: readonly string[],
): Promise<FactSheet> {
  const { name, text, values } = selectFacts(personIds, institutionCodes);
  const [sheet] = await queryPrepared<FactSheet>(tx, name, text, values);
  return sheet as FactSheet;
}

/**
 * What is recorded of one person and, where one is asked about, one institution. Diseases are opened only where they are asked
 * about: it is not free, and nobody else's business.
 */
export function factsOf(
  sheet: FactSheet,
  personId: string,
  institutionCode: string | null,
  open: ((version: SealedVersion) => EntitlementVersion) | null,
): RecordedFacts {
  const own = (fact: { readonly personId: string }): boolean => fact.personId === personId;
  return {
    filings: sheet.filings.filter(own),
    insurance: sheet.insurance.filter(own),
    entitlements: open === null ? [] : sheet.entitlements.filter(own).map(open),
    institution:
      institutionCode === null
        ? null
        : sheet.institutions.filter((institution) => institution.institutionCode === institutionCode),
  };
}
