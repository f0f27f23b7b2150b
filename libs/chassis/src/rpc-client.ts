import { Client, status, type Metadata } from '@grpc/grpc-js';
import type { MethodDefinition, ServiceDefinition } from '@grpc/proto-loader';
import type { OnModuleDestroy, Provider } from '@nestjs/common';
import { Rejection } from '@yiditong/codes';
import { contractDefinition } from '@yiditong/contracts';
import type { Observable } from 'rxjs';
import type { Actor } from './actor.js';
import { OutgoingIdentity } from './caller.js';
import { remainingMs } from './deadline.js';
import { rejectionOf } from './rejection.filter.js';
import { callInSpan } from './telemetry/rpc-span.js';
import { MutualTls } from './transport/transport.js';

type Rpc<Q, A> = (request: Q, metadata?: Metadata, options?: { deadline: Date }) => Observable<A>;
type RequestOf<M> = M extends Rpc<infer Q, unknown> ? Q : never;
type AnswerOf<M> = M extends (...args: never[]) => Observable<infer A> ? A : never;

export type RpcTarget = {
  readonly token: symbol;
  readonly package: string;
  readonly service: string;
  /** The service that is asked, where the contract is not its own alone. */
  readonly peer?: string;
  /** How many bytes an answer may have, where those who answer are not all this system's own. 64 MiB elsewhere. */
  readonly maxAnswerBytes?: number;
};

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** An answer had more bytes than its contract allows; it was not read. What it was the answer to may have been done. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';

  constructor(readonly maxBytes: number) {
    super(`an answer of more than ${maxBytes} bytes`);
  }
}

type Methods = ReadonlyMap<string, MethodDefinition<object, object>>;

/** A service as its callers see it: typed calls with an actor and a deadline. */
export class RpcClient<C> implements OnModuleDestroy {
  private readonly client: Client;
  private readonly methods: Methods;

  constructor(
    private readonly target: RpcTarget,
    address: string,
    private readonly identity: OutgoingIdentity,
    tls: MutualTls,
  ) {
    const { credentials, channelOptions } = tls.channelTo(this.peer());
    this.methods = methodsOf(target);
    this.client = new Client(address, credentials, {
      ...channelOptions,
      // A restarted peer is found again within a second, not after grpc's default of up to two minutes.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
      'grpc.max_receive_message_length': target.maxAnswerBytes ?? MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      'grpc.enable_channelz': 0,
    });
  }

  /**
   * Calls one RPC, within the deadline and while whoever this service is working for still waits. Throws the callee's Rejection, or
   * SERVICE_UNAVAILABLE where there was no answer in time: then the outcome is unknown to this side, and so it is after AnswerTooLarge.
   * Where nobody waits any more it isn't sent.
   */
  async call<K extends keyof C & string>(
    method: K,
    request: RequestOf<C[K]>,
    actor: Actor,
    deadlineMs = 5_000,
  ): Promise<AnswerOf<C[K]>> {
    const rpc = this.methods.get(method);
    if (!rpc) throw new Error(`${this.target.service} has no RPC ${method}`);
    const metadata = await this.identity.metadataFor(actor);
    const ms = Math.min(deadlineMs, remainingMs());
    if (ms <= 0) throw new Rejection('SERVICE_UNAVAILABLE', { service: this.peer() });
    const deadline = new Date(Date.now() + ms);
    try {
      const asked = request as object;
      return (await callInSpan(rpc.path, metadata, () => this.ask(rpc, asked, metadata, deadline))) as AnswerOf<C[K]>;
    } catch (error) {
      throw rejectionOf(error) ?? this.failureOf(error);
    }
  }

  private ask(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<object, object>,
    request: object,
    metadata: Metadata,
    deadline: Date,
  ): Promise<object | undefined> {
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        { deadline },
        (error, answer) => (error ? reject(error) : resolve(answer)),
      );
    });
  }

  private failureOf(error: unknown): unknown {
    if (isTooLarge(error)) return new AnswerTooLarge(this.target.maxAnswerBytes ?? MAX_MESSAGE_BYTES);
    return isUnanswered(error) ? new Rejection('SERVICE_UNAVAILABLE', { service: this.peer() }) : error;
  }

  /** The name of the service behind the contract: the second part of its package, unless the target says otherwise. */
  private peer(): string {
    return this.target.peer ?? this.target.package.split('.')[1] ?? this.target.package;
  }

  onModuleDestroy(): void {
    this.client.close();
  }
}

/** A provider of a client; the address comes from the service's configuration. */
export function provideRpcClient(target: RpcTarget, address: string): Provider {
  return {
    provide: target.token,
    inject: [OutgoingIdentity, MutualTls],
    useFactory: (identity: OutgoingIdentity, tls: MutualTls) => new RpcClient(target, address, identity, tls),
  };
}

/** Under the names that the generated types have for them. */
function methodsOf(target: RpcTarget): Methods {
  const service = contractDefinition[`${target.package}.${target.service}`] as ServiceDefinition | undefined;
  if (!service) throw new Error(`the contracts have no ${target.package}.${target.service}`);
  return new Map(Object.values(service).map((method) => [method.originalName ?? '', method]));
}

/** In grpc-js's own words, before or after the message is unpacked; for servers that meet a request that is too large it has the same. */
function isTooLarge(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('details' in error)) return false;
  const words = /^Received message (larger than max|that decompresses to a size larger than) /;
  return error.code === status.RESOURCE_EXHAUSTED && words.test(String(error.details));
}

function isUnanswered(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return (
    error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED || error.code === status.CANCELLED
  );
}
