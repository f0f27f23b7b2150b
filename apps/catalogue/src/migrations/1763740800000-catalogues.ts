import { AUDIT_TABLES, auditGrants, IDEMPOTENCY_TABLE, PROPOSAL_TABLE, proposalGrants } from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { HARMONIZATION_TABLES } from '../tables/harmonization-tables.js';
import { VERSION_TABLES } from '../tables/version-tables.js';

/** Catalogues by version, own items and their mappings, all distributed by province. */
export class Catalogues1763740800000 implements MigrationInterface {
  readonly name = 'Catalogues1763740800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
    await runner.query(`
      ${VERSION_TABLES}
      ${HARMONIZATION_TABLES}
      ${IDEMPOTENCY_TABLE}
      ${AUDIT_TABLES}
      ${auditGrants('catalogue_app')}
      ${PROPOSAL_TABLE}
      ${proposalGrants('catalogue_app')}
      GRANT SELECT, INSERT, UPDATE ON idempotency TO catalogue_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE proposal, audit_record, audit_head, idempotency, conflict_scan, catalogue_conflict, item_mapping, item_list_error,
      item_list_row, item_list, catalogue_draft_finding, catalogue_draft_row, catalogue_draft, national_name, national_item,
      catalogue_entry, catalogue_version`);
  }
}
