import { Logger, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import { contractDefinition } from '@yiditong/contracts';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { Logger as PinoLogger } from 'nestjs-pino';
import type { ServiceEnvironment } from './config.js';
import { Database } from './database.js';
import { describeFault } from './fault.js';
import type { RpcTarget } from './rpc-client.js';
import { RpcServer } from './rpc-server.js';
import { endTelemetry } from './telemetry/tracing.js';
import { MutualTls } from './transport/transport.js';

const HEALTH_CHECK_EVERY_MS = 2_000;

/** A provider that has something to get ready at the start, without which calls would only wait. */
export type Readiness = { readonly isReady: boolean };

export type ServiceDefinition = {
  readonly name: string;
  readonly module: Type;
  readonly serves: readonly RpcTarget[];
  readonly environment: ServiceEnvironment;
  /** Until it is ready the service says NOT_SERVING; unset where the database is all that is needed. */
  readonly readiness?: Type<Readiness>;
};

/** Runs a gRPC service until it is told to stop: health, reflection, logs, and an end that finishes what is under way. */
export async function runService(definition: ServiceDefinition): Promise<void> {
  const names = ['', ...servedBy(definition).map((target) => `${target.package}.${target.service}`)];
  const health = new HealthImplementation(Object.fromEntries(names.map((name) => [name, 'NOT_SERVING' as const])));
  const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(definition.module, {
    bufferLogs: true,
    inject: [MutualTls],
    useFactory: (tls: MutualTls) => ({ strategy: serverOf(definition, tls, health) }),
  });
  app.useLogger(app.get(PinoLogger));
  await app.listen();

  const reportHealth = async (): Promise<void> => {
    const status = (await isServing(app, definition)) ? 'SERVING' : 'NOT_SERVING';
    for (const name of names) health.setStatus(name, status);
  };
  const watch = setInterval(() => void reportHealth(), HEALTH_CHECK_EVERY_MS);
  await reportHealth();
  stopWhenTold(async () => {
    clearInterval(watch);
    for (const name of names) health.setStatus(name, 'NOT_SERVING');
    await app.close();
  });
  new Logger('Service').log({ msg: 'serving', address: definition.environment.LISTEN_ADDRESS });
}

/** Health and reflection are served on the same port, so to peers with a certificate only, like everything else. */
function serverOf(definition: ServiceDefinition, tls: MutualTls, health: HealthImplementation): RpcServer {
  return new RpcServer({
    package: [...new Set(servedBy(definition).map((target) => target.package))],
    packageDefinition: contractDefinition,
    url: definition.environment.LISTEN_ADDRESS,
    credentials: tls.serverCredentials(),
    gracefulShutdown: true,
    maxReceiveMessageLength: 64 * 1024 * 1024,
    // Nobody asks for gRPC's own statistics, which every call would pay for.
    channelOptions: { 'grpc.enable_channelz': 0 },
    onLoadPackageDefinition: (_, server) => {
      health.addToServer(server);
      new ReflectionService(contractDefinition).addToServer(server);
    },
  });
}

/** Its own contracts, and its audit trail. */
function servedBy({ serves }: ServiceDefinition): readonly Pick<RpcTarget, 'package' | 'service'>[] {
  return [...serves, { package: 'yiditong.audit.v1', service: 'AuditService' }];
}

/** Whether what the service needs at its start is there, and its database answers. */
export async function isServing(
  app: Pick<INestMicroservice, 'get'>,
  { readiness }: Pick<ServiceDefinition, 'readiness'>,
): Promise<boolean> {
  if (readiness && !app.get(readiness).isReady) return false;
  return app
    .get(Database)
    .dataSource.query('SELECT 1')
    .then(
      () => true,
      () => false,
    );
}

/**
 * Ends the process in order on a signal, or when whoever started it is gone. Nest's own shutdown hooks
 * would not wait for telemetry.
 */
export function stopWhenTold(close: () => Promise<void>): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void close()
      .then(endTelemetry)
      .then(
        () => process.exit(0),
        (error: unknown) => {
          new Logger('Service').error(describeFault(error));
          process.exit(1);
        },
      );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
}
