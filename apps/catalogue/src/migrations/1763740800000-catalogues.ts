import {
  AUDIT_TABLES,
  auditGrants,
  IDEMPOTENCY_TABLE,
  PROPOSAL_TABLE,
  proposalGrants,
  tenancySql,
} from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Provincial catalogues by version, distributed by province. Versions are never changed or removed. */
export class Catalogues1763740800000 implements MigrationInterface {
  readonly name = 'Catalogues1763740800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE catalogue_version (
        province char(6) NOT NULL,
        version_id uuid NOT NULL,
        effective_from date NOT NULL,
        entry_count int NOT NULL,
        published_at timestamptz NOT NULL,
        proposal_id uuid NOT NULL,
        digest char(64) NOT NULL,
        CONSTRAINT catalogue_version_pk PRIMARY KEY (province, version_id),
        CONSTRAINT catalogue_version_effective UNIQUE (province, effective_from),
        CONSTRAINT catalogue_version_proposal UNIQUE (province, proposal_id)
      );
      CREATE TABLE catalogue_entry (
        province char(6) NOT NULL,
        version_id uuid NOT NULL,
        national_code text NOT NULL,
        name text NOT NULL,
        item_class text NOT NULL,
        first_self_pay_bps int NOT NULL,
        ceiling_micro_yuan bigint,
        charge_category char(2) NOT NULL,
        CONSTRAINT catalogue_entry_pk PRIMARY KEY (province, version_id, national_code),
        CONSTRAINT catalogue_entry_version FOREIGN KEY (province, version_id) REFERENCES catalogue_version (province, version_id),
        CONSTRAINT catalogue_entry_class CHECK (item_class IN ('A', 'B', 'C')),
        CONSTRAINT catalogue_entry_share CHECK (first_self_pay_bps BETWEEN 0 AND 10000),
        CONSTRAINT catalogue_entry_ceiling CHECK (ceiling_micro_yuan > 0)
      );
      ${tenancySql('catalogue_version', 'province')}
      ${tenancySql('catalogue_entry', 'province')}
      ${IDEMPOTENCY_TABLE}
      ${AUDIT_TABLES}
      ${auditGrants('catalogue_app')}
      ${PROPOSAL_TABLE}
      ${proposalGrants('catalogue_app')}
      GRANT SELECT, INSERT ON catalogue_version, catalogue_entry TO catalogue_app;
      GRANT SELECT, INSERT, UPDATE ON idempotency TO catalogue_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE proposal, audit_record, audit_head, idempotency, catalogue_entry, catalogue_version',
    );
  }
}
