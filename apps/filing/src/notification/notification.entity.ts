import type { DeliveryState } from '@yiditong/codes';

/** An event as it is told. */
export type EventRow = {
  readonly province: string;
  readonly sequence: bigint;
  readonly eventId: string;
  readonly type: string;
  /** Null where it is about no single person. */
  readonly personId: string | null;
  readonly insuredRegion: string;
  /** A JSON object. */
  readonly content: string;
  readonly recordedAt: Date;
};

/** A row of `webhook`. */
export type WebhookRow = {
  readonly province: string;
  readonly webhookId: string;
  readonly url: string;
  readonly createdAt: Date;
};

/** A webhook with what waits for it, and what was given up. */
export type WebhookStanding = WebhookRow & { readonly pending: number; readonly failed: number };

/** What names a delivery: an event for a webhook. */
export type DeliveryKey = { readonly province: string; readonly webhookId: string; readonly sequence: bigint };

/** A row of `webhook_delivery`, with its event's id, which receivers know it by. */
export type DeliveryRow = DeliveryKey & {
  readonly eventId: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
  readonly lastStatus: number | null;
  readonly lastProblem: string;
  readonly deliveredAt: Date | null;
};

/** A delivery that somebody holds the lease of: what to send, where, as which attempt. */
export type LeasedDelivery = { readonly attempt: number; readonly url: string; readonly event: EventRow } & DeliveryKey;
