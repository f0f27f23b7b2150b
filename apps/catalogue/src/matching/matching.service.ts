import { Injectable } from '@nestjs/common';
import {
  allowLongStatements,
  appendAudit,
  businessDateOf,
  Clock,
  Database,
  groupBy,
  serviceActor,
  type Tx,
} from '@yiditong/chassis';
import { columnLetter, LIST_COLUMNS } from '@yiditong/codes';
import type { MatchOutcome } from '@yiditong/harmonization';
import { askForScan } from '../conflict/conflict-scan-due.store.js';
import { holdLease, prolongLease, type Lease } from '../list/list-lease.store.js';
import { processedOf, type ItemList } from '../list/list.entity.js';
import { countFaultyRows, countMatches, getList, stepList } from '../list/list.store.js';
import { findRepeats, markContested } from '../list/staging.store.js';
import { mappingDayOf } from '../mapping/mapping.entity.js';
import { insertMappings, lockMappingsOf, revisionsOf } from '../mapping/mapping.store.js';
import { CandidateService } from './candidate.service.js';
import { recordOutcomes, rowsWaiting } from './matching.store.js';
import {
  countsOf,
  outcomeOfRow,
  saysTheSame,
  unchanged,
  type Circumstances,
  type RowOutcome,
  type WaitingRow,
} from './row-outcome.js';

const LEASE_MS = 120_000;
const BATCH = 100;

/** Rows that wait, as they were on a business date. */
type Batch = { readonly rows: readonly WaitingRow[]; readonly today: string };

/** Matches the rows of a list batch by batch, each for good: whoever takes it up after a crash goes on at the first that waits. */
@Injectable()
export class MatchingService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly candidates: CandidateService,
  ) {}

  /** Ends with a list that is matched or faulty; does nothing more where the lease is lost, or where whoever asks is stopping. */
  async match(taken: Lease, isStopping: () => boolean): Promise<void> {
    if (processedOf(taken.list) === 0 && !(await this.checkRows(taken))) return;
    let lease: Lease | null = taken;
    while (lease !== null && !isStopping()) {
      const batch = await this.readBatch(lease);
      if (batch.rows.length === 0) return this.finish(lease);
      lease = await this.matchBatch(lease, batch);
    }
  }

  /** Of a list with a faulty row nothing is taken. False where there is one, or where the lease is lost. */
  private async checkRows(lease: Lease): Promise<boolean> {
    return this.asProvince(lease.list, async (tx) => {
      if (!(await holdLease(tx, lease))) return false;
      await allowLongStatements(tx);
      await findRepeats(tx, lease.list, codeColumnOf(lease.list));
      if ((await countFaultyRows(tx, lease.list)) === 0) {
        await markContested(tx, lease.list);
        return true;
      }
      await stepList(tx, lease.list, ['MATCHING'], { state: 'FAULTY', updatedAt: this.clock.now(), dueAt: null });
      return false;
    });
  }

  private async readBatch({ list, round }: Lease): Promise<Batch> {
    const today = businessDateOf(this.clock.now());
    // What an item is mapped to counts on the first day that the list can speak for.
    const day = mappingDayOf(list.effectiveFrom, today, true);
    // Half as many each time that it didn't come on, in case it was too much at once.
    const limit = Math.max(1, Math.floor(BATCH / 2 ** (round - 1)));
    return { today, rows: await this.asProvince(list, (tx) => rowsWaiting(tx, list, day, limit)) };
  }

  private async matchBatch(lease: Lease, { rows, today }: Batch): Promise<Lease | null> {
    const { list } = lease;
    const judged = await this.judge(list, rows, today);
    return this.asProvince(list, async (tx) => {
      if (!(await holdLease(tx, lease))) return null;
      await lockMappingsOf(tx, list);
      // The clock only now: what waited for the lock is decided later than what it waited for.
      const now = this.clock.now();
      const prolonged = await prolongLease(tx, lease, new Date(now.getTime() + LEASE_MS));
      // What was judged by yesterday's catalogue the next batch judges anew.
      if (businessDateOf(now) !== today) return prolonged;
      const revisions = await revisionsOf(
        tx,
        list,
        rows.map(({ item }) => item.itemCode),
      );
      // Of what was mapped meanwhile the next batch reads anew.
      const fresh = rows.filter(({ item, revision }) => (revisions.get(item.itemCode) ?? 0) === revision);
      const at = { listId: list.listId, listedFrom: list.effectiveFrom, today, now };
      const done = fresh.flatMap((row) => endOf(row, judged, at));
      await insertMappings(
        tx,
        list,
        done.flatMap(({ mapping }) => mapping ?? []),
      );
      await recordOutcomes(tx, list, done, now);
      await countMatches(tx, list, countsOf(done), now);
      return prolonged;
    });
  }

  /** By row, of those that don't say what stands already; each by the catalogue of the day from which on its mapping counts. */
  private async judge(
    { effectiveFrom }: ItemList,
    rows: readonly WaitingRow[],
    today: string,
  ): Promise<ReadonlyMap<number, MatchOutcome>> {
    const asked = rows.filter((row) => !saysTheSame(row));
    const judged = new Map<number, MatchOutcome>();
    for (const [day, ofDay] of groupBy(asked, ({ revision }) => mappingDayOf(effectiveFrom, today, revision > 0))) {
      const outcomes = await this.candidates.judge(
        ofDay.map(({ item }) => item),
        day,
      );
      for (const [index, outcome] of outcomes.entries()) {
        const row = ofDay[index];
        if (row) judged.set(row.rowNumber, outcome);
      }
    }
    return judged;
  }

  private async finish(lease: Lease): Promise<void> {
    const { province, listId } = lease.list;
    await this.asProvince(lease.list, async (tx) => {
      if (!(await holdLease(tx, lease))) return;
      const now = this.clock.now();
      await stepList(tx, lease.list, ['MATCHING'], { state: 'MATCHED', updatedAt: now, dueAt: null });
      await askForScan(tx, province, now);
      const { rows, mapped, queued, refused, unchanged: same } = await getList(tx, lease.list);
      await appendAudit(tx, serviceActor('catalogue', province), {
        province,
        action: 'MATCH_LIST',
        objectType: 'item_list',
        objectId: listId,
        after: { rows, mapped, queued, refused, unchanged: same },
      });
    });
  }

  private async asProvince<T>({ province }: ItemList, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(serviceActor('catalogue', province), work);
  }
}

function endOf(row: WaitingRow, judged: ReadonlyMap<number, MatchOutcome>, at: Circumstances): RowOutcome[] {
  if (row.standing && saysTheSame(row)) return [unchanged(row, row.standing, at)];
  const outcome = judged.get(row.rowNumber);
  return outcome ? [outcomeOfRow(row, outcome, at)] : [];
}

function codeColumnOf({ header }: ItemList): { readonly letter: string; readonly name: string } {
  const index = header?.columns['item_code'];
  const name = LIST_COLUMNS.find((known) => known.name === 'item_code')?.zh ?? '';
  return { letter: index === undefined ? '' : columnLetter(index), name };
}
