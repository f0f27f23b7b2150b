import { NATION, PROVINCES } from '@yiditong/codes';
import { CHAIN_START } from '@yiditong/ledger';
import { tenancySql } from '../database.js';

const CHAINS = [...PROVINCES.map(({ code }) => code), NATION].map((code) => `('${code}', 0, '${CHAIN_START.hash}')`);
const PARTIES = `current_setting('app.region', true) IN (province, '${NATION}')`;
const WHOLE_PROVINCE = ['app.area', 'app.institution', 'app.person']
  .map((name) => `current_setting('${name}', true) = ''`)
  .join(' AND ');

/**
 * For a service's first migration. A chain per province and one of the nation, whose heads are there from the start, so that
 * the service's role may make none. Everybody's transactions append to their province's chain; only the province as a whole and the nation
 * read it. Rights of the owner can't be bound by grants, which he may give himself again: taking them away guards
 * against his slips, and against what he does on purpose there is the chain.
 */
export const AUDIT_TABLES = `
  CREATE TABLE audit_record (
    province char(6) NOT NULL,
    sequence bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor text NOT NULL,
    origin text,
    via text,
    purpose text NOT NULL,
    action text NOT NULL,
    object_type text NOT NULL,
    object_id text NOT NULL,
    before_text text,
    after_text text,
    trace_id text NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    CONSTRAINT audit_record_pk PRIMARY KEY (province, sequence)
  );
  CREATE INDEX audit_record_by_object ON audit_record (province, object_id, sequence);
  -- Room on each page for the versions of a head that every append leaves.
  CREATE TABLE audit_head (
    province char(6) NOT NULL,
    sequence bigint NOT NULL,
    hash text NOT NULL,
    CONSTRAINT audit_head_pk PRIMARY KEY (province)
  ) WITH (fillfactor = 20);
  INSERT INTO audit_head (province, sequence, hash) VALUES ${CHAINS.join(', ')};
  ALTER TABLE audit_record ENABLE ROW LEVEL SECURITY;
  ALTER TABLE audit_record FORCE ROW LEVEL SECURITY;
  CREATE POLICY append ON audit_record FOR INSERT WITH CHECK (${PARTIES});
  CREATE POLICY read ON audit_record FOR SELECT USING (${PARTIES} AND ${WHOLE_PROVINCE});
  ${tenancySql('audit_head', 'province')}
  REVOKE UPDATE, DELETE, TRUNCATE ON audit_record FROM CURRENT_USER;
  REVOKE INSERT, DELETE, TRUNCATE ON audit_head FROM CURRENT_USER;`;

/** What a service's role may do: append and read, and move a head by its number and hash. Nothing else, ever. */
export function auditGrants(role: string): string {
  return `
    GRANT SELECT, INSERT ON audit_record TO ${role};
    GRANT SELECT, UPDATE (sequence, hash) ON audit_head TO ${role};`;
}
