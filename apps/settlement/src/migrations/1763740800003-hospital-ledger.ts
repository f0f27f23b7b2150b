import { narrowTenancySql } from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const OF_INSTITUTION = { provinces: ['treating_province'], institution: 'institution_code' };

/** What hospitals compare with and confirm. All tables are distributed by institution. */
export class HospitalLedger1763740800003 implements MigrationInterface {
  readonly name = 'HospitalLedger1763740800003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX settlement_by_cancellation ON settlement (institution_code, cancelled_at) WHERE cancelled_at IS NOT NULL;
      -- Corrections are few, so that those of a month are found among all institutions'.
      CREATE INDEX obligation_of_corrections ON obligation (obligation_id) WHERE kind <> 'SETTLEMENT';

      -- What a month that is over came to, as it is given out from the first time on. Months without rows have none.
      CREATE TABLE month_extract (
        institution_code char(12) NOT NULL,
        month char(7) NOT NULL,
        treating_province char(6) NOT NULL,
        total_rows int NOT NULL,
        -- SHA-256, in hexadecimal, of all rows.
        digest char(64) NOT NULL,
        extracted_at timestamptz NOT NULL,
        CONSTRAINT month_extract_pk PRIMARY KEY (institution_code, month, treating_province),
        CONSTRAINT month_extract_month CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        CONSTRAINT month_extract_rows CHECK (total_rows > 0)
      );

      CREATE TABLE month_row (
        institution_code char(12) NOT NULL,
        month char(7) NOT NULL,
        row_number int NOT NULL,
        treating_province char(6) NOT NULL,
        -- The settlement, or the cancellation that took it back.
        record_id uuid NOT NULL,
        at timestamptz NOT NULL,
        visit_number text NOT NULL,
        visit_id uuid,
        insured_region char(6) NOT NULL,
        -- Negative where something was taken back.
        total_fen bigint NOT NULL,
        agency_pays_fen bigint NOT NULL,
        CONSTRAINT month_row_pk PRIMARY KEY (institution_code, month, row_number, treating_province),
        CONSTRAINT month_row_number CHECK (row_number >= 1)
      );

      CREATE TABLE month_confirmation (
        institution_code char(12) NOT NULL,
        message_id char(30) NOT NULL,
        treating_province char(6) NOT NULL,
        month char(7) NOT NULL,
        -- SHA-256, in hexadecimal, of the rows that were given out, and of what was said of them.
        month_digest char(64) NOT NULL,
        confirmed int NOT NULL,
        disputed_ids uuid[] NOT NULL,
        digest char(64) NOT NULL,
        confirmed_at timestamptz NOT NULL,
        withdrawn_at timestamptz,
        withdrawn_by_message_id char(30),
        CONSTRAINT month_confirmation_pk PRIMARY KEY (institution_code, message_id, treating_province),
        CONSTRAINT month_confirmation_month CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        CONSTRAINT month_confirmation_counts CHECK (confirmed >= 0),
        CONSTRAINT month_confirmation_withdrawn CHECK ((withdrawn_at IS NULL) = (withdrawn_by_message_id IS NULL))
      );
      CREATE UNIQUE INDEX month_confirmation_one_stands ON month_confirmation (institution_code, month, treating_province)
        WHERE withdrawn_at IS NULL;

      -- Between two messages, for a day: records that a hospital compares, and what the comparison came to.
      CREATE TABLE kept_file (
        institution_code char(12) NOT NULL,
        message_id char(30) NOT NULL,
        treating_province char(6) NOT NULL,
        file_id uuid NOT NULL,
        file_name text NOT NULL,
        content bytea NOT NULL,
        kept_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT kept_file_pk PRIMARY KEY (institution_code, message_id, treating_province),
        CONSTRAINT kept_file_size CHECK (octet_length(content) BETWEEN 1 AND 4194304)
      );
      CREATE INDEX kept_file_by_id ON kept_file (institution_code, file_id);
      CREATE INDEX kept_file_by_expiry ON kept_file (expires_at);

      ${['month_extract', 'month_row', 'month_confirmation', 'kept_file'].map((table) => narrowTenancySql(table, OF_INSTITUTION)).join('')}
      GRANT SELECT, INSERT ON month_extract, month_row TO settlement_app;
      GRANT SELECT, INSERT, UPDATE ON month_confirmation TO settlement_app;
      GRANT SELECT, INSERT, DELETE ON kept_file TO settlement_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE kept_file, month_confirmation, month_row, month_extract; DROP INDEX obligation_of_corrections, settlement_by_cancellation',
    );
  }
}
