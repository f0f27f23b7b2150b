import { AUDIT_TABLES, auditGrants, IDEMPOTENCY_TABLE, INBOX_TABLE } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { EXCHANGE_TABLES } from '../tables/exchange-tables.js';
import { FACT_TABLES } from '../tables/fact-tables.js';
import { FILING_TABLES } from '../tables/filing-tables.js';
import { foundingRulesSql } from '../tables/founding-rules-sql.js';

/** Filings, what they rest on, and what is told of them. What is about a person is distributed by person: every key contains person_id. */
export class Filings1763740800000 implements MigrationInterface {
  readonly name = 'Filings1763740800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE EXTENSION IF NOT EXISTS btree_gist');
    await runner.query(`
      ${FILING_TABLES}
      ${FACT_TABLES}
      ${EXCHANGE_TABLES}
      ${IDEMPOTENCY_TABLE}
      ${INBOX_TABLE}
      ${AUDIT_TABLES}
      ${auditGrants('filing_app')}
      GRANT SELECT, INSERT ON inbox TO filing_app;
      GRANT SELECT, INSERT, UPDATE ON idempotency TO filing_app;`);
    // Even the owner sees and makes rows only as their tenant.
    await runner.query(
      `SET LOCAL app.region = '${NATION}'; SET LOCAL app.area = ''; SET LOCAL app.person = ''; SET LOCAL app.institution = ''`,
    );
    await runner.query(...foundingRulesSql());
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE audit_record, audit_head, inbox, idempotency, webhook_delivery, webhook, filing_event, filing_event_head,
      filing_import_error, filing_import_row, filing_rule, institution_fact, insurance_fact, entitlement_application, entitlement_version, entitlement,
      family_access, filing_version, filing, filing_import`);
  }
}
