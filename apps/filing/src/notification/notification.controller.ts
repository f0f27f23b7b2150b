import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, uuidField } from '@yiditong/chassis';
import { filingV1 } from '@yiditong/contracts';
import { requestIdField } from '../filing/fields.js';
import { EventFeedService } from './event-feed.service.js';
import {
  decodeDeliveryQuestion,
  decodeFeedQuestion,
  decodeProvince,
  decodeWebhookName,
  encodeDeliveries,
  encodeDelivery,
  encodeFeedPage,
  encodeWebhook,
} from './notification.codec.js';
import { NotificationService } from './notification.service.js';
import { SigningKeys } from '@yiditong/chassis';

@Controller()
@filingV1.NotificationServiceControllerMethods()
export class NotificationController implements filingV1.NotificationServiceController {
  constructor(
    private readonly notifications: NotificationService,
    private readonly feed: EventFeedService,
    private readonly keys: SigningKeys,
  ) {}

  async registerWebhook(
    request: filingV1.RegisterWebhookRequest,
    metadata: Metadata,
  ): Promise<filingV1.RegisterWebhookResponse> {
    const { requestId, province, url } = request;
    const key = requestIdField(requestId);
    const webhook = await this.notifications.register(actorOf(metadata), key, decodeProvince(province), url);
    return { webhook: encodeWebhook(webhook) };
  }

  async removeWebhook(
    request: filingV1.RemoveWebhookRequest,
    metadata: Metadata,
  ): Promise<filingV1.RemoveWebhookResponse> {
    const { province, webhookId } = decodeWebhookName(request);
    await this.notifications.remove(actorOf(metadata), province, webhookId);
    return {};
  }

  async listWebhooks(
    request: filingV1.ListWebhooksRequest,
    metadata: Metadata,
  ): Promise<filingV1.ListWebhooksResponse> {
    const webhooks = await this.notifications.list(actorOf(metadata), decodeProvince(request.province));
    return { webhooks: webhooks.map(encodeWebhook) };
  }

  async listDeliveries(
    request: filingV1.ListDeliveriesRequest,
    metadata: Metadata,
  ): Promise<filingV1.ListDeliveriesResponse> {
    const question = decodeDeliveryQuestion(request);
    const rows = await this.notifications.deliveries(actorOf(metadata), decodeWebhookName(request), question);
    return encodeDeliveries(rows, question.limit);
  }

  async redeliver(request: filingV1.RedeliverRequest, metadata: Metadata): Promise<filingV1.RedeliverResponse> {
    const eventId = uuidField(request.deliveryId, 'delivery_id');
    const row = await this.notifications.redeliver(actorOf(metadata), decodeWebhookName(request), eventId);
    return { delivery: encodeDelivery(row) };
  }

  async listEvents(request: filingV1.ListEventsRequest, metadata: Metadata): Promise<filingV1.ListEventsResponse> {
    return encodeFeedPage(await this.feed.read(actorOf(metadata), decodeFeedQuestion(request)));
  }

  listSigningKeys(): filingV1.ListSigningKeysResponse {
    return { jwks: this.keys.jwks };
  }
}
