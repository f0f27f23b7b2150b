import pg from 'pg';
import type { Expected, Trial } from './attempt.js';
import type { Granted } from './privileges.js';
import type { Reach } from './reach.js';
import type { Subject } from './subject.js';
import type { Row } from './tenant-table.js';

const REFUSED: Expected = { kind: 'refused' };

/** Reading and changing whatever there is, naming no row. */
export function trialsOfAll({ subject, seen, seenAndUpdated, updated }: Reach, granted: Granted): Trial[] {
  const { name, table, key } = subject;
  const keys = keysOf(subject);
  const changed = Object.keys(table.change);
  const setChange = `SET ${assignments(changed, 'c')} FROM ${given(name, 3)} c`;
  const reads = granted('SELECT', key);
  const updates = granted('UPDATE', changed);
  return [
    {
      verb: 'SELECT',
      sql: `SELECT ${keys} FROM ${quote(name)} t`,
      answersKeys: true,
      expected: whenever(reads, reached(subject, seen)),
    },
    {
      verb: 'SELECT … FOR UPDATE',
      sql: `WITH t AS (SELECT ${columnsOf('t', key)} FROM ${quote(name)} t FOR UPDATE) SELECT ${keys} FROM t`,
      answersKeys: true,
      expected: whenever(reads && granted('UPDATE'), reached(subject, seenAndUpdated)),
    },
    {
      // Without a word about the table's own columns, so that only the policies of this verb decide.
      verb: 'UPDATE',
      sql: `UPDATE ${quote(name)} t ${setChange}`,
      expected: whenever(updates, affected(updated)),
    },
    {
      verb: 'UPDATE … RETURNING',
      sql: `WITH t AS (UPDATE ${quote(name)} t ${setChange} RETURNING ${columnsOf('t', key)}) SELECT ${keys} FROM t`,
      answersKeys: true,
      expected: whenever(updates && reads, reached(subject, seenAndUpdated)),
    },
    ...(granted('TRUNCATE') ? [] : [{ verb: 'TRUNCATE', sql: `TRUNCATE ${quote(name)}`, expected: REFUSED }]),
  ].map((trial) => ({ ...trial, subject }));
}

/** Deleting whatever there is. It stays deleted, so that a table it refers to can be tried next. */
export function trialsOfDeletion({ subject, deleted, seenAndDeleted }: Reach, granted: Granted): Trial[] {
  const { name, key } = subject;
  return [
    {
      subject,
      verb: 'DELETE',
      sql: `DELETE FROM ${quote(name)}`,
      expected: whenever(granted('DELETE'), affected(deleted)),
    },
    {
      subject,
      verb: 'DELETE … RETURNING',
      sql: `WITH t AS (DELETE FROM ${quote(name)} t RETURNING ${columnsOf('t', key)}) SELECT ${keysOf(subject)} FROM t`,
      answersKeys: true,
      kept: true,
      expected: whenever(granted('DELETE') && granted('SELECT', key), reached(subject, seenAndDeleted)),
    },
  ];
}

/** Changing rows of others by name, making them own ones, and giving own ones away. */
export function trialsOnOthers({ subject, tenant, own, unseen }: Reach, granted: Granted): Trial[] {
  const { name, table, key } = subject;
  const changed = Object.keys(table.change);
  const merge = `MERGE INTO ${quote(name)} t USING ${given(name, 1)} g ON ${equalities(key, 'g')}
    WHEN MATCHED THEN UPDATE SET ${assignments(changed, 'g')}`;
  const merged = whenever(granted('UPDATE', changed) && granted('SELECT', key), affected([]));
  if (own === undefined) return [{ subject, verb: 'MERGE', sql: merge, rows: unseen, expected: merged }];
  const update = `UPDATE ${quote(name)} t SET`;
  return [
    { subject, verb: 'MERGE', sql: merge, rows: unseen, expected: merged },
    {
      subject,
      verb: 'UPDATE that takes',
      sql: `${update} ${assignments(tenant, 'o')} FROM ${given(name, 1)} g, ${given(name, 2)} o WHERE ${equalities(key, 'g')}`,
      own,
      rows: unseen,
      expected: whenever(granted('UPDATE', tenant) && granted('SELECT', key), affected([])),
    },
    {
      subject,
      // All that are the actor's, and again without a word about their columns: a condition would have them checked for reading too.
      verb: 'UPDATE that gives away',
      sql: `${update} ${assignments(tenant, 'g')} FROM ${given(name, 1)} g`,
      rows: unseen,
      each: granted('UPDATE', tenant),
      expected: REFUSED,
    },
  ];
}

