import { areaPrefix, type Actor } from '@yiditong/access';
import type { MigrationClass, Tenancy } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import type { TestDatabase } from '../test-database.js';

/** A row by column, as PostgreSQL's JSON has it: dates and bytes as texts. Columns with defaults need no mention. */
export type Row = Readonly<Record<string, unknown>>;
export type Verb = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
/** Who acts; null where nobody said so. */
export type Acting = Actor | null;

/** What a table that belongs to provinces is meant to be, said a second time and independently of its migration. */
export type TenantTable = {
  readonly tenancy: Tenancy;
  /** Where a verb reaches further, or less far, than the tenancy says. */
  readonly reach?: Readonly<Partial<Record<Verb, (actor: Actor, row: Row) => boolean>>>;
  /** The policies' SQL, where they are not the one that the tenancy makes. */
  readonly policies?: string;
  /** Columns that name a division, a person or an institution without giving it any right to the row. */
  readonly mentions?: readonly string[];
  /** What the service's role may do, such as `SELECT` or `UPDATE (state)`; nothing else. */
  readonly grants: readonly string[];
  /**
   * A valid row of a province, with another as its second party where there is one. Every n, 0 to 9999, is other rows: all keys are of n,
   * never of the province, so that the same n is the same key for all. `MIGRATED` where the migration made all rows there will ever be.
   */
  readonly row: ((province: string, other: string, n: number) => Row) | typeof MIGRATED;
  /** An update that is valid on every row, of no key and of no tenant. */
  readonly change: Row;
};

export const MIGRATED = 'migrated';

/** What is meant to be in a service's database. */
export type TenancySpec = {
  readonly service: string;
  readonly migrations: readonly MigrationClass[];
  /** In an order in which they can be filled: a table after those that it refers to. */
  readonly tables: Readonly<Record<string, TenantTable>>;
  /** Tables without a tenant, or whole schemas of them, named as `schema.*`: why, and what the service's role may do. */
  readonly tenantless: Readonly<Record<string, Tenantless>>;
  /** What makes the database ready besides the migrations. */
  readonly prepare?: (database: TestDatabase) => Promise<unknown>;
};
export type Tenantless = {
  readonly why: string;
  /** Columns that name a division, a person or an institution although the row is everybody's. */
  readonly mentions?: readonly string[];
  readonly grants: readonly string[];
};

export function tenantlessOf(spec: TenancySpec, table: string): Tenantless | undefined {
  return spec.tenantless[table] ?? spec.tenantless[`${table.split('.')[0]}.*`];
}

/** Whether the actor may do that to the row: all that the policies have to say, without asking them. */
export function mayReach(table: TenantTable, verb: Verb, actor: Acting, row: Row): boolean {
  if (actor === null) return false;
  return table.reach?.[verb]?.(actor, row) ?? isParty(table.tenancy, actor, row);
}

export function isParty(tenancy: Tenancy, actor: Actor, row: Row): boolean {
  const { provinces, areas, wholeProvinces, person, institution } = tenancy;
  if (actor.region !== NATION && !provinces.some((column) => row[column] === actor.region)) return false;
  if (actor.area !== undefined) {
    const prefix = areaPrefix(actor.area);
    if (areas === undefined && wholeProvinces === true) return false;
    if (areas !== undefined && !areas.some((column) => textOf(row[column]).startsWith(prefix))) return false;
  }
  const reachesPart = (own: string | undefined, column: string | undefined): boolean =>
    own === undefined || (column === undefined ? wholeProvinces !== true : row[column] === own);
  return reachesPart(actor.person, person) && reachesPart(actor.institution, institution);
}

/** The columns by which a row is given to somebody else. */
export function tenantColumns(tenancy: Tenancy, actor: Actor): string[] {
  return [...new Set([...tenancy.provinces, ...(tenancy.areas ?? []), ...partColumns(tenancy, actor)])];
}

/** The columns by which a row is given to the actor's own part of a province. */
export function partColumns({ areas = [], person, institution }: Tenancy, actor: Actor): string[] {
  return [
    ...(actor.area === undefined ? [] : areas),
    ...(actor.person !== undefined && person !== undefined ? [person] : []),
    ...(actor.institution !== undefined && institution !== undefined ? [institution] : []),
  ];
}

/** The grants to change these columns only. */
export function updateOf(...columns: readonly string[]): string[] {
  return columns.map((column) => `UPDATE (${column})`);
}

export function provincesOf({ provinces }: Tenancy, row: Row): string {
  return provinces.map((column) => textOf(row[column])).join('-');
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
