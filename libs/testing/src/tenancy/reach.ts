import type { Subject } from './subject.js';
import {
  mayReach,
  partColumns,
  provincesOf,
  tenantColumns,
  textOf,
  type Acting,
  type Row,
  type Verb,
} from './tenant-table.js';

/** What somebody may reach of a table's rows, and what he is tried on; the same in whichever role. */
export type Reach = {
  readonly subject: Subject;
  readonly actor: Acting;
  /** The columns by which a row is given to somebody of his kind. */
  readonly tenant: readonly string[];
  readonly seen: readonly Row[];
  readonly seenAndUpdated: readonly Row[];
  readonly updated: readonly Row[];
  readonly seenAndDeleted: readonly Row[];
  readonly deleted: readonly Row[];
  /** A row that he might try to give away. */
  readonly own: Row | undefined;
  /** Rows that he may not see: one of every province, as each of its parties. */
  readonly unseen: readonly Row[];
  /** The same of rows that he may not insert. */
  readonly foreign: readonly Row[];
  /** Those rows once more, but his own: no key may stand in their way. */
  readonly copies: readonly Row[];
  /** Of rows that are not there yet, those that he may insert, and those that he may not. */
  readonly allowed: readonly Row[];
  readonly forbidden: readonly Row[];
};

/** Of a province's own rows that are another area's, person's or hospital's, so many are tried one by one. */
const OWN_EXAMPLES = 6;

export function reachOf(subject: Subject, actor: Acting): Reach {
  const { table, rows, fresh } = subject;
  const may = (verb: Verb) => (row: Row) => mayReach(table, verb, actor, row);
  const seen = rows.filter(may('SELECT'));
  const seenAndUpdated = seen.filter(may('UPDATE'));
  const foreign = examples(subject, actor, 'INSERT');
  return {
    subject,
    actor,
    tenant: actor === null ? [] : tenantColumns(table.tenancy, actor),
    seen,
    seenAndUpdated,
    updated: rows.filter(may('UPDATE')),
    seenAndDeleted: seen.filter(may('DELETE')),
    deleted: rows.filter(may('DELETE')),
    own: seenAndUpdated.find((row) => isOf(actor, subject, row)),
    unseen: examples(subject, actor, 'SELECT'),
    foreign,
    copies: ownCopies(subject, actor, foreign),
    allowed: fresh.filter(may('INSERT')),
    forbidden: fresh.filter((row) => !may('INSERT')(row)),
  };
}

function examples(subject: Subject, actor: Acting, verb: Verb): Row[] {
  const { table, rows } = subject;
  const others = rows.filter((row) => !mayReach(table, verb, actor, row));
  const foreign = others.filter((row) => !isOf(actor, subject, row));
  // Two provinces that are shown by one row need no second.
  const shown = new Set<string>();
  const show = (isEnough: (unseen: number) => boolean): Row[] =>
    foreign.filter((row) => {
      const parties = table.tenancy.provinces.map((column) => `${column} ${textOf(row[column])}`);
      const isShown = isEnough(parties.filter((party) => !shown.has(party)).length);
      if (isShown) for (const party of parties) shown.add(party);
      return isShown;
    });
  const every = [...show((unseen) => unseen === table.tenancy.provinces.length), ...show((unseen) => unseen > 0)];
  // That parts of a province don't reach another is what being of that province means already.
  const isPart = (actor?.area ?? actor?.person ?? actor?.institution) !== undefined;
  return [
    ...others.filter((row) => isOf(actor, subject, row)).slice(0, OWN_EXAMPLES),
    ...(isPart ? every.slice(0, 1) : every),
  ];
}

/** The actor in the place of one of the parties, the other and all else as it is there. */
function ownCopies(subject: Subject, actor: Acting, foreign: readonly Row[]): Row[] {
  const { table, rows, uniqueKeys } = subject;
  const { provinces } = table.tenancy;
  const own = rows.find((row) => isOf(actor, subject, row) && mayReach(table, 'INSERT', actor, row));
  if (actor === null || own === undefined) return [];
  const part = partColumns(table.tenancy, actor);
  return foreign
    .filter((row) => !isOf(actor, subject, row))
    .flatMap((row, index) => {
      const place = provinces[index % provinces.length] ?? '';
      // Where the tenant is the whole key there can be one row only, and it is there.
      if (uniqueKeys.some((unique) => unique.every((column) => column === place || part.includes(column)))) return [];
      return [{ ...row, ...Object.fromEntries(part.map((column) => [column, own[column]])), [place]: actor.region }];
    })
    .filter((row) => mayReach(table, 'INSERT', actor, row));
}

function isOf(actor: Acting, { table }: Subject, row: Row): boolean {
  return actor !== null && provincesOf(table.tenancy, row).includes(actor.region);
}
