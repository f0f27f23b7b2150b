import { Metadata, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { Logger } from '@nestjs/common';
import { throwError } from 'rxjs';
import { afterEach, expect, describe, it, vi } from 'vitest';
import { nationalActor } from './actor.js';
import { currentCaller, identifyCaller, OutgoingIdentity } from './caller.js';
import { Clock } from './clock.js';
import { IdentityVerifier } from './identity.js';
import { rejectionOf } from './rejection.filter.js';
import { RpcServer } from './rpc-server.js';

type Call = ServerUnaryCall<object, object>;
type Handler = Parameters<RpcServer['createUnaryServiceMethod']>[0];

const server = new RpcServer({ package: 'none', packageDefinition: {} });
const verifier = new IdentityVerifier('{"keys":[]}', new Clock());
const written = vi.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
afterEach(() => written.mockClear());

/** Has a handler served as gRPC would call it, and gives what it was answered with. */
async function serve(handler: Handler): Promise<{ error: unknown; message: unknown }> {
  const metadata = await new OutgoingIdentity('clearing').metadataFor(nationalActor('clearing'));
  const call = {
    request: {},
    metadata,
    getPath: () => '/yiditong.clearing.v1.ClearingService/GetCycle',
    getDeadline: () => Infinity,
  };
  return new Promise((resolve) => {
    const answer: sendUnaryData<object> = (error, message) => resolve({ error, message });
    server.createUnaryServiceMethod(handler)(call as unknown as Call, answer);
  });
}

const identify = (metadata: Metadata) => identifyCaller(metadata, 'clearing', verifier);

describe('a call', () => {
  it('is answered with its caller at hand, and written down', async () => {
    const { error, message } = await serve(async (_request, metadata) => {
      await identify(metadata);
      return { by: currentCaller()?.actor };
    });
    expect({ error, message }).toEqual({ error: null, message: { by: nationalActor('clearing') } });
    const line = { rpc: 'GetCycle', role: 'service', region: '000000', outcome: 'OK' };
    expect(written.mock.calls).toEqual([[expect.objectContaining(line)]]);
    expect(currentCaller()).toBeUndefined();
  });

  it('that is refused is written down with the reason, whoever made it', async () => {
    const refusal = { code: 16, details: 'CREDENTIAL_MISSING', metadata: new Metadata() };
    const { error, message } = await serve(async () => throwError(() => refusal));
    expect([error, message]).toEqual([refusal, undefined]);
    const line = { rpc: 'GetCycle', role: undefined, outcome: 'CREDENTIAL_MISSING' };
    expect(written.mock.calls).toEqual([[expect.objectContaining(line)]]);
  });

  it('knows no other call’s caller', async () => {
    const first = serve(async (_request, metadata) => {
      await identify(metadata);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { by: currentCaller()?.via };
    });
    const second = await serve(async () => ({ by: currentCaller()?.via }));
    expect([second.message, (await first).message]).toEqual([{ by: undefined }, { by: 'clearing' }]);
  });
});

it('beyond a thousand in hand is refused before anything is done, until one of them ends', async () => {
  let begun = 0;
  const ends: (() => void)[] = [];
  const slow: Handler = async () => {
    begun += 1;
    await new Promise<void>((resolve) => ends.push(resolve));
    return {};
  };
  const inHand = Array.from({ length: 1_000 }, () => serve(slow));
  await vi.waitFor(() => expect(begun).toBe(1_000));
  const { error } = await serve(slow);
  expect(rejectionOf(error)).toMatchObject({ reason: 'SERVICE_BUSY' });
  expect(begun).toBe(1_000);

  ends.shift()?.();
  await Promise.race(inHand);
  expect(await serve(async () => ({ done: true }))).toEqual({ error: null, message: { done: true } });
  for (const end of ends) end();
  await Promise.all(inHand);
});

it('serves no streams, which would go without all this', () => {
  expect(() => server.createStreamServiceMethod()).toThrow('streams are not served');
});
