import { Injectable } from '@nestjs/common';
import { NATION, Rejection } from '@yiditong/codes';
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

/** Short READ COMMITTED transactions on behalf of a tenant. */
@Injectable()
export class Database {
  constructor(readonly dataSource: DataSource) {}

  /**
   * Runs the work in one transaction as the actor and commits. Deadlocks and serialization failures are
   * run again, so the work must touch nothing but the database. Rejects with SERVICE_UNAVAILABLE where
   * the database can't be reached; whether a commit that lost its connection took effect is then unknown,
   * which the idempotency key settles.
   */
  async transaction<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(actor, work);
      } catch (error) {
        const code = sqlState(error);
        if ((code === SERIALIZATION_FAILURE || code === DEADLOCK) && attempt < MAX_ATTEMPTS) continue;
        throw isUnavailable(error) ? new Rejection('SERVICE_UNAVAILABLE', { service: 'database' }) : error;
      }
    }
  }

  private async attempt<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.query(beginAs(actor));
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

/**
 * BEGIN and the tenant in one round trip. SET LOCAL with a literal, not set_config: on distributed
 * PostgreSQL only SET LOCAL reaches the workers, whose row-level security would else hide every row.
 */
function beginAs(actor: Actor): string {
  if (!/^\d{6}$/.test(actor.region)) throw new RangeError('a tenant is a six-digit division code');
  return `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL app.region = '${actor.region}'`;
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
  return error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/.test(error.message);
}

function hasText<K extends string>(value: unknown, key: K): value is Record<K, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    key in value &&
    typeof (value as Record<K, unknown>)[key] === 'string'
  );
}

/** Row-level security for a table with these province columns: its parties see a row, and the nation. */
export function tenancySql(table: string, ...provinceColumns: readonly string[]): string {
  const parties = [...provinceColumns, `'${NATION}'`].join(', ');
  const condition = `current_setting('app.region', true) IN (${parties})`;
  return `
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON ${table} USING (${condition}) WITH CHECK (${condition});`;
}
