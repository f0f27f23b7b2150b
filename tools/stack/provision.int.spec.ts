import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCluster, freePort, removeCluster, startPostgres, type Cluster } from '@yiditong/embedded-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASE_SERVICES, PROVISION, statementsOf } from './databases.js';

const PASSWORD = randomBytes(16).toString('hex');
const ROLES = DATABASE_SERVICES.flatMap((service) => [`${service}_owner`, `${service}_app`]);

let home: string;
let cluster: Cluster;
let client: pg.Client;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'provision-'));
  const directory = join(home, 'postgres');
  await createCluster(directory, { superuserPassword: PASSWORD });
  cluster = await startPostgres(directory, { port: await freePort(), logFile: `${directory}.log` });
  client = new pg.Client({ host: '127.0.0.1', port: cluster.port, user: 'postgres', password: PASSWORD });
  await client.connect();
  for (const statement of statementsOf(PROVISION)) await client.query(statement);
});
afterAll(async () => {
  await client.end();
  await cluster.stop();
  await removeCluster(join(home, 'postgres'));
  await rm(home, { recursive: true, force: true });
});

async function column(sql: string, ...parameters: readonly unknown[]): Promise<unknown[]> {
  const { rows } = await client.query<{ value: unknown }>(sql, [...parameters]);
  return rows.map(({ value }) => value);
}

describe('a new installation', () => {
  it('knows no roles but an owner and a service’s own, a pair for each service', async () => {
    const names = await column("SELECT rolname AS value FROM pg_roles WHERE rolname !~ '^(pg_|postgres$)' ORDER BY 1");
    expect(names).toEqual([...ROLES].sort());
  });

  it('lets no role bypass row-level security, make roles or databases, or act as another', async () => {
    const able = `SELECT rolname AS value FROM pg_roles WHERE rolname = ANY ($1)
      AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication)`;
    expect(await column(able, ROLES)).toEqual([]);
    const members = 'SELECT member::regrole::text AS value FROM pg_auth_members WHERE member::regrole::text = ANY ($1)';
    expect(await column(members, ROLES)).toEqual([]);
  });

  it('lets each role into the database of its service alone, and a service’s own make nothing there', async () => {
    const open = (privilege: string): Promise<unknown[]> =>
      column(
        `SELECT role || ' ' || datname AS value FROM unnest($1::text[]) role, pg_database
         WHERE datname = ANY ($2) AND has_database_privilege(role, datname, $3) ORDER BY 1`,
        ROLES,
        DATABASE_SERVICES,
        privilege,
      );
    const pairs = (...kinds: readonly string[]): string[] =>
      DATABASE_SERVICES.flatMap((service) => kinds.map((kind) => `${service}_${kind} ${service}`)).sort();
    expect(await open('CONNECT')).toEqual(pairs('app', 'owner'));
    expect(await open('CREATE')).toEqual(pairs('owner'));
    expect(await open('TEMPORARY')).toEqual(pairs('owner'));
  });
});
