import { freeze, type Tx } from '@yiditong/chassis';
import { v7 as uuidv7 } from 'uuid';

/** A change that others are told of. Ids, states, divisions and dates; nothing personal. */
export type NewEvent = {
  readonly province: string;
  readonly insuredRegion: string;
  /** Such as filing.accept, filing.cancel, entitlement.record, import.apply, clearing.statement. */
  readonly type: string;
  /** Null where it is about no single person. */
  readonly personId: string | null;
  readonly content: Readonly<Record<string, unknown>>;
  readonly recordedAt: Date;
};

/**
 * Appends to a province's events, in the transaction of what happened, right before the audit record: the head is locked from here
 * to the commit, so that their order is the order in which they became true, and no reader passes one that commits late.
 */
export async function appendEvents(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  const [first] = events;
  if (!first) return;
  if (events.some(({ province }) => province !== first.province))
    throw new RangeError('events of one province at a time');
  // A data-modifying WITH, because the driver answers a bare UPDATE … RETURNING in a form of its own.
  await tx.query(
    `WITH head AS (
       UPDATE filing_event_head SET sequence = sequence + $2 WHERE province = $1 RETURNING sequence - $2 AS before
     )
     INSERT INTO filing_event (province, sequence, event_id, type, person_id, insured_region, content, recorded_at)
     SELECT $1, before + at, event_id, type, person_id, insured_region, content, recorded_at
     FROM head, unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::timestamptz[])
       WITH ORDINALITY AS event (event_id, type, person_id, insured_region, content, recorded_at, at)`,
    [
      first.province,
      events.length,
      events.map(() => uuidv7()),
      events.map(({ type }) => type),
      events.map(({ personId }) => personId),
      events.map(({ insuredRegion }) => insuredRegion),
      events.map(({ content }) => freeze(content)),
      events.map(({ recordedAt }) => recordedAt),
    ],
  );
}
