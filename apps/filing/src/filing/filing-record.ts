import type { AuditAction, AuditEntry, AuditFacts, Tx } from '@yiditong/chassis';
import { Rejection, STATE_NAMES, type FilingEvent, type FilingState } from '@yiditong/codes';
import { nextState } from '@yiditong/eligibility';
import { appendEvents, type NewEvent } from '../notification/event.store.js';
import type { FilingRow } from './filing.entity.js';
import { recordVersions, type Cause } from './filing.store.js';

/** The state that an event leads to. Rejects with FILING_STATE_CONFLICT where it is not allowed. */
export function stateAfter(filing: FilingRow | null, event: FilingEvent): FilingState {
  const state = nextState(filing?.state ?? null, event);
  if (state === null) throw conflict(filing);
  return state;
}

/** That something can't be done with a filing as it stands. */
export function conflict(filing: FilingRow | null): Rejection {
  return new Rejection('FILING_STATE_CONFLICT', { state: nameOf(filing) });
}

/** How a filing stands after an event: as before but for what changes. Rejects with FILING_STATE_CONFLICT. */
export function following(
  filing: FilingRow,
  { event, reason }: Pick<Cause, 'event' | 'reason'>,
  recordedAt: Date,
  changes: Partial<FilingRow> = {},
): FilingRow {
  const state = stateAfter(filing, event);
  const version = filing.version + 1;
  return { ...filing, reviewDueOn: null, ...changes, state, version, reason, updatedAt: recordedAt };
}

/** Writes a version and tells of it. What the audit is to say comes last, so it is left to the caller. */
export async function recordFilings(
  tx: Tx,
  cause: Cause,
  filings: readonly { readonly before: FilingRow | null; readonly after: FilingRow }[],
  action: AuditAction = `${cause.event}_FILING`,
): Promise<AuditEntry[]> {
  if (filings.length === 0) return [];
  await recordVersions(
    tx,
    filings.map(({ after }) => after),
    cause,
  );
  await appendEvents(
    tx,
    filings.map(({ after }) => eventOf(after, cause.event)),
  );
  return filings.map(({ before, after }) => ({
    ...aboutFiling(after, action),
    ...(before && { before: factsOf(before) }),
    after: { ...factsOf(after), event: cause.event },
  }));
}

export function aboutFiling({ insuredProvince, filingId }: FilingRow, action: AuditAction): AuditEntry {
  return { province: insuredProvince, action, objectType: 'filing', objectId: filingId };
}

export function nameOf(filing: FilingRow | null): string {
  if (!filing) return '无 None';
  const { zh, en } = STATE_NAMES[filing.state];
  return `${zh} ${en}`;
}

/** Without the reason: what people write freely stays with the filing. */
function factsOf({
  reason: _reason,
  filingId: _filingId,
  createdAt: _createdAt,
  updatedAt: _updatedAt,
  ...facts
}: FilingRow): AuditFacts {
  return facts;
}

function eventOf(filing: FilingRow, event: FilingEvent): NewEvent {
  const { filingId, version, state, category, destinationRegion, validFrom, validTo } = filing;
  return {
    province: filing.insuredProvince,
    insuredRegion: filing.insuredRegion,
    type: `filing.${event.toLowerCase()}`,
    personId: filing.personId,
    content: { filingId, version, state, category, destinationRegion, validFrom, validTo },
    recordedAt: filing.updatedAt,
  };
}
