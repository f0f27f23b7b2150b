import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCluster, freePort, removeCluster, startPostgres } from '@yiditong/embedded-postgres';
import type { TestProject } from 'vitest/node';

/** What specs need to reach the cluster that this run started. */
export type TestCluster = { readonly port: number; readonly superuserPassword: string };

declare module 'vitest' {
  // vitest's own extension point is an interface.
  interface ProvidedContext {
    cluster: TestCluster;
  }
}

/** One real PostgreSQL for all integration specs; each makes its own databases in it. It forgets its data, so it need not sync. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'yiditong-int-'));
  const directory = join(home, 'postgres');
  const superuserPassword = randomBytes(16).toString('hex');
  await createCluster(directory, { superuserPassword });
  const cluster = await startPostgres(directory, {
    port: await freePort(),
    settings: { max_connections: '200', fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
    logFile: `${directory}.log`,
  });
  project.provide('cluster', { port: cluster.port, superuserPassword });
  return async () => {
    await cluster.stop();
    await removeCluster(directory);
    rmSync(home, { recursive: true, force: true });
  };
}
