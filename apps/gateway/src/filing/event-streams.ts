import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Actor } from '@yiditong/access';
import { Clock, describeFault, TARGETS, type RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import type { FastifyRequest } from 'fastify';
import { Authenticator } from '../auth/authenticator.js';
import { TooManyRequests } from '../http/request-limits.js';
import { farewell, frameOf, GREETING, HEARTBEAT } from './event-frames.js';
import { decodeEvent, type Watched } from './filing-event.dto.js';

const POLL_MS = 1_000;
const HEARTBEAT_MS = 15_000;
const BATCH = 500;
const MOST_OF_ACTOR = 5;

/** A stream that somebody asked for: who, of whom, with which credential, and until when. */
type Watch = {
  readonly actor: Actor;
  readonly watched: Watched;
  readonly request: FastifyRequest;
  readonly signal: AbortSignal;
};

/** Streams of events that are open in this process. */
@Injectable()
export class EventStreams implements OnModuleDestroy {
  private readonly logger = new Logger('EventStreams');
  private readonly open = new Map<string, number>();
  private readonly closing = new AbortController();

  constructor(
    @Inject(TARGETS.notification.token)
    private readonly notification: RpcClient<filingV1.NotificationServiceClient>,
    private readonly authenticator: Authenticator,
    private readonly clock: Clock,
  ) {}

  onModuleDestroy(): void {
    this.closing.abort();
  }

  /**
   * Opens a stream. What is refused is refused before its first byte: with TOO_MANY_REQUESTS beyond five of one actor, and as
   * ListEvents refuses.
   */
  async watch(actor: Actor, watched: Watched, after: bigint, request: FastifyRequest): Promise<Readable> {
    const leave = this.enter(actor);
    try {
      const first = await this.after(actor, watched, after);
      const gone = new AbortController();
      const signal = AbortSignal.any([gone.signal, this.closing.signal]);
      const stream = Readable.from(this.frames({ actor, watched, request, signal }, first));
      // Also where nothing was ever read from it, when the generator's own end would not come.
      stream.once('close', () => {
        gone.abort();
        leave();
      });
      return stream;
    } catch (error) {
      leave();
      throw error;
    }
  }

  private async *frames(watch: Watch, first: filingV1.ListEventsResponse): AsyncGenerator<string, void, undefined> {
    yield GREETING;
    let page = first;
    let checkedAt = this.clock.now().getTime();
    try {
      while (!watch.signal.aborted) {
        if (page.events.length > 0) yield page.events.map((event) => frameOf(decodeEvent(event))).join('');
        if (page.events.length < BATCH) await sleep(POLL_MS, undefined, { signal: watch.signal });
        const now = this.clock.now().getTime();
        if (now - checkedAt >= HEARTBEAT_MS) {
          await this.authenticator.authenticate(watch.request);
          checkedAt = now;
          yield HEARTBEAT;
        }
        page = await this.patientlyAfter(watch, page.nextAfter);
      }
    } catch (error) {
      if (watch.signal.aborted) return;
      if (!(error instanceof Rejection)) this.logger.error(describeFault(error));
      yield farewell(error instanceof Rejection ? error.reason : 'INTERNAL_FAULT');
    }
  }

  /** A service that starts again is waited for: nothing is lost meanwhile. */
  private async patientlyAfter({ actor, watched }: Watch, after: bigint): Promise<filingV1.ListEventsResponse> {
    try {
      return await this.after(actor, watched, after);
    } catch (error) {
      if (error instanceof Rejection && error.reason === 'SERVICE_UNAVAILABLE') return { events: [], nextAfter: after };
      throw error;
    }
  }

  private after(actor: Actor, watched: Watched, after: bigint): Promise<filingV1.ListEventsResponse> {
    return this.notification.call('listEvents', { ...watched, after, limit: BATCH }, actor);
  }

  /** Counts a stream of the actor's, until the function that it gives is called. */
  private enter({ role, region, institution = '', subject }: Actor): () => void {
    const key = [role, region, institution, subject].join(' ');
    const count = this.open.get(key) ?? 0;
    if (count >= MOST_OF_ACTOR) throw new TooManyRequests(HEARTBEAT_MS / 1_000);
    this.open.set(key, count + 1);
    return () => {
      const left = (this.open.get(key) ?? 1) - 1;
      if (left > 0) this.open.set(key, left);
      else this.open.delete(key);
    };
  }
}
