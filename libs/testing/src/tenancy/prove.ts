import { Database, databaseOptions, type Tx } from '@yiditong/chassis';
import { PROVINCES } from '@yiditong/codes';
import pg from 'pg';
import { DataSource, QueryFailedError } from 'typeorm';
import type { TestDatabase } from '../test-database.js';
import { everybody, nameOfActor } from './actors.js';
import { withAttempts, wrongness, type Attempt, type Outcome, type Trial } from './attempt.js';
import { grantedBy, grantsOf, type Granted } from './privileges.js';
import { reachOf, type Reach } from './reach.js';
import { tablesOf } from './schema-tables.js';
import { rowsOf, type Subject } from './subject.js';
import { provincesOf, tenantlessOf, type Acting, type TenancySpec } from './tenant-table.js';
import { trialsOfAll, trialsOfDeletion, trialsOfInsertion, trialsOnOthers } from './trials.js';

export type Proof = {
  /** How often somebody's verb was tried on somebody's row, each as one of the two roles. */
  readonly checks: number;
  /** A sentence each: table, verb, by whom, as which role, and whose row. */
  readonly breaches: readonly string[];
};

type Player = { readonly role: string; readonly pool: DataSource; readonly granted: (table: string) => Granted };
type TrialsOf = (reach: Reach, granted: Granted) => Trial[];
type Tally = { checks: number; readonly breaches: string[] };

const nothing: Granted = () => false;
const SETTINGS = ['app.region', 'app.area', 'app.institution', 'app.person'];

/**
 * Tries every verb on every table: as every province, the nation, nobody, and pooling areas, persons and hospitals of one
 * province; each as the service's role and as the owner; on rows of every province. What is seen or changed must be exactly what the
 * actor is a party to, what isn't refused without a word about what exists; and nothing may stay, no change and no setting.
 */
export async function proveTenancy(
  spec: TenancySpec,
  database: TestDatabase,
  subjects: readonly Subject[],
  actors: readonly Acting[] = [null, ...everybody(subjects), null],
): Promise<Proof> {
  const tally: Tally = { checks: 0, breaches: await unproven(spec, database, subjects) };
  const before = await everything(database, subjects);
  await withAttempts(database, async (attempt) => {
    const players = await playersOf(spec, database);
    try {
      for (const actor of actors) {
        const reaches = subjects.map((subject) => reachOf(subject, actor));
        for (const player of players) await tryEverything(attempt, player, reaches, actor, tally);
      }
    } finally {
      await Promise.all(players.map(({ pool }) => pool.destroy()));
    }
  });
  const after = await everything(database, subjects);
  for (const { name } of subjects)
    if (before.get(name) !== after.get(name)) tally.breaches.push(`${name}: was changed for good`);
  return tally;
}

/** The service's role has what the specification gives it; the owner, what he left himself. */
async function playersOf({ service, tables }: TenancySpec, database: TestDatabase): Promise<Player[]> {
  const left = await grantsOf(database, `${service}_owner`);
  // One connection each, so that whatever an actor left on it would be found by the next; and no haste.
  const connect = (url: string): Promise<DataSource> =>
    new DataSource({ ...databaseOptions(service, url), poolSize: 1, extra: {} }).initialize();
  return [
    {
      role: `${service}_app`,
      pool: await connect(database.appUrl),
      granted: (table) => grantedBy(tables[table]?.grants ?? []),
    },
    {
      role: `${service}_owner`,
      pool: await connect(database.ownerUrl),
      granted: (table) => grantedBy(left.get(table) ?? []),
    },
  ];
}

async function tryEverything(
  attempt: Attempt,
  player: Player,
  reaches: readonly Reach[],
  actor: Acting,
  tally: Tally,
): Promise<void> {
  const { role, pool, granted } = player;
  const grants = new Map(reaches.map((reach) => [reach, granted(reach.subject.name)]));
  const tryEach = async (inOrder: readonly Reach[], ...trialsOf: readonly TrialsOf[]): Promise<void> => {
    const trials = inOrder.flatMap((reach) => trialsOf.flatMap((of) => of(reach, grants.get(reach) ?? nothing)));
    const outcomes = await takenBack(pool, actor, (tx) => attempt(tx, trials));
    for (const [index, trial] of trials.entries())
      judge(`${nameOfActor(actor)} as ${role}`, trial, outcomes[index] ?? [], tally);
  };
  await tryEach(reaches, trialsOfAll, trialsOnOthers);
  await tryEach(reaches.toReversed(), trialsOfDeletion);
  await tryEach(reaches, trialsOfInsertion);
  await checkForgotten(player, actor, reaches, tally);
}

