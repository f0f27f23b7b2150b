import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import { LoggerModule } from 'nestjs-pino';
import { destination, type DestinationStream } from 'pino';
import type { DataSource } from 'typeorm';
import { RpcAccessGuard } from './access.guard.js';
import { auditMac } from './audit/audit-record.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditService } from './audit/audit.service.js';
import { OutgoingIdentity } from './caller.js';
import { Clock } from './clock.js';
import type { ServiceEnvironment } from './config.js';
import { Database } from './database.js';
import { IdentityVerifier } from './identity.js';
import { RejectionFilter } from './rejection.filter.js';
import { MutualTls } from './transport/transport.js';

/** Everything a service needs around its rules: log, clock, database, access, errors. */
@Module({})
export class ChassisModule {
  static forService(name: string, environment: ServiceEnvironment): DynamicModule {
    return {
      module: ChassisModule,
      global: true,
      imports: [
        LoggerModule.forRoot({
          pinoHttp: { level: environment.LOG_LEVEL, base: { service: name }, stream: logStream() },
        }),
        TypeOrmModule.forRoot(databaseOptions(name, environment.DATABASE_URL)),
      ],
      controllers: [AuditController],
      providers: [
        Clock,
        AuditService,
        {
          provide: Database,
          inject: [getDataSourceToken()],
          useFactory: (dataSource: DataSource) => new Database(dataSource, auditMac(environment.AUDIT_KEY)),
        },
        { provide: MutualTls, useFactory: () => new MutualTls(name, environment) },
        { provide: OutgoingIdentity, useFactory: () => new OutgoingIdentity(name) },
        {
          provide: IdentityVerifier,
          inject: [Clock],
          useFactory: (clock: Clock) => new IdentityVerifier(environment.IDENTITY_PUBLIC_KEYS, clock),
        },
        { provide: APP_GUARD, useClass: RpcAccessGuard },
        { provide: APP_FILTER, useClass: RejectionFilter },
      ],
      exports: [Clock, Database, MutualTls, OutgoingIdentity],
    };
  }
}

/**
 * Each line is written at once: none is lost when the process dies, and one short write is less work than waking another thread for it,
 * which then wakes this one. What Node itself writes to a file or a pipe is written so too.
 */
function logStream(): DestinationStream {
  return destination({ sync: true });
}

/**
 * Waits are bounded: a statement, a lock and an idle transaction each end with an error that callers may retry. Statements aren't compiled:
 * a short one isn't worth it, and the sums over a day's million rows take a quarter longer with it.
 */
export function databaseOptions(name: string, url: string) {
  return {
    type: 'postgres' as const,
    url,
    applicationName: name,
    poolSize: 12,
    synchronize: false,
    logging: false,
    retryAttempts: 30,
    retryDelay: 500,
    extra: {
      // A statement may be sent before the one before it was answered.
      pipeline: true,
      connectionTimeoutMillis: 5_000,
      options:
        '-c statement_timeout=15000 -c lock_timeout=8000 -c idle_in_transaction_session_timeout=20000 -c jit=off',
    },
  };
}
