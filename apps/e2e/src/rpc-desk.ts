import { join } from 'node:path';
import { Metadata } from '@grpc/grpc-js';
import {
  AUDIT_TARGETS,
  Clock,
  IdentityMint,
  MutualTls,
  OutgoingIdentity,
  RpcClient,
  serviceActor,
  TARGETS,
  type Actor,
} from '@yiditong/chassis';
import { NATION, Rejection } from '@yiditong/codes';
import { contractDefinition } from '@yiditong/contracts';
import type { Stack } from '@yiditong/tools';

type AnyClient = RpcClient<Record<string, never>>;

/** An RPC where it is served: the audit is everywhere. */
export type Door = { readonly path: string; readonly served: string };

/** How a call ended: with an answer, or the reason it was refused for. */
export type RpcOutcome =
  | { readonly reason: null; readonly answer: Readonly<Record<string, unknown>> }
  | { readonly reason: string; readonly answer: null };

/** What a call says of who makes it, whether it is true or not. */
export type Words = {
  /** The gateway's signed word for somebody. */
  readonly assertion?: string;
  /** What a service says of itself. */
  readonly claim?: Actor;
};

/** Says what it is given, instead of what is so. */
class GivenIdentity extends OutgoingIdentity {
  words: Words = {};

  override async metadataFor(): Promise<Metadata> {
    const metadata = new Metadata();
    const { assertion, claim } = this.words;
    if (assertion !== undefined) metadata.set('identity-bin', Buffer.from(assertion));
    if (claim !== undefined) metadata.set('actor-bin', Buffer.from(JSON.stringify(claim)));
    return metadata;
  }
}

/** Calls any RPC of the running stack, as anybody the gateway vouches for, or as a service with its own certificate. */
export class RpcDesk {
  private readonly clients = new Map<string, AnyClient>();
  private readonly asGateway: Promise<OutgoingIdentity>;
  private readonly given = new Map<string, GivenIdentity>();

  constructor(
    private readonly document: Stack['document'],
    privateJwk: string,
  ) {
    this.asGateway = IdentityMint.of(privateJwk, new Clock()).then((mint) => new OutgoingIdentity('gateway', mint));
  }

  /** As somebody for whom the gateway vouches. */
  async callAs(actor: Actor, door: Door | string, request: object): Promise<RpcOutcome> {
    return this.call('gateway', await this.asGateway, actor, door, request);
  }

  /** As a service for itself. */
  async callAsService(service: string, region: string, door: Door, request: object): Promise<RpcOutcome> {
    return this.call(service, new OutgoingIdentity(service), serviceActor(service, region), door, request);
  }

  /** With a service's certificate and any words at all; one call after the other, for a connection says what it was told last. */
  async callSaying(peer: string, words: Words, door: Door, request: object): Promise<RpcOutcome> {
    const identity = this.given.get(peer) ?? new GivenIdentity(peer);
    this.given.set(peer, identity);
    identity.words = words;
    return this.call(peer, identity, serviceActor(peer, NATION), door, request);
  }

  close(): void {
    for (const client of this.clients.values()) client.onModuleDestroy();
  }

  private async call(
    peer: string,
    identity: OutgoingIdentity,
    actor: Actor,
    door: Door | string,
    request: object,
  ): Promise<RpcOutcome> {
    const { path, served } = typeof door === 'string' ? { path: door, served: ownerOf(door) } : door;
    const [, service = '', method = ''] = path.split('/');
    try {
      const answer = await this.clientOf(peer, identity, service, served).call(
        lowerFirst(method),
        { ...blankRequest(service, method), ...request } as never,
        actor,
      );
      return { reason: null, answer };
    } catch (error) {
      if (error instanceof Rejection) return { reason: error.reason, answer: null };
      throw error;
    }
  }

  private clientOf(peer: string, identity: OutgoingIdentity, service: string, served: string): AnyClient {
    const name = `${peer} ${identity instanceof GivenIdentity ? 'given' : 'own'} ${service} ${served}`;
    const known = this.clients.get(name);
    if (known) return known;
    const targets = [
      ...Object.values(TARGETS),
      ...Object.values(AUDIT_TARGETS).filter(({ peer: of }) => of === served),
    ];
    const target = targets.find((candidate) => `${candidate.package}.${candidate.service}` === service);
    if (!target) throw new Error(`no target ${service}`);
    const client: AnyClient = new RpcClient(target, this.document.grpc[served] ?? '', identity, this.tlsOf(peer));
    this.clients.set(name, client);
    return client;
  }

  private tlsOf(peer: string): MutualTls {
    const file = (name: string): string => join(this.document.certificates, name);
    return new MutualTls(peer, {
      TLS_CA: file('ca.crt'),
      TLS_CERTIFICATE: file(`${peer}.crt`),
      TLS_KEY: file(`${peer}.key`),
    });
  }
}

/** Every place where the RPC can be called. */
export function doorsOf(path: string): Door[] {
  const owner = ownerOf(path);
  const served = owner === 'audit' ? Object.keys(AUDIT_TARGETS) : [owner];
  return served.map((service) => ({ path, served: service }));
}

function ownerOf(path: string): string {
  return path.split('.')[1] ?? '';
}

/** A request that says nothing: a field left out is its default, which not every encoder takes for granted. */
function blankRequest(service: string, method: string): object {
  const definition = contractDefinition[service] as unknown as Readonly<
    Record<string, { readonly requestDeserialize: (bytes: Buffer) => object } | undefined>
  >;
  return definition[method]?.requestDeserialize(Buffer.alloc(0)) ?? {};
}

/** The names of the fields that an RPC's request has, as its contract spells them. */
export function requestFields(path: string): string[] {
  const [, service = '', method = ''] = path.split('/');
  const definition = contractDefinition[service] as unknown as Readonly<
    Record<
      string,
      { readonly requestType: { readonly type: { readonly field: readonly { readonly name: string }[] } } }
    >
  >;
  return definition[method]?.requestType.type.field.map(({ name }) => name) ?? [];
}

function lowerFirst(name: string): never {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}` as never;
}
