import { randomUUID } from 'node:crypto';
import { itemKindOf, NATION, type ItemKind } from '@yiditong/codes';
import { coreNameOf, trigramKey } from '@yiditong/harmonization';
import pg from 'pg';
import type { CatalogueEntryRow, NationalItemRow } from '../catalogue/catalogue.entity.js';

export const METFORMIN = 'XA10BAE078A001010100001';
export const ASPIRIN = 'XB01ACA055A001010100001';
export const BED = '001109000010000';
export const VISIT = '001102000010000';
export const STENT = 'C0201010100101000001';

export type Published = { readonly versionId: string; readonly sequence: number };

/** What a version says of a code, or that it takes it out as it was before. */
export type Change<T> = T & { readonly withdrawn?: boolean };

const ENTRY_COLUMNS = `"nationalCode" text, withdrawn boolean, kind text, "provincialCode" text, name text, "itemClass" text,
  "chargeCategory" text, shares jsonb, caps jsonb, "overCapRule" text, restriction jsonb, "endsOn" date`;
const ITEM_COLUMNS = `"nationalCode" text, withdrawn boolean, kind text, name text, "dosageForm" text, specification text, pack text,
  unit text, manufacturer text, "approvalNumber" text, "chargeCategory" text, "referencePriceMicroYuan" bigint, origin text,
  "endsOn" date, "coreName" text`;

/** Publishes for specs of reading, straight into the tables: of a version only what it changes, as publication leaves it. */
export class PublishedDesk {
  private readonly published = new Map<string, number>();

  constructor(private readonly superuserUrl: string) {}

  async publish(
    province: string,
    effectiveFrom: string,
    changes: readonly Change<CatalogueEntryRow>[],
  ): Promise<Published> {
    const rows = changes.map((said) => ({ withdrawn: false, ...said, kind: kindOf(said.nationalCode) }));
    const version = await this.version(province, effectiveFrom);
    await this.run(
      `INSERT INTO catalogue_entry (province, sequence, effective_from, national_code, withdrawn, kind, provincial_code, name, item_class,
         charge_category, shares, caps, over_cap_rule, restriction, ends_on)
       SELECT $1::text, $2::int, $3::date, * FROM jsonb_to_recordset($4::jsonb) AS said(${ENTRY_COLUMNS})`,
      [province, version.sequence, effectiveFrom, json(rows)],
    );
    return version;
  }

  async publishItems(effectiveFrom: string, changes: readonly Change<NationalItemRow>[]): Promise<Published> {
    const rows = changes.map((said) => ({ withdrawn: false, ...said, coreName: coreNameOf(said.name, said.kind) }));
    const version = await this.version(NATION, effectiveFrom);
    await this.run(
      `INSERT INTO national_item (province, sequence, effective_from, national_code, withdrawn, kind, name, dosage_form, specification,
         pack, unit, manufacturer, approval_number, charge_category, reference_price_micro_yuan, origin, ends_on, core_name)
       SELECT $1::text, $2::int, $3::date, * FROM jsonb_to_recordset($4::jsonb) AS said(${ITEM_COLUMNS})`,
      [NATION, version.sequence, effectiveFrom, json(rows)],
    );
    const names = rows.map(({ kind, coreName }) => ({ kind, coreName, nameKey: trigramKey(coreName) }));
    await this.run(
      `INSERT INTO national_name SELECT DISTINCT $1::text, kind, "coreName", "nameKey"
       FROM jsonb_to_recordset($2::jsonb) AS said(kind text, "coreName" text, "nameKey" text) ON CONFLICT DO NOTHING`,
      [NATION, json(names)],
    );
    return version;
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<void> {
    const client = new pg.Client({ connectionString: this.superuserUrl });
    await client.connect();
    try {
      await client.query(sql, [...values]);
    } finally {
      await client.end();
    }
  }

  async clear(): Promise<void> {
    this.published.clear();
    await this.run(`TRUNCATE catalogue_version, catalogue_entry, national_item, national_name, item_mapping, item_list, item_list_row,
      catalogue_conflict`);
  }

  private async version(scope: string, effectiveFrom: string): Promise<Published> {
    const versionId = randomUUID();
    const sequence = (this.published.get(scope) ?? 0) + 1;
    this.published.set(scope, sequence);
    await this.run(
      `INSERT INTO catalogue_version (province, version_id, sequence, effective_from, entry_count, added, changed, withdrawn, origin,
         published_at, proposal_id, digest)
       VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 'DRAFT', '2026-01-01T00:00:00Z', $5, repeat('5', 64))`,
      [scope, versionId, sequence, effectiveFrom, randomUUID()],
    );
    return { versionId, sequence };
  }
}

/** Of class A without a cap, unless it says otherwise. */
export function entry(nationalCode: string, change: Partial<CatalogueEntryRow> = {}): CatalogueEntryRow {
  return {
    nationalCode,
    provincialCode: nationalCode,
    name: '某项目',
    itemClass: 'A',
    chargeCategory: '09',
    shares: [],
    caps: [],
    overCapRule: null,
    restriction: null,
    endsOn: null,
    ...change,
  };
}

/** Of class B with one share for everybody. */
export function shared(nationalCode: string, bps: number, change: Partial<CatalogueEntryRow> = {}): CatalogueEntryRow {
  return entry(nationalCode, { itemClass: 'B', shares: [{ insurance: null, personType: null, bps }], ...change });
}

export function item(nationalCode: string, name: string, change: Partial<NationalItemRow> = {}): NationalItemRow {
  return {
    nationalCode,
    kind: kindOf(nationalCode),
    name,
    dosageForm: '',
    specification: '',
    pack: '',
    unit: '盒',
    manufacturer: '',
    approvalNumber: '',
    chargeCategory: null,
    referencePriceMicroYuan: null,
    origin: 'SYNTHETIC',
    endsOn: null,
    ...change,
  };
}

/** The nth of many services. */
export function serviceCode(n: number): string {
  return `00${String(n).padStart(9, '0')}0000`;
}

function kindOf(nationalCode: string): ItemKind {
  const kind = itemKindOf(nationalCode);
  if (kind === null) throw new RangeError(`${nationalCode} is no national code`);
  return kind;
}

function json(rows: readonly unknown[]): string {
  return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}
