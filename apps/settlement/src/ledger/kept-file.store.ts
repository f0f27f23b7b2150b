import type { Tx } from '@yiditong/chassis';
import type { KeptFile } from './ledger.entity.js';

const COLUMNS = `institution_code AS "institutionCode", message_id AS "messageId", treating_province AS "treatingProvince", file_id AS "fileId",
  file_name AS "fileName", content, kept_at AS "keptAt", expires_at AS "expiresAt"`;

/** The file of the message: the one that it kept first, if that isn't over. */
export async function keepFile(tx: Tx, file: KeptFile): Promise<KeptFile> {
  await tx.query(
    `INSERT INTO kept_file (institution_code, message_id, treating_province, file_id, file_name, content, kept_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    [
      file.institutionCode,
      file.messageId,
      file.treatingProvince,
      file.fileId,
      file.fileName,
      file.content,
      file.keptAt,
      file.expiresAt,
    ],
  );
  const rows: KeptFile[] = await tx.query(
    `SELECT ${COLUMNS} FROM kept_file WHERE institution_code = $1 AND message_id = $2`,
    [file.institutionCode, file.messageId],
  );
  const [kept] = rows;
  if (!kept) throw new Error('a file that was just kept is not there');
  return kept;
}

export async function findFile(tx: Tx, institutionCode: string, fileId: string, now: Date): Promise<KeptFile | null> {
  const rows: KeptFile[] = await tx.query(
    `SELECT ${COLUMNS} FROM kept_file WHERE institution_code = $1 AND file_id = $2 AND expires_at > $3`,
    [institutionCode, fileId, now],
  );
  return rows[0] ?? null;
}

export async function countFiles(tx: Tx, institutionCode: string): Promise<number> {
  const rows: { count: number }[] = await tx.query(
    'SELECT count(*)::int AS count FROM kept_file WHERE institution_code = $1',
    [institutionCode],
  );
  return rows[0]?.count ?? 0;
}

export async function dropExpired(tx: Tx, institutionCode: string | null, now: Date): Promise<void> {
  await tx.query('DELETE FROM kept_file WHERE expires_at <= $1 AND ($2::text IS NULL OR institution_code = $2)', [
    now,
    institutionCode,
  ]);
}
