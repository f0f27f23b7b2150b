import { PROVINCES } from '@yiditong/codes';
import pg from 'pg';
import { queryAs, type TestDatabase } from '../test-database.js';
import { MIGRATED, type Row, type TenancySpec, type TenantTable } from './tenant-table.js';

/** A table with its rows of all provinces, as the proof tries it. */
export type Subject = {
  readonly name: string;
  readonly table: TenantTable;
  /** What there is: rows of each province, or of each ordered pair where a row has two parties. */
  readonly rows: readonly Row[];
  /** What there isn't: a further row of each province. */
  readonly fresh: readonly Row[];
  /** Their keys, as PostgreSQL writes them in JSON. */
  readonly keyTexts: ReadonlyMap<Row, string>;
  /** The columns of the primary key. */
  readonly key: readonly string[];
  /** The columns of each unique key, the primary one among them. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** The columns that an insert names. */
  readonly columns: readonly string[];
};

const ROWS_EACH = 3;
/** Half way round the ring of all provinces, every two of them share a row, and each is of some the one party and of some the other. */
const STRIDES = Array.from({ length: PROVINCES.length / 2 }, (_, index) => index + 1);
const FRESH = 5_000;

/** Fills the tables with rows of every province and reads them back. */
export async function seed(spec: TenancySpec, database: TestDatabase): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const [name, table] of Object.entries(spec.tables)) {
    await insert(database, name, rowsOfAll(table));
    const [shape] = await queryAs<Pick<Subject, 'key' | 'uniqueKeys' | 'columns'>>(database.superuserUrl, SHAPE, [
      name,
    ]);
    if (!shape) throw new Error(`there is no table ${name} with a primary key`);
    const fresh = freshOfAll(table);
    const columns = fresh[0] === undefined ? shape.columns : Object.keys(fresh[0]);
    const rows = await rowsOf(database, name);
    const keyTexts = new Map(rows.map((row) => [row, keyText(shape.key, row)]));
    subjects.push({ ...shape, columns, name, table, rows, keyTexts, fresh });
  }
  return subjects;
}

/** Everything in the table, whoever it belongs to. */
export async function rowsOf(database: TestDatabase, table: string): Promise<Row[]> {
  const name = pg.escapeIdentifier(table);
  const found = await queryAs<{ row: Row }>(
    database.superuserUrl,
    `SELECT to_jsonb(t) AS row FROM ${name} t ORDER BY t`,
  );
  return found.map(({ row }) => row);
}

function keyText(key: readonly string[], row: Row): string {
  return `[${key.map((column) => JSON.stringify(row[column])).join(', ')}]`;
}

function rowsOfAll({ row, tenancy }: TenantTable): Row[] {
  if (row === MIGRATED) return [];
  const pairs = PROVINCES.flatMap(({ code: province }) =>
    tenancy.provinces.length === 1
      ? Array.from({ length: ROWS_EACH }, () => [province, after(province, 1)] as const)
      : STRIDES.map((stride) => [province, after(province, stride)] as const),
  );
  return pairs.map(([province, other], n) => row(province, other, n));
}

function freshOfAll({ row }: TenantTable): Row[] {
  return row === MIGRATED ? [] : PROVINCES.map(({ code }, index) => row(code, after(code, 1), FRESH + index));
}

/** The province so many places further round the ring of all. */
function after(province: string, places: number): string {
  const index = PROVINCES.findIndex(({ code }) => code === province);
  return PROVINCES[(index + places) % PROVINCES.length]?.code ?? province;
}

async function insert(database: TestDatabase, table: string, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const name = pg.escapeIdentifier(table);
  const columns = Object.keys(rows[0] ?? {})
    .map((column) => pg.escapeIdentifier(column))
    .join(', ');
  await queryAs(
    database.superuserUrl,
    `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${name}, $1)`,
    [JSON.stringify(rows)],
  );
}

const SHAPE = `
  SELECT
    ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey) ORDER BY a.attnum) AS key,
    (SELECT jsonb_agg(ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (u.indkey)))
       FROM pg_index u WHERE u.indrelid = c.oid AND (u.indisunique OR u.indisexclusion)) AS "uniqueKeys",
    ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
       AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
  WHERE c.oid = ($1::text)::regclass`;
