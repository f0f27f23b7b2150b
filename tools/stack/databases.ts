import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createCluster, freePort, removeCluster, startPostgres, type Cluster } from '@yiditong/embedded-postgres';
import pg from 'pg';
import { ROOT } from './paths.js';

export const DATABASE_SERVICES = ['filing', 'catalogue', 'benefit', 'settlement', 'clearing'] as const;
export type DatabaseService = (typeof DATABASE_SERVICES)[number];

export type Databases = {
  readonly cluster: Cluster;
  /** The service's own role, which owns nothing and bypasses nothing. */
  readonly appUrl: (service: DatabaseService) => string;
  /** The role that owns the schema and migrates it. */
  readonly ownerUrl: (service: DatabaseService) => string;
};

/** A fresh cluster with a database and two roles per service, migrated. */
export async function createDatabases(directory: string): Promise<Databases> {
  const data = join(directory, 'postgres');
  const logs = join(directory, 'logs');
  mkdirSync(logs, { recursive: true });
  await removeCluster(data);
  const superuserPassword = randomBytes(24).toString('hex');
  await createCluster(data, { superuserPassword });
  const cluster = await startPostgres(data, {
    port: await freePort(),
    settings: { max_connections: '200', shared_buffers: '256MB' },
    logFile: join(logs, 'postgres.log'),
  });
  const passwords = new Map<string, string>();
  const url = (user: string, database: string): string =>
    `postgres://${user}:${passwords.get(user) ?? ''}@127.0.0.1:${cluster.port}/${database}`;
  const databases: Databases = {
    cluster,
    appUrl: (service) => url(`${service}_app`, service),
    ownerUrl: (service) => url(`${service}_owner`, service),
  };
  try {
    await provision(cluster.port, superuserPassword, passwords);
    await Promise.all(DATABASE_SERVICES.map((service) => migrate(service, databases.ownerUrl(service))));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return databases;
}

async function provision(port: number, superuserPassword: string, passwords: Map<string, string>): Promise<void> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: superuserPassword,
    database: 'postgres',
  });
  await client.connect();
  try {
    for (const service of DATABASE_SERVICES) {
      for (const role of [`${service}_owner`, `${service}_app`]) {
        const password = randomBytes(24).toString('hex');
        passwords.set(role, password);
        await client.query(
          `CREATE ROLE ${role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD ${pg.escapeLiteral(password)}`,
        );
      }
      await client.query(`CREATE DATABASE ${service} OWNER ${service}_owner`);
      await client.query(`REVOKE ALL ON DATABASE ${service} FROM PUBLIC`);
      await client.query(`GRANT CONNECT ON DATABASE ${service} TO ${service}_app`);
    }
  } finally {
    await client.end();
  }
}

async function migrate(service: DatabaseService, ownerUrl: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'apps', service, 'dist', 'migrate.js')], {
      cwd: ROOT,
      env: { ...process.env, OWNER_DATABASE_URL: ownerUrl },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`migrating ${service} failed:\n${errors.slice(-2_000)}`)),
    );
  });
}
