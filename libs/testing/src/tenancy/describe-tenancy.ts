import { groupBy } from '@yiditong/chassis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, queryAs, type TestDatabase } from '../test-database.js';
import { someOfThem } from './actors.js';
import { proveTenancy } from './prove.js';
import { tenancyProblems } from './schema-problems.js';
import { seed, type Subject } from './subject.js';
import type { TenancySpec } from './tenant-table.js';

const PATIENCE = 180_000;

/** The tenancy of a service's database, the same for every service: what it says, what it does, and that the proof can fail. */
export function describeTenancy(spec: TenancySpec): void {
  describe(`the tenancy of ${spec.service}’s tables`, () => {
    let db: TestDatabase;
    let subjects: readonly Subject[];
    beforeAll(async () => {
      db = await createTestDatabase(spec.service, spec.migrations);
      await spec.prepare?.(db);
      subjects = await seed(spec, db);
    });
    afterAll(() => db.drop());

    it('is what is said of it: policies, keys, roles and privileges', async () => {
      expect(await tenancyProblems(spec, db)).toEqual([]);
    });

    it('holds for every verb between all pairs of provinces', { timeout: PATIENCE }, async () => {
      const begun = performance.now();
      const { checks, breaches } = await proveTenancy(spec, db, subjects);
      const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
      process.stdout.write(`tenancy of ${spec.service}: ${subjects.length} tables, ${checks} checks, ${seconds} s\n`);
      expect(summary(breaches)).toEqual([]);
    });

    // A proof that can't fail proves nothing. With few actors, since it is the tables that are in question here.
    it.each([
      ['is not forced on its owner', ({ name }: Subject) => `ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY`],
      ['has lost its policies', dropPolicies],
    ])('is not proven of any table that %s', { timeout: PATIENCE }, async (_what, sabotage) => {
      for (const subject of subjects) await queryAs(db.superuserUrl, sabotage(subject));
      const { breaches } = await proveTenancy(spec, db, subjects, someOfThem(subjects));
      const problems = await tenancyProblems(spec, db);
      const tables = subjects.map(({ name }) => name).sort();
      expect([subjectsOf(breaches, ':'), subjectsOf(problems, ' ')]).toEqual([tables, tables]);
    });
  });
}

/** One breach of each table and verb, and how many more there are. */
function summary(breaches: readonly string[]): string[] {
  const groups = groupBy(breaches, (breach) => breach.split(' by ')[0] ?? breach);
  return [...groups.values()].map(([first = '', ...more]) =>
    more.length === 0 ? first : `${first}, and ${more.length} more`,
  );
}

function subjectsOf(sentences: readonly string[], end: string): string[] {
  return [...new Set(sentences.map((sentence) => sentence.split(end)[0] ?? ''))].sort();
}

function dropPolicies({ name }: Subject): string {
  return `DO $$ DECLARE policy name; BEGIN
    FOR policy IN SELECT polname FROM pg_policy WHERE polrelid = '${name}'::regclass LOOP EXECUTE format('DROP POLICY %I ON ${name}', policy); END LOOP;
  END $$`;
}