function judge(
  who: string,
  { subject, verb, rows, each, expected }: Trial,
  outcomes: readonly Outcome[],
  tally: Tally,
): void {
  const { name, table, keyTexts } = subject;
  const nameOf = (key: string): string => {
    const row = subject.rows.find((candidate) => keyTexts.get(candidate) === key);
    return `the row ${key} of ${row ? provincesOf(table.tenancy, row) : 'nobody'}`;
  };
  if (expected.kind === 'refused') tally.checks += outcomes.length;
  else tally.checks += (rows ?? subject.rows).length;
  for (const [batch, outcome] of outcomes.entries()) {
    const row = each === true ? rows?.[batch] : undefined;
    const on = row ? ` on a row of ${provincesOf(table.tenancy, row)}` : '';
    for (const wrong of wrongness(expected, outcome, nameOf))
      tally.breaches.push(`${name}: ${verb} by ${who}${on} ${wrong}`);
  }
}

/** Runs as the actor, just as a service does, and takes everything back. */
async function takenBack<T>(pool: DataSource, actor: Acting, work: (tx: Tx) => Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  const run = async (tx: Tx): Promise<never> => {
    result = { value: await work(tx) };
    throw new Error('taken back');
  };
  const running = actor === null ? pool.transaction(run) : new Database(pool).transaction(actor, run);
  return running.catch((error: unknown) => {
    if (result === undefined) throw error;
    return result.value;
  });
}

/** After transactions that were rolled back and one that was committed, the pooled connection is nobody's. */
async function checkForgotten(
  { role, pool, granted }: Player,
  actor: Acting,
  reaches: readonly Reach[],
  tally: Tally,
): Promise<void> {
  if (actor !== null) await new Database(pool).transaction(actor, (tx) => tx.query('SELECT 1'));
  const readable = reaches.filter(({ subject }) => granted(subject.name)('SELECT', subject.key));
  const answers = [
    ...SETTINGS.map((name) => [name, `coalesce(current_setting('${name}', true), '') <> ''`] as const),
    ...readable.map(
      ({ subject }) => [subject.name, `EXISTS (SELECT 1 FROM ${pg.escapeIdentifier(subject.name)})`] as const,
    ),
  ];
  tally.checks += answers.length;
  try {
    const [left] = await pool.query<Record<string, boolean>[]>(
      `SELECT ${answers.map(([, sql], index) => `${sql} AS "${index}"`).join(', ')}`,
    );
    for (const [index, [name]] of answers.entries())
      if (left?.[index] !== false)
        tally.breaches.push(`${name}: is open on a connection of ${role} that served ${nameOfActor(actor)} before`);
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    tally.breaches.push(`${role}: can't read what it should be able to: ${error.message}`);
  }
}

/** Tables that nobody gave rows for, or not rows of every province: nothing would be proven about them. */
async function unproven(spec: TenancySpec, database: TestDatabase, subjects: readonly Subject[]): Promise<string[]> {
  const tables = await tablesOf(database);
  return [
    ...tables
      .filter(({ name }) => spec.tables[name] === undefined && tenantlessOf(spec, name) === undefined)
      .map(({ name }) => `${name}: nobody gave rows for it`),
    ...subjects.flatMap(({ name, table, rows }) =>
      table.tenancy.provinces.flatMap((column) =>
        PROVINCES.filter(({ code }) => !rows.some((row) => row[column] === code)).map(
          ({ code }) => `${name}: there is no row with ${code} as its ${column}`,
        ),
      ),
    ),
  ];
}

async function everything(database: TestDatabase, subjects: readonly Subject[]): Promise<ReadonlyMap<string, string>> {
  const tables = new Map<string, string>();
  for (const { name } of subjects) tables.set(name, JSON.stringify(await rowsOf(database, name)));
  return tables;
}
