import type { Statement, Tx } from '@yiditong/chassis';

/** A version that was published since, and what it is read from. */
export type NewVersion = {
  readonly scope: string;
  readonly versionId: string;
  readonly sequence: number;
  readonly effectiveDay: number;
};

/** Up to where a catalogue was read: in the order of sequences, and of codes in each. */
export type ImageCursor = { readonly sequence: number; readonly nationalCode: string };

const AFTER = `WHERE province = $1 AND (sequence, national_code) > ($2, $3) AND sequence <= $4
  ORDER BY sequence, national_code LIMIT $5`;
const ROW = `national_code AS "nationalCode", sequence, withdrawn, ends_on - DATE '1970-01-01' AS "lastDay",
  charge_category AS "chargeCategory"`;

/** The versions of catalogues that follow those which are known, in the order of their sequences. */
export async function versionsAfter(tx: Tx, known: ReadonlyMap<string, number>): Promise<NewVersion[]> {
  return tx.query(
    `SELECT v.province AS scope, v.version_id AS "versionId", v.sequence, v.effective_from - DATE '1970-01-01' AS "effectiveDay"
     FROM unnest($1::text[], $2::int[]) AS known (province, sequence)
       JOIN catalogue_version v ON v.province = known.province AND v.sequence > known.sequence
     ORDER BY v.province, v.sequence`,
    [[...known.keys()], [...known.values()]],
  );
}

/** A province's entries after a cursor, of versions up to a sequence: rows of EntryImageRow. */
export function selectEntriesAfter(scope: string, cursor: ImageCursor, upTo: number, limit: number): Statement {
  const text = `SELECT ${ROW}, provincial_code AS "provincialCode", item_class AS "itemClass", shares::text, caps::text,
      over_cap_rule AS "overCapRule", (restriction - 'text')::text AS restriction
    FROM catalogue_entry ${AFTER}`;
  return {
    name: 'image_entries',
    text,
    values: [scope, cursor.sequence, cursor.nationalCode, upTo, limit],
  };
}

/** The nation's items likewise: rows of ItemImageRow. */
export function selectItemsAfter(scope: string, cursor: ImageCursor, upTo: number, limit: number): Statement {
  const text = `SELECT ${ROW} FROM national_item ${AFTER}`;
  return {
    name: 'image_items',
    text,
    values: [scope, cursor.sequence, cursor.nationalCode, upTo, limit],
  };
}
