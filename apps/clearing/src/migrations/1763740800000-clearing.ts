import {
  AUDIT_TABLES,
  auditGrants,
  IDEMPOTENCY_TABLE,
  INBOX_TABLE,
  OUTBOX_TABLE,
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
        -- Of a closed cycle: its place in the chain, and what is signed.
        sequence bigint,
        previous_root text,
        merkle_root text,
        tree_size integer,
        signatures jsonb,
        closed_at timestamptz,
        -- When its statements were put on their way to be told of.
        told_at timestamptz,
        -- The month whose tables have it, YYYY-MM: once, and for ever.
        clearing_month char(7),
        CONSTRAINT cycle_pk PRIMARY KEY (business_date),
        CONSTRAINT cycle_sequence UNIQUE (sequence),
        CONSTRAINT cycle_cleared CHECK (clearing_month IS NULL OR (state = 'CLOSED' AND clearing_month > to_char(business_date, 'YYYY-MM'))),
        CONSTRAINT cycle_state CHECK (CASE WHEN state = 'CLOSED'
          THEN num_nulls(closed_at, sequence, previous_root, merkle_root, tree_size, signatures) = 0
          ELSE state IN ('OPEN', 'SEALING', 'SEALED', 'VERIFIED') AND num_nonnulls(closed_at, sequence, previous_root, merkle_root, tree_size, signatures) = 0 END)
      );

      -- The last of the chain of closed cycles: whoever closes one holds it.
      CREATE TABLE chain_head (
        chain text NOT NULL,
        sequence bigint NOT NULL,
        merkle_root text NOT NULL,
        CONSTRAINT chain_head_pk PRIMARY KEY (chain)
      );
      INSERT INTO chain_head (chain, sequence, merkle_root) VALUES ('cycle', 0, '');

      -- What settlement counted when it sealed the cycle.
      CREATE TABLE control_total (
        business_date date NOT NULL,
        insured_province char(6) NOT NULL,
        treating_province char(6) NOT NULL,
        insurance text NOT NULL,
        obligation_count bigint NOT NULL,
        amount_fen bigint NOT NULL,
        digest_sum numeric NOT NULL,
        CONSTRAINT control_total_pk PRIMARY KEY (business_date, insured_province, treating_province, insurance)
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
        -- The month that the cost is of, YYYY-MM: a correction keeps that of the bill.
        cost_month char(7) NOT NULL,
        amount_fen bigint NOT NULL,
        leaf_hash bytea NOT NULL,
        -- The first eight bytes of the hash, which a recount can add up.
        leaf_digest bigint NOT NULL,
        -- Its place in the tree of its cell, from 0.
        leaf_index bigint NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT obligation_pk PRIMARY KEY (treating_province, obligation_id, insured_province),
        CONSTRAINT obligation_once UNIQUE (treating_province, operation_id, kind, insured_province),
        CONSTRAINT obligation_in_cell UNIQUE (business_date, treating_province, insured_province, insurance, leaf_index),
        CONSTRAINT obligation_cost_month CHECK (cost_month <= to_char(business_date, 'YYYY-MM')),
        CONSTRAINT obligation_parties CHECK (insured_province <> treating_province),
        CONSTRAINT obligation_sign CHECK ((kind IN ('SETTLEMENT', 'REINSTATEMENT') AND amount_fen >= 0) OR (kind IN ('REVERSAL', 'REFUND') AND amount_fen <= 0))
      );

      CREATE TABLE posting (
        treating_province char(6) NOT NULL,
        obligation_id uuid NOT NULL,
        fund text NOT NULL,
        insured_province char(6) NOT NULL,
        insurance text NOT NULL,
        business_date date NOT NULL,
        debit_account text GENERATED ALWAYS AS ('receivable:' || insured_province || ':' || insurance || ':' || fund) STORED,
        credit_account text GENERATED ALWAYS AS ('payable:' || treating_province || ':' || insurance || ':' || fund) STORED,
        amount_fen bigint NOT NULL,
        CONSTRAINT posting_pk PRIMARY KEY (treating_province, obligation_id, fund, insured_province)
      );
      -- Rows lie in the order of their days: a recount reads its own day alone, however many there are.
      CREATE INDEX obligation_by_cycle ON obligation USING brin (business_date) WITH (pages_per_range = 32, autosummarize = on);
      -- Of the few that correct others: of which month, and in which cycle.
      CREATE INDEX obligation_correcting ON obligation (cost_month, business_date) WHERE kind <> 'SETTLEMENT';
      CREATE INDEX obligation_corrected ON obligation (business_date) WHERE kind <> 'SETTLEMENT';
      CREATE INDEX posting_by_cycle ON posting USING brin (business_date) WITH (pages_per_range = 32, autosummarize = on);

      -- The matrix: a cell for each pair and insurance of a cycle, with the frontier of the tree over its obligations.
      CREATE TABLE position (
        treating_province char(6) NOT NULL,
        business_date date NOT NULL,
        insured_province char(6) NOT NULL,
        insurance text NOT NULL,
        amount_fen bigint NOT NULL,
        obligation_count bigint NOT NULL,
        frontier bytea NOT NULL,
        CONSTRAINT position_pk PRIMARY KEY (treating_province, business_date, insured_province, insurance)
      );
      CREATE INDEX position_by_cycle ON position (business_date);

      CREATE TABLE fund_position (
        treating_province char(6) NOT NULL,
        business_date date NOT NULL,
        insured_province char(6) NOT NULL,
        insurance text NOT NULL,
        fund text NOT NULL,
        amount_fen bigint NOT NULL,
        CONSTRAINT fund_position_pk PRIMARY KEY (treating_province, business_date, insured_province, insurance, fund)
      );
      CREATE INDEX fund_position_by_cycle ON fund_position (business_date);

      CREATE TABLE net_position (
        business_date date NOT NULL,
        region char(6) NOT NULL,
        payable_fen bigint NOT NULL,
        receivable_fen bigint NOT NULL,
        net_fen bigint NOT NULL,
        payable_count bigint NOT NULL,
        receivable_count bigint NOT NULL,
        CONSTRAINT net_position_pk PRIMARY KEY (business_date, region),
        CONSTRAINT net_position_net CHECK (net_fen = receivable_fen - payable_fen)
      );

      CREATE TABLE fund_net_position (
        business_date date NOT NULL,
        region char(6) NOT NULL,
        insurance text NOT NULL,
        fund text NOT NULL,
        payable_fen bigint NOT NULL,
        receivable_fen bigint NOT NULL,
        CONSTRAINT fund_net_position_pk PRIMARY KEY (business_date, region, insurance, fund)
      );

      -- Monthly clearing (规程 art. 45-51). A month is named by when its tables are generated, which stay as they were.
      CREATE TABLE clearing_month (
        clearing_month char(7) NOT NULL,
        generated_at timestamptz NOT NULL,
        noticed_at timestamptz,
        CONSTRAINT clearing_month_pk PRIMARY KEY (clearing_month)
      );

      CREATE TABLE clearing_line (
        treating_province char(6) NOT NULL,
        clearing_month char(7) NOT NULL,
        insured_province char(6) NOT NULL,
        insurance text NOT NULL,
        fund text NOT NULL,
        cost_month char(7) NOT NULL,
        amount_fen bigint NOT NULL,
        CONSTRAINT clearing_line_pk PRIMARY KEY (treating_province, clearing_month, insured_province, insurance, fund, cost_month)
      );

      -- 人次: settlements less those taken back.
      CREATE TABLE clearing_count (
        treating_province char(6) NOT NULL,
        clearing_month char(7) NOT NULL,
        insured_province char(6) NOT NULL,
        insurance text NOT NULL,
        settlement_count bigint NOT NULL,
        CONSTRAINT clearing_count_pk PRIMARY KEY (treating_province, clearing_month, insured_province, insurance)
      );

      CREATE TABLE clearing_confirmation (
        region char(6) NOT NULL,
        clearing_month char(7) NOT NULL,
        confirmed_at timestamptz NOT NULL,
        CONSTRAINT clearing_confirmation_pk PRIMARY KEY (region, clearing_month)
      );

      -- What one province is to pay another: the insured one what it owes, or the treating one what it gives back.
      CREATE TABLE clearing_notice (
        treating_province char(6) NOT NULL,
        clearing_month char(7) NOT NULL,
        insured_province char(6) NOT NULL,
        notice_id uuid NOT NULL,
        is_return boolean NOT NULL,
        amount_fen bigint NOT NULL,
        bank text,
        bank_serial text,
        paid_on date,
        arrived_on date,
        CONSTRAINT clearing_notice_pk PRIMARY KEY (treating_province, clearing_month, insured_province),
        CONSTRAINT clearing_notice_amount CHECK (amount_fen > 0),
        CONSTRAINT clearing_notice_paid CHECK (num_nulls(bank, bank_serial, paid_on) IN (0, 3) AND (arrived_on IS NULL OR arrived_on >= paid_on))
      );
      ${['clearing_line', 'clearing_count', 'clearing_notice'].map((table) => narrowTenancySql(table, { provinces: ['insured_province', 'treating_province'], wholeProvinces: true })).join('')}
      ${narrowTenancySql('clearing_confirmation', { provinces: ['region'], wholeProvinces: true })}
      ${['obligation', 'posting', 'position', 'fund_position', 'control_total'].map((table) => narrowTenancySql(table, { provinces: ['insured_province', 'treating_province'], wholeProvinces: true, nationReadsMany: true })).join('')}
      ${['net_position', 'fund_net_position'].map((table) => narrowTenancySql(table, { provinces: ['region'], wholeProvinces: true })).join('')}
      ${INBOX_TABLE}
      ${OUTBOX_TABLE}
      ${IDEMPOTENCY_TABLE}
      ${PROPOSAL_TABLE}
      ${AUDIT_TABLES}
      ${auditGrants('clearing_app')}
      ${proposalGrants('clearing_app')}
      GRANT SELECT, INSERT ON obligation, posting, control_total, net_position, fund_net_position, clearing_line, clearing_count, clearing_confirmation, inbox TO clearing_app;
      GRANT SELECT, INSERT, UPDATE ON cycle, position, fund_position, clearing_month, idempotency TO clearing_app;
      GRANT SELECT, INSERT, UPDATE (bank, bank_serial, paid_on, arrived_on) ON clearing_notice TO clearing_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO clearing_app;
      GRANT SELECT, UPDATE ON chain_head TO clearing_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE audit_record, audit_head, proposal, idempotency, outbox, inbox, clearing_notice, clearing_confirmation, clearing_count, clearing_line, clearing_month, fund_net_position, net_position, fund_position, position, posting, obligation, control_total, chain_head, cycle',
    );
  }
}
