import { IDEMPOTENCY_TABLE, tenancySql } from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Insured persons, policies, accumulators and adjudications. All but policies are distributed by person, so that one
 * adjudication is one shard's transaction.
 */
export class Benefits1763740800000 implements MigrationInterface {
  readonly name = 'Benefits1763740800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE EXTENSION IF NOT EXISTS btree_gist');
    await runner.query(`
      CREATE TABLE insured_person (
        person_id uuid NOT NULL,
        province char(6) NOT NULL,
        insured_region char(6) NOT NULL,
        insurance text NOT NULL,
        person_type text NOT NULL,
        active boolean NOT NULL,
        id_number_index bytea NOT NULL,
        birth_date date NOT NULL,
        updated_at timestamptz NOT NULL,
        -- With the province: a key of one must neither reveal nor block a row that only another may see.
        CONSTRAINT insured_person_pk PRIMARY KEY (person_id, province)
      );
      CREATE INDEX insured_person_by_id_number ON insured_person (id_number_index);

      CREATE TABLE policy (
        region char(6) NOT NULL,
        policy_id uuid NOT NULL,
        province char(6) NOT NULL,
        insurance text NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        document text NOT NULL,
        published_at timestamptz NOT NULL,
        CONSTRAINT policy_pk PRIMARY KEY (region, policy_id),
        CONSTRAINT policy_no_overlap EXCLUDE USING gist
          (region WITH =, insurance WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
      );

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

      CREATE TABLE adjudication (
        person_id uuid NOT NULL,
        settlement_id uuid NOT NULL,
        province char(6) NOT NULL,
        state text NOT NULL,
        insurance text,
        benefit_year int,
        deltas text,
        result text,
        recorded_at timestamptz NOT NULL,
        reversed_at timestamptz,
        CONSTRAINT adjudication_pk PRIMARY KEY (person_id, settlement_id),
        CONSTRAINT adjudication_state CHECK (
          (state = 'ADJUDICATED' AND result IS NOT NULL AND deltas IS NOT NULL AND reversed_at IS NULL)
          OR (state = 'REVERSED' AND result IS NOT NULL AND deltas IS NOT NULL AND reversed_at IS NOT NULL)
          OR (state = 'BARRED' AND result IS NULL))
      );
      ${tenancySql('insured_person', 'province')}
      ${tenancySql('policy', 'province')}
      ${tenancySql('accumulator', 'province')}
      ${tenancySql('adjudication', 'province')}
      ${IDEMPOTENCY_TABLE}
      GRANT SELECT, INSERT, UPDATE ON insured_person, accumulator, adjudication, idempotency TO benefit_app;
      GRANT SELECT, INSERT ON policy TO benefit_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency, adjudication, accumulator, policy, insured_person');
  }
}
