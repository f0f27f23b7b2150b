import { filingCategoryCodec, filingStateCodec, uuidField } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { dateField, limitField, malformed, optional, regionField } from './fields.js';
import { encodeFiling } from './filing.codec.js';
import type { FilingPage, Queue, QueuePage, SearchPage } from './reading.service.js';
import type { QueuePlace } from './search.store.js';

const MAX_FOUND = 1_000;
const MAX_WAITING = 200;

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeSearch(wire: filingV1.SearchFilingsRequest): SearchPage {
  const { state, category } = wire;
  return {
    filter: {
      insuredRegion: regionField(wire.insuredRegion),
      state: state === 'FILING_STATE_UNSPECIFIED' ? null : filingStateCodec.decode(state),
      category: category === 'FILING_CATEGORY_UNSPECIFIED' ? null : filingCategoryCodec.decode(category),
      destinationRegion: optional(wire.destinationRegion, regionField),
      validOn: optional(wire.validOn, (text) => dateField(text, 'valid_on')),
      personId: optional(wire.personId, (text) => uuidField(text, 'person_id')),
      owing: wire.owing,
      importId: optional(wire.importId, (text) => uuidField(text, 'import_id')),
    },
    after: optional(wire.after, (text) => uuidField(text, 'after')),
    limit: limitField(wire.limit, MAX_FOUND),
  };
}

export function encodePage({ filings, nextAfter }: FilingPage, today: string): filingV1.SearchFilingsResponse {
  return { filings: filings.map((filing) => encodeFiling(filing, today)), nextAfter: nextAfter ?? '' };
}

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeQueuePage(wire: filingV1.ListReviewsRequest): QueuePage {
  return {
    insuredRegion: regionField(wire.insuredRegion),
    overdueOnly: wire.overdueOnly,
    after: optional(wire.after, placeField),
    limit: limitField(wire.limit, MAX_WAITING),
  };
}

export function encodeQueue({ filings, nextAfter, ...counts }: Queue, today: string): filingV1.ListReviewsResponse {
  return {
    ...counts,
    filings: filings.map((filing) => encodeFiling(filing, today)),
    nextAfter: nextAfter === null ? '' : `${nextAfter.reviewDueOn}.${nextAfter.filingId}`,
  };
}

/** A day and an id, as the page before said it. */
function placeField(text: string): QueuePlace {
  const [reviewDueOn = '', filingId = '', ...rest] = text.split('.');
  if (rest.length > 0) throw malformed('after is not where a page ended');
  return { reviewDueOn: dateField(reviewDueOn, 'after'), filingId: uuidField(filingId, 'after') };
}
