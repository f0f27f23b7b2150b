import { DatabaseSync } from 'node:sqlite';
import { accumulatorEntries, type Accumulators } from '@yiditong/adjudication';
import type { Insurance } from '@yiditong/codes';

/** BARRED: reversed before it came. REFUSED, REVERSED, CANCELLED and BARRED count for nothing. */
export type State = 'ADJUDICATED' | 'REFUSED' | 'REVERSED' | 'CANCELLED' | 'BARRED';

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

export type Cancellation = { readonly settlementId: string; readonly answer: Uint8Array };

const TABLES = `
  CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    settlement_id TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ADJUDICATED', 'REFUSED', 'REVERSED', 'CANCELLED', 'BARRED')),
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
    settlement_id TEXT NOT NULL UNIQUE,
    answer BLOB NOT NULL
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

  /** What stands of the same person, insurance and benefit year and was decided later. */
  laterThan(settlementId: string): string[] {
    const rows = this.database
      .prepare(
        `SELECT DISTINCT later.number, later.settlement_id AS settlementId
         FROM entry JOIN booking AS own ON own.number = entry.number
         JOIN booking AS theirs USING (person_id, insurance, benefit_year)
         JOIN entry AS later ON later.number = theirs.number
         WHERE entry.settlement_id = ? AND later.number > entry.number AND later.state = 'ADJUDICATED'
         ORDER BY later.number`,
      )
      .all(settlementId) as { settlementId: string }[];
    return rows.map((row) => row.settlementId);
  }

  undo(settlementId: string, state: 'REVERSED' | 'CANCELLED' | 'BARRED'): void {
    this.database.prepare('UPDATE entry SET state = ? WHERE settlement_id = ?').run(state, settlementId);
  }

  findCancellation(cancellationId: string): Cancellation | null {
    const found = this.database
      .prepare('SELECT settlement_id AS settlementId, answer FROM cancellation WHERE cancellation_id = ?')
      .get(cancellationId);
    return (found as Cancellation | undefined) ?? null;
  }

  addCancellation(cancellationId: string, { settlementId, answer }: Cancellation): void {
    this.database.prepare('INSERT INTO cancellation VALUES (?, ?, ?)').run(cancellationId, settlementId, answer);
  }

  close(): void {
    this.database.close();
  }
}
