import { describe, expect, it } from 'vitest';
import { Database } from './database.js';
import { isServing, type Readiness } from './run-service.js';

class Shelf implements Readiness {
  isReady = false;
}

/** An app whose database answers or doesn’t. */
function appWith(shelf: Shelf, answers: boolean): Parameters<typeof isServing>[0] {
  const query = (): Promise<unknown> => (answers ? Promise.resolve([]) : Promise.reject(new Error('down')));
  const providers = new Map<unknown, unknown>([
    [Shelf, shelf],
    [Database, { dataSource: { query } }],
  ]);
  return { get: (token: unknown) => providers.get(token) } as Parameters<typeof isServing>[0];
}

describe('a service', () => {
  it.each([true, false])('that needs nothing but its database serves as that answers: %s', async (answers) => {
    expect(await isServing(appWith(new Shelf(), answers), {})).toBe(answers);
  });

  it.each([true, false])(
    'that gets something ready serves no earlier, and as its database answers: %s',
    async (answers) => {
      const shelf = new Shelf();
      const app = appWith(shelf, answers);
      expect(await isServing(app, { readiness: Shelf })).toBe(false);
      shelf.isReady = true;
      expect(await isServing(app, { readiness: Shelf })).toBe(answers);
    },
  );
});
