import { BullModule } from '@nestjs/bullmq';
import type { DynamicModule } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { createPostgresBackend, runMigrations, setDefaultBackendFactory } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { ServiceEnvironment } from './config.js';

const SCHEMA = 'bullmq';

/**
 * BullMQ on the service's own PostgreSQL, or on Redis where REDIS_URL is set. A queue is a bell only: every
 * job can be lost or run twice, and PostgreSQL decides what is done.
 */
export function queueModule(serviceName: string, environment: ServiceEnvironment): DynamicModule {
  const telemetry = new BullMQOtel({ tracerName: serviceName });
  if (environment.REDIS_URL !== undefined) {
    // A worker blocks on its connection, so a command may be retried for ever.
    const connection = new Redis(environment.REDIS_URL, { maxRetriesPerRequest: null });
    return BullModule.forRoot({ connection, prefix: `yiditong-${serviceName}`, telemetry });
  }
  setDefaultBackendFactory(createPostgresBackend as unknown as Parameters<typeof setDefaultBackendFactory>[0]);
  // @nestjs/bullmq's types know Redis connections only; the backend factory above reads these.
  const connection = { connectionString: environment.DATABASE_URL, max: 4, schema: SCHEMA } as unknown as Redis;
  return BullModule.forRootAsync({
    // BullMQ tries its first connection once and ends the process if PostgreSQL is still starting; TypeORM's waits for it.
    inject: [getDataSourceToken()],
    useFactory: () => ({ connection, telemetry }),
  });
}

/** Creates BullMQ's tables in a schema of their own and lets the service's role use them. Idempotent. */
export async function migrateQueues(ownerUrl: string, role: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 1 });
  const client = await pool.connect();
  try {
    await runMigrations(client, SCHEMA);
    await client.query(`
      GRANT USAGE ON SCHEMA ${SCHEMA} TO ${pg.escapeIdentifier(role)};
      GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA ${SCHEMA} TO ${pg.escapeIdentifier(role)};
      GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA ${SCHEMA} TO ${pg.escapeIdentifier(role)};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${SCHEMA} TO ${pg.escapeIdentifier(role)};`);
  } finally {
    client.release();
    await pool.end();
  }
}
