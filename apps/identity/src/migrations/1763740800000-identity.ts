import { AUDIT_TABLES, auditGrants, IDEMPOTENCY_TABLE, INBOX_TABLE, narrowTenancySql } from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keys, admitted messages and revocations. Small next to the rest, so this database stays on plain PostgreSQL. A key's own
 * columns can't be changed by the service's role, only that it was revoked.
 */
export class Identity1763740800000 implements MigrationInterface {
  readonly name = 'Identity1763740800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE institution_key (
        province char(6) NOT NULL,
        institution_code char(12) NOT NULL,
        key_id text NOT NULL,
        region char(6) NOT NULL,
        public_key char(130) NOT NULL,
        valid_from date NOT NULL,
        valid_to date NOT NULL,
        registered_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revocation_reason text,
        CONSTRAINT institution_key_pk PRIMARY KEY (province, institution_code, key_id),
        -- One key for two institutions would let either sign as the other.
        CONSTRAINT institution_key_once UNIQUE (province, public_key),
        CONSTRAINT institution_key_period CHECK (valid_to >= valid_from),
        CONSTRAINT institution_key_revocation CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL))
      );

      CREATE TABLE admitted_message (
        province char(6) NOT NULL,
        institution_code char(12) NOT NULL,
        message_digest bytea NOT NULL,
        key_id text NOT NULL,
        sent_at timestamptz NOT NULL,
        forgotten_at timestamptz NOT NULL,
        CONSTRAINT admitted_message_pk PRIMARY KEY (province, institution_code, message_digest),
        CONSTRAINT admitted_message_digest CHECK (octet_length(message_digest) = 32)
      );
      CREATE INDEX admitted_message_by_end ON admitted_message (forgotten_at);

      CREATE TABLE revocation (
        region char(6) NOT NULL,
        revocation_id uuid NOT NULL,
        role text NOT NULL,
        subject text,
        token_id text,
        issued_until timestamptz,
        forgotten_at timestamptz NOT NULL,
        reason text NOT NULL,
        revoked_at timestamptz NOT NULL,
        -- Transactions end in another order than they begin: whoever reads on from here reads from the oldest that was open.
        recorded_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
        CONSTRAINT revocation_pk PRIMARY KEY (region, revocation_id),
        CONSTRAINT revocation_of_one CHECK (
          (token_id IS NULL AND subject IS NOT NULL AND issued_until IS NOT NULL)
          OR (token_id IS NOT NULL AND subject IS NULL AND issued_until IS NULL))
      );
      CREATE INDEX revocation_by_end ON revocation (forgotten_at);

      ${narrowTenancySql('institution_key', { provinces: ['province'], areas: ['region'], institution: 'institution_code' })}
      ${narrowTenancySql('admitted_message', { provinces: ['province'], wholeProvinces: true, institution: 'institution_code' })}
      ${narrowTenancySql('revocation', { provinces: ['region'], wholeProvinces: true })}
      ${IDEMPOTENCY_TABLE}
      ${INBOX_TABLE}
      ${AUDIT_TABLES}
      ${auditGrants('identity_app')}
      GRANT SELECT, INSERT, UPDATE (revoked_at, revocation_reason) ON institution_key TO identity_app;
      GRANT SELECT, INSERT, DELETE ON admitted_message TO identity_app;
      GRANT SELECT, INSERT ON revocation, inbox TO identity_app;
      GRANT SELECT, INSERT, UPDATE ON idempotency TO identity_app;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE audit_record, audit_head, inbox, idempotency, revocation, admitted_message, institution_key',
    );
  }
}
