import {
  AUDIT_TABLES,
  auditGrants,
  IDEMPOTENCY_TABLE,
  narrowTenancySql,
  OUTBOX_TABLE,
  PROPOSAL_TABLE,
  proposalGrants,
} from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Insured persons, policies, accumulators and adjudications. All but policies are distributed by person, so that one
 * adjudication is one shard's transaction.
 */
export class Benefits1763740800000 implements MigrationInterface {
  readonly name = 'Benefits1763740800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE insured_person (
        person_id uuid NOT NULL,
        province char(6) NOT NULL,
        insured_region char(6) NOT NULL,
        insurance text NOT NULL,
        person_type text NOT NULL,
        active boolean NOT NULL,
        id_number_index bytea NOT NULL,
        -- ID number, name, phone and tags. The version of the master key stands beside it for rotation.
        personal_sealed bytea NOT NULL,
        key_version int NOT NULL,
        -- Of two provinces that both have the person as insured, the one that had him first is believed.
        entered_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL,
        -- Since when the division and whether the insurance is active stand as they do; later with each change.
        insurance_changed_at timestamptz NOT NULL,
        -- With the province: a key of one must neither reveal nor block a row that only another may see.
        CONSTRAINT insured_person_pk PRIMARY KEY (person_id, province)
      );
      CREATE INDEX insured_person_by_id_number ON insured_person (id_number_index);
      CREATE INDEX insured_person_by_key_version ON insured_person (key_version, person_id, province);

      CREATE TABLE policy (
        region char(6) NOT NULL,
        policy_id uuid NOT NULL,
        province char(6) NOT NULL,
        insurance text NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        document text NOT NULL,
        published_at timestamptz NOT NULL,
        proposal_id uuid NOT NULL,
        digest char(64) NOT NULL,
        CONSTRAINT policy_pk PRIMARY KEY (region, policy_id, province),
        CONSTRAINT policy_proposal UNIQUE (region, proposal_id, province)
      );
      -- A version ends where the next one begins: in force is the last that begins by a day.
      CREATE INDEX policy_succession ON policy (region, insurance, valid_from, policy_id);

      CREATE TABLE accumulator (
        person_id uuid NOT NULL,
        benefit_year int NOT NULL,
        insurance text NOT NULL,
        kind text NOT NULL,
        province char(6) NOT NULL,
        value bigint NOT NULL,
        CONSTRAINT accumulator_pk PRIMARY KEY (person_id, benefit_year, insurance, kind, province),
        CONSTRAINT accumulator_not_negative CHECK (value >= 0)
      );

      -- What made the totals: a booking's deltas, the same negated where a reversal or a cancellation took them back, and the same again
      -- where that cancellation was undone. Each once of its id. Totals are its sum at any time.
      CREATE TABLE accumulator_entry (
        person_id uuid NOT NULL,
        settlement_id uuid NOT NULL,
        direction text NOT NULL,
        -- The settlement's own id, or a cancellation's.
        operation_id uuid NOT NULL,
        benefit_year int NOT NULL,
        province char(6) NOT NULL,
        insurance text NOT NULL,
        deltas text NOT NULL,
        -- Later than every earlier one of the person's.
        booked_at timestamptz NOT NULL,
        CONSTRAINT accumulator_entry_pk PRIMARY KEY (person_id, settlement_id, direction, operation_id, benefit_year, province),
        CONSTRAINT accumulator_entry_direction CHECK (direction IN ('CANCELLED', 'REINSTATED')
          OR (direction IN ('BOOKED', 'REVERSED') AND operation_id = settlement_id))
      );
      CREATE INDEX accumulator_entry_by_year ON accumulator_entry (person_id, benefit_year, booked_at);
      CREATE INDEX accumulator_entry_by_time ON accumulator_entry (person_id, booked_at);

      CREATE TABLE adjudication (
        person_id uuid NOT NULL,
        settlement_id uuid NOT NULL,
        province char(6) NOT NULL,
        state text NOT NULL,
        result text,
        recorded_at timestamptz NOT NULL,
        -- Of a cancelled one: reversed as well, so that it won't stand again when its cancellation is undone.
        reversed_at timestamptz,
        cancellation_id uuid,
        cancelled_at timestamptz,
        CONSTRAINT adjudication_pk PRIMARY KEY (person_id, settlement_id, province),
        CONSTRAINT adjudication_state CHECK (
          (state = 'ADJUDICATED' AND result IS NOT NULL AND num_nonnulls(reversed_at, cancellation_id, cancelled_at) = 0)
          OR (state = 'REVERSED' AND num_nonnulls(result, reversed_at) = 2 AND num_nonnulls(cancellation_id, cancelled_at) = 0)
          OR (state = 'CANCELLED' AND num_nonnulls(result, cancellation_id, cancelled_at) = 3)
          OR (state = 'BARRED' AND num_nonnulls(result, reversed_at, cancellation_id, cancelled_at) = 0))
      );

      -- Each cancellation that took an adjudication back, until it was undone itself, or was barred before it came.
      CREATE TABLE cancellation (
        person_id uuid NOT NULL,
        cancellation_id uuid NOT NULL,
        province char(6) NOT NULL,
        settlement_id uuid NOT NULL,
        state text NOT NULL,
        recorded_at timestamptz NOT NULL,
        reversed_at timestamptz,
        CONSTRAINT cancellation_pk PRIMARY KEY (person_id, cancellation_id, province),
        CONSTRAINT cancellation_state CHECK (
          (state IN ('CANCELLED', 'BARRED') AND reversed_at IS NULL) OR (state = 'REVERSED' AND reversed_at IS NOT NULL))
      );
      ${ACCOUNT_TABLES}
      ${narrowTenancySql('insured_person', { provinces: ['province'], areas: ['insured_region'], person: 'person_id' })}
      ${narrowTenancySql('policy', { provinces: ['province'], areas: ['region'] })}
      ${narrowTenancySql('accumulator', { provinces: ['province'], person: 'person_id' })}
      ${narrowTenancySql('accumulator_entry', { provinces: ['province'], person: 'person_id' })}
      ${narrowTenancySql('adjudication', { provinces: ['province'], person: 'person_id' })}
      ${narrowTenancySql('cancellation', { provinces: ['province'], person: 'person_id' })}
      ${E_CREDENTIAL_TABLE}
      ${IDEMPOTENCY_TABLE}
      ${OUTBOX_TABLE}
      ${AUDIT_TABLES}
      ${auditGrants('benefit_app')}
      ${PROPOSAL_TABLE}
      ${proposalGrants('benefit_app')}
      GRANT SELECT, INSERT, UPDATE ON insured_person, accumulator, adjudication, cancellation, idempotency TO benefit_app;
      GRANT SELECT, INSERT ON policy, accumulator_entry TO benefit_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO benefit_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE proposal, audit_record, audit_head, outbox, idempotency, e_credential, account_entry, personal_account,
         cancellation, adjudication, accumulator_entry, accumulator, policy, insured_person`,
    );
  }
}

/** 个人账户: balances, of the kinds that there are entries of, and the entries that made them, which are never changed. A settlement books once in an account, is reversed once, and a cancellation of it gives back once and is undone once. */
const ACCOUNT_TABLES = `
  CREATE TABLE personal_account (
    person_id uuid NOT NULL,
    kind text NOT NULL,
    province char(6) NOT NULL,
    balance_fen bigint NOT NULL,
    CONSTRAINT personal_account_pk PRIMARY KEY (person_id, kind, province),
    CONSTRAINT personal_account_not_negative CHECK (balance_fen >= 0)
  );
  CREATE TABLE account_entry (
    person_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    province char(6) NOT NULL,
    kind text NOT NULL,
    amount_fen bigint NOT NULL,
    cause text NOT NULL,
    settlement_id uuid,
    operation_id uuid,
    booked_at timestamptz NOT NULL,
    CONSTRAINT account_entry_pk PRIMARY KEY (person_id, entry_id, province),
    CONSTRAINT account_entry_once UNIQUE (person_id, settlement_id, kind, cause, operation_id, province),
    CONSTRAINT account_entry_kind CHECK (kind IN ('OWN', 'MUTUAL_AID')),
    CONSTRAINT account_entry_amount CHECK (amount_fen <> 0),
    CONSTRAINT account_entry_cause CHECK (CASE cause
      WHEN 'POSTED' THEN num_nonnulls(settlement_id, operation_id) = 0
      WHEN 'SETTLEMENT' THEN settlement_id IS NOT NULL AND operation_id IS NOT DISTINCT FROM settlement_id AND amount_fen < 0
      WHEN 'REVERSAL' THEN settlement_id IS NOT NULL AND operation_id IS NOT DISTINCT FROM settlement_id AND amount_fen > 0
      WHEN 'CANCELLATION' THEN num_nonnulls(settlement_id, operation_id) = 2 AND amount_fen > 0
      WHEN 'REINSTATEMENT' THEN num_nonnulls(settlement_id, operation_id) = 2 AND amount_fen < 0
      ELSE false END)
  );
  ${narrowTenancySql('personal_account', { provinces: ['province'], person: 'person_id' })}
  ${narrowTenancySql('account_entry', { provinces: ['province'], person: 'person_id' })}
  GRANT SELECT, INSERT, UPDATE ON personal_account TO benefit_app;
  GRANT SELECT, INSERT ON account_entry TO benefit_app;`;

/**
 * E-credentials. What was issued can't be changed, only ended or used, and is removed in time. A person has one at a time that
 * may still be used, whatever two issues at once do.
 */
const E_CREDENTIAL_TABLE = `
  CREATE TABLE e_credential (
    person_id uuid NOT NULL,
    credential_id uuid NOT NULL,
    province char(6) NOT NULL,
    -- SHA-256. The token itself is given out and kept nowhere.
    token_hash bytea NOT NULL,
    issued_for text,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    used_by text,
    used_for_visit text,
    used_at timestamptz,
    stands_until timestamptz,
    answer text,
    kept_until timestamptz NOT NULL,
    CONSTRAINT e_credential_pk PRIMARY KEY (person_id, credential_id, province),
    CONSTRAINT e_credential_token UNIQUE (token_hash, person_id, province),
    CONSTRAINT e_credential_life CHECK (expires_at > issued_at AND expires_at - issued_at <= interval '300 seconds'),
    CONSTRAINT e_credential_use CHECK (num_nonnulls(used_by, used_for_visit, used_at, stands_until, answer) IN (0, 5)),
    CONSTRAINT e_credential_end CHECK (used_at IS NULL
      OR (withdrawn_at IS NULL AND used_at < expires_at AND used_by = coalesce(issued_for, used_by)))
  );
  CREATE UNIQUE INDEX e_credential_one_open ON e_credential (person_id, province) WHERE used_at IS NULL AND withdrawn_at IS NULL;
  CREATE INDEX e_credential_by_kept_until ON e_credential (kept_until);
  ${narrowTenancySql('e_credential', { provinces: ['province'], wholeProvinces: true, person: 'person_id', institution: 'used_by' })}
  GRANT SELECT, INSERT, DELETE, UPDATE (withdrawn_at, used_by, used_for_visit, used_at, stands_until, answer, kept_until)
    ON e_credential TO benefit_app;`;
