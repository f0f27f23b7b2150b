import { Controller, Header, Inject, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import type { FastifyRequest } from 'fastify';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { MalformedRequest } from '../http/request-pipe.js';
import { EventStreams } from './event-streams.js';
import {
  decodeEvent,
  encodeWatched,
  eventPageAnswer,
  eventPageQuery,
  eventsQuery,
  type EventPageAnswer,
  type EventPageQuery,
  type EventsQuery,
} from './filing-event.dto.js';

const ACCESS = { insured: 'person_id', bureau: 'insured_region' } as const;
/** Only what comes from now on. */
const HEAD = '-1';

/** What changed, as it happens or page by page. */
@ApiTags('变更通知 Notifications')
@Controller('v1/filing-events')
export class FilingEventsController {
  constructor(
    @Inject(TARGETS.notification.token)
    private readonly notification: RpcClient<filingV1.NotificationServiceClient>,
    private readonly streams: EventStreams,
  ) {}

  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: '断线续传：最后收到的序号 / the last id that was read',
  })
  @Endpoint({
    method: 'GET',
    path: '',
    access: ACCESS,
    summary: '备案变更事件流（SSE） Changes as server-sent events',
    produces: ['text/event-stream'],
  })
  @Header('x-accel-buffering', 'no')
  async stream(
    @CurrentActor() actor: Actor,
    @Query({ schema: eventsQuery }) query: EventsQuery,
    @Req() request: FastifyRequest,
  ): Promise<StreamableFile> {
    const after = BigInt(lastEventId(request) ?? query.after ?? HEAD);
    const stream = await this.streams.watch(actor, encodeWatched(query), after, request);
    return new StreamableFile(stream, { type: 'text/event-stream; charset=utf-8' });
  }

  @Endpoint({
    method: 'GET',
    path: 'page',
    access: ACCESS,
    summary: '逐页读取备案变更，不遗漏 Changes page by page, oldest first, none left out',
    answer: eventPageAnswer,
  })
  async page(
    @CurrentActor() actor: Actor,
    @Query({ schema: eventPageQuery }) { after, limit, ...watched }: EventPageQuery,
  ): Promise<EventPageAnswer> {
    const request = { ...encodeWatched(watched), after: BigInt(after), limit };
    const { events, nextAfter } = await this.notification.call('listEvents', request, actor);
    return { events: events.map(decodeEvent), nextAfter: String(nextAfter) };
  }
}

/** What a browser says when it connects again; it goes before the address, which is that of the first time. */
function lastEventId({ headers }: FastifyRequest): string | null {
  const id = headers['last-event-id'];
  if (id === undefined || id === '') return null;
  if (typeof id === 'string' && /^\d{1,18}$/.test(id)) return id;
  throw new MalformedRequest([{ path: 'Last-Event-ID', message: 'is the id of an event' }]);
}
