import type { Tx } from '@yiditong/chassis';

/** A hospital's own item on a business date. */
export type OwnItemOn = { readonly itemCode: string; readonly date: string };

/**
 * What a hospital's items were mapped to on these dates, with nothing of those that were mapped to nothing: of the mappings that took
 * effect until then, the one recorded last counts.
 */
export async function mappingsInForce(
  tx: Tx,
  { province, institutionCode }: { readonly province: string; readonly institutionCode: string },
  wanted: readonly OwnItemOn[],
): Promise<(OwnItemOn & { nationalCode: string })[]> {
  return tx.query(
    `SELECT item_code AS "itemCode", to_char(date, 'YYYY-MM-DD') AS date, found.national_code AS "nationalCode"
     FROM (SELECT DISTINCT item_code, date FROM unnest($3::text[], $4::date[]) AS each (item_code, date)) AS wanted
       CROSS JOIN LATERAL (SELECT national_code FROM item_mapping AS m
         WHERE m.province = $1 AND m.institution_code = $2 AND m.item_code = wanted.item_code AND m.effective_from <= wanted.date
         ORDER BY revision DESC LIMIT 1) AS found
     WHERE found.national_code IS NOT NULL`,
    [province, institutionCode, wanted.map(({ itemCode }) => itemCode), wanted.map(({ date }) => date)],
  );
}
