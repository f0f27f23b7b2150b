import { decodeInstant } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { instant, region, uuid } from '../http/fields.js';
import { forPersonId } from './filing.dto.js';

const position = z.string().regex(/^(-1|\d{1,18})$/, 'a sequence number');
const whose = {
  personId: uuid.optional().describe('本人人员编号 / a person, his own'),
  forPersonId,
  insuredRegion: region.optional().describe('经办机构：参保地 / a bureau, its division'),
};

/** Without `after` and Last-Event-ID, only what comes from now on. */
export const eventsQuery = z.strictObject({
  ...whose,
  after: position.optional().describe('从此序号之后 / only later events'),
});
export const eventPageQuery = z.strictObject({
  ...whose,
  after: position.default('0').describe('从此序号之后；-1 为最新位置 / -1 for the end'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const eventAnswer = z.object({
  sequence: z.string().describe('本省连续序号 / counts a province’s events without gaps'),
  eventId: uuid,
  province: z.string(),
  type: z.string().describe('如 filing.accept'),
  personId: uuid.nullable(),
  insuredRegion: z.string(),
  content: z.record(z.string(), z.unknown()),
  recordedAt: instant,
});
export const eventPageAnswer = z.object({ events: z.array(eventAnswer), nextAfter: z.string() });
export type EventsQuery = z.infer<typeof eventsQuery>;
export type EventPageQuery = z.infer<typeof eventPageQuery>;
export type EventAnswer = z.infer<typeof eventAnswer>;
export type EventPageAnswer = z.infer<typeof eventPageAnswer>;

/** Whose events: a person names himself, a bureau its division. */
export type Watched = Pick<filingV1.ListEventsRequest, 'personId' | 'forPersonId' | 'insuredRegion'>;

export function encodeWatched({ personId, forPersonId: member, insuredRegion }: EventsQuery): Watched {
  return { personId: personId ?? '', forPersonId: member ?? '', insuredRegion: insuredRegion ?? '' };
}

export function decodeEvent(wire: filingV1.FilingEventRecord): EventAnswer {
  return {
    sequence: String(wire.sequence),
    eventId: wire.eventId,
    province: wire.province,
    type: wire.type,
    personId: wire.personId || null,
    insuredRegion: wire.insuredRegion,
    content: eventAnswer.shape.content.parse(JSON.parse(wire.content)),
    recordedAt: decodeInstant(wire.recordedAt, 'recorded_at').toISOString(),
  };
}
