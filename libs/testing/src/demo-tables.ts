import {
  AUDIT_TABLES,
  auditGrants,
  IDEMPOTENCY_TABLE,
  INBOX_TABLE,
  OUTBOX_TABLE,
  PROPOSAL_TABLE,
  proposalGrants,
  tenancySql,
} from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the chassis is tried on without a service: its own tables, and one of a tenant's numbers that may not fall below zero. */
export class DemoTables1763740800000 implements MigrationInterface {
  readonly name = 'DemoTables1763740800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE demo (
        province char(6) NOT NULL,
        id int NOT NULL,
        value int NOT NULL,
        CONSTRAINT demo_pk PRIMARY KEY (province, id),
        CONSTRAINT demo_not_negative CHECK (value >= 0)
      );
      ${tenancySql('demo', 'province')}
      ${IDEMPOTENCY_TABLE}
      ${OUTBOX_TABLE}
      ${INBOX_TABLE}
      ${AUDIT_TABLES}
      ${auditGrants('chassis_app')}
      ${PROPOSAL_TABLE}
      ${proposalGrants('chassis_app')}
      GRANT SELECT, INSERT, UPDATE ON demo, idempotency TO chassis_app;
      GRANT SELECT, INSERT ON inbox TO chassis_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO chassis_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE proposal, audit_record, audit_head, inbox, outbox, idempotency, demo');
  }
}
