import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  decideOnce,
  type Actor,
  type AuditAction,
  type AuditEntry,
} from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import { lockForRecording } from '../recording/recording.store.js';
import { beginAgain, deliveriesOf, lockDelivery, type DeliveryQuestion } from './delivery.store.js';
import type { DeliveryKey, DeliveryRow, WebhookRow, WebhookStanding } from './notification.entity.js';
import { countWebhooks, findWebhook, insertWebhook, lockWebhook, markRemoved, webhooksOf } from './webhook.store.js';
import { webhookUrlOf, type Mode } from './webhook-url.js';

const MOST_WEBHOOKS = 5;

/** What the service is told of where it runs. */
export class NotificationSettings {
  constructor(readonly mode: Mode) {}
}

/** The webhooks of a province: where its bureau wants to be told, and what came of it. */
@Injectable()
export class NotificationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly settings: NotificationSettings,
  ) {}

  /** Rejects with WEBHOOK_URL_INVALID, WEBHOOK_TOO_MANY or IDEMPOTENCY_KEY_REUSED. */
  async register(actor: Actor, requestId: string, province: string, address: string): Promise<WebhookStanding> {
    const url = webhookUrlOf(address, this.settings.mode);
    if (!url) throw new Rejection('WEBHOOK_URL_INVALID');
    const write = { scope: `webhook:${province}`, region: province, key: requestId, body: { province, url: url.href } };
    const webhook = await this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        // Two at once would count the same four.
        await lockForRecording(tx, `webhooks:${province}`);
        if ((await countWebhooks(tx, province)) >= MOST_WEBHOOKS)
          throw new Rejection('WEBHOOK_TOO_MANY', { limit: String(MOST_WEBHOOKS) });
        const row: WebhookRow = { province, webhookId: uuidv7(), url: url.href, createdAt: this.clock.now() };
        await insertWebhook(tx, row);
        await appendAudit(tx, actor, { ...aboutWebhook(row, 'REGISTER_WEBHOOK'), after: { host: url.host } });
        return row;
      }),
    );
    return { ...webhook, createdAt: new Date(webhook.createdAt), pending: 0, failed: 0 };
  }

  /** What is in flight may still arrive, and nothing after it. Rejects with WEBHOOK_NOT_FOUND. */
  async remove(actor: Actor, province: string, webhookId: string): Promise<void> {
    await this.database.transaction(actor, async (tx) => {
      const webhook = found(await lockWebhook(tx, province, webhookId));
      await markRemoved(tx, webhook, this.clock.now());
      const before = { host: new URL(webhook.url).host };
      await appendAudit(tx, actor, { ...aboutWebhook(webhook, 'REMOVE_WEBHOOK'), before });
    });
  }

  async list(actor: Actor, province: string): Promise<WebhookStanding[]> {
    return this.database.transaction(actor, (tx) => webhooksOf(tx, province));
  }

  /** Newest first. Rejects with WEBHOOK_NOT_FOUND. */
  async deliveries(
    actor: Actor,
    { province, webhookId }: Omit<DeliveryKey, 'sequence'>,
    question: DeliveryQuestion,
  ): Promise<DeliveryRow[]> {
    return this.database.transaction(actor, async (tx) =>
      deliveriesOf(tx, found(await findWebhook(tx, province, webhookId)), question),
    );
  }

  /** Begins one from the beginning that was given up; another is left as it stands. Rejects with WEBHOOK_NOT_FOUND. */
  async redeliver(actor: Actor, name: Omit<DeliveryKey, 'sequence'>, eventId: string): Promise<DeliveryRow> {
    return this.database.transaction(actor, async (tx) => {
      // Locked, so that it isn't removed meanwhile and the delivery left waiting for nobody.
      const webhook = found(await lockWebhook(tx, name.province, name.webhookId));
      const delivery = found(await lockDelivery(tx, name, eventId));
      if (delivery.state !== 'FAILED') return delivery;
      const nextAttemptAt = this.clock.now();
      await beginAgain(tx, delivery, nextAttemptAt);
      await appendAudit(tx, actor, {
        ...aboutWebhook(webhook, 'REDELIVER'),
        after: { eventId, sequence: delivery.sequence },
      });
      return { ...delivery, state: 'PENDING', attempts: 0, nextAttemptAt };
    });
  }
}

function found<T>(row: T | null): T {
  if (row === null) throw new Rejection('WEBHOOK_NOT_FOUND');
  return row;
}

function aboutWebhook({ province, webhookId }: WebhookRow, action: AuditAction): AuditEntry {
  return { province, action, objectType: 'webhook', objectId: webhookId };
}
