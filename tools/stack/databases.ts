import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createCluster, freePort, removeCluster, startPostgres, type Cluster } from '@yiditong/embedded-postgres';
import pg from 'pg';
import { ROOT } from './paths.js';

export const DATABASE_SERVICES = ['filing', 'catalogue', 'benefit', 'settlement', 'clearing', 'identity'] as const;
export const PROVISION = join(ROOT, 'infra', 'postgresql', 'provision.sql');

export type DatabaseService = (typeof DATABASE_SERVICES)[number];

export type Databases = {
  readonly cluster: Cluster;
  /** The service's own role, which owns nothing and bypasses nothing. */
  readonly appUrl: (service: DatabaseService) => string;
  /** The role that owns the schema and migrates it. */
  readonly ownerUrl: (service: DatabaseService) => string;
  /** Sees everything; for looking behind what services are shown. */
  readonly superuserUrl: (service: DatabaseService) => string;
  /** Starts PostgreSQL again on the same port and data, after it was killed. */
  readonly startAgain: () => Promise<void>;
};

/** A fresh cluster with a database and two roles per service, migrated. */
export async function createDatabases(directory: string): Promise<Databases> {
  const data = join(directory, 'postgres');
  const logs = join(directory, 'logs');
  // The supervisor's own log is open already; all others begin anew with the data.
  mkdirSync(logs, { recursive: true });
  for (const service of [...DATABASE_SERVICES, 'gateway', 'issuer', 'postgres'])
    rmSync(join(logs, `${service}.log`), { force: true });
  await removeCluster(data);
  const superuserPassword = randomBytes(24).toString('hex');
  await createCluster(data, { superuserPassword });
  const options = {
    port: await freePort(),
    settings: { max_connections: '200', shared_buffers: '256MB' },
    logFile: join(logs, 'postgres.log'),
  };
  let cluster = await startPostgres(data, options);
  const passwords = new Map<string, string>([['postgres', superuserPassword]]);
  const url = (user: string, database: string): string =>
    `postgres://${user}:${passwords.get(user) ?? ''}@127.0.0.1:${options.port}/${database}`;
  const databases: Databases = {
    get cluster() {
      return cluster;
    },
    startAgain: async () => {
      cluster = await startPostgres(data, options);
    },
    appUrl: (service) => url(`${service}_app`, service),
    ownerUrl: (service) => url(`${service}_owner`, service),
    superuserUrl: (service) => url('postgres', service),
  };
  try {
    await provision(options.port, superuserPassword, passwords);
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
    // One by one: a database can't be created inside a transaction, and several statements at once are one.
    for (const statement of statementsOf(PROVISION)) await client.query(statement);
    for (const role of DATABASE_SERVICES.flatMap((service) => [`${service}_owner`, `${service}_app`])) {
      const password = randomBytes(24).toString('hex');
      passwords.set(role, password);
      await client.query(`ALTER ROLE ${pg.escapeIdentifier(role)} PASSWORD ${pg.escapeLiteral(password)}`);
    }
  } finally {
    await client.end();
  }
}

/** What a file of SQL has, comments aside. */
export function statementsOf(file: string): string[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('--'));
  return lines
    .join('\n')
    .split(';')
    .map((statement) => statement.trim())
    .filter(Boolean);
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
