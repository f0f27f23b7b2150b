import { areaPrefix } from '@yiditong/access';
import type { Tx } from '@yiditong/chassis';
import { addMonths, provinceOf, type FilingCategory, type FilingState } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import type { FilingRow } from './filing.entity.js';
import { FILING_COLUMNS, filingOf } from './filing.store.js';

/** What a search asks for: all that is not null holds. */
export type FilingFilter = {
  /** A province, a pooling area or a part of one. */
  readonly insuredRegion: string;
  readonly state: FilingState | null;
  readonly category: FilingCategory | null;
  /** A whole province stands for all places in it. */
  readonly destinationRegion: string | null;
  /** In force on this business date. */
  readonly validOn: string | null;
  readonly personId: string | null;
  readonly owing: boolean;
  readonly importId: string | null;
};

/** Where the queue of reviews was left: those due first come first. */
export type QueuePlace = { readonly reviewDueOn: string; readonly filingId: string };

type StoredFiling = Parameters<typeof filingOf<FilingRow>>[0];
const DAY_MS = 86_400_000;
const LAST_OF_ITS_MILLISECOND = new Uint8Array(16).fill(255);

/**
 * Newest first. What is not asked for is null, and falls away before the statement is planned, which happens each time anew. Each
 * condition compares with one value, so that an index has what it finds in the order of the ids.
 */
const SEARCH = `SELECT ${FILING_COLUMNS} FROM filing WHERE insured_province = $1
    AND ($2::bpchar IS NULL OR area_digits = $2) AND ($3::bpchar IS NULL OR insured_region = $3)
    AND ($4::bpchar IS NULL OR destination_digits = $4) AND ($5::bpchar IS NULL OR destination_region = $5)
    AND ($6::text IS NULL OR state = $6) AND ($7::text IS NULL OR category = $7)
    AND ($8::uuid IS NULL OR person_id = $8) AND ($9::uuid IS NULL OR import_id = $9)
    AND (NOT $10::boolean OR owed <> '{}') AND ($11::uuid IS NULL OR filing_id < $11)
    AND ($12::date IS NULL OR state = 'ACTIVE' AND valid_from <= $12 AND (valid_to IS NULL OR valid_to >= $12) AND filing_id < $13::uuid)
  ORDER BY filing_id DESC LIMIT $14`;

/** Newest first, after an id: ids of filings are made in the order of time. */
export async function searchFilings(
  tx: Tx,
  filter: FilingFilter,
  after: string | null,
  limit: number,
): Promise<FilingRow[]> {
  const { insuredRegion, destinationRegion, state, category, personId, importId, owing, validOn } = filter;
  await followIndexes(tx);
  const rows: StoredFiling[] = await tx.query(SEARCH, [
    provinceOf(insuredRegion),
    ...areaOf(insuredRegion),
    ...destinationOf(destinationRegion),
    state,
    category,
    personId,
    importId,
    owing,
    after,
    validOn,
    validOn === null ? null : latestFor(validOn),
    limit,
  ]);
  return rows.map(filingOf<FilingRow>);
}

/** The digits of a prefecture, or else one division; neither of a whole province. */
function areaOf(region: string): readonly [digits: string | null, division: string | null] {
  if (region.endsWith('0000')) return [null, null];
  return region.endsWith('00') ? [region.slice(0, 4), null] : [null, region];
}

/** The digits of a whole province, or else one place. */
function destinationOf(region: string | null): readonly [digits: string | null, place: string | null] {
  return region?.endsWith('0000') === true ? [region.slice(0, 2), null] : [null, region];
}

/** What was filed more than a year later can't be valid on that day (periodHolds), so that a day long ago is found as fast. */
function latestFor(day: string): string {
  const msecs = Math.max(Date.parse(addMonths(day, 12)) + 2 * DAY_MS, 0);
  return uuidv7({ msecs, random: LAST_OF_ITS_MILLISECOND, seq: 0 });
}

/**
 * Row-level security compares with what the planner has no statistics of, so it expects next to nothing of any question and would
 * read and sort the whole table to be done with it. Without sorting it reads an index in its order and stops after the page.
 */
async function followIndexes(tx: Tx): Promise<void> {
  await tx.query('SET LOCAL enable_sort = off');
}

/** The lowest and the highest code that a division contains. */
function divisionsIn(region: string): readonly [string, string] {
  const prefix = areaPrefix(region);
  return [prefix.padEnd(6, '0'), prefix.padEnd(6, '9')];
}

const WAITING = `insured_province = $1 AND insured_region BETWEEN $2 AND $3 AND state = 'SUBMITTED'`;

/** Submitted filings of a division, those due first at the top; up to a last day only where one is given. */
export async function filingsWaiting(
  tx: Tx,
  region: string,
  dueBefore: string | null,
  after: QueuePlace | null,
  limit: number,
): Promise<FilingRow[]> {
  await followIndexes(tx);
  const rows: StoredFiling[] = await tx.query(
    `SELECT ${FILING_COLUMNS} FROM filing WHERE ${WAITING}
       AND ($4::date IS NULL OR review_due_on < $4) AND ($5::date IS NULL OR (review_due_on, filing_id) > ($5, $6::uuid))
     ORDER BY filing.review_due_on, filing.filing_id LIMIT $7`,
    [provinceOf(region), ...divisionsIn(region), dueBefore, after?.reviewDueOn ?? null, after?.filingId ?? null, limit],
  );
  return rows.map(filingOf<FilingRow>);
}

/** How many wait in a division, and how many of them longer than they should. */
export async function countWaiting(
  tx: Tx,
  region: string,
  today: string,
): Promise<{ readonly waiting: number; readonly overdue: number }> {
  const rows: { waiting: number; overdue: number }[] = await tx.query(
    `SELECT count(*)::int AS waiting, (count(*) FILTER (WHERE review_due_on < $4))::int AS overdue
     FROM filing WHERE ${WAITING}`,
    [provinceOf(region), ...divisionsIn(region), today],
  );
  return rows[0] ?? { waiting: 0, overdue: 0 };
}