/** Inserting what belongs to others, whether it is there or not; and as own what others have, which no key may stand in the way of. */
export function trialsOfInsertion({ subject, foreign, copies, allowed, forbidden }: Reach, granted: Granted): Trial[] {
  const { name, table, columns, key } = subject;
  const changed = Object.keys(table.change);
  const list = columns.map(quote).join(', ');
  const insert = `INSERT INTO ${quote(name)} (${list}) SELECT ${list} FROM ${given(name, 1)} g`;
  const onConflict = `ON CONFLICT (${key.map(quote).join(', ')}) DO UPDATE SET ${assignments(changed, 'EXCLUDED')}`;
  const inserts = granted('INSERT', columns);
  const upserts = inserts && granted('UPDATE', changed) && granted('SELECT', key);
  const trial = (
    verb: string,
    what: string,
    sql: string,
    may: boolean,
    rows: readonly Row[],
    mine: boolean,
  ): Trial => ({
    subject,
    verb: `${verb} of ${what}`,
    sql,
    rows,
    each: may && !mine,
    kept: mine && verb === 'INSERT',
    expected: whenever(may && mine, affected(rows)),
  });
  return [
    ...(
      [
        ['INSERT … ON CONFLICT DO NOTHING', `${insert} ON CONFLICT DO NOTHING`, inserts],
        ['INSERT … ON CONFLICT DO UPDATE', `${insert} ${onConflict}`, upserts],
        ['INSERT', insert, inserts],
      ] as const
    ).flatMap(([verb, sql, may]) => [
      trial(verb, 'a row of another’s', sql, may, foreign, false),
      trial(verb, 'an own row like another’s', sql, may, copies, true),
    ]),
    trial('INSERT', 'a new row for another', insert, inserts, forbidden, false),
    trial('INSERT', 'a new row', insert, inserts, allowed, true),
  ];
}

function whenever(permitted: boolean, expected: Expected): Expected {
  return permitted ? expected : REFUSED;
}

function affected(rows: readonly Row[]): Expected {
  return { kind: 'affected', count: rows.length };
}

function reached({ keyTexts }: Subject, rows: readonly Row[]): Expected {
  return { kind: 'keys', keys: rows.map((row) => keyTexts.get(row) ?? '') };
}

/** The keys of all rows of t, each as a text of JSON. */
function keysOf({ key }: Subject): string {
  return `coalesce(jsonb_agg(jsonb_build_array(${columnsOf('t', key)})::text), '[]')`;
}

function columnsOf(alias: string, columns: readonly string[]): string {
  return columns.map((column) => `${alias}.${quote(column)}`).join(', ');
}

function assignments(columns: readonly string[], from: string): string {
  return columns.map((column) => `${quote(column)} = ${from}.${quote(column)}`).join(', ');
}

function equalities(columns: readonly string[], other: string): string {
  return columns.map((column) => `t.${quote(column)} = ${other}.${quote(column)}`).join(' AND ');
}

/** The rows that came as a parameter, of the table's own types. */
function given(table: string, parameter: number): string {
  return `jsonb_populate_recordset(NULL::${quote(table)}, $${parameter})`;
}

function quote(identifier: string): string {
  return pg.escapeIdentifier(identifier);
}
