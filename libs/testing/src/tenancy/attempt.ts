import type { Tx } from '@yiditong/chassis';
import { withClient, type TestDatabase } from '../test-database.js';
import type { Subject } from './subject.js';
import type { Row } from './tenant-table.js';

/** A statement that somebody tries, and what must come of it. */
export type Trial = {
  readonly subject: Subject;
  /** Such as `SELECT … FOR UPDATE`. */
  readonly verb: string;
  /** $1 are the rows, $2 the actor's own one and $3 the table's change, each a JSON array. */
  readonly sql: string;
  readonly rows?: readonly Row[];
  /** The rows one by one, since the first that is refused ends a statement. */
  readonly each?: boolean;
  readonly own?: Row;
  /** The statement answers with one value, the keys of the rows it reached. */
  readonly answersKeys?: boolean;
  /** Its effect stays until the transaction ends, for those tried after it. */
  readonly kept?: boolean;
  readonly expected: Expected;
};

export type Expected =
  /** Not permitted, without a word about anything that exists. */
  | { readonly kind: 'refused' }
  /** The rows with these keys, each written as `["110000", 1]`. */
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  | { readonly kind: 'affected'; readonly count: number };

/** What came of one statement; null where it was refused as it should be when it is. */
export type Outcome =
  | { readonly reached: number; readonly keys: readonly string[] | null }
  | { readonly state: string; readonly message: string; readonly detail: string }
  | null;

/** Tries all as whoever runs the transaction, and returns what came of each of each trial's batches. */
export type Attempt = (tx: Tx, trials: readonly Trial[]) => Promise<readonly (readonly Outcome[])[]>;

const NONE: readonly Row[] = [];
/** insufficient_privilege: what both grants and row-level security answer. */
const REFUSED = '42501';
/** Raised by a trial that succeeded, to take it back. */
const DONE = 'DONE0';

/** Makes attempts possible for a while. */
export async function withAttempts(database: TestDatabase, work: (attempt: Attempt) => Promise<void>): Promise<void> {
  await withClient(database.superuserUrl, async (client) => {
    await client.query('CREATE SCHEMA proof; GRANT USAGE ON SCHEMA proof TO PUBLIC');
    const routines = new Map<string, string>();
    const routineOf = async (trials: readonly Trial[]): Promise<string> => {
      const body = bodyOf(trials);
      const known = routines.get(body);
      if (known !== undefined) return known;
      const name = `proof.attempt_${routines.size}`;
      await client.query(`CREATE FUNCTION ${name} (proof_request jsonb) RETURNS jsonb
        LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $proof$${body}$proof$`);
      routines.set(body, name);
      return name;
    };
    try {
      await work(async (tx, trials) => {
        const [answer]: { outcomes: Outcome[][] }[] = await tx.query(
          `SELECT ${await routineOf(trials)}($1) AS outcomes`,
          [JSON.stringify(requestOf(trials))],
        );
        return answer?.outcomes ?? [];
      });
    } finally {
      await client.query('DROP SCHEMA proof CASCADE');
    }
  });
}

/** What is wrong with an outcome. `nameOf` says which row a key means. */
export function wrongness(expected: Expected, outcome: Outcome, nameOf: (key: string) => string): string[] {
  if (outcome === null) return expected.kind === 'refused' ? [] : ['was refused'];
  if ('state' in outcome) {
    const { state, message, detail } = outcome;
    return [`was answered ${state} ${message}${detail === '' ? '' : ` (${detail})`}`];
  }
  if (expected.kind === 'refused') return [`was not refused and reached ${outcome.reached} rows`];
  if (expected.kind === 'affected')
    return outcome.reached === expected.count ? [] : [`reached ${outcome.reached} rows instead of ${expected.count}`];
  const reached = new Set(outcome.keys);
  const meant = new Set(expected.keys);
  return [
    ...[...reached].filter((key) => !meant.has(key)).map((key) => `reached ${nameOf(key)}`),
    ...[...meant].filter((key) => !reached.has(key)).map((key) => `did not reach ${nameOf(key)}`),
  ];
}

/** Rows that several trials share travel once. */
function requestOf(trials: readonly Trial[]) {
  const sets = new Map<readonly Row[] | Row, number>();
  const values: (readonly Row[])[] = [];
  const numberOf = (rows: readonly Row[] | Row): number => {
    const known = sets.get(rows);
    if (known !== undefined) return known;
    sets.set(rows, values.length);
    return values.push(Array.isArray(rows) ? rows : [rows]) - 1;
  };
  const of = trials.map(({ rows = NONE, own = NONE, subject }) => [rows, own, subject.table.change].map(numberOf));
  return { sets: values, of };
}

/**
 * A function with the rights of its caller, so that the trials are the caller's own, but parsed and planned once. Its variables
 * outlive the savepoints, which the trials' effects don't.
 */
function bodyOf(trials: readonly Trial[]): string {
  return `
#variable_conflict use_column
DECLARE
  proof_sets jsonb := proof_request->'sets';
  proof_rows jsonb;
  proof_own jsonb;
  proof_change jsonb;
  proof_keys jsonb;
  proof_reached bigint;
  proof_state text;
  proof_message text;
  proof_detail text;
  proof_outcomes jsonb[];
  proof_all jsonb[] := '{}';
BEGIN
  ${trials.map(loopOf).join('')}
  RETURN to_jsonb(proof_all);
END`;
}

function loopOf({ sql, answersKeys = false, each = false, kept = false }: Trial, index: number): string {
  const set = (at: number): string => `proof_sets->(proof_request->'of'->${index}->>${at})::int`;
  const statement = ['proof_rows', 'proof_own', 'proof_change'].reduce(
    (text, variable, at) => text.replaceAll(`$${at + 1}`, variable),
    sql,
  );
  return `
  proof_outcomes := '{}';
  proof_own := ${set(1)};
  proof_change := ${set(2)};
  FOR proof_rows IN ${each ? `SELECT jsonb_build_array(element) FROM jsonb_array_elements(${set(0)}) element` : `SELECT ${set(0)}`} LOOP
    BEGIN
      proof_keys := NULL;
      ${statement}${answersKeys ? ' INTO proof_keys' : ''};
      GET DIAGNOSTICS proof_reached = ROW_COUNT;
      proof_state := '${DONE}';
      ${kept ? '' : `RAISE SQLSTATE '${DONE}';`}
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS proof_state = RETURNED_SQLSTATE, proof_message = MESSAGE_TEXT, proof_detail = PG_EXCEPTION_DETAIL;
    END;
    proof_outcomes := proof_outcomes || CASE
      WHEN proof_state = '${DONE}' THEN jsonb_build_object('reached', proof_reached, 'keys', proof_keys)
      WHEN proof_state = '${REFUSED}' AND proof_detail = '' THEN 'null'
      ELSE jsonb_build_object('state', proof_state, 'message', proof_message, 'detail', proof_detail) END;
  END LOOP;
  proof_all := proof_all || to_jsonb(proof_outcomes);`;
}
