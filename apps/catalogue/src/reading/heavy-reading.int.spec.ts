import { createTestDatabase, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { HeavyReadingService } from './heavy-reading.service.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase('catalogue', migrations);
});
afterAll(() => db.drop());

it('reads three at a time and the others in the order in which they came, failed ones or not', async () => {
  const reading = new HeavyReadingService(db.database);
  const begun: number[] = [];
  let [running, most] = [0, 0];
  const one = (n: number): Promise<void> =>
    reading.read(async (tx) => {
      begun.push(n);
      running += 1;
      most = Math.max(most, running);
      await tx.query('SELECT pg_sleep(0.01)').finally(() => (running -= 1));
      if (n % 2 === 0) throw new RangeError('even');
    });
  const places = Array.from({ length: 12 }, (_, n) => n);
  const ends = await Promise.allSettled(places.map(one));
  expect(ends.map(({ status }) => status)).toEqual(places.map((n) => (n % 2 === 0 ? 'rejected' : 'fulfilled')));
  expect(most).toBe(3);
  // The three that run begin their transactions side by side, so those may overtake one another, but none who waits is
  // forgotten: whoever begins as the nth was called among the first n + 2.
  for (const [place, n] of begun.entries()) expect(n - place).toBeLessThan(3);
});

it('sends away who would wait too long', async () => {
  const reading = new HeavyReadingService(db.database);
  const ends = await Promise.allSettled(Array.from({ length: 70 }, () => reading.read((tx) => tx.query('SELECT 1'))));
  const rejected = ends.filter(({ status }) => status === 'rejected');
  expect(rejected).toHaveLength(7);
  expect(rejected[0]).toMatchObject({ reason: { reason: 'SERVICE_UNAVAILABLE' } });
  await expect(reading.read((tx) => tx.query('SELECT 1 AS one'))).resolves.toEqual([{ one: 1 }]);
});
