import type { Tx } from '@yiditong/chassis';
import type { WebhookRow, WebhookStanding } from './notification.entity.js';

const COLUMNS = `province, webhook_id AS "webhookId", url, created_at AS "createdAt"`;

/** Begins after the events that there are by now: a receiver is told of what happens, not of the past. */
export async function insertWebhook(tx: Tx, { province, webhookId, url, createdAt }: WebhookRow): Promise<void> {
  await tx.query(
    `INSERT INTO webhook (province, webhook_id, url, created_at, sequence)
     SELECT $1, $2, $3, $4, sequence FROM filing_event_head WHERE province = $1`,
    [province, webhookId, url, createdAt],
  );
}

/** One that is not removed, and nobody else changes it, or makes deliveries for it, until the commit. */
export async function lockWebhook(tx: Tx, province: string, webhookId: string): Promise<WebhookRow | null> {
  const rows: WebhookRow[] = await tx.query(
    `SELECT ${COLUMNS} FROM webhook WHERE province = $1 AND webhook_id = $2 AND removed_at IS NULL FOR UPDATE`,
    [province, webhookId],
  );
  return rows[0] ?? null;
}

export async function findWebhook(tx: Tx, province: string, webhookId: string): Promise<WebhookRow | null> {
  const rows: WebhookRow[] = await tx.query(
    `SELECT ${COLUMNS} FROM webhook WHERE province = $1 AND webhook_id = $2 AND removed_at IS NULL`,
    [province, webhookId],
  );
  return rows[0] ?? null;
}

/** Of the province, oldest first, without those that were removed. What is not yet made into deliveries waits too. */
export async function webhooksOf(tx: Tx, province: string): Promise<WebhookStanding[]> {
  const rows: (WebhookRow & { pending: string; failed: string })[] = await tx.query(
    `SELECT ${COLUMNS},
       head.sequence - webhook.sequence + (SELECT count(*) FROM webhook_delivery AS waiting
         WHERE waiting.province = webhook.province AND waiting.webhook_id = webhook.webhook_id AND waiting.state = 'PENDING') AS pending,
       (SELECT count(*) FROM webhook_delivery AS given_up
         WHERE given_up.province = webhook.province AND given_up.webhook_id = webhook.webhook_id AND given_up.state = 'FAILED') AS failed
     FROM webhook JOIN filing_event_head AS head USING (province)
     WHERE province = $1 AND removed_at IS NULL ORDER BY created_at, webhook_id`,
    [province],
  );
  return rows.map((row) => ({ ...row, pending: Number(row.pending), failed: Number(row.failed) }));
}

/** How many a province has that are not removed. */
export async function countWebhooks(tx: Tx, province: string): Promise<number> {
  const rows: { count: string }[] = await tx.query(
    'SELECT count(*) FROM webhook WHERE province = $1 AND removed_at IS NULL',
    [province],
  );
  return Number(rows[0]?.count);
}

/** From now on nothing is made for it, and what waits is given up. */
export async function markRemoved(tx: Tx, { province, webhookId }: WebhookRow, removedAt: Date): Promise<void> {
  await tx.query('UPDATE webhook SET removed_at = $3 WHERE province = $1 AND webhook_id = $2', [
    province,
    webhookId,
    removedAt,
  ]);
  await tx.query(
    `UPDATE webhook_delivery SET state = 'FAILED', last_problem = 'removed'
     WHERE province = $1 AND webhook_id = $2 AND state = 'PENDING'`,
    [province, webhookId],
  );
}
