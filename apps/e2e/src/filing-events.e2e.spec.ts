import { createPublicKey, verify } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { provinceOf } from '@yiditong/codes';
import { generateDay, loadSample } from '@yiditong/tools';
import type { JWK } from 'jose';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { EventReader } from './event-reader.js';
import { FilingDesk, type Filed, type Newcomer } from './filing-desk.js';
import { HospitalDesk } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';
import { until } from './until.js';

const { document, issuers, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const filings = new FilingDesk(desk, issuers.nation);

type Received = { readonly headers: IncomingHttpHeaders; readonly body: string };
const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

async function file({ personId, token, visit }: Newcomer, validTo = '2099-12-31'): Promise<Filed> {
  const { destination } = await filings.options({ personId, token, visit } as Newcomer, filings.regionOf(visit));
  const body = {
    personId,
    category: 'OTHER_TEMPORARY',
    destinationRegion: destination?.region,
    validFrom: now.slice(0, 10),
    validTo,
  };
  return filings.write('POST', '/v1/filings', body, token);
}

function watch(query: string, token: string, lastEventId?: string): Promise<EventReader> {
  return new EventReader().open(`${document.gateway}/v1/filing-events?${query}`, token, lastEventId);
}

const about = (filingId: string) => (reader: EventReader) =>
  reader.events.filter(({ data }) => (data['content'] as { filingId?: string }).filingId === filingId);

describe('the stream of events', () => {
  it('tells a bureau and the person what happens, and goes on where it was left', async () => {
    const newcomer = await filings.newcomer();
    const bureau = desk.bureauToken(newcomer.insuredRegion);
    const region = `insuredRegion=${newcomer.insuredRegion}`;
    const [ofBureau, ofPerson] = [
      await watch(region, bureau),
      await watch(`personId=${newcomer.personId}`, newcomer.token),
    ];
    const { filingId } = await file(newcomer);
    const ours = about(filingId);
    for (const reader of [ofBureau, ofPerson])
      await until(
        async () => ours(reader),
        (seen) => seen.length > 0,
      );
    const [seen] = ours(ofBureau);
    expect(seen).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      event: expect.stringMatching(/^filing\./),
      data: { personId: newcomer.personId, content: { filingId, state: 'ACTIVE', version: 1 } },
    });
    expect(ofPerson.events).toHaveLength(1);
    await Promise.all([ofBureau.stop(), ofPerson.stop()]);

    const path = `/v1/persons/${newcomer.personId}/filings/${filingId}`;
    await filings.write('POST', `${path}/cancellation`, { reason: '行程取消' }, newcomer.token);
    const again = await watch(region, bureau, seen?.id);
    const [missed] = await until(
      async () => ours(again),
      (events) => events.length > 0,
    );
    expect(missed).toMatchObject({ event: 'filing.cancel', data: { content: { state: 'CANCELLED' } } });
    expect(JSON.stringify(missed)).not.toContain('行程取消');
    await again.stop();

    const page = await desk.api.get<{ events: { sequence: string; content: { filingId?: string } }[] }>(
      `/v1/filing-events/page?${region}&after=${Number(seen?.id) - 1}&limit=500`,
      bureau,
    );
    const told = page.events.filter(({ content }) => content.filingId === filingId).map(({ sequence }) => sequence);
    expect(told).toEqual([seen?.id, missed?.id]);
  });

  it('is for the person himself only, and for five at most of one actor', async () => {
    const [newcomer, other] = [await filings.newcomer(), await filings.newcomer()];
    const foreign = await watch(`personId=${other.personId}`, newcomer.token);
    expect(foreign.status).toBe(403);
    const open = await Promise.all(Array.from({ length: 5 }, () => watch(`personId=${other.personId}`, other.token)));
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await watch(`personId=${other.personId}`, other.token)).status).toBe(429);
    await Promise.all(open.map((reader) => reader.stop()));
    const free = async (): Promise<number> => {
      const reader = await watch(`personId=${other.personId}`, other.token);
      await reader.stop();
      return reader.status;
    };
    expect(await until(free, (status) => status === 200)).toBe(200);
  });
});

describe('a webhook', () => {
  it('is told of a change, signed with the published key, and the delivery is there to see', async () => {
    const newcomer = await filings.newcomer();
    const bureau = desk.bureauToken(newcomer.insuredRegion);
    const received: Received[] = [];
    const url = await receiver(received);
    const { webhookId } = await filings.write<{ webhookId: string }>('POST', '/v1/webhooks', { url }, bureau);
    const { filingId } = await file(newcomer);
    const got = await until(
      async () => received.find(({ body }) => body.includes(filingId)),
      (found) => found !== undefined,
    );
    const { keys } = await desk.api.get<{ keys: JWK[] }>('/v1/signing-keys', bureau);
    expect(isSigned(got, keys)).toBe(true);
    expect(isSigned(got && { ...got, body: `${got.body} ` }, keys)).toBe(false);
    const said = JSON.parse(got?.body ?? '{}') as { data: Record<string, unknown> };
    expect(said.data).toMatchObject({ filingId, province: provinceOf(newcomer.insuredRegion), state: 'ACTIVE' });

    const deliveries = `/v1/webhooks/${webhookId}/deliveries`;
    type Page = { deliveries: { state: string; lastStatus: number | null }[] };
    await until(
      async () => (await desk.api.get<Page>(deliveries, bureau)).deliveries,
      (list) => list.some(({ state, lastStatus }) => state === 'DELIVERED' && lastStatus === 204),
    );
    const removal = await desk.api.once('DELETE', `/v1/webhooks/${webhookId}`, undefined, bureau);
    expect(removal.status).toBe(200);
    expect(await filings.get(deliveries, bureau)).toMatchObject({ status: 404, body: { reason: 'WEBHOOK_NOT_FOUND' } });
  });
});

async function receiver(received: Received[]): Promise<string> {
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    received.push({ headers: request.headers, body: await text(request) });
    response.writeHead(204).end();
  };
  const server = createServer((request, response) => void take(request, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/changes`;
}

function isSigned(message: Received | undefined, keys: readonly JWK[]): boolean {
  if (!message) return false;
  const { headers, body } = message;
  const signed = Buffer.from(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`);
  const signatures = String(headers['webhook-signature'])
    .split(' ')
    .map((one) => Buffer.from(one.replace(/^v1a,/, ''), 'base64'));
  return keys.some((key) => {
    const publicKey = createPublicKey({ key, format: 'jwk' });
    return signatures.some((signature) => verify(null, signed, publicKey, signature));
  });
}
