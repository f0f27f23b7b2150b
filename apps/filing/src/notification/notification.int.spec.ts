import { randomUUID } from 'node:crypto';
import { serviceActor, type Actor } from '@yiditong/chassis';
import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  endOf,
  FixedClock,
  patiently,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { appendEvents } from './event.store.js';
import { NotificationService, NotificationSettings } from './notification.service.js';

const supervisor = (region: string): Actor => ({ role: 'bureau', region, subject: 'boss', rank: 'supervisor' });
const SHAANXI = supervisor('610000');
const HUBEI = supervisor('420000');
const ADDRESS = 'https://ybj.example.gov.cn/notify?token=secret';

let db: TestDatabase;
let notifications: NotificationService;
let clock: FixedClock;
let requests = 0;
const requestId = (): string => `request-${++requests}`;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  clock = new FixedClock(new Date('2026-03-01T02:00:00Z'));
  notifications = new NotificationService(db.database, clock, new NotificationSettings('production'));
});
afterAll(() => db.drop());

describe('a webhook', () => {
  it('is registered once, however often the request is repeated, and found by its province alone', async () => {
    const id = requestId();
    const answers = await atOnce(5, () => patiently(() => notifications.register(SHAANXI, id, '610000', ADDRESS)));
    const [webhook] = answers;
    expect(webhook).toMatchObject({ province: '610000', url: ADDRESS, createdAt: clock.now(), pending: 0, failed: 0 });
    for (const answer of answers) expect(answer).toEqual(webhook);
    expect(await notifications.list(SHAANXI, '610000')).toEqual([webhook]);
    expect(await notifications.list(HUBEI, '610000')).toEqual([]);
    expect(await notifications.list({ ...SHAANXI, area: '610100' }, '610000')).toEqual([]);
  });

  it('is not registered under the key of another', async () => {
    const id = requestId();
    await notifications.register(supervisor('140000'), id, '140000', ADDRESS);
    const other = notifications.register(supervisor('140000'), id, '140000', 'https://other.example.gov.cn/');
    await expect(other).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('leads nowhere but to the internet', async () => {
    const inside = notifications.register(SHAANXI, requestId(), '610000', 'https://10.0.0.1/');
    await expect(inside).rejects.toMatchObject({ reason: 'WEBHOOK_URL_INVALID' });
  });

  it('is one of five at most, however many are registered at once, until one is removed', async () => {
    const hubei = (): Promise<string> =>
      endOf(
        patiently(() => notifications.register(HUBEI, requestId(), '420000', ADDRESS)),
        'REGISTERED',
      );
    const ends = await atOnce(8, hubei);
    expect(ends.toSorted()).toEqual([
      ...Array<string>(5).fill('REGISTERED'),
      ...Array<string>(3).fill('WEBHOOK_TOO_MANY'),
    ]);
    const [first] = await notifications.list(HUBEI, '420000');
    await notifications.remove(HUBEI, '420000', first?.webhookId ?? '');
    expect(await hubei()).toBe('REGISTERED');
    expect(await notifications.list(HUBEI, '420000')).toHaveLength(5);
  });

  it('waits for events from its registration on, and does not exist any more when it is removed', async () => {
    const gansu = supervisor('620000');
    const happen = () =>
      db.database.transaction(serviceActor('filing', '620000'), (tx) =>
        appendEvents(tx, [
          {
            province: '620000',
            insuredRegion: '620100',
            type: 'filing.submit',
            personId: null,
            content: {},
            recordedAt: clock.now(),
          },
        ]),
      );
    await happen();
    const { webhookId } = await notifications.register(gansu, requestId(), '620000', ADDRESS);
    await happen();
    expect(await notifications.list(gansu, '620000')).toMatchObject([{ pending: 1, failed: 0 }]);
    await notifications.remove(gansu, '620000', webhookId);
    expect(await notifications.list(gansu, '620000')).toEqual([]);
    const none = { state: null, before: null, limit: 10 };
    const calls = [
      () => notifications.remove(gansu, '620000', webhookId),
      () => notifications.deliveries(gansu, { province: '620000', webhookId }, none),
      () => notifications.redeliver(gansu, { province: '620000', webhookId }, randomUUID()),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ reason: 'WEBHOOK_NOT_FOUND' });
  });

  it('does not exist for another province', async () => {
    const [webhook] = await notifications.list(SHAANXI, '610000');
    const name = { province: '610000', webhookId: webhook?.webhookId ?? '' };
    const calls = [
      () => notifications.remove(HUBEI, name.province, name.webhookId),
      () => notifications.deliveries(HUBEI, name, { state: null, before: null, limit: 10 }),
      () => notifications.redeliver(HUBEI, name, randomUUID()),
      () => notifications.remove(HUBEI, '420000', name.webhookId),
      () => notifications.remove(SHAANXI, '610000', randomUUID()),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ reason: 'WEBHOOK_NOT_FOUND' });
    expect(await notifications.list(SHAANXI, '610000')).toEqual([webhook]);
  });

  it('is in the audit trail with who registered and removed it, and without what its address says', async () => {
    const hebei = supervisor('130000');
    const { webhookId } = await notifications.register(hebei, requestId(), '130000', ADDRESS);
    await notifications.remove(hebei, '130000', webhookId);
    const object = {
      province: '130000',
      actor: hebei,
      purpose: 'ADMINISTRATION',
      objectType: 'webhook',
      objectId: webhookId,
    };
    expect(await auditTrail(db, webhookId)).toEqual([
      { ...object, action: 'REGISTER_WEBHOOK', before: null, after: { host: 'ybj.example.gov.cn' } },
      { ...object, action: 'REMOVE_WEBHOOK', before: { host: 'ybj.example.gov.cn' }, after: null },
    ]);
    expect(await auditFaults(db)).toEqual([]);
  });
});
