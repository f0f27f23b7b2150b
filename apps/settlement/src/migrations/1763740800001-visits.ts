import { narrowTenancySql } from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const PARTIES = ['insured_province', 'treating_province'];

/** Visits and their fees as hospitals upload them, by person, as the settlements that come of them. */
export class Visits1763740800001 implements MigrationInterface {
  readonly name = 'Visits1763740800001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ${VISIT}
      ${VISIT_FEE}
      ${narrowTenancySql('visit', { provinces: PARTIES, areas: ['insured_region', 'treating_region'], person: 'person_id', institution: 'institution_code' })}
      ${narrowTenancySql('visit_fee', { provinces: PARTIES, person: 'person_id', institution: 'institution_code' })}
      GRANT SELECT, INSERT, UPDATE ON visit, visit_fee TO settlement_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE visit_fee, visit');
  }
}

const VISIT = `
  CREATE TABLE visit (
    person_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    institution_code char(12) NOT NULL,
    insured_region char(6) NOT NULL,
    insured_province char(6) NOT NULL,
    treating_region char(6) NOT NULL,
    treating_province char(6) NOT NULL,
    visit_number text NOT NULL,
    visit_kind text NOT NULL,
    state text NOT NULL,
    emergency boolean NOT NULL,
    admitted_at timestamptz NOT NULL,
    ended_at timestamptz,
    trauma boolean NOT NULL,
    third_party boolean NOT NULL,
    pledged_at timestamptz,
    insurance text,
    person_type text,
    -- The operation that opened it, by which a reversal finds it.
    opened_by uuid NOT NULL,
    opened_at timestamptz NOT NULL,
    -- How often what was told of it has changed; fees don't count.
    revision int NOT NULL,
    -- The diagnoses, the chronic disease, and those that fees name. The version of the master key stands beside it for rotation.
    diagnosis_sealed bytea NOT NULL,
    key_version int NOT NULL,
    CONSTRAINT visit_pk PRIMARY KEY (person_id, visit_id, insured_province, treating_province),
    CONSTRAINT visit_cross_province CHECK (insured_province <> treating_province),
    CONSTRAINT visit_state CHECK (state IN ('OPEN', 'ENDED', 'SETTLED', 'CANCELLED')),
    CONSTRAINT visit_end CHECK (state <> 'ENDED' OR ended_at IS NOT NULL),
    CONSTRAINT visit_period CHECK (ended_at IS NULL OR admitted_at <= ended_at),
    CONSTRAINT visit_insured CHECK ((insurance IS NULL) = (person_type IS NULL)),
    CONSTRAINT visit_trauma CHECK (trauma OR (NOT third_party AND pledged_at IS NULL))
  );
  CREATE UNIQUE INDEX visit_number_once ON visit (person_id, institution_code, visit_number, insured_province, treating_province)
    WHERE state <> 'CANCELLED';
  CREATE INDEX visit_by_id ON visit (visit_id);
  CREATE INDEX visit_by_number ON visit (institution_code, visit_number) WHERE state <> 'CANCELLED';
  CREATE INDEX visit_by_key_version ON visit (key_version, person_id, visit_id, insured_province, treating_province);
  CREATE INDEX visit_by_operation ON visit (person_id, opened_by);`;

const VISIT_FEE = `
  CREATE TABLE visit_fee (
    person_id uuid NOT NULL,
    fee_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    institution_code char(12) NOT NULL,
    insured_province char(6) NOT NULL,
    treating_province char(6) NOT NULL,
    serial text NOT NULL,
    -- Of one that takes another back: that one's serial; empty otherwise.
    refunds_serial text NOT NULL,
    batch text NOT NULL,
    -- A keyed hash of the chronic disease that it treats; empty where it treats none. The code is sealed in the visit.
    disease_key text NOT NULL,
    national_code text NOT NULL,
    hospital_code text NOT NULL,
    examining_institution_code text NOT NULL,
    approved boolean NOT NULL,
    quantity_e4 bigint NOT NULL,
    unit_price_micro_yuan bigint NOT NULL,
    amount_fen bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    item_class text NOT NULL,
    charge_category char(2) NOT NULL,
    catalogue_rule text NOT NULL,
    catalogue_sequence int NOT NULL,
    full_self_pay_fen bigint NOT NULL,
    over_ceiling_fen bigint NOT NULL,
    first_self_pay_fen bigint NOT NULL,
    in_scope_fen bigint NOT NULL,
    -- The settlement that it is part of, and all that it ever was part of.
    settlement_id uuid,
    settled_by uuid[] NOT NULL,
    -- The operations that added it, and that took it out; one taken out stays for the record.
    added_by uuid NOT NULL,
    removed_by uuid,
    CONSTRAINT visit_fee_pk PRIMARY KEY (person_id, fee_id, insured_province, treating_province),
    CONSTRAINT visit_fee_code CHECK (national_code <> '' OR hospital_code <> ''),
    CONSTRAINT visit_fee_sequence CHECK (catalogue_sequence > 0),
    CONSTRAINT visit_fee_split CHECK (amount_fen = full_self_pay_fen + over_ceiling_fen + first_self_pay_fen + in_scope_fen),
    CONSTRAINT visit_fee_sign CHECK ((refunds_serial = '' AND quantity_e4 > 0 AND amount_fen >= 0) OR (refunds_serial <> '' AND quantity_e4 < 0 AND amount_fen <= 0)),
    CONSTRAINT visit_fee_removed CHECK (removed_by IS NULL OR settlement_id IS NULL)
  );
  CREATE UNIQUE INDEX visit_fee_serial ON visit_fee (person_id, visit_id, serial, insured_province, treating_province) WHERE removed_by IS NULL;
  CREATE INDEX visit_fee_by_settlement ON visit_fee USING gin (settled_by);
  CREATE INDEX visit_fee_by_operation ON visit_fee (person_id, added_by);`;
