import { narrowTenancySql } from '@yiditong/chassis';

/** What a filing and each of its versions say. */
const CONTENT = `
    insured_region char(6) NOT NULL,
    category text NOT NULL,
    destination_region char(6) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    state text NOT NULL,
    version int NOT NULL,
    source text NOT NULL,
    -- As JSON: kind and digest of each paper.
    materials text NOT NULL,
    pledged boolean NOT NULL,
    -- Any one of these papers is owed under the pledge.
    owed text[] NOT NULL,
    locked_until date,
    review_due_on date,
    -- The hospital that entered it at the bedside.
    institution_code char(12),
    import_id uuid,
    reason text NOT NULL`;

const CATEGORIES = "'RETIREE_RESETTLED', 'LONG_TERM_RESIDENT', 'LONG_TERM_WORKER', 'REFERRAL', 'OTHER_TEMPORARY'";
const STATES = "'DRAFT', 'SUBMITTED', 'RETURNED', 'REJECTED', 'ACTIVE', 'CANCELLED', 'EXPIRED', 'INVALIDATED'";

/**
 * A filing as it stands, and all its versions. Decisions are made from the versions, which are only ever added; the filing itself
 * is what is searched, what two can't do at once, and what may not overlap.
 */
export const FILING_TABLES = `
  CREATE TABLE filing (
    person_id uuid NOT NULL,
    filing_id uuid NOT NULL,
    insured_province char(6) NOT NULL,
    ${CONTENT},
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- The digits that all of a pooling area, and of a destination's province, share: one value, where a range would have no order.
    area_digits char(4) NOT NULL GENERATED ALWAYS AS (substr(insured_region, 1, 4)) STORED,
    destination_digits char(2) NOT NULL GENERATED ALWAYS AS (substr(destination_region, 1, 2)) STORED,
    CONSTRAINT filing_pk PRIMARY KEY (person_id, filing_id, insured_province),
    CONSTRAINT filing_category CHECK (category IN (${CATEGORIES})),
    CONSTRAINT filing_state CHECK (state IN (${STATES})),
    CONSTRAINT filing_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
    CONSTRAINT filing_review CHECK ((state = 'SUBMITTED') = (review_due_on IS NOT NULL)),
    -- Within a province: across provinces it would tell one of a filing that only the other may see, and stand in its way.
    CONSTRAINT filing_no_overlap EXCLUDE USING gist
      (person_id WITH =, insured_province WITH =, destination_region WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
      WHERE (state IN ('SUBMITTED', 'ACTIVE'))
  );
  -- A receipt names the filing and not the person.
  CREATE INDEX filing_by_id ON filing (filing_id);
  -- What bureaus search by: each question alone finds its page in one of these, newest first.
  CREATE INDEX filing_by_province ON filing (insured_province, filing_id DESC);
  CREATE INDEX filing_by_region ON filing (insured_region, filing_id DESC);
  CREATE INDEX filing_by_area ON filing (area_digits, filing_id DESC);
  CREATE INDEX filing_by_state ON filing (insured_province, state, filing_id DESC);
  CREATE INDEX filing_by_category ON filing (insured_province, category, filing_id DESC);
  CREATE INDEX filing_by_destination ON filing (insured_province, destination_region, filing_id DESC);
  CREATE INDEX filing_by_destination_province ON filing (insured_province, destination_digits, filing_id DESC);
  CREATE INDEX filing_owing ON filing (insured_province, filing_id DESC) WHERE owed <> '{}';
  CREATE INDEX filing_waiting ON filing (insured_province, review_due_on, filing_id) WHERE state = 'SUBMITTED';
  CREATE INDEX filing_ending ON filing (valid_to) WHERE state = 'ACTIVE' AND valid_to IS NOT NULL;
  CREATE INDEX filing_by_import ON filing (import_id, filing_id DESC) WHERE import_id IS NOT NULL;

  CREATE TABLE filing_version (
    person_id uuid NOT NULL,
    filing_id uuid NOT NULL,
    insured_province char(6) NOT NULL,
    ${CONTENT},
    event text NOT NULL,
    actor_role text NOT NULL,
    actor_subject text NOT NULL,
    -- Of an imported version the import's own instant counts, which is set at its very end.
    recorded_at timestamptz NOT NULL,
    CONSTRAINT filing_version_pk PRIMARY KEY (person_id, filing_id, version, insured_province)
  );

  CREATE TABLE family_access (
    person_id uuid NOT NULL,
    access_id uuid NOT NULL,
    province char(6) NOT NULL,
    agent_person_id uuid NOT NULL,
    agent_province char(6) NOT NULL,
    relation text NOT NULL,
    granted_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT family_access_pk PRIMARY KEY (person_id, access_id, province, agent_province),
    CONSTRAINT family_access_two CHECK (person_id <> agent_person_id),
    CONSTRAINT family_access_end CHECK (revoked_at IS NULL OR revoked_at >= granted_at)
  );
  CREATE UNIQUE INDEX family_access_once ON family_access (person_id, agent_person_id, province, agent_province) WHERE revoked_at IS NULL;
  CREATE INDEX family_access_by_agent ON family_access (agent_person_id);

  CREATE TABLE entitlement (
    person_id uuid NOT NULL,
    entitlement_id uuid NOT NULL,
    province char(6) NOT NULL,
    insured_region char(6) NOT NULL,
    -- The disease. The version of the master key stands beside it for rotation.
    disease_sealed bytea NOT NULL,
    key_version int NOT NULL,
    -- A keyed hash of the person and the disease's class: by it two of one class are told apart from two of different ones.
    class_index bytea NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    version int NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT entitlement_pk PRIMARY KEY (person_id, entitlement_id, province),
    CONSTRAINT entitlement_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
    CONSTRAINT entitlement_no_overlap EXCLUDE USING gist
      (person_id WITH =, province WITH =, class_index WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
  );
  CREATE INDEX entitlement_by_key_version ON entitlement (key_version, person_id, entitlement_id, province);

  CREATE TABLE entitlement_version (
    person_id uuid NOT NULL,
    entitlement_id uuid NOT NULL,
    province char(6) NOT NULL,
    insured_region char(6) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    version int NOT NULL,
    reason text NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT entitlement_version_pk PRIMARY KEY (person_id, entitlement_id, version, province)
  );

  CREATE TABLE entitlement_application (
    person_id uuid NOT NULL,
    application_id uuid NOT NULL,
    province char(6) NOT NULL,
    insured_region char(6) NOT NULL,
    -- The hospital that applied, and the institution that found the disease.
    institution_code char(12) NOT NULL,
    identified_by text NOT NULL,
    identified_on date NOT NULL,
    -- The disease, and who diagnosed it. The version of the master key stands beside it for rotation.
    finding_sealed bytea NOT NULL,
    key_version int NOT NULL,
    -- As of an entitlement.
    class_index bytea NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    state text NOT NULL,
    version int NOT NULL,
    reason text NOT NULL,
    entitlement_id uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT entitlement_application_pk PRIMARY KEY (person_id, application_id, province),
    CONSTRAINT entitlement_application_state CHECK (state IN ('SUBMITTED', 'ACCEPTED', 'REJECTED', 'WITHDRAWN')),
    CONSTRAINT entitlement_application_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
    CONSTRAINT entitlement_application_recorded CHECK ((state = 'ACCEPTED') = (entitlement_id IS NOT NULL))
  );
  -- Of one hospital: of more it would tell one what another found.
  CREATE UNIQUE INDEX entitlement_application_once ON entitlement_application (person_id, class_index, institution_code, province)
    WHERE state = 'SUBMITTED';
  CREATE INDEX entitlement_application_waiting ON entitlement_application (province, application_id) WHERE state = 'SUBMITTED';
  CREATE INDEX entitlement_application_by_key_version
    ON entitlement_application (key_version, person_id, application_id, province);
  ${narrowTenancySql('filing', { provinces: ['insured_province'], areas: ['insured_region'], person: 'person_id' })}
  ${narrowTenancySql('filing_version', { provinces: ['insured_province'], areas: ['insured_region'], person: 'person_id' })}
  ${narrowTenancySql('family_access', { provinces: ['province', 'agent_province'], wholeProvinces: true, person: 'person_id' })}
  ${narrowTenancySql('entitlement', { provinces: ['province'], areas: ['insured_region'], person: 'person_id' })}
  ${narrowTenancySql('entitlement_version', { provinces: ['province'], areas: ['insured_region'], person: 'person_id' })}
  ${narrowTenancySql('entitlement_application', { provinces: ['province'], areas: ['insured_region'], person: 'person_id' })}
  GRANT SELECT, INSERT, UPDATE ON filing TO filing_app;
  GRANT SELECT, INSERT ON filing_version, entitlement_version TO filing_app;
  GRANT SELECT, INSERT, UPDATE (revoked_at) ON family_access TO filing_app;
  GRANT SELECT, INSERT, UPDATE (valid_to, version, recorded_at, disease_sealed, key_version) ON entitlement TO filing_app;
  GRANT SELECT, INSERT, UPDATE (state, version, reason, entitlement_id, updated_at, finding_sealed, key_version)
    ON entitlement_application TO filing_app;`;
