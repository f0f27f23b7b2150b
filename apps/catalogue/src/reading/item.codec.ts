import { encodeInstant, itemKindCodec } from '@yiditong/chassis';
import type { catalogueV1 } from '@yiditong/contracts';
import type { Changes, OpenQuestion } from './change.service.js';
import type { ChangePlace, EntryChange, ItemChange } from './change.store.js';
import type { Found } from './item-search.js';
import type { ItemStory, SearchQuestion } from './item.service.js';
import { encodeEntry, encodeItem } from './published.codec.js';
import { codeField, dayField, limitField, malformed } from './reading-fields.js';

const MAX_TEXT = 200;
const MAX_FOUND = 50;
const MAX_CHANGES = 1_000;

/** Rejects with REQUEST_MALFORMED. */
export function decodeSearch(wire: catalogueV1.SearchItemsRequest): SearchQuestion {
  const { text, kind, on, limit } = wire;
  // PostgreSQL takes no NUL, and no name has another of its kind.
  if (text.trim() === '' || text.length > MAX_TEXT || /\p{Cc}/u.test(text))
    throw malformed(`text is not 1 to ${MAX_TEXT} characters`);
  return {
    text,
    kind: itemKindCodec.decodeOptional(kind),
    on: decodeDay(on),
    limit: limitField(limit, MAX_FOUND),
  };
}

export function encodeFound({ item, scoreBps }: Found): catalogueV1.FoundItem {
  return { item: encodeItem(item), scoreBps };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeItemName(wire: catalogueV1.GetItemRequest): {
  readonly nationalCode: string;
  readonly on: string | null;
} {
  if (wire.nationalCode === '') throw malformed('national_code is missing');
  return { nationalCode: codeField(wire.nationalCode, 'national_code'), on: decodeDay(wire.on) };
}

export function encodeStory({ item, versions, entries }: ItemStory): catalogueV1.GetItemResponse {
  return {
    item: item === null ? undefined : encodeItem(item),
    versions: versions.map((version) => ({
      sequence: version.sequence,
      effectiveFrom: version.effectiveFrom,
      item: version.withdrawn ? undefined : encodeItem(version),
    })),
    entries: entries.map((entry) => ({
      province: entry.province,
      versionId: entry.versionId,
      entry: encodeEntry(entry),
    })),
  };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeChangeQuestion(
  wire: Pick<catalogueV1.ListItemChangesRequest, 'span' | 'kind' | 'after' | 'limit'>,
): OpenQuestion {
  const { sinceSequence = 0, upToSequence = 0 } = wire.span ?? {};
  if (sinceSequence < 0 || upToSequence < 0) throw malformed('span is below 0');
  const after = wire.after === '' ? null : placeField(wire.after);
  // Without an end each page would be of a state of its own.
  if (after !== null && upToSequence === 0) throw malformed('up_to_sequence is missing on a later page');
  return {
    span: { since: sinceSequence, upTo: upToSequence === 0 ? null : upToSequence },
    kind: itemKindCodec.decodeOptional(wire.kind),
    after,
    limit: limitField(wire.limit, MAX_CHANGES),
  };
}

export function encodeItemChanges(found: Changes<ItemChange>): catalogueV1.ListItemChangesResponse {
  return {
    ...encodePage(found),
    changes: found.changes.map((change) => ({
      sequence: change.sequence,
      item: encodeItem(change),
      withdrawn: change.withdrawn,
      publishedAt: encodeInstant(change.publishedAt),
    })),
  };
}

export function encodeEntryChanges(found: Changes<EntryChange>): catalogueV1.ListEntryChangesResponse {
  return {
    ...encodePage(found),
    changes: found.changes.map((change) => ({
      sequence: change.sequence,
      entry: encodeEntry(change),
      withdrawn: change.withdrawn,
      effectiveFrom: change.effectiveFrom,
      publishedAt: encodeInstant(change.publishedAt),
    })),
  };
}

function encodePage({ nextAfter, span, total }: Changes<unknown>) {
  return {
    nextAfter: nextAfter === null ? '' : `${nextAfter.sequence}.${nextAfter.nationalCode}`,
    span: { sinceSequence: span.since, upToSequence: span.upTo },
    total,
  };
}

/** A version's sequence and a code, as the page before said it. */
function placeField(text: string): ChangePlace {
  const [, sequence = '', nationalCode = ''] = /^(\d{1,9})\.([0-9A-Za-z]{1,27})$/.exec(text) ?? [];
  if (sequence === '') throw malformed('after is not where a page ended');
  return { sequence: Number(sequence), nationalCode };
}

function decodeDay(on: string): string | null {
  return on === '' ? null : dayField(on, 'on');
}
