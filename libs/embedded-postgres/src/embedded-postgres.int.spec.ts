import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCluster, freePort, removeCluster, startPostgres, type Cluster } from './index.js';

const PASSWORD = 'Kāi-mén 开门';
let home: string;
let directory: string;
let logFile: string;
let cluster: Cluster | undefined;

beforeAll(async () => {
  // mkdtemp closes it to everybody else (mode 700), as root's home is: as root, the cluster must live elsewhere.
  home = await mkdtemp(join(tmpdir(), 'embedded-postgres-'));
  directory = join(home, 'cluster');
  logFile = join(home, 'postgres.log');
  await createCluster(directory, { superuserPassword: PASSWORD });
});
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});
afterAll(async () => {
  await removeCluster(directory);
  await rm(home, { recursive: true, force: true });
});

describe('an embedded PostgreSQL', () => {
  it('lets nobody in with a wrong password, nor with none', async () => {
    cluster = await start();
    await expect(query(cluster, 'SELECT 1', 'wrong')).rejects.toThrow('password authentication failed');
    await expect(query(cluster, 'SELECT 1', '')).rejects.toThrow('password');
    expect(await query(cluster, 'SELECT current_user AS who')).toEqual([{ who: 'postgres' }]);
  });

  it('speaks UTF-8 and sorts by code point, on every machine alike', async () => {
    cluster = await start();
    const sorted = await query(cluster, `SELECT s FROM unnest(ARRAY['b', '西', 'A', '京', 'a']) s ORDER BY s`);
    expect(sorted.map((row) => row['s'])).toEqual(['A', 'a', 'b', '京', '西']);
    expect(await query(cluster, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
  });

  it('keeps what was committed when it is killed, and nothing that was not', async () => {
    cluster = await start();
    await query(cluster, 'CREATE TABLE kept (n int)');
    await query(cluster, 'INSERT INTO kept VALUES (1)');
    const open = await connect(cluster);
    open.on('error', () => undefined);
    await open.query('BEGIN; INSERT INTO kept VALUES (2)');
    await cluster.kill();
    expect(isAlive(cluster.pid)).toBe(false);
    cluster = await start();
    expect(await query(cluster, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  it('takes its settings, and listens on 127.0.0.1 alone', async () => {
    cluster = await start({ max_connections: '17', listen_addresses: '*' });
    expect(await query(cluster, 'SHOW max_connections')).toEqual([{ max_connections: '17' }]);
    expect(await query(cluster, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(cluster, 'SHOW unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
  });

  it('leaves no process when it is stopped, and can be stopped twice', async () => {
    cluster = await start();
    await cluster.stop();
    expect(isAlive(cluster.pid)).toBe(false);
    await cluster.stop();
  });

  it('first stops what is left of an earlier start on the same directory', async () => {
    const forgotten = await start();
    cluster = await start();
    expect(isAlive(forgotten.pid)).toBe(false);
    expect(await query(cluster, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts at once after its postmaster alone was killed, whose children linger', async () => {
    const killed = await start();
    process.kill(killed.pid, 'SIGKILL');
    cluster = await start();
    expect(await query(cluster, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('spares a stranger that was given the number in an old pid file', async () => {
    cluster = await start();
    await cluster.stop();
    await writeFile(join(directory, 'postmaster.pid'), `${process.pid}\n${directory}\n`);
    cluster = await start();
    expect(isAlive(cluster.pid)).toBe(true);
  });

  it('says why it does not start', async () => {
    await expect(start({ shared_buffers: 'plenty' })).rejects.toThrow(
      'invalid value for parameter "shared_buffers": "plenty"',
    );
  });

  it('is not created over a directory that holds anything', async () => {
    const occupied = join(home, 'occupied');
    await mkdir(occupied);
    await chmod(occupied, 0o755);
    await writeFile(join(occupied, 'letter'), 'dear');
    await expect(createCluster(occupied, { superuserPassword: PASSWORD })).rejects.toThrow('not an empty directory');
  });
});

async function start(settings: Record<string, string> = {}): Promise<Cluster> {
  return startPostgres(directory, { port: await freePort(), settings, logFile });
}

async function connect({ port }: Cluster, password = PASSWORD): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', password });
  await client.connect();
  return client;
}

async function query(to: Cluster, sql: string, password = PASSWORD): Promise<Record<string, unknown>[]> {
  const client = await connect(to, password);
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
