import type { Tx } from '@yiditong/chassis';
import { NATION, type ItemKind } from '@yiditong/codes';
import {
  ENTRY_COLUMNS,
  entryOf,
  ITEM_COLUMNS,
  itemOf,
  type RawEntry,
  type RawItem,
  type StandingEntry,
  type StandingItem,
} from './standing.store.js';

/** After one version up to another, of which none is ever changed, so that a span says the same whenever it is read. */
export type Span = { readonly since: number; readonly upTo: number };

/** Where a page ended. */
export type ChangePlace = { readonly sequence: number; readonly nationalCode: string };

export type ChangeQuestion = {
  readonly span: Span;
  /** Null for all. */
  readonly kind: ItemKind | null;
  readonly after: ChangePlace | null;
  readonly limit: number;
};

type Changed = { readonly withdrawn: boolean; readonly publishedAt: Date };
export type EntryChange = Omit<StandingEntry, 'versionId'> & Changed;
export type ItemChange = StandingItem & Changed;

type Table = 'catalogue_entry' | 'national_item';

/** By version and code, as each version said it: one that is in force later doesn't replace what is in force until then. */
export async function entryChanges(tx: Tx, province: string, question: ChangeQuestion): Promise<EntryChange[]> {
  const rows: (RawEntry & Omit<EntryChange, keyof RawEntry>)[] = await tx.query(
    pageOf('catalogue_entry', ENTRY_COLUMNS),
    valuesOf(province, question),
  );
  return rows.map(entryOf);
}

/** By version and code, as each version said it: one that is in force later doesn't replace what is in force until then. */
export async function itemChanges(tx: Tx, question: ChangeQuestion): Promise<ItemChange[]> {
  const rows: (RawItem & Omit<ItemChange, keyof RawItem>)[] = await tx.query(
    pageOf('national_item', ITEM_COLUMNS),
    valuesOf(NATION, question),
  );
  return rows.map(itemOf);
}

/** How many changes there are in a span. */
export async function countEntryChanges(tx: Tx, province: string, question: ChangeQuestion): Promise<number> {
  return count(await tx.query(counting('catalogue_entry'), spanOf(province, question)));
}

/** How many changes there are in a span. */
export async function countItemChanges(tx: Tx, question: ChangeQuestion): Promise<number> {
  return count(await tx.query(counting('national_item'), spanOf(NATION, question)));
}

function count(rows: readonly { readonly total: number }[]): number {
  return rows[0]?.total ?? 0;
}

function counting(table: Table): string {
  return `SELECT count(*)::int AS total FROM ${table}
    WHERE province = $1 AND sequence > $2 AND sequence <= $3 AND ($4::text IS NULL OR kind = $4)`;
}

function pageOf(table: Table, columns: string): string {
  return `SELECT ${columns}, said.withdrawn, (SELECT published_at FROM catalogue_version AS version
        WHERE version.province = said.province AND version.sequence = said.sequence) AS "publishedAt"
    FROM ${table} AS said
    WHERE said.province = $1 AND said.sequence > $2 AND said.sequence <= $3 AND ($4::text IS NULL OR said.kind = $4)
      AND (said.sequence, said.national_code) > ($5::int, $6::text)
    ORDER BY said.sequence, said.national_code LIMIT $7`;
}

function valuesOf(scope: string, question: ChangeQuestion): unknown[] {
  const { after, limit } = question;
  return [...spanOf(scope, question), after?.sequence ?? 0, after?.nationalCode ?? '', limit];
}

function spanOf(scope: string, { span, kind }: ChangeQuestion): unknown[] {
  return [scope, span.since, span.upTo, kind];
}
