import { AUDIT_TABLES, auditGrants, IDEMPOTENCY_TABLE, narrowTenancySql, OUTBOX_TABLE } from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const PARTIES = ['insured_province', 'treating_province'];
/** The province that an operation waits for; empty of a reversal whose original never came. */
const HOME_PREFIX = "(left(coalesce(insured_region, ''), 2))";

/**
 * Two distributions: what belongs to a message by institution_code, what belongs to a settlement by person_id. No
 * transaction writes to both. Rules are checks and unique keys, never triggers, which distributed
 * PostgreSQL refuses.
 */
export class Settlements1763740800000 implements MigrationInterface {
  readonly name = 'Settlements1763740800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(BY_INSTITUTION);
    await runner.query(BY_PERSON);
    await runner.query(`
      CREATE TABLE cycle (
        business_date date NOT NULL,
        state text NOT NULL,
        opened_at timestamptz NOT NULL,
        sealed_at timestamptz,
        CONSTRAINT cycle_pk PRIMARY KEY (business_date),
        CONSTRAINT cycle_state CHECK ((state = 'OPEN' AND sealed_at IS NULL) OR (state = 'SEALED' AND sealed_at IS NOT NULL))
      );
      ${narrowTenancySql('institution', { provinces: ['province'], areas: ['region'], institution: 'institution_code' })}
      ${narrowTenancySql('settlement_request', { provinces: ['treating_province'], institution: 'institution_code' })}
      ${narrowTenancySql('settlement', { provinces: PARTIES, areas: ['insured_region', 'treating_region'], person: 'person_id', institution: 'institution_code' })}
      ${narrowTenancySql('visit_place', { provinces: PARTIES, person: 'person_id', institution: 'institution_code' })}
      ${['settlement_outcome', 'settlement_line'].map((table) => narrowTenancySql(table, { provinces: PARTIES, person: 'person_id' })).join('')}
      ${narrowTenancySql('obligation', { provinces: PARTIES, person: 'person_id', nationReadsMany: true })}
      ${IDEMPOTENCY_TABLE}
      ${OUTBOX_TABLE}
      ${AUDIT_TABLES}
      ${auditGrants('settlement_app')}
      GRANT SELECT, INSERT, UPDATE ON institution, settlement_request, settlement, visit_place, cycle, idempotency TO settlement_app;
      GRANT SELECT, INSERT ON settlement_outcome, settlement_line, obligation TO settlement_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO settlement_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE audit_record, audit_head, outbox, idempotency, cycle, obligation, settlement_line, visit_place, settlement, settlement_outcome, settlement_request, institution',
    );
  }
}

const BY_INSTITUTION = `
  CREATE TABLE institution (
    institution_code char(12) NOT NULL,
    province char(6) NOT NULL,
    region char(6) NOT NULL,
    name text NOT NULL,
    level text NOT NULL,
    networked boolean NOT NULL,
    -- 开通的跨省结算业务, and of chronic visits the classes of diseases.
    visit_kinds text[] NOT NULL,
    disease_classes text[] NOT NULL,
    -- What else benefit policies ask about it, by the names that they use.
    tags text[] NOT NULL,
    updated_at timestamptz NOT NULL,
    -- Since when the division and what it is networked for stand as they do; later with each change.
    changed_at timestamptz NOT NULL,
    CONSTRAINT institution_pk PRIMARY KEY (institution_code, province),
    CONSTRAINT institution_services CHECK (NOT networked OR cardinality(visit_kinds) > 0)
  );

  CREATE TABLE settlement_request (
    institution_code char(12) NOT NULL,
    message_id char(30) NOT NULL,
    treating_province char(6) NOT NULL,
    kind text NOT NULL,
    body_hash bytea,
    -- The operation: what it settles, or its cancellation, or its change of a visit.
    settlement_id uuid,
    -- Of a cancellation or refund: the settlement that it takes back, and what a refund settles anew.
    original_settlement_id uuid,
    remainder_id uuid,
    person_id uuid,
    insured_region char(6),
    original_message_id char(30),
    -- Of a reversal: the id under which the home province answers it, once.
    reversal_id uuid,
    -- The message came again before it had an outcome, so that another copy of it may be at work.
    repeated boolean NOT NULL DEFAULT false,
    received_at timestamptz NOT NULL,
    deadline_at timestamptz NOT NULL,
    -- When the worker looks at it: at the deadline, and after each try that failed a while later.
    due_at timestamptz NOT NULL,
    tries int NOT NULL DEFAULT 0,
    concluded_at timestamptz,
    answer text,
    CONSTRAINT settlement_request_pk PRIMARY KEY (institution_code, message_id, treating_province),
    CONSTRAINT settlement_request_kind CHECK (
      (kind IN ('SETTLE', 'VISIT') AND body_hash IS NOT NULL AND settlement_id IS NOT NULL AND person_id IS NOT NULL AND insured_region IS NOT NULL)
      OR (kind IN ('CANCEL', 'REFUND') AND body_hash IS NOT NULL AND settlement_id IS NOT NULL AND person_id IS NOT NULL
        AND insured_region IS NOT NULL AND original_settlement_id IS NOT NULL AND (kind = 'CANCEL') = (remainder_id IS NULL))
      OR (kind = 'REVERSE' AND body_hash IS NOT NULL AND original_message_id IS NOT NULL AND reversal_id IS NOT NULL)
      OR (kind = 'BARRED' AND concluded_at IS NOT NULL))
  );
  CREATE INDEX settlement_request_open ON settlement_request (${HOME_PREFIX}, due_at, message_id) WHERE concluded_at IS NULL;`;

const BY_PERSON = `
  CREATE TABLE settlement_outcome (
    person_id uuid NOT NULL,
    settlement_id uuid NOT NULL,
    insured_province char(6) NOT NULL,
    treating_province char(6) NOT NULL,
    outcome text NOT NULL,
    answer text NOT NULL,
    decided_at timestamptz NOT NULL,
    CONSTRAINT settlement_outcome_pk PRIMARY KEY (person_id, settlement_id, insured_province, treating_province),
    CONSTRAINT settlement_outcome_kind CHECK (outcome IN ('SETTLED', 'CANCELLED', 'REFUNDED', 'DONE', 'REFUSED', 'NOT_SETTLED'))
  );

  CREATE TABLE settlement (
    person_id uuid NOT NULL,
    settlement_id uuid NOT NULL,
    institution_code char(12) NOT NULL,
    message_id char(30) NOT NULL,
    visit_number text NOT NULL,
    visit_kind text NOT NULL,
    -- Which part of a visit, where it is settled in several: a batch of its fees, or a keyed hash of the disease; empty for the whole.
    part_key text NOT NULL,
    insured_region char(6) NOT NULL,
    insured_province char(6) NOT NULL,
    treating_region char(6) NOT NULL,
    treating_province char(6) NOT NULL,
    filing_category text NOT NULL,
    benefit_level text NOT NULL,
    eligibility_basis text NOT NULL,
    filing_id uuid,
    insurance text NOT NULL,
    person_type text NOT NULL,
    -- Whether the bill named the insurance, and asked for accounts: what a refund settles anew is asked for alike.
    insurance_billed boolean NOT NULL,
    use_account boolean NOT NULL,
    total_fen bigint NOT NULL,
    full_self_pay_fen bigint NOT NULL CHECK (full_self_pay_fen >= 0),
    over_ceiling_fen bigint NOT NULL CHECK (over_ceiling_fen >= 0),
    first_self_pay_fen bigint NOT NULL CHECK (first_self_pay_fen >= 0),
    in_scope_fen bigint NOT NULL CHECK (in_scope_fen >= 0),
    deductible_fen bigint NOT NULL CHECK (deductible_fen BETWEEN 0 AND in_scope_fen),
    pooling_fen bigint NOT NULL CHECK (pooling_fen >= 0),
    large_sum_fen bigint NOT NULL CHECK (large_sum_fen >= 0),
    critical_illness_fen bigint NOT NULL CHECK (critical_illness_fen >= 0),
    civil_servant_fen bigint NOT NULL CHECK (civil_servant_fen >= 0),
    employer_supplement_fen bigint NOT NULL CHECK (employer_supplement_fen >= 0),
    medical_aid_fen bigint NOT NULL CHECK (medical_aid_fen >= 0),
    other_fund_fen bigint NOT NULL CHECK (other_fund_fen >= 0),
    fund_total_fen bigint NOT NULL,
    personal_fen bigint NOT NULL CHECK (personal_fen >= 0),
    account_fen bigint NOT NULL CHECK (account_fen >= 0),
    mutual_aid_fen bigint NOT NULL CHECK (mutual_aid_fen >= 0),
    cash_fen bigint NOT NULL CHECK (cash_fen >= 0),
    hospital_part_fen bigint NOT NULL CHECK (hospital_part_fen >= 0),
    account_balance_fen bigint,
    pooling_ratio_e4 int NOT NULL CHECK (pooling_ratio_e4 BETWEEN 0 AND 10000),
    -- setldetail, as the home province gave it.
    details text NOT NULL,
    policy_id uuid NOT NULL,
    explanation text NOT NULL,
    business_date date NOT NULL,
    settled_at timestamptz NOT NULL,
    state text NOT NULL,
    reversal_business_date date,
    admitted_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    emergency boolean NOT NULL,
    trauma boolean NOT NULL,
    -- Of a stay that is settled in parts, which one, from 1; 0 of all others.
    stay_part int NOT NULL CHECK (stay_part >= 0),
    mid_stay boolean NOT NULL,
    continues_stay boolean NOT NULL,
    visit_id uuid,
    remainder_of uuid,
    -- Of one that is being cancelled, or was.
    cancellation_id uuid,
    cancellation_message_id char(30),
    cancellation_business_date date,
    cancelled_at timestamptz,
    later_settlement_ids uuid[],
    -- Of one that is being reinstated: the reversal that does it.
    reinstatement_id uuid,
    reinstated_at timestamptz,
    -- The chronic disease and the diagnoses. The version of the master key stands beside it for rotation.
    diagnosis_sealed bytea NOT NULL,
    key_version int NOT NULL,
    CONSTRAINT settlement_pk PRIMARY KEY (person_id, settlement_id, insured_province, treating_province),
    CONSTRAINT settlement_cross_province CHECK (insured_province <> treating_province),
    CONSTRAINT settlement_total CHECK (total_fen BETWEEN 0 AND 10000000000000),
    CONSTRAINT settlement_split CHECK (total_fen = full_self_pay_fen + over_ceiling_fen + first_self_pay_fen + in_scope_fen),
    CONSTRAINT settlement_funds CHECK (fund_total_fen = pooling_fen + large_sum_fen + critical_illness_fen + civil_servant_fen
      + employer_supplement_fen + medical_aid_fen + other_fund_fen),
    CONSTRAINT settlement_shares CHECK (total_fen = fund_total_fen + personal_fen + hospital_part_fen),
    CONSTRAINT settlement_personal_parts CHECK (personal_fen = account_fen + mutual_aid_fen + cash_fen),
    CONSTRAINT settlement_state CHECK (
      (state IN ('SETTLED', 'REVERSING'))
      OR (state = 'REVERSED' AND reversal_business_date IS NOT NULL)
      OR (state IN ('CANCELLING', 'RESTORING') AND cancellation_id IS NOT NULL AND cancelled_at IS NULL)
      OR (state IN ('CANCELLED', 'REINSTATING') AND cancellation_id IS NOT NULL AND cancelled_at IS NOT NULL AND cancellation_business_date IS NOT NULL)),
    CONSTRAINT settlement_reinstatement CHECK ((state = 'REINSTATING') = (reinstatement_id IS NOT NULL)),
    CONSTRAINT settlement_parts CHECK ((mid_stay AND stay_part > 0) OR NOT mid_stay),
    CONSTRAINT settlement_part_of_stay CHECK (stay_part = 0 OR visit_kind = 'INPATIENT')
  );
  -- The whole of a stay and its first part exclude each other.
  CREATE UNIQUE INDEX settlement_one_per_visit ON settlement
    (person_id, institution_code, visit_number, visit_kind, part_key, (greatest(stay_part, 1)), insured_province, treating_province)
    WHERE state IN ('SETTLED', 'CANCELLING', 'RESTORING', 'REINSTATING');
  -- A stay ends once.
  CREATE UNIQUE INDEX settlement_one_end ON settlement
    (person_id, institution_code, visit_number, visit_kind, part_key, insured_province, treating_province)
    WHERE NOT mid_stay AND state IN ('SETTLED', 'CANCELLING', 'RESTORING', 'REINSTATING');
  CREATE INDEX settlement_by_id ON settlement (settlement_id);
  CREATE INDEX settlement_by_key_version ON settlement (key_version, person_id, settlement_id, insured_province, treating_province);
  CREATE INDEX settlement_by_institution ON settlement (institution_code, settled_at, settlement_id);
  CREATE INDEX settlement_by_cycle ON settlement (business_date, settlement_id);
  CREATE INDEX settlement_by_cancellation_cycle ON settlement (cancellation_business_date, settlement_id) WHERE cancellation_business_date IS NOT NULL;
  CREATE INDEX settlement_by_reversal_cycle ON settlement (reversal_business_date, settlement_id) WHERE reversal_business_date IS NOT NULL;

  -- Locked while something comes to stand under the number, and how often it was.
  CREATE TABLE visit_place (
    person_id uuid NOT NULL,
    institution_code char(12) NOT NULL,
    visit_number text NOT NULL,
    insured_province char(6) NOT NULL,
    treating_province char(6) NOT NULL,
    holds int NOT NULL,
    CONSTRAINT visit_place_pk PRIMARY KEY (person_id, institution_code, visit_number, insured_province, treating_province)
  );

  CREATE TABLE settlement_line (
    person_id uuid NOT NULL,
    settlement_id uuid NOT NULL,
    line_number int NOT NULL,
    insured_province char(6) NOT NULL,
    treating_province char(6) NOT NULL,
    -- As the bill said, or the hospital's mapping; empty where neither did.
    national_code text NOT NULL,
    hospital_code text NOT NULL,
    -- 外检: who examined the patient; empty where the hospital itself did.
    examining_institution_code text NOT NULL,
    -- The fee of the visit that it is; empty of a bill that came in one message.
    fee_serial text NOT NULL,
    approved boolean NOT NULL,
    quantity_e4 bigint NOT NULL,
    unit_price_micro_yuan bigint NOT NULL,
    amount_fen bigint NOT NULL,
    item_class text NOT NULL,
    charge_category char(2) NOT NULL,
    catalogue_rule text NOT NULL,
    -- The version of the treating province's catalogue that was in force on the fee's day.
    catalogue_sequence int NOT NULL,
    full_self_pay_fen bigint NOT NULL,
    over_ceiling_fen bigint NOT NULL,
    first_self_pay_fen bigint NOT NULL,
    in_scope_fen bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    CONSTRAINT settlement_line_pk PRIMARY KEY (person_id, settlement_id, line_number, insured_province, treating_province),
    CONSTRAINT settlement_line_code CHECK (national_code <> '' OR hospital_code <> ''),
    CONSTRAINT settlement_line_sequence CHECK (catalogue_sequence > 0),
    CONSTRAINT settlement_line_split CHECK (amount_fen = full_self_pay_fen + over_ceiling_fen + first_self_pay_fen + in_scope_fen)
  );

  CREATE TABLE obligation (
    person_id uuid NOT NULL,
    obligation_id uuid NOT NULL,
    settlement_id uuid NOT NULL,
    -- What made it: the settlement, or its cancellation.
    operation_id uuid NOT NULL,
    kind text NOT NULL,
    insured_province char(6) NOT NULL,
    treating_province char(6) NOT NULL,
    insurance text NOT NULL,
    business_date date NOT NULL,
    amount_fen bigint NOT NULL,
    leaf_hash bytea NOT NULL,
    -- The first eight bytes of the hash, which a seal can add up.
    leaf_digest bigint NOT NULL,
    CONSTRAINT obligation_pk PRIMARY KEY (person_id, obligation_id, insured_province, treating_province),
    CONSTRAINT obligation_once UNIQUE (person_id, operation_id, kind, insured_province, treating_province),
    CONSTRAINT obligation_sign CHECK ((kind IN ('SETTLEMENT', 'REINSTATEMENT') AND amount_fen >= 0) OR (kind IN ('REVERSAL', 'REFUND') AND amount_fen <= 0))
  );
  -- Rows lie in the order of their days: a seal reads its own day alone, however many there are.
  CREATE INDEX obligation_by_cycle ON obligation USING brin (business_date) WITH (pages_per_range = 32, autosummarize = on);`;
