import type { Tx } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import type { CatalogueEntryRow, NationalItemRow } from '../catalogue/catalogue.entity.js';

/** A catalogue as one of its versions left it. */
export type Standing = { readonly province: string; readonly sequence: number };

/** Which version says it, and from which business date on. */
type Said = { readonly province: string; readonly sequence: number; readonly effectiveFrom: string };
export type StandingEntry = CatalogueEntryRow & Said & { readonly versionId: string };
export type StandingItem = NationalItemRow & Said;

/** As the database gives them: whole numbers of 64 bits are texts. */
export type RawEntry = Omit<CatalogueEntryRow, 'caps'> & {
  readonly caps: readonly (Omit<CatalogueEntryRow['caps'][number], 'microYuan'> & { readonly microYuan: string })[];
};
export type RawItem = Omit<NationalItemRow, 'referencePriceMicroYuan'> & {
  readonly referencePriceMicroYuan: string | null;
};

const SAID = `said.province, said.sequence, to_char(said.effective_from, 'YYYY-MM-DD') AS "effectiveFrom"`;

/** Of a row of `catalogue_entry` under the name `said`. */
export const ENTRY_COLUMNS = `${SAID}, said.national_code AS "nationalCode", said.provincial_code AS "provincialCode", said.name,
  said.item_class AS "itemClass", said.charge_category AS "chargeCategory", said.shares, said.caps,
  said.over_cap_rule AS "overCapRule", said.restriction, to_char(said.ends_on, 'YYYY-MM-DD') AS "endsOn"`;

/** Of a row of `national_item` under the name `said`. */
export const ITEM_COLUMNS = `${SAID}, said.national_code AS "nationalCode", said.kind, said.name, said.dosage_form AS "dosageForm",
  said.specification, said.pack, said.unit, said.manufacturer, said.approval_number AS "approvalNumber",
  said.charge_category AS "chargeCategory", said.reference_price_micro_yuan AS "referencePriceMicroYuan", said.origin,
  to_char(said.ends_on, 'YYYY-MM-DD') AS "endsOn"`;

/** Not of the column itself, for which the index of changes would be gone through by its versions; a code's own rows are few. */
const UP_TO = 'sequence + 0 <=';

export function entryOf<T extends object>(raw: RawEntry & T): CatalogueEntryRow & T {
  return { ...raw, caps: raw.caps.map((cap) => ({ ...cap, microYuan: BigInt(cap.microYuan) })) };
}

export function itemOf<T extends object>(raw: RawItem & T): NationalItemRow & T {
  const price = raw.referencePriceMicroYuan;
  return { ...raw, referencePriceMicroYuan: price === null ? null : BigInt(price) };
}

/**
 * What catalogues say of some codes, by province and code; on a business date only what hasn't ended by then. A catalogue's versions
 * are in force in the order of their sequences, so that the one of the date says what counts.
 */
export async function entriesIn(
  tx: Tx,
  standings: readonly Standing[],
  nationalCodes: readonly string[],
  day: string | null,
): Promise<StandingEntry[]> {
  const rows: (RawEntry & Said & { readonly versionId: string })[] = await tx.query(
    `SELECT ${ENTRY_COLUMNS}, (SELECT version_id FROM catalogue_version AS version
         WHERE version.province = said.province AND version.sequence = said.sequence) AS "versionId"
     FROM unnest($1::bpchar[], $2::int[]) AS standing(province, sequence) CROSS JOIN unnest($3::text[]) AS asked(national_code)
     CROSS JOIN LATERAL (
       SELECT * FROM catalogue_entry WHERE province = standing.province AND national_code = asked.national_code
         AND ${UP_TO} standing.sequence ORDER BY sequence DESC LIMIT 1) AS said
     WHERE NOT said.withdrawn AND ($4::date IS NULL OR said.ends_on IS NULL OR said.ends_on >= $4)
     ORDER BY said.province, said.national_code`,
    [...columnsOf(standings), nationalCodes, day],
  );
  return rows.map(entryOf);
}

/** What the nation says of some codes after a version; on a business date only what hasn't ended by then. */
export async function itemsIn(
  tx: Tx,
  sequence: number,
  nationalCodes: readonly string[],
  day: string | null,
): Promise<StandingItem[]> {
  const rows: (RawItem & Said)[] = await tx.query(
    `SELECT ${ITEM_COLUMNS} FROM unnest($3::text[]) AS asked(national_code)
     CROSS JOIN LATERAL (
       SELECT * FROM national_item WHERE province = $1 AND national_code = asked.national_code
         AND ${UP_TO} $2 ORDER BY sequence DESC LIMIT 1) AS said
     WHERE NOT said.withdrawn AND ($4::date IS NULL OR said.ends_on IS NULL OR said.ends_on >= $4)
     ORDER BY said.national_code`,
    [NATION, sequence, nationalCodes, day],
  );
  return rows.map(itemOf);
}

/** All that versions ever said of a national item, newest first. */
export async function historyOf(
  tx: Tx,
  nationalCode: string,
): Promise<(StandingItem & { readonly withdrawn: boolean })[]> {
  const rows: (RawItem & Said & { readonly withdrawn: boolean })[] = await tx.query(
    `SELECT ${ITEM_COLUMNS}, said.withdrawn FROM national_item AS said
     WHERE said.province = $1 AND said.national_code = $2 ORDER BY said.sequence DESC`,
    [NATION, nationalCode],
  );
  return rows.map(itemOf);
}

/** For unnest. */
function columnsOf(standings: readonly Standing[]): unknown[][] {
  return [standings.map(({ province }) => province), standings.map(({ sequence }) => sequence)];
}
