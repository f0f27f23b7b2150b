import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE, OWN } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import {
  decodeDelivery,
  decodeWebhook,
  deliveriesAnswer,
  deliveriesQuery,
  deliveryAnswer,
  encodeDeliveries,
  keySetAnswer,
  removedAnswer,
  webhookAnswer,
  webhookBody,
  webhooksAnswer,
  type DeliveriesAnswer,
  type DeliveriesQuery,
  type DeliveryAnswer,
  type KeySetAnswer,
  type WebhookAnswer,
  type WebhookBody,
} from './notification.dto.js';

const SEES = { bureau: OWN, provincial: true } as const;
const CHANGES = { ...SEES, supervisor: true } as const;

/** 变更通知: where a province wants to be told of changes, and what became of it. */
@ApiTags('变更通知 Notifications')
@Controller('v1')
export class NotificationController {
  constructor(
    @Inject(TARGETS.notification.token)
    private readonly notification: RpcClient<filingV1.NotificationServiceClient>,
  ) {}

  @Endpoint({
    method: 'POST',
    path: 'webhooks',
    access: CHANGES,
    summary: '登记本省接收变更通知的地址 Register where the own province is told of changes',
    answer: webhookAnswer,
    status: 201,
    keyed: true,
  })
  async register(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: webhookBody }) { url }: WebhookBody,
  ): Promise<WebhookAnswer> {
    const request = { requestId, province: actor.region, url };
    return decodeWebhook((await this.notification.call('registerWebhook', request, actor)).webhook);
  }

  @Endpoint({
    method: 'GET',
    path: 'webhooks',
    access: SEES,
    summary: '列出本省通知地址 The own province’s webhooks',
    answer: webhooksAnswer,
  })
  async list(@CurrentActor() actor: Actor): Promise<{ webhooks: WebhookAnswer[] }> {
    const { webhooks } = await this.notification.call('listWebhooks', { province: actor.region }, actor);
    return { webhooks: webhooks.map(decodeWebhook) };
  }

  /** Without an Idempotency-Key: what was removed is gone, and WEBHOOK_NOT_FOUND says so. */
  @Endpoint({
    method: 'DELETE',
    path: 'webhooks/:webhookId',
    access: CHANGES,
    summary: '停用通知地址 Remove a webhook',
    answer: removedAnswer,
  })
  async remove(
    @CurrentActor() actor: Actor,
    @Param('webhookId', { schema: uuid }) webhookId: string,
  ): Promise<{ webhookId: string }> {
    await this.notification.call('removeWebhook', { province: actor.region, webhookId }, actor);
    return { webhookId };
  }

  @Endpoint({
    method: 'GET',
    path: 'webhooks/:webhookId/deliveries',
    access: SEES,
    summary: '查询投递情况，最新的在前 Deliveries of a webhook, newest first',
    answer: deliveriesAnswer,
  })
  async deliveries(
    @CurrentActor() actor: Actor,
    @Param('webhookId', { schema: uuid }) webhookId: string,
    @Query({ schema: deliveriesQuery }) query: DeliveriesQuery,
  ): Promise<DeliveriesAnswer> {
    const request = encodeDeliveries(actor.region, webhookId, query);
    const { deliveries, nextAfter } = await this.notification.call('listDeliveries', request, actor);
    return { deliveries: deliveries.map(decodeDelivery), nextAfter: nextAfter || null };
  }

  @Endpoint({
    method: 'POST',
    path: 'webhooks/:webhookId/deliveries/:deliveryId/redelivery',
    access: SEES,
    summary: '重新投递已放弃的通知 Try a delivery again that was given up',
    answer: deliveryAnswer,
  })
  async redeliver(
    @CurrentActor() actor: Actor,
    @Param('webhookId', { schema: uuid }) webhookId: string,
    @Param('deliveryId', { schema: uuid }) deliveryId: string,
  ): Promise<DeliveryAnswer> {
    const request = { province: actor.region, webhookId, deliveryId };
    return decodeDelivery((await this.notification.call('redeliver', request, actor)).delivery);
  }

  @Endpoint({
    method: 'GET',
    path: 'signing-keys',
    access: { insured: ANYONE, hospital: ANYONE, bureau: ANYONE, operator: ANYONE },
    summary: '验证通知和回执的公钥（JWK） The public keys of notifications and receipts',
    answer: keySetAnswer,
  })
  async keys(@CurrentActor() actor: Actor): Promise<KeySetAnswer> {
    return keySetAnswer.parse(JSON.parse((await this.notification.call('listSigningKeys', {}, actor)).jwks));
  }
}
