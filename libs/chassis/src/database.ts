import { Injectable } from '@nestjs/common';
import { areaPrefix } from '@yiditong/access';
import { NATION, Rejection } from '@yiditong/codes';
import type { Mac } from '@yiditong/ledger';
import type { PoolClient } from 'pg';
import {
  DataSource,
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  type EntityManager,
} from 'typeorm';
import type { Actor } from './actor.js';

/** A transaction's handle. Every store function takes it first; there is no other way to the database. */
export type Tx = EntityManager;

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const MAX_ATTEMPTS = 4;
/** Connection failures, shutdowns, full resources and conflicts that don't end: the caller may retry with the same key. */
const UNAVAILABLE = /^(08|53|57P|58030|55P03|57014|40001|40P01)/;

/** A statement that is parsed and planned once a connection, under this name. */
export type Statement = {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
};

/** What a transaction's audit records are linked with. */
const auditMacs = new WeakMap<Tx, Mac>();

/** Short READ COMMITTED transactions on behalf of a tenant. */
@Injectable()
export class Database {
  constructor(
    readonly dataSource: DataSource,
    readonly auditMac: Mac = withoutKey,
  ) {}

  /**
   * Runs the work in one transaction as the actor and commits. Deadlocks and serialization failures are
   * run again, so the work must touch nothing but the database. Rejects with SERVICE_UNAVAILABLE where
   * the database can't be reached; whether a commit that lost its connection took effect is then unknown,
   * which the idempotency key settles.
   */
  transaction<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> {
    return retrying(() => this.attempt(actor, work));
  }

  /**
   * Runs statements that only read or lock, one after the other in a transaction of their own, and answers the rows of each. All of it
   * is one round trip: on the way to the database and back most of what a short read costs is spent. Each statement sees what was
   * committed when the one before it was over. Rejects as `transaction` does. A statement that writes doesn't belong here: should the
   * transaction not begin, it would be run outside.
   */
  readAtOnce(actor: Actor, statements: readonly Statement[]): Promise<unknown[][]> {
    return retrying(async () => {
      const runner = this.dataSource.createQueryRunner();
      try {
        const client: PoolClient = await runner.connect();
        return await sendTogether(client, beginAs(actor), statements);
      } finally {
        await runner.release();
      }
    });
  }

  private async attempt<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.query(beginAs(actor));
      auditMacs.set(runner.manager, this.auditMac);
      try {
        const result = await work(runner.manager);
        // COMMIT alone answers an aborted transaction with a silent rollback; the statement before it fails there.
        await runner.query('SELECT 1; COMMIT');
        return result;
      } catch (error) {
        // The rollback's own failure would hide the cause; a broken connection rolls back by itself.
        await runner.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    } finally {
      await runner.release();
    }
  }
}

/** Deadlocks and serialization failures end, so what met one is run again. */
async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (error) {
      const code = sqlState(error);
      if ((code === SERIALIZATION_FAILURE || code === DEADLOCK) && made < MAX_ATTEMPTS) continue;
      throw isUnavailable(error) ? new Rejection('SERVICE_UNAVAILABLE', { service: 'database' }) : error;
    }
  }
}

/** Corked, so that the statements that the driver sends without waiting leave in one packet. After one that fails the commit rolls back. */
async function sendTogether(client: PoolClient, begin: string, statements: readonly Statement[]): Promise<unknown[][]> {
  const { stream } = client.connection;
  stream.cork();
  const sent = [
    client.query(begin),
    ...statements.map(({ name, text, values }) => client.query<object>({ name, text, values: [...values] })),
    client.query('COMMIT'),
  ];
  stream.uncork();
  // All of them, so that nobody gets the connection before they are over; then the first that failed is the cause.
  await Promise.allSettled(sent);
  const [, ...results] = await Promise.all(sent);
  return results.slice(0, -1).map(({ rows }) => rows);
}

/**
 * BEGIN and the actor in one round trip. SET LOCAL with a literal, not set_config: on distributed
 * PostgreSQL only SET LOCAL reaches the workers, whose row-level security would else hide every row.
 */
function beginAs({ region, area, institution, person }: Actor): string {
  return [
    'BEGIN ISOLATION LEVEL READ COMMITTED',
    `SET LOCAL app.region = ${literal(region, /^\d{6}$/)}`,
    `SET LOCAL app.area = ${literal(areaPrefix(area), /^\d{0,6}$/)}`,
    `SET LOCAL app.institution = ${literal(institution ?? '', /^([HP]\d{11})?$/)}`,
    `SET LOCAL app.person = ${literal(person?.toLowerCase() ?? '', /^([\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})?$/)}`,
  ].join('; ');
}

/** A text that is nothing but a code of the given form, as SQL. */
function literal(code: string, form: RegExp): string {
  if (!form.test(code)) throw new RangeError('an actor is made of codes');
  return `'${code}'`;
}

/** For the few statements that every transaction runs while others wait: parsed and planned once a connection, not each time. */
export async function queryPrepared<T>(tx: Tx, name: string, text: string, values: readonly unknown[]): Promise<T[]> {
  const client: PoolClient | undefined = await tx.queryRunner?.connect();
  if (!client) throw new Error('a prepared statement needs a transaction');
  return (await client.query({ name, text, values: [...values] })).rows as T[];
}

