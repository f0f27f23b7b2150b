import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor, RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { FixedClock } from '@yiditong/testing';
import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import type { Authenticator } from '../auth/authenticator.js';
import { EventStreams } from './event-streams.js';

const NOW = new Date('2026-11-20T10:00:00Z');
const CLERK: Actor = { role: 'bureau', region: '130000', subject: 'b', rank: 'clerk' };
const WATCHED = { personId: '', forPersonId: '', insuredRegion: '130000' };
const REQUEST = {} as FastifyRequest;

const event = (sequence: bigint): filingV1.FilingEventRecord => ({
  sequence,
  eventId: '01890a5d-ac96-774b-bcce-b302099a8057',
  province: '130000',
  type: 'filing.accept',
  personId: '',
  insuredRegion: '131000',
  content: '{"note":"two\\nlines"}',
  recordedAt: { seconds: BigInt(NOW.getTime() / 1_000), nanos: 0 },
});

type Answer = filingV1.ListEventsResponse | Rejection;

/** Streams over a service that answers in turn, and nothing new once the answers are used up. */
function streamsOver(answers: Answer[], authenticate: () => Promise<unknown> = () => Promise.resolve(CLERK)) {
  const asked: bigint[] = [];
  const call = async (_: string, { after }: { readonly after: bigint }) => {
    asked.push(after);
    const answer = answers.shift() ?? { events: [], nextAfter: after };
    if (answer instanceof Rejection) throw answer;
    return answer;
  };
  const clock = new FixedClock(NOW);
  const client = { call } as unknown as RpcClient<filingV1.NotificationServiceClient>;
  const streams = new EventStreams(client, { authenticate } as unknown as Authenticator, clock);
  return { streams, asked, clock };
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

describe('a stream of events', () => {
  it('has each event as one frame, asks on where the page before ended, and ends when the gateway stops', async () => {
    const { streams, asked } = streamsOver([{ events: [event(7n), event(9n)], nextAfter: 9n }]);
    const stream = await streams.watch(CLERK, WATCHED, 6n, REQUEST);
    const reading = textOf(stream);
    while (asked.length < 2) await sleep(10);
    streams.onModuleDestroy();
    const frames = (await reading).split('\n\n').filter((frame) => frame !== '');
    expect(frames).toHaveLength(3);
    expect(frames[1]).toMatch(/^id: 7\nevent: filing\.accept\ndata: \{.*"two\\nlines".*\}$/);
    expect(frames[2]).toMatch(/^id: 9\n/);
    expect(asked.slice(0, 2)).toEqual([6n, 9n]);
  });

  it('goes on at once after a full page', async () => {
    const full = { events: Array.from({ length: 500 }, (_, at) => event(BigInt(at + 1))), nextAfter: 500n };
    const { streams, asked } = streamsOver([full]);
    const stream = await streams.watch(CLERK, WATCHED, 0n, REQUEST);
    const reading = textOf(stream);
    await sleep(100);
    expect(asked).toEqual([0n, 500n]);
    streams.onModuleDestroy();
    await reading;
  });

  it('waits for a service that starts again', async () => {
    const { streams, asked } = streamsOver([
      { events: [], nextAfter: 3n },
      new Rejection('SERVICE_UNAVAILABLE', { service: 'filing' }),
      { events: [event(4n)], nextAfter: 4n },
    ]);
    const stream = await streams.watch(CLERK, WATCHED, -1n, REQUEST);
    const reading = textOf(stream);
    while (asked.length < 4) await sleep(20);
    streams.onModuleDestroy();
    expect(await reading).toContain('id: 4\n');
    expect(asked).toEqual([-1n, 3n, 3n, 4n]);
  });

  it('ends with the reason once the credential is no longer good', async () => {
    const { streams, clock } = streamsOver([], () => Promise.reject(new Rejection('CREDENTIAL_REVOKED')));
    const stream = await streams.watch(CLERK, WATCHED, -1n, REQUEST);
    const reading = textOf(stream);
    await sleep(10);
    clock.moveTo(new Date(NOW.getTime() + 15_000));
    expect(await reading).toMatch(/event: end\ndata: \{"reason":"CREDENTIAL_REVOKED"\}\n\n$/);
  });

  it('is refused before it begins, as the service refuses', async () => {
    const { streams } = streamsOver([new Rejection('FAMILY_ACCESS_MISSING')]);
    await expect(streams.watch(CLERK, WATCHED, 0n, REQUEST)).rejects.toMatchObject({ reason: 'FAMILY_ACCESS_MISSING' });
  });

  it('is one of five of an actor; a sixth is refused until one of them ends, read or not', async () => {
    const { streams } = streamsOver([]);
    const open = await Promise.all(Array.from({ length: 5 }, () => streams.watch(CLERK, WATCHED, 0n, REQUEST)));
    await expect(streams.watch(CLERK, WATCHED, 0n, REQUEST)).rejects.toMatchObject({ reason: 'TOO_MANY_REQUESTS' });
    const other = await streams.watch({ ...CLERK, subject: 'c' }, WATCHED, 0n, REQUEST);
    other.destroy();
    open[0]?.destroy();
    await sleep(0);
    const again = await streams.watch(CLERK, WATCHED, 0n, REQUEST);
    for (const stream of [...open, again]) stream.destroy();
  });
});
