import { coreNameOf, trigramKey, type NationalItem } from '@yiditong/harmonization';
import { NATION } from '@yiditong/codes';
import pg from 'pg';

const BATCH = 5_000;

export type FilledItem = NationalItem & { readonly chargeCategory?: string };

/** First and last business date; null for open. */
export type Period = { readonly from: string; readonly to: string | null };

/**
 * Publishes items as the nation's next version, past every check. What stands there afterwards is what the service would have
 * written, the names that items are found by among it.
 */
export async function fillNationalItems(
  superuserUrl: string,
  items: readonly FilledItem[],
  period: Period,
): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query('SET synchronous_commit = off');
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO catalogue_version (province, version_id, sequence, effective_from, entry_count, added, changed, withdrawn, origin,
         published_at, proposal_id, digest)
       SELECT $1, gen_random_uuid(), count(*) + 1, $3, $2, $2, 0, 0, 'MESSAGE', now(), gen_random_uuid(), repeat('5e', 32)
       FROM catalogue_version WHERE province = $1`,
      [NATION, items.length, period.from],
    );
    for (let from = 0; from < items.length; from += BATCH)
      await insert(client, items.slice(from, from + BATCH), period);
    await client.query('COMMIT');
    for (const table of ['national_item', 'national_name']) await client.query(`VACUUM (ANALYZE) ${table}`);
  } finally {
    await client.end();
  }
}

async function insert(client: pg.Client, items: readonly FilledItem[], { from, to }: Period): Promise<void> {
  const rows = items.map((item) => ({
    ...item,
    referencePriceMicroYuan: undefined,
    price: item.referencePriceMicroYuan === null ? null : String(item.referencePriceMicroYuan),
    core: coreNameOf(item.name, item.kind),
    key: trigramKey(coreNameOf(item.name, item.kind)),
  }));
  await client.query(
    `INSERT INTO national_item (province, national_code, sequence, effective_from, withdrawn, kind, name, dosage_form, specification, pack,
       unit, manufacturer, approval_number, charge_category, reference_price_micro_yuan, origin, core_name, ends_on)
     SELECT $1, i."nationalCode", (SELECT max(sequence) FROM catalogue_version WHERE province = $1), $3, false, i.kind, i.name,
       i."dosageForm", i.specification, i.pack, i.unit, i.manufacturer, i."approvalNumber", i."chargeCategory", i.price, 'SYNTHETIC', i.core, $4
     FROM jsonb_to_recordset($2) AS i ("nationalCode" text, kind text, name text, "dosageForm" text, specification text, pack text, unit text,
       manufacturer text, "approvalNumber" text, "chargeCategory" text, price bigint, core text)`,
    [NATION, JSON.stringify(rows), from, to],
  );
  await client.query(
    `INSERT INTO national_name (province, kind, core_name, name_key)
     SELECT DISTINCT $1, i.kind, i.core, i.key FROM jsonb_to_recordset($2) AS i (kind text, core text, key text)
     ON CONFLICT ON CONSTRAINT national_name_pk DO NOTHING`,
    [NATION, JSON.stringify(rows)],
  );
}
