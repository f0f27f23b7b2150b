import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@yiditong/embedded-postgres';
import { createDatabases, DATABASE_SERVICES, type Databases } from './databases.js';
import { ServiceProcess } from './services.js';
import { AUDIENCE, createIssuer, ISSUER, issueTokens, type DevelopmentIssuer, type Tokens } from './tokens.js';

export type ServiceName = (typeof DATABASE_SERVICES)[number] | 'gateway';

/** What `.stack/stack.json` says to people and tools. */
export type StackDocument = {
  readonly gateway: string;
  readonly grpc: Readonly<Record<string, string>>;
  readonly tokens: Tokens;
};

export type Stack = {
  readonly directory: string;
  readonly document: StackDocument;
  readonly databases: Databases;
  readonly issuer: DevelopmentIssuer;
  readonly service: (name: ServiceName) => ServiceProcess;
  /** Resolves when every service answers; fails with the log of one that ended. */
  readonly ready: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type StackOptions = {
  readonly directory: string;
  readonly gatewayPort?: number;
  readonly accounts: Parameters<typeof issueTokens>[1];
  /** Added to every service's environment. */
  readonly environment?: Readonly<Record<string, string>>;
};

const READY_WITHIN_MS = 90_000;

/** Starts PostgreSQL, the five services and the gateway, each a process of its own, and waits until all answer. */
export async function startStack(options: StackOptions): Promise<Stack> {
  mkdirSync(options.directory, { recursive: true });
  const databases = await createDatabases(options.directory);
  try {
    const issuer = await createIssuer();
    const tokens = await issueTokens(issuer, options.accounts);
    const addresses = await chooseAddresses(options.gatewayPort);
    const services = createServices(options, databases, issuer, addresses);
    const { gateway: gatewayAddress, ...grpc } = addresses;
    const stack = assemble(
      options.directory,
      { gateway: `http://${gatewayAddress}`, grpc, tokens },
      databases,
      issuer,
      services,
    );
    for (const service of services.values()) service.start();
    await stack.ready().catch(async (error: unknown) => {
      await stack.stop();
      throw error;
    });
    for (const service of services.values()) service.keepRunning();
    writeDocument(options.directory, stack.document);
    return stack;
  } catch (error) {
    await databases.cluster.stop();
    throw error;
  }
}

async function chooseAddresses(gatewayPort: number | undefined): Promise<Record<ServiceName, string>> {
  const entries: [string, string][] = [];
  for (const name of DATABASE_SERVICES) entries.push([name, `127.0.0.1:${await freePort()}`]);
  entries.push(['gateway', `127.0.0.1:${gatewayPort ?? (await freePort())}`]);
  return Object.fromEntries(entries) as Record<ServiceName, string>;
}

function createServices(
  options: StackOptions,
  databases: Databases,
  issuer: DevelopmentIssuer,
  addresses: Record<ServiceName, string>,
): Map<ServiceName, ServiceProcess> {
  const peers = Object.fromEntries(DATABASE_SERVICES.map((name) => [`${name.toUpperCase()}_ADDRESS`, addresses[name]]));
  const idIndexKey = randomBytes(32).toString('hex');
  const logFile = (name: string): string => join(options.directory, 'logs', `${name}.log`);
  const services = DATABASE_SERVICES.map((name): [ServiceName, ServiceProcess] => [
    name,
    new ServiceProcess(
      name,
      {
        ...peers,
        LISTEN_ADDRESS: addresses[name],
        DATABASE_URL: databases.appUrl(name),
        ID_INDEX_KEY: idIndexKey,
        ...options.environment,
      },
      logFile(name),
    ),
  ]);
  const edge = {
    LISTEN_ADDRESS: addresses.gateway,
    AUTH_ISSUER: ISSUER,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS: issuer.jwks,
  };
  const gateway = new ServiceProcess('gateway', { ...peers, ...edge, ...options.environment }, logFile('gateway'));
  return new Map<ServiceName, ServiceProcess>([...services, ['gateway', gateway]]);
}

function assemble(
  directory: string,
  document: StackDocument,
  databases: Databases,
  issuer: DevelopmentIssuer,
  services: Map<ServiceName, ServiceProcess>,
): Stack {
  return {
    directory,
    document,
    databases,
    issuer,
    service: (name) => {
      const found = services.get(name);
      if (!found) throw new Error(`no service ${name}`);
      return found;
    },
    ready: () => untilReady(document.gateway, services),
    stop: async () => {
      await Promise.all([...services.values()].map((service) => service.stop()));
      await databases.cluster.stop();
    },
  };
}

async function untilReady(gateway: string, services: Map<ServiceName, ServiceProcess>): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const ended = [...services.values()].find((service) => !service.running && !service.comesBack);
    if (ended) throw new Error(`${ended.name} ended at start:\n${ended.logTail()}`);
    const ready = await fetch(`${gateway}/health/ready`, { signal: AbortSignal.timeout(3_000) }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    await sleep(100);
  }
  throw new Error(`the stack was not ready within ${READY_WITHIN_MS / 1000} s`);
}

/** Holds credentials, so only its owner may read it. */
function writeDocument(directory: string, document: StackDocument): void {
  const file = join(directory, 'stack.json');
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  chmodSync(file, 0o600);
}
