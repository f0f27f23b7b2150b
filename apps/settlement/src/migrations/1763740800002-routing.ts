import { narrowTenancySql, PROPOSAL_TABLE, proposalGrants } from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const PARTIES = ['insured_province', 'treating_province'];

/** Where claims go, when a province is down, what was exchanged, and what was answered that nobody could take. */
export class Routing1763740800002 implements MigrationInterface {
  readonly name = 'Routing1763740800002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(REGISTRY);
    await runner.query(EXCHANGES);
    await runner.query(`
      ${['home_endpoint', 'downtime'].map((table) => narrowTenancySql(table, { provinces: ['province'], wholeProvinces: true })).join('')}
      ${['exchange', 'refused_answer'].map((table) => narrowTenancySql(table, { provinces: PARTIES, wholeProvinces: true })).join('')}
      ${PROPOSAL_TABLE}
      ${proposalGrants('settlement_app')}
      GRANT SELECT, INSERT ON home_endpoint, downtime, exchange TO settlement_app;
      GRANT UPDATE (ended_at) ON downtime TO settlement_app;
      GRANT SELECT, INSERT ON refused_answer TO settlement_app;
      -- For the rotation of keys alone.
      GRANT UPDATE (answer_sealed, key_version) ON refused_answer TO settlement_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE refused_answer, exchange, downtime, home_endpoint, proposal');
  }
}

const REGISTRY = `
  -- Each change is a row that stays; the one of the highest version counts.
  CREATE TABLE home_endpoint (
    province char(6) NOT NULL,
    version int NOT NULL,
    kind text NOT NULL,
    -- host:port of the province's own; empty for the hosted one.
    address text NOT NULL,
    max_concurrent int NOT NULL,
    timeout_ms int NOT NULL,
    changed_at timestamptz NOT NULL,
    -- By whose approval.
    proposal_id uuid NOT NULL,
    digest char(64) NOT NULL,
    CONSTRAINT home_endpoint_pk PRIMARY KEY (province, version),
    CONSTRAINT home_endpoint_kind CHECK ((kind = 'HOSTED' AND address = '') OR (kind = 'OWN' AND address <> '')),
    CONSTRAINT home_endpoint_max_concurrent CHECK (max_concurrent BETWEEN 1 AND 1000),
    CONSTRAINT home_endpoint_timeout CHECK (timeout_ms BETWEEN 500 AND 10000)
  );

  CREATE TABLE downtime (
    province char(6) NOT NULL,
    downtime_id uuid NOT NULL,
    begins_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    notice text NOT NULL,
    announced_at timestamptz NOT NULL,
    -- When somebody ended it early, or took it back.
    ended_at timestamptz,
    CONSTRAINT downtime_pk PRIMARY KEY (province, downtime_id),
    CONSTRAINT downtime_length CHECK (until > begins_at AND until <= begins_at + interval '7 days')
  );
  CREATE INDEX downtime_to_come ON downtime (until) WHERE ended_at IS NULL;`;

/** Each exchange by the hospital at whose request it was made; without a word about the person. */
const EXCHANGES = `
  CREATE TABLE exchange (
    institution_code text NOT NULL,
    exchange_id uuid NOT NULL,
    insured_province char(6) NOT NULL,
    treating_province char(6) NOT NULL,
    operation text NOT NULL,
    role char(1) NOT NULL,
    settlement_id uuid,
    began_at timestamptz NOT NULL,
    time_cost_ms int NOT NULL,
    outcome text NOT NULL,
    attempts int NOT NULL,
    CONSTRAINT exchange_pk PRIMARY KEY (institution_code, exchange_id, insured_province, treating_province),
    CONSTRAINT exchange_operation CHECK (operation IN ('trial', 'adjudicate', 'cancel', 'reverse', 'queryAdjudication')),
    CONSTRAINT exchange_effort CHECK (time_cost_ms >= 0 AND attempts >= 0)
  );
  CREATE INDEX exchange_by_time ON exchange (exchange_id);
  CREATE INDEX exchange_by_settlement ON exchange (settlement_id, exchange_id) WHERE settlement_id IS NOT NULL;

  CREATE TABLE refused_answer (
    exchange_id uuid NOT NULL,
    insured_province char(6) NOT NULL,
    treating_province char(6) NOT NULL,
    operation text NOT NULL,
    settlement_id uuid,
    problem text NOT NULL,
    digest char(64) NOT NULL,
    received_at timestamptz NOT NULL,
    -- The answer as it came, which may speak of anybody. The version of the master key stands beside it for rotation.
    answer_sealed bytea NOT NULL,
    key_version int NOT NULL,
    CONSTRAINT refused_answer_pk PRIMARY KEY (exchange_id, insured_province, treating_province)
  );
  CREATE INDEX refused_answer_by_key_version ON refused_answer (key_version, exchange_id, insured_province, treating_province);`;
