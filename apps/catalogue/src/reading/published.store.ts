import type { Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { CatalogueVersionRow } from '../catalogue/catalogue.entity.js';

const VERSION = `SELECT province, version_id AS "versionId", sequence, to_char(effective_from, 'YYYY-MM-DD') AS "effectiveFrom",
    entry_count AS "entryCount", added, changed, withdrawn, origin, origin_id AS "originId", published_at AS "publishedAt",
    proposal_id AS "proposalId", digest
  FROM catalogue_version`;

/** Newest first, before a sequence where one is given. */
export async function versionsBefore(
  tx: Tx,
  scope: string,
  before: number | null,
  limit: number,
): Promise<CatalogueVersionRow[]> {
  return tx.query(
    `${VERSION} WHERE province = $1 AND ($2::int IS NULL OR sequence < $2) ORDER BY sequence DESC LIMIT $3`,
    [scope, before, limit],
  );
}

/** Rejects with CATALOGUE_VERSION_NOT_FOUND. */
export async function findVersion(tx: Tx, scope: string, versionId: string): Promise<CatalogueVersionRow> {
  const rows: CatalogueVersionRow[] = await tx.query(`${VERSION} WHERE province = $1 AND version_id = $2`, [
    scope,
    versionId,
  ]);
  const [version] = rows;
  if (!version) throw new Rejection('CATALOGUE_VERSION_NOT_FOUND');
  return version;
}

/** The version in force on a business date of each catalogue that has one, by province; the nation's too. */
export async function versionsOn(tx: Tx, day: string): Promise<Map<string, CatalogueVersionRow>> {
  const rows: CatalogueVersionRow[] = await tx.query(
    `${VERSION} AS version
     WHERE effective_from <= $1 AND NOT EXISTS (SELECT 1 FROM catalogue_version AS later
       WHERE later.province = version.province AND later.sequence > version.sequence AND later.effective_from <= $1)`,
    [day],
  );
  return new Map(rows.map((version) => [version.province, version]));
}

/** How many versions a catalogue has, which is the newest's sequence. Rejects with CATALOGUE_NOT_PUBLISHED. */
export async function newestSequence(tx: Tx, scope: string): Promise<number> {
  const rows: { sequence: number | null }[] = await tx.query(
    'SELECT max(sequence) AS sequence FROM catalogue_version WHERE province = $1',
    [scope],
  );
  const sequence = rows[0]?.sequence ?? null;
  if (sequence === null) throw new Rejection('CATALOGUE_NOT_PUBLISHED', { region: scope });
  return sequence;
}
