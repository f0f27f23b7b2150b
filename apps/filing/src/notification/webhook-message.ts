import type { EventRow } from './notification.entity.js';
import type { SigningKeys } from '@yiditong/chassis';

export type WebhookMessage = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

/**
 * An event in the form of the Standard Webhooks specification 1.0.0: the id stays the same with every attempt, the time is the
 * attempt's, and both are signed together with the body. Keys are the clearinghouse's, not a receiver's: the province is signed
 * too, so that nobody passes off another's notification as his.
 */
export function webhookMessage(event: EventRow, attemptedAt: Date, keys: SigningKeys): WebhookMessage {
  const { sequence, province, insuredRegion, personId } = event;
  const content = JSON.parse(event.content) as Readonly<Record<string, unknown>>;
  const body = JSON.stringify({
    type: event.type,
    timestamp: event.recordedAt.toISOString(),
    data: { ...content, sequence: Number(sequence), province, insuredRegion, personId },
  });
  const timestamp = Math.floor(attemptedAt.getTime() / 1000).toString();
  const signatures = keys.signatures(`${event.eventId}.${timestamp}.${body}`);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'yiditong-webhooks/1',
      'webhook-id': event.eventId,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.map((signature) => `v1a,${signature}`).join(' '),
    },
  };
}
