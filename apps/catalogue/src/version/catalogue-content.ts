import { NATION } from '@yiditong/codes';

type Column = { readonly name: string; readonly key: string; readonly type: 'text' | 'jsonb' | 'bigint' | 'date' };

/** What a scope's rows say of a code: in columns where they are published, and by key in the JSON of a draft's row. */
export type Content = { readonly table: 'catalogue_entry' | 'national_item'; readonly columns: readonly Column[] };

const ENTRY: Content = {
  table: 'catalogue_entry',
  columns: [
    { name: 'kind', key: 'kind', type: 'text' },
    { name: 'provincial_code', key: 'provincialCode', type: 'text' },
    { name: 'name', key: 'name', type: 'text' },
    { name: 'item_class', key: 'itemClass', type: 'text' },
    { name: 'charge_category', key: 'chargeCategory', type: 'text' },
    { name: 'shares', key: 'shares', type: 'jsonb' },
    { name: 'caps', key: 'caps', type: 'jsonb' },
    { name: 'over_cap_rule', key: 'overCapRule', type: 'text' },
    { name: 'restriction', key: 'restriction', type: 'jsonb' },
    { name: 'ends_on', key: 'endsOn', type: 'date' },
  ],
};

const ITEM: Content = {
  table: 'national_item',
  columns: [
    { name: 'kind', key: 'kind', type: 'text' },
    { name: 'name', key: 'name', type: 'text' },
    { name: 'dosage_form', key: 'dosageForm', type: 'text' },
    { name: 'specification', key: 'specification', type: 'text' },
    { name: 'pack', key: 'pack', type: 'text' },
    { name: 'unit', key: 'unit', type: 'text' },
    { name: 'manufacturer', key: 'manufacturer', type: 'text' },
    { name: 'approval_number', key: 'approvalNumber', type: 'text' },
    { name: 'charge_category', key: 'chargeCategory', type: 'text' },
    { name: 'reference_price_micro_yuan', key: 'referencePriceMicroYuan', type: 'bigint' },
    { name: 'origin', key: 'origin', type: 'text' },
    { name: 'ends_on', key: 'endsOn', type: 'date' },
    { name: 'core_name', key: 'coreName', type: 'text' },
  ],
};

export function contentOf(scope: string): Content {
  return scope === NATION ? ITEM : ENTRY;
}

export function columnList({ columns }: Content, of?: 'proposed' | 'standing'): string {
  return columns.map(({ name }) => (of === undefined ? name : `${of}.${name}`)).join(', ');
}

/**
 * What a draft proposes: $1 is the scope, $2 the draft. A code stands in it once, and withdrawn rows say nothing but that.
 */
export function draftedSql({ columns }: Content): string {
  const fields = columns.map(({ name, key, type }) =>
    type === 'jsonb' ? `nullif(content->'${key}', 'null') AS ${name}` : `(content->>'${key}')::${type} AS ${name}`,
  );
  return `SELECT national_code, withdrawn, ${fields.join(', ')} FROM catalogue_draft_row WHERE province = $1 AND draft_id = $2`;
}

/** What stands as of a sequence, which is a parameter: of each code the last row up to it, unless that withdrew it. */
export function standingSql(content: Content, asOf: '$2' | '$3'): string {
  return `SELECT * FROM (
      SELECT DISTINCT ON (national_code) national_code, withdrawn, ${columnList(content)} FROM ${content.table}
      WHERE province = $1 AND sequence <= ${asOf}::int ORDER BY national_code, sequence DESC
    ) AS latest WHERE NOT withdrawn`;
}
