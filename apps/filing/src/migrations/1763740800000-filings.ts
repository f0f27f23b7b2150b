import { AUDIT_TABLES, auditGrants, IDEMPOTENCY_TABLE, narrowTenancySql } from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Filings, distributed by person: every key contains person_id. */
export class Filings1763740800000 implements MigrationInterface {
  readonly name = 'Filings1763740800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE EXTENSION IF NOT EXISTS btree_gist');
    await runner.query(`
      CREATE TABLE filing (
        person_id uuid NOT NULL,
        filing_id uuid NOT NULL,
        insured_province char(6) NOT NULL,
        insured_region char(6) NOT NULL,
        category text NOT NULL,
        destination_region char(6) NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        created_at timestamptz NOT NULL,
        CONSTRAINT filing_pk PRIMARY KEY (person_id, filing_id, insured_province),
        CONSTRAINT filing_category CHECK (category IN
          ('RETIREE_RESETTLED', 'LONG_TERM_RESIDENT', 'LONG_TERM_WORKER', 'REFERRAL', 'OTHER_TEMPORARY')),
        CONSTRAINT filing_period CHECK (valid_to IS NULL OR valid_to >= valid_from),
        -- Within a province: across provinces it would tell one of a filing that only the other may see, and stand in its way.
        CONSTRAINT filing_no_overlap EXCLUDE USING gist
          (person_id WITH =, insured_province WITH =, destination_region WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
      );
      ${narrowTenancySql('filing', { provinces: ['insured_province'], areas: ['insured_region'], person: 'person_id' })}
      ${IDEMPOTENCY_TABLE}
      ${AUDIT_TABLES}
      ${auditGrants('filing_app')}
      GRANT SELECT, INSERT ON filing TO filing_app;
      GRANT SELECT, INSERT, UPDATE ON idempotency TO filing_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_record, audit_head, idempotency, filing');
  }
}
