import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@yiditong/embedded-postgres';
import { createIdentityKeys, createSigningKeys, type IdentityKeys } from './identity-keys.js';
import { certificateSettings, writeCertificates } from './certificates.js';
import { createDatabases, DATABASE_SERVICES, type Databases } from './databases.js';
import {
  listAccounts,
  mapAccounts,
  seedAccounts,
  type Account,
  type ByAccount,
  type Sample,
  type SeededAccount,
} from './issuer-accounts.js';
import { DEVELOPMENT_ISSUER, ServiceProcess } from './services.js';
import { AUDIENCE, ISSUER } from './tokens.js';

export type ServiceName = (typeof DATABASE_SERVICES)[number] | 'gateway' | 'issuer';

/** What `.stack/stack.json` says to people and tools. */
export type StackDocument = {
  readonly gateway: string;
  readonly grpc: Readonly<Record<string, string>>;
  /** The directory of `ca.crt` and of each service's certificate and key, which a caller of the gRPC addresses needs. */
  readonly certificates: string;
  /** The development issuer, which gives tokens for these accounts. */
  readonly issuer: string;
  readonly accounts: ByAccount<Account>;
};

export type Stack = {
  readonly directory: string;
  readonly document: StackDocument;
  readonly databases: Databases;
  /** The development accounts with what each may act as. */
  readonly accounts: ByAccount<SeededAccount>;
  /** What the gateway vouches for callers with. */
  readonly identity: IdentityKeys;
  readonly service: (name: ServiceName) => ServiceProcess;
  /** Resolves when every service answers; fails with the log of one that ended. */
  readonly ready: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type StackOptions = {
  readonly directory: string;
  readonly gatewayPort?: number;
  /** The hospitals and persons that get accounts, beside the operator and every bureau. */
  readonly accounts: Sample;
  /** Issuers that the gateway trusts beside the development issuer, as it reads them. */
  readonly issuers?: readonly object[];
  /** Others that get a certificate of the stack's authority, such as `province-130000` for that province's own endpoint. */
  readonly certified?: readonly string[];
  /** Added to every service's environment. */
  readonly environment?: Readonly<Record<string, string>>;
};

const READY_WITHIN_MS = 90_000;
/** What starts here is for one developer's machine: the gateway takes the word of an issuer that nobody vouches for. */
const DEVELOPMENT = { YIDITONG_MODE: 'development' };

/** Each has a certificate of its own. */
const CERTIFIED: ReadonlySet<string> = new Set([...DATABASE_SERVICES, 'identity', 'gateway']);

/** Starts PostgreSQL, the services, the gateway and the development issuer, each a process of its own, and waits until all answer. */
export async function startStack(options: StackOptions): Promise<Stack> {
  mkdirSync(options.directory, { recursive: true });
  const databases = await createDatabases(options.directory);
  try {
    const identity = await createIdentityKeys();
    const accounts = seedAccounts(options.accounts);
    const addresses = await chooseAddresses(options.gatewayPort);
    const certificates = resolve(options.directory, 'certificates');
    await writeCertificates(certificates, [...CERTIFIED, ...(options.certified ?? [])]);
    const own = {
      filing: { ...DEVELOPMENT, FILING_SIGNING_KEYS: await createSigningKeys('filing') },
      clearing: { CLEARING_SIGNING_KEYS: await createSigningKeys('clearing') },
    };
    const services = createServices(options, certificates, databases, listAccounts(accounts), identity, addresses, own);
    const { gateway: gatewayAddress, issuer: issuerAddress, ...grpc } = addresses;
    const running = assemble(
      options.directory,
      {
        gateway: `http://${gatewayAddress}`,
        grpc,
        certificates,
        issuer: `http://${issuerAddress}`,
        accounts: mapAccounts(accounts, ({ id, secret }) => ({ id, secret })),
      },
      databases,
      identity,
      services,
    );
    const stack = { ...running, accounts };
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
  for (const name of [...DATABASE_SERVICES, 'issuer']) entries.push([name, `127.0.0.1:${await freePort()}`]);
  entries.push(['gateway', `127.0.0.1:${gatewayPort ?? (await freePort())}`]);
  return Object.fromEntries(entries) as Record<ServiceName, string>;
}

function createServices(
  options: StackOptions,
  certificates: string,
  databases: Databases,
  accounts: readonly object[],
  identity: IdentityKeys,
  addresses: Record<ServiceName, string>,
  own: Partial<Record<ServiceName, Readonly<Record<string, string>>>>,
): Map<ServiceName, ServiceProcess> {
  const peers = Object.fromEntries(DATABASE_SERVICES.map((name) => [`${name.toUpperCase()}_ADDRESS`, addresses[name]]));
  const logFile = (name: string): string => join(options.directory, 'logs', `${name}.log`);
  const services = DATABASE_SERVICES.map((name): [ServiceName, ServiceProcess] => [
    name,
    new ServiceProcess(
      name,
      {
        ...peers,
        ...certificateSettings(certificates, name),
        LISTEN_ADDRESS: addresses[name],
        DATABASE_URL: databases.appUrl(name),
        AUDIT_KEY: randomBytes(32).toString('hex'),
        MASTER_KEYS: `1:${randomBytes(32).toString('hex')}`,
        BLIND_INDEX_KEY: randomBytes(32).toString('hex'),
        IDENTITY_PUBLIC_KEYS: identity.publicJwks,
        ...own[name],
        ...options.environment,
      },
      logFile(name),
    ),
  ]);
  const edge = {
    ...certificateSettings(certificates, 'gateway'),
    LISTEN_ADDRESS: addresses.gateway,
    ...DEVELOPMENT,
    AUTH_ISSUERS: JSON.stringify([
      { issuer: ISSUER, audience: AUDIENCE, jwksUrl: `http://${addresses.issuer}/jwks.json`, algorithms: ['EdDSA'] },
      ...(options.issuers ?? []),
    ]),
    IDENTITY_PRIVATE_KEY: identity.privateJwk,
  };
  const gateway = new ServiceProcess('gateway', { ...peers, ...edge, ...options.environment }, logFile('gateway'));
  const issuer = new ServiceProcess('issuer', { ...DEVELOPMENT, LISTEN_ADDRESS: addresses.issuer }, logFile('issuer'), {
    program: DEVELOPMENT_ISSUER,
    told: accounts,
  });
  return new Map<ServiceName, ServiceProcess>([['issuer', issuer], ...services, ['gateway', gateway]]);
}

function assemble(
  directory: string,
  document: StackDocument,
  databases: Databases,
  identity: IdentityKeys,
  services: Map<ServiceName, ServiceProcess>,
): Omit<Stack, 'accounts'> {
  return {
    directory,
    document,
    databases,
    identity,
    service: (name) => {
      const found = services.get(name);
      if (!found) throw new Error(`no service ${name}`);
      return found;
    },
    ready: () => untilReady([`${document.issuer}/jwks.json`, `${document.gateway}/health/ready`], services),
    stop: async () => {
      await Promise.all([...services.values()].map((service) => service.stop()));
      await databases.cluster.stop();
    },
  };
}

async function untilReady(addresses: readonly string[], services: Map<ServiceName, ServiceProcess>): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const ended = [...services.values()].find((service) => !service.running && !service.comesBack);
    if (ended) throw new Error(`${ended.name} ended at start:\n${ended.logTail()}`);
    const ready = await Promise.all(addresses.map(answers));
    if (ready.every(Boolean)) return;
    await sleep(100);
  }
  throw new Error(`the stack was not ready within ${READY_WITHIN_MS / 1000} s`);
}

async function answers(address: string): Promise<boolean> {
  return fetch(address, { signal: AbortSignal.timeout(3_000) }).then(
    (answer) => answer.ok,
    () => false,
  );
}

/** Holds credentials, so only its owner may read it. */
function writeDocument(directory: string, document: StackDocument): void {
  const file = join(directory, 'stack.json');
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
}