/**
 * For work that is about all of a file or a catalogue in one statement, which on a busy machine takes longer than anything else may.
 * Where others do such work too, locks can be waited for longer than usual.
 */
export async function allowLongStatements(tx: Tx, lockTimeout: '8s' | '1min' = '8s'): Promise<void> {
  await tx.query(`SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '${lockTimeout}'`);
}

/** What links the audit records of a transaction. */
export function auditMacOf(tx: Tx): Mac {
  return auditMacs.get(tx) ?? withoutKey();
}

function withoutKey(): never {
  throw new Error('there is no key for audit records here');
}

/** The name of the violated constraint, so that a store can turn it into a domain reason. */
export function violatedConstraint(error: unknown): string | null {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return hasText(driverError, 'constraint') ? driverError.constraint : null;
}

function sqlState(error: unknown): string {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return hasText(driverError, 'code') ? driverError.code : '';
}

function isUnavailable(error: unknown): boolean {
  const code = sqlState(error);
  if (UNAVAILABLE.test(code) || /^E(CONN|PIPE|HOST|NOTFOUND|TIMEDOUT)/.test(code)) return true;
  // Nobody but the driver releases a runner under its work: the connection broke between two statements.
  if (error instanceof QueryRunnerAlreadyReleasedError || error instanceof QueryRunnerProviderAlreadyReleasedError)
    return true;
  return (
    error instanceof Error &&
    /Connection terminated|is not queryable|timeout exceeded when trying to connect/.test(error.message)
  );
}

function hasText<K extends string>(value: unknown, key: K): value is Record<K, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    key in value &&
    typeof (value as Record<K, unknown>)[key] === 'string'
  );
}

/** How a table's rows belong to people, beyond the provinces that are their parties. */
export type Tenancy = {
  /** The columns with the parties' provinces. The nation sees every row. */
  readonly provinces: readonly string[];
  /** The columns with the parties' divisions: a bureau of a pooling area sees the rows of its own. */
  readonly areas?: readonly string[];
  /** The rows are of provinces as wholes: a pooling area, a person and a hospital see none but by their own columns. */
  readonly wholeProvinces?: boolean;
  /**
   * The nation reads whole days of it. Its settings are then looked at once a statement, not once a row, and the planner, which takes a
   * comparison with a setting for one that hardly any row passes, expects half of the rows and so adds up in parallel.
   */
  readonly nationReadsMany?: boolean;
  /** The column with the person: an insured person sees the own rows. */
  readonly person?: string;
  /** The column with the institution: a hospital sees the own rows. */
  readonly institution?: string;
};

/** Row-level security for a table with these province columns: its parties see a row, and the nation. */
export function tenancySql(table: string, ...provinces: readonly string[]): string {
  return narrowTenancySql(table, { provinces });
}

/** Of the nation as a whole: no area, no person and no institution is asked for. */
const IS_NATION = `(SELECT current_setting('app.region', true) = '${NATION}' AND current_setting('app.area', true) = ''
  AND current_setting('app.person', true) = '' AND current_setting('app.institution', true) = '')`;

/** Row-level security for a table whose rows are not for everybody in their provinces. */
export function narrowTenancySql(table: string, tenancy: Tenancy): string {
  const tenant = [
    `current_setting('app.region', true) IN (${[...tenancy.provinces, `'${NATION}'`].join(', ')})`,
    ...narrowing(
      'app.area',
      (tenancy.areas ?? []).map((column) => `starts_with(${column}, ${setting('app.area')})`),
    ),
    ...(tenancy.wholeProvinces === true ? wholeProvince(tenancy) : []),
    ...narrowing(
      'app.person',
      tenancy.person === undefined ? [] : [`${tenancy.person}::text = ${setting('app.person')}`],
    ),
    ...narrowing(
      'app.institution',
      tenancy.institution === undefined ? [] : [`${tenancy.institution} = ${setting('app.institution')}`],
    ),
  ].join(' AND ');
  const condition = tenancy.nationReadsMany === true ? `CASE WHEN ${IS_NATION} THEN true ELSE ${tenant} END` : tenant;
  return `
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON ${table} USING (${condition}) WITH CHECK (${condition});`;
}

/** Nobody who is less than the province, unless a column says that he may. */
function wholeProvince({ areas, person, institution }: Tenancy): string[] {
  const parts = { 'app.area': areas, 'app.person': person, 'app.institution': institution };
  return Object.entries(parts).flatMap(([name, columns]) => (columns === undefined ? [`${setting(name)} = ''`] : []));
}

/** Where the setting says nothing, all rows of the tenant; a session that never set it sees none. */
function narrowing(name: string, conditions: readonly string[]): string[] {
  return conditions.length === 0 ? [] : [`(${[`${setting(name)} = ''`, ...conditions].join(' OR ')})`];
}

function setting(name: string): string {
  return `current_setting('${name}', true)`;
}
