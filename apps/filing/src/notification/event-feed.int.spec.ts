import { randomUUID } from 'node:crypto';
import { serviceActor, type Actor } from '@yiditong/chassis';
import { createTestDatabase, patiently, queryAs, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ActingService } from '../family/acting.service.js';
import { migrations } from '../migrations/index.js';
import { EventFeedService, FROM_NOW_ON, type FeedQuestion } from './event-feed.service.js';
import { appendEvents, type NewEvent } from './event.store.js';

const RECORDED_AT = new Date('2026-03-01T02:00:00Z');
const bureau = (region: string, area?: string): Actor => ({
  role: 'bureau',
  region,
  subject: 'b',
  rank: 'clerk',
  area,
});
const insured = (region: string, person: string): Actor => ({ role: 'insured', region, subject: 'app', person });

let db: TestDatabase;
let feed: EventFeedService;
beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  feed = new EventFeedService(db.database, new ActingService(db.database));
});
afterAll(() => db.drop());

function event(insuredRegion: string, personId: string | null, mark = 0): NewEvent {
  const province = `${insuredRegion.slice(0, 2)}0000`;
  return { province, insuredRegion, type: 'filing.submit', personId, content: { mark }, recordedAt: RECORDED_AT };
}

async function happen(...events: readonly NewEvent[]): Promise<void> {
  const province = events[0]?.province ?? '';
  await db.database.transaction(serviceActor('filing', province), (tx) => appendEvents(tx, events));
}

/** All from a position on, page by page, and the position to go on from. */
async function readOn(actor: Actor, question: Omit<FeedQuestion, 'limit'>, limit = 7) {
  const read: { sequence: bigint; mark: number }[] = [];
  for (let { after } = question; ;) {
    const page = await feed.read(actor, { ...question, after, limit });
    for (const { sequence, content } of page.events)
      read.push({ sequence, mark: (JSON.parse(content) as { mark: number }).mark });
    if (page.events.length < limit) return { read, after: page.nextAfter };
    after = page.nextAfter;
  }
}

describe('the feed of a province', () => {
  it('misses nothing and repeats nothing while eight write at once', async () => {
    const WRITERS = 8;
    const EACH = 50;
    const province = bureau('610000');
    const seen: { sequence: bigint; mark: number }[] = [];
    let writing = true;
    const follower = (async () => {
      for (let after = 0n, last = false; ;) {
        last = !writing;
        const { read, after: next } = await readOn(province, { personId: '', insuredRegion: '610000', after });
        seen.push(...read);
        after = next;
        if (last) return;
      }
    })();
    const write = async (_: unknown, writer: number): Promise<void> => {
      for (let n = 0; n < EACH; n++)
        await patiently(() =>
          db.database.transaction(serviceActor('filing', '610000'), async (tx) => {
            await appendEvents(tx, [event('610100', randomUUID(), writer * EACH + n)]);
            // The commit comes later than that of others, who would have a higher number if they didn't wait.
            if (n % 5 === 0) await tx.query('SELECT pg_sleep(0.004)');
          }),
        );
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    writing = false;
    await follower;
    expect(seen.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: WRITERS * EACH }, (_, n) => BigInt(n + 1)),
    );
    expect(new Set(seen.map(({ mark }) => mark)).size).toBe(WRITERS * EACH);
  });

  it('leaves no gap where what happened was undone', async () => {
    const undone = db.database.transaction(serviceActor('filing', '420000'), async (tx) => {
      await appendEvents(tx, [event('420100', null)]);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await happen(event('420100', null, 1), event('420100', null, 2));
    const { read } = await readOn(bureau('420000'), { personId: '', insuredRegion: '420000', after: 0n });
    expect(read).toEqual([
      { sequence: 1n, mark: 1 },
      { sequence: 2n, mark: 2 },
    ]);
  });

  it('begins with what is yet to happen for who asks so', async () => {
    const from = { personId: '', insuredRegion: '330000' };
    await happen(event('330100', null, 1));
    const { read, after } = await readOn(bureau('330000'), { ...from, after: FROM_NOW_ON });
    expect({ read, after }).toEqual({ read: [], after: 1n });
    await happen(event('330100', null, 2));
    expect((await readOn(bureau('330000'), { ...from, after })).read).toEqual([{ sequence: 2n, mark: 2 }]);
  });

  it('goes on from its head for who comes with a position that it never gave', async () => {
    const page = { personId: '', insuredRegion: '330000', after: 9_000n };
    expect(await readOn(bureau('330000'), page)).toEqual({ read: [], after: 2n });
  });
});

describe('whose events', () => {
  const [person, neighbour] = [randomUUID(), randomUUID()];
  const marksOf = async (actor: Actor, question: Omit<FeedQuestion, 'after' | 'limit'>) =>
    (await readOn(actor, { ...question, after: 0n }, 2)).read.map(({ mark }) => mark);
  beforeAll(async () => {
    await happen(
      event('130100', person, 1),
      event('130100', neighbour, 2),
      event('131000', person, 3),
      event('130000', null, 4),
    );
    await happen(event('140100', randomUUID(), 5));
  });

  it('are all of the province for its bureau', async () => {
    expect(await marksOf(bureau('130000'), { personId: '', insuredRegion: '130000' })).toEqual([1, 2, 3, 4]);
  });
  it('are those of a division that the bureau asks for', async () => {
    expect(await marksOf(bureau('130000'), { personId: '', insuredRegion: '131000' })).toEqual([3]);
  });
  it('are those of a person that the bureau asks for', async () => {
    expect(await marksOf(bureau('130000'), { personId: neighbour, insuredRegion: '130000' })).toEqual([2]);
  });
  it('are an area’s own, whatever it asks for', async () => {
    const area = bureau('130000', '130100');
    expect(await marksOf(area, { personId: '', insuredRegion: '130100' })).toEqual([1, 2]);
    expect(await marksOf(area, { personId: '', insuredRegion: '130000' })).toEqual([1, 2]);
    expect(await marksOf(area, { personId: '', insuredRegion: '131000' })).toEqual([]);
  });
  it('are a person’s own', async () => {
    expect(await marksOf(insured('130000', person), { personId: person })).toEqual([1, 3]);
    await expect(marksOf(insured('130000', person), { personId: neighbour })).rejects.toMatchObject({
      reason: 'NOT_PERMITTED',
    });
  });
  it('are not another province’s', async () => {
    await expect(marksOf(bureau('140000'), { personId: '', insuredRegion: '130000' })).rejects.toThrow();
    expect(await marksOf(insured('140000', person), { personId: person })).toEqual([]);
  });
  it('are those of who lets one act for him, for as long as he does', async () => {
    const agent = insured('140000', randomUUID());
    const question = { personId: agent.person ?? '', forPersonId: person };
    const refused = () => expect(marksOf(agent, question)).rejects.toMatchObject({ reason: 'FAMILY_ACCESS_MISSING' });
    await refused();
    await queryAs(
      db.superuserUrl,
      `INSERT INTO family_access (person_id, access_id, province, agent_person_id, agent_province, relation, granted_at)
       VALUES ($1, $2, '130000', $3, '140000', 'CHILD', now())`,
      [person, randomUUID(), agent.person],
    );
    expect(await marksOf(agent, question)).toEqual([1, 3]);
    await queryAs(db.superuserUrl, 'UPDATE family_access SET revoked_at = now() WHERE person_id = $1', [person]);
    await refused();
  });
});
