import { DatabaseSync } from 'node:sqlite';
import { accumulatorEntries, type Accumulators } from '@yiditong/adjudication';
import type { Insurance } from '@yiditong/codes';

/** BARRED: reversed before it came. CANCELLED_AND_REVERSED won't stand again when its cancellation is undone. REFUSED, REVERSED, CANCELLED and BARRED count for nothing. */
export type State = 'ADJUDICATED' | 'REFUSED' | 'REVERSED' | 'CANCELLED' | 'CANCELLED_AND_REVERSED' | 'BARRED';

/** What became of a settlement id. `claim` and `answer` are the messages' own bytes; null where the claim never came. */
export type Entry = {
  readonly settlementId: string;
  readonly personId: string;
  readonly state: State;
  readonly claim: Uint8Array | null;
  readonly answer: Uint8Array | null;
};

/** Where an adjudication's deltas are booked to. */
export type Account = { readonly personId: string; readonly insurance: Insurance; readonly benefitYear: number };

/** `answer` is null of one that was barred before it came. REVERSED: undone, so that the adjudication stands again. */
export type Cancellation = {
  readonly settlementId: string;
  readonly state: 'CANCELLED' | 'REVERSED' | 'BARRED';
  readonly answer: Uint8Array | null;
};

const TABLES = `
  CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    settlement_id TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ADJUDICATED', 'REFUSED', 'REVERSED', 'CANCELLED', 'CANCELLED_AND_REVERSED', 'BARRED')),
    claim BLOB,
    answer BLOB
  ) STRICT;
  CREATE TABLE IF NOT EXISTS booking (
    number INTEGER NOT NULL REFERENCES entry,
    person_id TEXT NOT NULL,
    insurance TEXT NOT NULL,
    benefit_year INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (person_id, insurance, benefit_year, number, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS cancellation (
    cancellation_id TEXT PRIMARY KEY,
    settlement_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('CANCELLED', 'REVERSED', 'BARRED')),
    answer BLOB,
    -- The last entry before it, and the last before it was undone.
    after_number INTEGER NOT NULL,
    until_number INTEGER
  ) STRICT;`;

/**
 * What the province has booked, in one SQLite file. Bookings are added and never changed; an undo only changes the state of its entry,
 * because every total is the sum of what stands.
 */
export class Books {
  private readonly database: DatabaseSync;

  constructor(file: string) {
    this.database = new DatabaseSync(file);
    this.database.exec(`PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;${TABLES}`);
  }

  /** All or nothing; of two at once, even of two processes, one waits. The work is synchronous, so nothing comes between. */
  transaction<T>(work: () => T): T {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.database.exec('COMMIT');
      return result;
    } catch (error) {
      this.database.exec('ROLLBACK');
      throw error;
    }
  }

  find(settlementId: string): Entry | null {
    const found = this.database
      .prepare(
        'SELECT settlement_id AS settlementId, person_id AS personId, state, claim, answer FROM entry WHERE settlement_id = ?',
      )
      .get(settlementId);
    return (found as Entry | undefined) ?? null;
  }

  add({ settlementId, personId, state, claim, answer }: Entry): void {
    this.database
      .prepare('INSERT INTO entry (settlement_id, person_id, state, claim, answer) VALUES (?, ?, ?, ?, ?)')
      .run(settlementId, personId, state, claim, answer);
  }

  book(settlementId: string, { personId, insurance, benefitYear }: Account, deltas: Accumulators): void {
    const insert = this.database.prepare(
      `INSERT INTO booking (number, person_id, insurance, benefit_year, kind, value)
       SELECT number, ?, ?, ?, ?, ? FROM entry WHERE settlement_id = ?`,
    );
    for (const [kind, value] of accumulatorEntries(deltas))
      insert.run(personId, insurance, benefitYear, kind, value, settlementId);
  }

  totals({ personId, insurance, benefitYear }: Account): Accumulators {
    const select = this.database.prepare(
      `SELECT kind, sum(value) AS value FROM booking JOIN entry USING (number)
       WHERE booking.person_id = ? AND insurance = ? AND benefit_year = ? AND state = 'ADJUDICATED' GROUP BY kind`,
    );
    select.setReadBigInts(true);
    const rows = select.all(personId, insurance, benefitYear) as { kind: string; value: bigint }[];
    return Object.fromEntries(rows.map(({ kind, value }) => [kind, value]));
  }

  /** What stands of the same person, insurance and benefit year and was decided while this one stood. */
  laterThan(settlementId: string): string[] {
    const rows = this.database
      .prepare(
        `SELECT DISTINCT later.number, later.settlement_id AS settlementId
         FROM entry JOIN booking AS own ON own.number = entry.number
         JOIN booking AS theirs USING (person_id, insurance, benefit_year)
         JOIN entry AS later ON later.number = theirs.number
         WHERE entry.settlement_id = ? AND later.number > entry.number AND later.state = 'ADJUDICATED'
           AND NOT EXISTS (SELECT 1 FROM cancellation WHERE cancellation.settlement_id = entry.settlement_id
             AND later.number > after_number AND later.number <= until_number)
         ORDER BY later.number`,
      )
      .all(settlementId) as { settlementId: string }[];
    return rows.map((row) => row.settlementId);
  }

  setState(settlementId: string, state: State): void {
    this.database.prepare('UPDATE entry SET state = ? WHERE settlement_id = ?').run(state, settlementId);
  }

  findCancellation(cancellationId: string): Cancellation | null {
    const found = this.database
      .prepare('SELECT settlement_id AS settlementId, state, answer FROM cancellation WHERE cancellation_id = ?')
      .get(cancellationId);
    return (found as Cancellation | undefined) ?? null;
  }

  addCancellation(cancellationId: string, { settlementId, state, answer }: Cancellation): void {
    this.database
      .prepare(
        `INSERT INTO cancellation (cancellation_id, settlement_id, state, answer, after_number)
         SELECT ?, ?, ?, ?, coalesce(max(number), 0) FROM entry`,
      )
      .run(cancellationId, settlementId, state, answer);
  }

  undoCancellation(cancellationId: string): void {
    this.database
      .prepare(
        `UPDATE cancellation SET state = 'REVERSED', until_number = (SELECT max(number) FROM entry) WHERE cancellation_id = ?`,
      )
      .run(cancellationId);
  }

  /** The cancellation that took a settlement back, where one stands. */
  cancellationOf(settlementId: string): string | null {
    const found = this.database
      .prepare(
        `SELECT cancellation_id AS cancellationId FROM cancellation WHERE settlement_id = ? AND state = 'CANCELLED'`,
      )
      .get(settlementId) as { cancellationId: string } | undefined;
    return found?.cancellationId ?? null;
  }

  /** The same as laterThan of what was decided while a cancellation stood that is undone now. */
  decidedMeanwhile(cancellationId: string): string[] {
    const rows = this.database
      .prepare(
        `SELECT DISTINCT later.number, later.settlement_id AS settlementId
         FROM cancellation JOIN entry USING (settlement_id) JOIN booking AS own ON own.number = entry.number
         JOIN booking AS theirs USING (person_id, insurance, benefit_year)
         JOIN entry AS later ON later.number = theirs.number
         WHERE cancellation_id = ? AND entry.state <> 'REVERSED' AND later.number > after_number
           AND later.number <= until_number AND later.state = 'ADJUDICATED'
         ORDER BY later.number`,
      )
      .all(cancellationId) as { settlementId: string }[];
    return rows.map((row) => row.settlementId);
  }

  close(): void {
    this.database.close();
  }
}
