import { queryAs, type TestDatabase } from '../test-database.js';

/** A relation as the catalogue has it; outside of the public schema with its schema's name. */
export type SchemaTable = {
  readonly name: string;
  /** r and p are tables, v is a view, m a materialized view, f a foreign table. */
  readonly kind: string;
  readonly owner: string;
  readonly options: readonly string[];
  readonly secured: boolean;
  readonly forced: boolean;
  readonly columns: readonly string[];
  readonly nullable: readonly string[];
  readonly keys: readonly SchemaKey[];
};

/** A unique, primary, exclusion or foreign key. Of an exclusion, the columns that are compared by equality. */
export type SchemaKey = {
  readonly name: string;
  readonly primary: boolean;
  readonly columns: readonly string[];
  /** The table that a foreign key refers to, and its columns in the order of this key's. */
  readonly refersTo: string | null;
  readonly referredColumns: readonly string[];
};

export async function tablesOf(database: TestDatabase): Promise<SchemaTable[]> {
  return queryAs<SchemaTable>(database.superuserUrl, TABLES);
}

const INDEX_COLUMNS = `
  ARRAY(SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, at) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE k.at <= i.indnkeyatts AND (x.conexclop IS NULL OR (SELECT oprname FROM pg_operator WHERE oid = x.conexclop[k.at]) = '=') ORDER BY k.at)`;

const TABLES = `
  SELECT CASE nspname WHEN 'public' THEN '' ELSE nspname || '.' END || relname AS name,
    c.relkind AS kind, pg_get_userbyid(c.relowner) AS owner, coalesce(c.reloptions, '{}') AS options,
    c.relrowsecurity AS secured, c.relforcerowsecurity AS forced,
    ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum) AS columns,
    ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attnotnull) AS nullable,
    coalesce((SELECT jsonb_agg(key) FROM (
      SELECT jsonb_build_object('name', ic.relname, 'primary', i.indisprimary, 'columns', ${INDEX_COLUMNS}, 'refersTo', NULL, 'referredColumns', '[]'::jsonb) AS key
        FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid LEFT JOIN pg_constraint x ON x.conindid = i.indexrelid AND x.contype = 'x'
        WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)
      UNION ALL SELECT jsonb_build_object('name', f.conname, 'primary', false,
          'columns', ARRAY(SELECT attname FROM unnest(f.conkey) WITH ORDINALITY k(attnum, at) JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum ORDER BY at),
          'refersTo', f.confrelid::regclass::text,
          'referredColumns', ARRAY(SELECT attname FROM unnest(f.confkey) WITH ORDINALITY k(attnum, at) JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum ORDER BY at))
        FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f'
    ) keys), '[]') AS keys
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname !~ '^(pg_|information_schema$)'
  ORDER BY 1`;
