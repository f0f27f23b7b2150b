import {
  AUDIT_TABLES,
  auditGrants,
  IDEMPOTENCY_TABLE,
  INBOX_TABLE,
  narrowTenancySql,
  PROPOSAL_TABLE,
  proposalGrants,
} from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Obligations, postings and the position matrix, distributed by treating province; cycles and net positions are small.
 * A posting is one row with both its accounts, so it is balanced by construction. Append-only by grants: no
 * role that a service uses may update or delete an obligation or a posting.
 */
export class Clearing1763740800000 implements MigrationInterface {
  readonly name = 'Clearing1763740800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE cycle (
        business_date date NOT NULL,
        state text NOT NULL,
        close_requested_at timestamptz,
        obligation_count bigint NOT NULL DEFAULT 0,
        amount_fen bigint NOT NULL DEFAULT 0,
        merkle_root text NOT NULL DEFAULT '',
        closed_at timestamptz,
        CONSTRAINT cycle_pk PRIMARY KEY (business_date),
        CONSTRAINT cycle_state CHECK (state IN ('OPEN', 'SEALING', 'SEALED', 'VERIFIED') OR (state = 'CLOSED' AND closed_at IS NOT NULL))
      );

      CREATE TABLE obligation (
        treating_province char(6) NOT NULL,
        obligation_id uuid NOT NULL,
        settlement_id uuid NOT NULL,
        -- What made it: the settlement, or its cancellation.
        operation_id uuid NOT NULL,
        kind text NOT NULL,
        insured_province char(6) NOT NULL,
        insurance text NOT NULL,
        visit_kind text NOT NULL,
        business_date date NOT NULL,
        amount_fen bigint NOT NULL,
        leaf_hash bytea NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT obligation_pk PRIMARY KEY (treating_province, obligation_id, insured_province),
        CONSTRAINT obligation_once UNIQUE (treating_province, operation_id, kind, insured_province),
        CONSTRAINT obligation_parties CHECK (insured_province <> treating_province),
        CONSTRAINT obligation_sign CHECK ((kind IN ('SETTLEMENT', 'REINSTATEMENT') AND amount_fen >= 0) OR (kind IN ('REVERSAL', 'REFUND') AND amount_fen <= 0))
      );
      CREATE INDEX obligation_by_cycle ON obligation (business_date, obligation_id);

      CREATE TABLE posting (
        treating_province char(6) NOT NULL,
        obligation_id uuid NOT NULL,
        fund text NOT NULL,
        insured_province char(6) NOT NULL,
        debit_account text NOT NULL,
        credit_account text NOT NULL,
        amount_fen bigint NOT NULL,
        CONSTRAINT posting_pk PRIMARY KEY (treating_province, obligation_id, fund, insured_province),
        CONSTRAINT posting_accounts CHECK (debit_account <> credit_account)
      );

      CREATE TABLE position (
        treating_province char(6) NOT NULL,
        business_date date NOT NULL,
        insured_province char(6) NOT NULL,
        insurance text NOT NULL,
        amount_fen bigint NOT NULL,
        obligation_count bigint NOT NULL,
        CONSTRAINT position_pk PRIMARY KEY (treating_province, business_date, insured_province, insurance)
      );
      CREATE INDEX position_by_cycle ON position (business_date);

      CREATE TABLE net_position (
        business_date date NOT NULL,
        region char(6) NOT NULL,
        payable_fen bigint NOT NULL,
        receivable_fen bigint NOT NULL,
        net_fen bigint NOT NULL,
        CONSTRAINT net_position_pk PRIMARY KEY (business_date, region),
        CONSTRAINT net_position_net CHECK (net_fen = receivable_fen - payable_fen)
      );
      ${['obligation', 'posting', 'position'].map((table) => narrowTenancySql(table, { provinces: ['insured_province', 'treating_province'], wholeProvinces: true })).join('')}
      ${narrowTenancySql('net_position', { provinces: ['region'], wholeProvinces: true })}
      ${INBOX_TABLE}
      ${IDEMPOTENCY_TABLE}
      ${PROPOSAL_TABLE}
      ${AUDIT_TABLES}
      ${auditGrants('clearing_app')}
      ${proposalGrants('clearing_app')}
      GRANT SELECT, INSERT ON obligation, posting, net_position, inbox TO clearing_app;
      GRANT SELECT, INSERT, UPDATE ON cycle, position, idempotency TO clearing_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE audit_record, audit_head, proposal, idempotency, inbox, net_position, position, posting, obligation, cycle',
    );
  }
}
