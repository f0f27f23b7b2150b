import { randomBytes } from 'node:crypto';
import { auditMac, Database, databaseOptions, migrateDatabase, type MigrationClass } from '@yiditong/chassis';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { inject } from 'vitest';

/** A migrated database of a service, reached as the service's own role, which owns nothing and bypasses nothing. */
export type TestDatabase = {
  readonly database: Database;
  readonly appUrl: string;
  /** The role that owns the tables; row-level security is forced on it too. */
  readonly ownerUrl: string;
  /** Sees everything; for looking behind what the service's role is shown. */
  readonly superuserUrl: string;
  readonly drop: () => Promise<void>;
};

const PASSWORD = 'only-for-tests';
const AUDIT_KEY = '5e'.repeat(32);

/** Makes a fresh database named after the service and runs its migrations as its owner. */
export async function createTestDatabase(
  service: string,
  migrations: readonly MigrationClass[],
): Promise<TestDatabase> {
  const { port, superuserPassword } = inject('cluster');
  const name = `${service}_${randomBytes(5).toString('hex')}`;
  const url = (user: string, password: string, database: string): string =>
    `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
  const superuser = (database: string): string => url('postgres', superuserPassword, database);
  await withClient(superuser('postgres'), async (client) => {
    for (const role of [`${service}_owner`, `${service}_app`]) await createRole(client, role);
    await client.query(`CREATE DATABASE ${name} OWNER ${service}_owner`);
    // As a new installation does it.
    await client.query(
      `REVOKE ALL ON DATABASE ${name} FROM PUBLIC; GRANT CONNECT ON DATABASE ${name} TO ${service}_app`,
    );
  });
  const ownerUrl = url(`${service}_owner`, PASSWORD, name);
  const appUrl = url(`${service}_app`, PASSWORD, name);
  await migrateDatabase(ownerUrl, migrations);
  const dataSource = await new DataSource(databaseOptions(service, appUrl)).initialize();
  return {
    database: new Database(dataSource, auditMac(AUDIT_KEY)),
    appUrl,
    ownerUrl,
    superuserUrl: superuser(name),
    drop: async () => {
      await dataSource.destroy();
      await withClient(superuser('postgres'), async (client) => {
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      });
    },
  };
}

/** Runs a query as whoever the address says. */
export async function queryAs<T>(url: string, sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
  let rows: T[] = [];
  await withClient(url, async (client) => {
    rows = (await client.query(sql, [...parameters])).rows as T[];
  });
  return rows;
}

/** Roles belong to the cluster; two specs may make the same one at once. */
async function createRole(client: pg.Client, role: string): Promise<void> {
  await client.query(`DO $$ BEGIN
    CREATE ROLE ${role} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '${PASSWORD}';
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
}

/** Opens a connection of its own for the work. */
export async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
