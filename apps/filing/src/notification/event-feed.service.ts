import { Injectable } from '@nestjs/common';
import { Database, type Actor } from '@yiditong/chassis';
import { provinceOf } from '@yiditong/codes';
import { ActingService, type Acting, type Named } from '../family/acting.service.js';
import { eventsBetween, headOf, type Audience } from './event-feed.store.js';
import type { EventRow } from './notification.entity.js';

/** Where to begin to read so as to be told only of what is yet to happen. */
export const FROM_NOW_ON = -1n;

export type FeedPage = { readonly events: readonly EventRow[]; readonly nextAfter: bigint };

/** What is asked for: of a bureau the division, of a person himself or whom he acts for. */
export type FeedQuestion = Named & { readonly after: bigint; readonly limit: number };

/** The changes in the order in which they became true. */
@Injectable()
export class EventFeedService {
  constructor(
    private readonly database: Database,
    private readonly acting: ActingService,
  ) {}

  /**
   * Who goes on from where a page says misses nothing, and gets nothing twice. Rejects as {@link ActingService.of}.
   * Nothing is recorded of it: the same events are read over and over while somebody waits for the next.
   */
  async read(actor: Actor, { after, limit, ...named }: FeedQuestion): Promise<FeedPage> {
    const acting = await this.acting.of(actor, named);
    const audience = audienceOf(acting, named);
    return this.database.transaction(acting.tenant, async (tx) => {
      // First, and events only up to it: what is committed between the two statements is for the next page.
      const head = await headOf(tx, audience.province);
      // A position that was never given out, as after a restored backup, would pass over what is to come.
      if (after === FROM_NOW_ON || after > head) return { events: [], nextAfter: head };
      const events = await eventsBetween(tx, audience, { after, upTo: head, limit });
      const last = events.at(-1);
      return { events, nextAfter: last && events.length === limit ? last.sequence : head };
    });
  }
}

/** A person's are all where he is insured; a bureau's are its division's, and of these maybe one person's. */
function audienceOf({ tenant, personId }: Acting, { insuredRegion = '' }: Named): Audience {
  if (tenant.role === 'insured') return { province: tenant.region, divisions: '', personId };
  return {
    province: provinceOf(insuredRegion),
    divisions: insuredRegion.replace(/(00)+$/, ''),
    personId: personId || null,
  };
}
