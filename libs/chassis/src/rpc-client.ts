import { status, type Metadata } from '@grpc/grpc-js';
import type { OnModuleDestroy, Provider } from '@nestjs/common';
import { ClientGrpcProxy } from '@nestjs/microservices';
import { Rejection } from '@yiditong/codes';
import { contractDefinition } from '@yiditong/contracts';
import { firstValueFrom, type Observable } from 'rxjs';
import type { Actor } from './actor.js';
import { OutgoingIdentity } from './caller.js';
import { rejectionOf } from './rejection.filter.js';
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
};

/** A service as its callers see it: typed calls with an actor and a deadline. */
export class RpcClient<C> implements OnModuleDestroy {
  private readonly proxy: ClientGrpcProxy;
  private readonly methods: Record<string, Rpc<unknown, unknown>>;

  constructor(
    private readonly target: RpcTarget,
    address: string,
    private readonly identity: OutgoingIdentity,
    tls: MutualTls,
  ) {
    const channel = tls.channelTo(this.peer());
    this.proxy = new ClientGrpcProxy({
      package: target.package,
      packageDefinition: contractDefinition,
      url: address,
      credentials: channel.credentials,
      channelOptions: {
        ...channel.channelOptions,
        // A restarted peer is found again within a second, not after grpc's default of up to two minutes.
        'grpc.initial_reconnect_backoff_ms': 100,
        'grpc.max_reconnect_backoff_ms': 1000,
      },
      maxReceiveMessageLength: 64 * 1024 * 1024,
      maxSendMessageLength: 64 * 1024 * 1024,
    });
    this.methods = this.proxy.getService(target.service);
  }

  /**
   * Calls one RPC. Throws the callee's Rejection, or SERVICE_UNAVAILABLE where there was no answer in time:
   * then the outcome is unknown to this side.
   */
  async call<K extends keyof C & string>(
    method: K,
    request: RequestOf<C[K]>,
    actor: Actor,
    deadlineMs = 5_000,
  ): Promise<AnswerOf<C[K]>> {
    const rpc = this.methods[method];
    if (!rpc) throw new Error(`${this.target.service} has no RPC ${method}`);
    const metadata = await this.identity.metadataFor(actor);
    const deadline = new Date(Date.now() + deadlineMs);
    try {
      return (await firstValueFrom(rpc.call(this.methods, request, metadata, { deadline }))) as AnswerOf<C[K]>;
    } catch (error) {
      throw (
        rejectionOf(error) ??
        (isUnanswered(error) ? new Rejection('SERVICE_UNAVAILABLE', { service: this.peer() }) : error)
      );
    }
  }

  /** The name of the service behind the contract: the second part of its package, unless the target says otherwise. */
  private peer(): string {
    return this.target.peer ?? this.target.package.split('.')[1] ?? this.target.package;
  }

  onModuleDestroy(): void {
    this.proxy.close();
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

function isUnanswered(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return (
    error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED || error.code === status.CANCELLED
  );
}
