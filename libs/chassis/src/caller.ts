import { AsyncLocalStorage } from 'node:async_hooks';
import { Metadata } from '@grpc/grpc-js';
import { Rejection } from '@yiditong/codes';
import type { Actor } from './actor.js';
import type { IdentityMint, IdentityVerifier } from './identity.js';

/** Who an incoming call comes from, checked by this service itself. */
export type Caller = {
  /** On whose behalf the work is done: its tenant is what row-level security shows. */
  readonly actor: Actor;
  /** The person, hospital or bureau at whose request a service acts; null where it acts by itself. */
  readonly origin: Actor | null;
  /** The service that called, by its certificate. */
  readonly via: string;
  /** The gateway's word for the origin, to be handed on. */
  readonly assertion: string | null;
};

const ACTOR_KEY = 'actor-bin';
const IDENTITY_KEY = 'identity-bin';
const GATEWAY = 'gateway';

const checked = new WeakMap<Metadata, Caller>();
/** A call that is being served; by whom it was made is known once the access guard has looked. */
const serving = new AsyncLocalStorage<{ caller: Caller | undefined }>();

/** The caller that is being served now, or undefined in a service's own work. */
export function currentCaller(): Caller | undefined {
  return serving.getStore()?.caller;
}

/** Serves a call with its caller at hand, for the audit and for the calls that it makes. */
export function serveKnowingCaller<T>(work: (caller: () => Caller | undefined) => T): T {
  const call = { caller: undefined };
  return serving.run(call, work, () => call.caller);
}

/** The actor of an incoming call, as the access guard found it. Rejects with CREDENTIAL_MISSING where it found none. */
export function actorOf(metadata: Metadata | undefined): Actor {
  const caller = metadata && checked.get(metadata);
  if (!caller) throw new Rejection('CREDENTIAL_MISSING');
  return caller.actor;
}

/**
 * Finds out who calls. A service speaks for itself under the name in its certificate; for anybody else only the gateway
 * speaks, and only with its signed word. Rejects with CREDENTIAL_MISSING or CREDENTIAL_INVALID.
 */
export async function identifyCaller(
  metadata: Metadata,
  peer: string | null,
  verifier: IdentityVerifier,
): Promise<Caller> {
  const [claim] = metadata.get(ACTOR_KEY);
  const assertion = metadata.get(IDENTITY_KEY)[0]?.toString() ?? null;
  if (peer === null || (claim === undefined && assertion === null)) throw new Rejection('CREDENTIAL_MISSING');
  const origin = assertion === null ? null : await verifier.actorOf(assertion);
  const actor = claim === undefined ? origin : verifier.serviceOf(claim.toString(), peer);
  if (actor === null || (claim === undefined && peer !== GATEWAY)) throw new Rejection('CREDENTIAL_INVALID');
  const caller = { actor, origin: claim === undefined ? null : origin, via: peer, assertion };
  checked.set(metadata, caller);
  const call = serving.getStore();
  if (call) call.caller = caller;
  return caller;
}

/** What a process puts on its outgoing calls: its own name, and the word for whoever it works for. */
export class OutgoingIdentity {
  constructor(
    private readonly service: string,
    private readonly mint: IdentityMint | null = null,
    /** False towards programs of others: the gateway's word for a caller is for this system's services. */
    private readonly handsOn = true,
  ) {}

  async metadataFor(actor: Actor): Promise<Metadata> {
    const metadata = new Metadata();
    const assertion = await this.assertionFor(actor);
    if (assertion !== null) metadata.set(IDENTITY_KEY, Buffer.from(assertion));
    if (actor.role === 'service')
      metadata.set(ACTOR_KEY, Buffer.from(JSON.stringify({ ...actor, subject: this.service })));
    return metadata;
  }

  private async assertionFor(actor: Actor): Promise<string | null> {
    if (actor.role === 'service') return this.handsOn ? (currentCaller()?.assertion ?? null) : null;
    if (!this.mint) throw new Error('only the gateway speaks for somebody who is no service');
    return this.mint.assertionFor(actor);
  }
}
