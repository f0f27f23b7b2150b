import type { Tx } from '../database.js';
import type { SealContext } from './envelope.js';
import type { SealedColumns } from './vault.js';

/**
 * Where a table keeps sealed values: one column, and beside it `key_version int`, the version of the master key that each is
 * sealed under. It needs an index on `key_version` and the key columns, in this order.
 */
export type SealedTable = {
  readonly table: string;
  readonly column: string;
  /** The primary key's columns; none of them ever changes in a row, or the value would no longer open. */
  readonly key: readonly string[];
};

export type SealedRow = { readonly key: readonly string[]; readonly sealed: Buffer };

/** The place of a row's sealed value, by the values of its key in the order of the columns. */
export function contextIn({ table, column, key: columns }: SealedTable, ...key: readonly string[]): SealContext {
  if (key.length !== columns.length) throw new RangeError(`a row of ${table} has ${columns.length} key columns`);
  return { table, column, key };
}

/** The lowest key version in use above a version, or null. */
async function nextVersion(tx: Tx, of: SealedTable, above: number): Promise<number | null> {
  const { table } = constantsOf(of);
  const rows: { version: number | null }[] = await tx.query(
    `SELECT min(key_version) AS version FROM ${table} WHERE key_version > $1`,
    [above],
  );
  return rows[0]?.version ?? null;
}

/** The key versions that rows are sealed under, ascending: as many look-ups in the index as there are versions. */
export async function versionsIn(tx: Tx, of: SealedTable): Promise<number[]> {
  const versions: number[] = [];
  for (;;) {
    const version = await nextVersion(tx, of, versions.at(-1) ?? 0);
    if (version === null) return versions;
    versions.push(version);
  }
}

/**
 * Locks the next rows of a key version after a row, in key order. Rows that somebody else holds are left out, so that nobody
 * waits for this and two of these don't do the same work.
 */
export async function lockRowsOf(
  tx: Tx,
  of: SealedTable,
  version: number,
  after: readonly string[] | null,
  limit: number,
): Promise<SealedRow[]> {
  const { table, column, key } = constantsOf(of);
  const beyond =
    after === null ? '' : `AND (${key.join(', ')}) > (${key.map((_, index) => `$${index + 3}`).join(', ')})`;
  return tx.query(
    `SELECT ARRAY[${key.map((name) => `${name}::text`).join(', ')}] AS key, ${column} AS sealed FROM ${table}
     WHERE key_version = $1 ${beyond} ORDER BY ${key.join(', ')} LIMIT $2 FOR UPDATE SKIP LOCKED`,
    [version, limit, ...(after ?? [])],
  );
}

export async function replaceSealed(
  tx: Tx,
  of: SealedTable,
  rowKey: readonly string[],
  { sealed, keyVersion }: SealedColumns,
): Promise<void> {
  const { table, column, key } = constantsOf(of);
  await tx.query(
    `UPDATE ${table} SET ${column} = $1, key_version = $2
     WHERE ${key.map((name, index) => `${name} = $${index + 3}`).join(' AND ')}`,
    [sealed, keyVersion, ...rowKey],
  );
}

/** How many rows are sealed under a version older than this. */
export async function countOlder(tx: Tx, of: SealedTable, version: number): Promise<number> {
  const { table } = constantsOf(of);
  const rows: { count: string }[] = await tx.query(`SELECT count(*) FROM ${table} WHERE key_version < $1`, [version]);
  return Number(rows[0]?.count ?? 0);
}

/** The names are written in the sources; this holds back anything that is not a name from being spliced into SQL. */
function constantsOf(of: SealedTable): SealedTable {
  const wrong = [of.table, of.column, ...of.key].find((name) => !/^[a-z][a-z_]*$/.test(name));
  if (wrong !== undefined || of.key.length === 0)
    throw new RangeError('a sealed table is described by names of columns');
  return of;
}
