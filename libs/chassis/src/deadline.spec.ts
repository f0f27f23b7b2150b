import { credentials, Server, ServerCredentials, type handleUnaryCall, type ServiceDefinition } from '@grpc/grpc-js';
import { Logger } from '@nestjs/common';
import { contractDefinition, type clearingV1, type identityV1 } from '@yiditong/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { nationalActor } from './actor.js';
import { OutgoingIdentity } from './caller.js';
import { remainingMs, serveUntil } from './deadline.js';
import { RpcClient } from './rpc-client.js';
import { RpcServer } from './rpc-server.js';
import { TARGETS } from './rpc-targets.js';
import type { MutualTls } from './transport/transport.js';

vi.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);

const ACTOR = nationalActor('spec');
const LONG_MS = 600_000;
const servers: Server[] = [];
/** How long the service behind was given, in milliseconds; infinite where its caller set no end. */
const given: number[] = [];
let behind: RpcClient<clearingV1.ClearingServiceClient>;
let front: RpcClient<identityV1.IdentityServiceClient>;
/** What the service in front does when it is asked. */
let work: () => Promise<void>;

beforeAll(async () => {
  const clearing = await listen('yiditong.clearing.v1.ClearingService', (call, reply) => {
    given.push(new Date(call.getDeadline()).getTime() - Date.now());
    reply(null, {});
  });
  behind = clientOf(TARGETS.clearing, clearing);
  const server = new RpcServer({ package: 'none', packageDefinition: {} });
  const handle = server.createUnaryServiceMethod(async () => {
    await work();
    return {};
  });
  const identity = await listen('yiditong.identity.v1.IdentityService', handle);
  front = clientOf(TARGETS.identity, identity);
});
beforeEach(() => given.splice(0));
afterAll(() => {
  for (const client of [front, behind]) client.onModuleDestroy();
  for (const server of servers) server.forceShutdown();
});

const askBehind = (deadlineMs: number) =>
  behind.call('getCycle', { businessDate: '2026-03-01' }, ACTOR, deadlineMs).then(() => undefined);
const askFront = (deadlineMs: number) => front.call('listRevocations', {} as never, ACTOR, deadlineMs);

describe('a call that is made for another', () => {
  it('ends no later than that one', async () => {
    work = () => askBehind(LONG_MS);
    await askFront(LONG_MS / 10);
    expect(given[0]).toBeLessThanOrEqual(LONG_MS / 10);
  });

  it('ends earlier where it is meant to', async () => {
    work = () => askBehind(LONG_MS / 10);
    await askFront(LONG_MS);
    expect(given[0]).toBeLessThanOrEqual(LONG_MS / 10);
  });

  it('is not sent once nobody waits for it', async () => {
    const refused = await serveUntil(Date.now() - 1, () => askBehind(LONG_MS)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ reason: 'SERVICE_UNAVAILABLE', params: { service: 'clearing' } });
    expect(given).toEqual([]);
  });
});

describe('a service’s own work', () => {
  it('has no deadline but its own', async () => {
    await askBehind(LONG_MS);
    expect(remainingMs()).toBe(Infinity);
    expect(given[0]).toBeGreaterThan(LONG_MS / 2);
  });

  it('that a call began and that outlives it has none either', async () => {
    let begin: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (begin = resolve));
    let later: Promise<void> = Promise.resolve();
    work = () => {
      later = answered.then(() => askBehind(LONG_MS));
      return Promise.resolve();
    };
    await askFront(LONG_MS / 10);
    begin();
    await later;
    expect(given[0]).toBeGreaterThan(LONG_MS / 2);
  });
});

/** Every RPC of the contract is answered by the handler. */
async function listen(contract: string, handle: handleUnaryCall<object, object>) {
  const server = new Server();
  servers.push(server);
  const service = contractDefinition[contract] as ServiceDefinition;
  const handlers = Object.fromEntries(Object.keys(service).map((name) => [name, handle]));
  server.addService(service, handlers);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, at) =>
      error ? reject(error) : resolve(at),
    ),
  );
  return `127.0.0.1:${port}`;
}

/** Certificates have specs of their own. */
function clientOf<C>(target: (typeof TARGETS)[keyof typeof TARGETS], address: string): RpcClient<C> {
  const tls = { channelTo: () => ({ credentials: credentials.createInsecure(), channelOptions: {} }) };
  return new RpcClient<C>(target, address, new OutgoingIdentity('spec'), tls as unknown as MutualTls);
}
