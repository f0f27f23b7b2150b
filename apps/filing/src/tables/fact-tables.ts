import { narrowTenancySql, tenancySql } from '@yiditong/chassis';

/**
 * What decisions rest on besides filings. Insurance and institutions are others' records, kept here as they were told, with the
 * instant since when they stand so and the instant at which they became known here.
 */
export const FACT_TABLES = `
  -- A province's as a whole: for a bureau that saw those of its own pooling area alone, a person who moved away would stay.
  CREATE TABLE insurance_fact (
    person_id uuid NOT NULL,
    province char(6) NOT NULL,
    changed_at timestamptz NOT NULL,
    insured_region char(6) NOT NULL,
    active boolean NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT insurance_fact_pk PRIMARY KEY (person_id, province, changed_at)
  );
  -- For an import, to see what was recorded while it was being applied.
  CREATE INDEX insurance_fact_by_recording ON insurance_fact (province, recorded_at);

  -- No tenant: the directory of networked institutions is public, and every province's decisions need that of all others.
  CREATE TABLE institution_fact (
    institution_code char(12) NOT NULL,
    changed_at timestamptz NOT NULL,
    region char(6) NOT NULL,
    networked boolean NOT NULL,
    visit_kinds text[] NOT NULL,
    disease_classes text[] NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT institution_fact_pk PRIMARY KEY (institution_code, changed_at)
  );

  CREATE TABLE filing_rule (
    rule_id uuid NOT NULL,
    owner char(6) NOT NULL,
    kind text NOT NULL,
    -- What it is about; two of the same are never in force on one day.
    subject text NOT NULL,
    -- As JSON.
    content text NOT NULL,
    source text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT filing_rule_pk PRIMARY KEY (rule_id, owner),
    CONSTRAINT filing_rule_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
    CONSTRAINT filing_rule_no_overlap EXCLUDE USING gist
      (owner WITH =, kind WITH =, subject WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
  );
  ${narrowTenancySql('insurance_fact', { provinces: ['province'], person: 'person_id' })}
  ${tenancySql('filing_rule', 'owner')}
  GRANT SELECT, INSERT ON insurance_fact, institution_fact TO filing_app;
  GRANT SELECT, INSERT, UPDATE (valid_to) ON filing_rule TO filing_app;`;
