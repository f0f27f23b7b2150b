import { narrowTenancySql, tenancySql } from '@yiditong/chassis';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, queryAs, type TestDatabase } from '../test-database.js';
import { someOfThem } from './actors.js';
import { MIGRATIONS } from './chassis-tables.js';
import { proveTenancy } from './prove.js';
import { areaOf, institutionOf, uuidOf } from './sample-values.js';
import { tenancyProblems } from './schema-problems.js';
import { seed, type Subject } from './subject.js';
import type { TenancySpec } from './tenant-table.js';

const ALL = ['DELETE', 'INSERT', 'SELECT', 'UPDATE'];
const visitors = {
  provinces: ['insured_province', 'treating_province'],
  areas: ['insured_region'],
  person: 'person_id',
  institution: 'institution_code',
};
const ofProvince = { provinces: ['province'] };

class ProofTables1763740800000 implements MigrationInterface {
  readonly name = 'ProofTables1763740800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE visit (
        insured_province char(6) NOT NULL, treating_province char(6) NOT NULL, insured_region char(6) NOT NULL,
        person_id uuid NOT NULL, institution_code char(12) NOT NULL, id int NOT NULL, note text NOT NULL DEFAULT '',
        CONSTRAINT visit_pk PRIMARY KEY (id, insured_province, treating_province));
      CREATE TABLE version (
        province char(6) NOT NULL, id int NOT NULL, note text,
        CONSTRAINT version_pk PRIMARY KEY (province, id));
      CREATE TABLE entry (
        province char(6) NOT NULL, version_id int NOT NULL, id int NOT NULL, note text,
        CONSTRAINT entry_pk PRIMARY KEY (province, version_id, id),
        CONSTRAINT entry_version FOREIGN KEY (province, version_id) REFERENCES version (province, id));
      ${narrowTenancySql('visit', visitors)}
      ${tenancySql('version', 'province')}
      ${tenancySql('entry', 'province')}
      GRANT SELECT, INSERT, UPDATE, DELETE ON visit, version, entry TO testing_app;`);
  }

  async down(): Promise<void> {
    // Its databases are dropped whole.
  }
}

const note = { note: 'changed' };
const SPEC: TenancySpec = {
  service: 'testing',
  migrations: [ProofTables1763740800000],
  tables: {
    visit: {
      tenancy: visitors,
      grants: ALL,
      row: (province, other, n) => ({
        insured_province: province,
        treating_province: other,
        insured_region: areaOf(province, n),
        person_id: uuidOf(n),
        institution_code: institutionOf(n),
        id: n,
      }),
      change: note,
    },
    version: { tenancy: ofProvince, grants: ALL, row: (province, _, n) => ({ province, id: n }), change: note },
    entry: {
      tenancy: ofProvince,
      grants: ALL,
      row: (province, _, n) => ({ province, version_id: n, id: n }),
      change: note,
    },
  },
  tenantless: { migrations: MIGRATIONS },
};

let db: TestDatabase;
let subjects: readonly Subject[];

beforeAll(async () => {
  db = await createTestDatabase('testing', SPEC.migrations);
  subjects = await seed(SPEC, db);
});
afterAll(() => db.drop());

const prove = (): ReturnType<typeof proveTenancy> => proveTenancy(SPEC, db, subjects, [null, ...someOfThem(subjects)]);

/** What is done to a table and how it is undone; what PostgreSQL's description and what the trials must then say. */
type Sabotage = readonly [title: string, done: string, undone: string, problem: string, breach: string];

const REGION_ONLY = "current_setting('app.region', true) IN (insured_province, treating_province, '000000')";

const POLICIES: readonly Sabotage[] = [
  [
    'a table is not secured',
    'ALTER TABLE visit DISABLE ROW LEVEL SECURITY',
    'ALTER TABLE visit ENABLE ROW LEVEL SECURITY',
    'visit is not secured and forced',
    'visit: SELECT by 130000 as testing_app reached the row',
  ],
  [
    'a table is not forced on its owner',
    'ALTER TABLE entry NO FORCE ROW LEVEL SECURITY',
    'ALTER TABLE entry FORCE ROW LEVEL SECURITY',
    'entry is not secured and forced',
    'entry: SELECT by 130000 as testing_owner reached the row',
  ],
  [
    'a policy is gone',
    'DROP POLICY tenant ON visit',
    narrowTenancySql('visit', visitors),
    'visit lacks the policy tenant permissive ALL',
    'visit: SELECT by 130000 as testing_app did not reach the row',
  ],
  [
    'a second policy lets everybody read',
    'CREATE POLICY open ON version FOR SELECT USING (true)',
    'DROP POLICY open ON version',
    'version has a policy that is not meant: open permissive SELECT',
    'version: SELECT by nobody as testing_app reached the row',
  ],
  [
    'a second policy lets everybody insert',
    'CREATE POLICY open ON entry FOR INSERT WITH CHECK (true)',
    'DROP POLICY open ON entry',
    'entry has a policy that is not meant: open permissive INSERT',
    'entry: INSERT of a row of another’s by 130000 as testing_app on a row of 110000 was answered 23505',
  ],
  [
    'a second policy lets everybody change what he can’t read',
    'CREATE POLICY open ON visit FOR UPDATE USING (true)',
    'DROP POLICY open ON visit',
    'visit has a policy that is not meant: open permissive UPDATE',
    'visit: UPDATE by 130000 as testing_app reached',
  ],
  [
    'a second policy lets everybody give rows away',
    'CREATE POLICY open ON entry FOR UPDATE USING (false) WITH CHECK (true)',
    'DROP POLICY open ON entry',
    'entry has a policy that is not meant: open permissive UPDATE',
    'entry: UPDATE that gives away by 130000 as testing_app on a row of 110000 was answered 23503',
  ],
  [
    'a second policy lets everybody delete',
    'CREATE POLICY open ON visit FOR DELETE USING (true)',
    'DROP POLICY open ON visit',
    'visit has a policy that is not meant: open permissive DELETE',
    'visit: DELETE by 130000 as testing_owner reached',
  ],
  [
    'a policy forgets areas, persons and hospitals',
    `ALTER POLICY tenant ON visit USING (${REGION_ONLY}) WITH CHECK (${REGION_ONLY})`,
    `DROP POLICY tenant ON visit; ${narrowTenancySql('visit', visitors)}`,
    'visit has a policy that is not meant: tenant',
    'visit: SELECT by 130000/130300 as testing_app reached the row',
  ],
];

const KEYS: readonly Sabotage[] = [
  [
    'a unique key has no tenant',
    'CREATE UNIQUE INDEX leak ON version (id)',
    'DROP INDEX leak',
    'version has the key leak without province',
    'version: INSERT of an own row like another’s by 130000 as testing_app was answered 23505',
  ],
  [
    'a unique key has one of two parties only',
    'CREATE UNIQUE INDEX leak ON visit (id, insured_province)',
    'DROP INDEX leak',
    'visit has the key leak without treating_province',
    'visit: INSERT of an own row like another’s by 130000 as testing_app was answered 23505',
  ],
  [
    'a key swallows a row since another has it',
    'CREATE UNIQUE INDEX leak ON entry (version_id, id)',
    'DROP INDEX leak',
    'entry has the key leak without province',
    'entry: INSERT … ON CONFLICT DO NOTHING of an own row like another’s by 130000 as testing_app reached 0 rows',
  ],
  [
    'an exclusion has no tenant',
    'ALTER TABLE version ADD CONSTRAINT leak EXCLUDE (id WITH =)',
    'ALTER TABLE version DROP CONSTRAINT leak',
    'version has the key leak without province',
    'version: INSERT of an own row like another’s by 130000 as testing_app was answered 23P01',
  ],
  [
    'a reference crosses tenants',
    `CREATE UNIQUE INDEX version_id ON version (id);
     ALTER TABLE entry ADD CONSTRAINT crossing FOREIGN KEY (version_id) REFERENCES version (id)`,
    'ALTER TABLE entry DROP CONSTRAINT crossing; DROP INDEX version_id',
    'entry has the key crossing without province',
    'version: INSERT of an own row like another’s by 130000 as testing_app was answered 23505',
  ],
];

const RIGHTS: readonly Sabotage[] = [
  [
    'the service may truncate',
    'GRANT TRUNCATE ON entry TO testing_app',
    'REVOKE TRUNCATE ON entry FROM testing_app',
    'entry is open to the service by TRUNCATE',
    'entry: TRUNCATE by nobody as testing_app was not refused',
  ],
  [
    'the service bypasses row-level security',
    'ALTER ROLE testing_app BYPASSRLS',
    'ALTER ROLE testing_app NOBYPASSRLS',
    'testing_app bypasses row-level security',
    'entry: SELECT by 130000 as testing_app reached the row',
  ],
  [
    'the service is a member of its owner',
    'GRANT testing_owner TO testing_app',
    'REVOKE testing_owner FROM testing_app',
    'testing_app is a member of testing_owner',
    'visit: TRUNCATE by 130000 as testing_app was not refused',
  ],
  [
    'the service owns a table',
    'CREATE TABLE forgotten (id int); ALTER TABLE forgotten OWNER TO testing_app',
    'DROP TABLE forgotten',
    'testing_app owns table forgotten',
    'forgotten: nobody gave rows for it',
  ],
  [
    'a view shows what its owner sees',
    'CREATE VIEW everything AS SELECT * FROM entry; GRANT SELECT ON everything TO testing_app',
    'DROP VIEW everything',
    'everything is a view that shows what its owner sees',
    'everything: nobody gave rows for it',
  ],
  [
    'a rule does something else',
    'CREATE RULE copied AS ON DELETE TO entry DO ALSO NOTIFY entries',
    'DROP RULE copied ON entry',
    'entry has the rule copied',
    'entry: DELETE … RETURNING by nobody as testing_app was answered 0A000',
  ],
  [
    'sessions begin as somebody',
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET app.region = %L', current_database(), '130000'); END $$",
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET app.region', current_database()); END $$",
    'sessions begin with app.region=130000',
    'app.region: is open on a connection of testing_app that served nobody before',
  ],
];

/** What nobody who tries would notice. */
const UNSEEN: readonly (readonly [title: string, done: string, undone: string, problem: string])[] = [
  [
    'a function has its owner’s rights',
    'CREATE FUNCTION everything() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM entry $$',
    'DROP FUNCTION everything()',
    'everything() runs with the rights of its owner',
  ],
  [
    'a table has a trigger',
    `CREATE TRIGGER noticed BEFORE UPDATE ON entry FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
    'DROP TRIGGER noticed ON entry',
    'entry has the trigger noticed',
  ],
  [
    'everybody may read a column',
    'GRANT SELECT (note) ON entry TO PUBLIC',
    'REVOKE SELECT (note) ON entry FROM PUBLIC',
    'entry is open to the service by SELECT (note)',
  ],
  [
    'the service may make tables',
    'GRANT CREATE ON SCHEMA public TO testing_app',
    'REVOKE CREATE ON SCHEMA public FROM testing_app',
    'testing_app may create in public',
  ],
  [
    'a table is not named',
    'CREATE TABLE forgotten (province char(6))',
    'DROP TABLE forgotten',
    'forgotten is not named in the specification',
  ],
  [
    'a column names a tenant that nobody thought of',
    'ALTER TABLE entry ADD treating_region char(6)',
    'ALTER TABLE entry DROP treating_region',
    'entry has treating_region, of which the specification says nothing',
  ],
  [
    'a row may be nobody’s',
    'ALTER TABLE visit DROP CONSTRAINT visit_pk; ALTER TABLE visit ALTER insured_province DROP NOT NULL',
    `ALTER TABLE visit ALTER insured_province SET NOT NULL;
     ALTER TABLE visit ADD CONSTRAINT visit_pk PRIMARY KEY (id, insured_province, treating_province)`,
    'visit may leave out insured_province',
  ],
];

async function during<T>(done: string, undone: string, work: () => Promise<T>): Promise<T> {
  await queryAs(db.superuserUrl, done);
  try {
    return await work();
  } finally {
    await queryAs(db.superuserUrl, undone);
  }
}

const containing = (text: string) => expect.arrayContaining([expect.stringContaining(text)]);

describe('the proof of tenancy', () => {
  it('finds nothing where nothing is wrong', async () => {
    expect(await tenancyProblems(SPEC, db)).toEqual([]);
    expect((await prove()).breaches).toEqual([]);
  });

  it.each(POLICIES)('finds out, and in which table alone, that %s', async (_, done, undone, problem, breach) => {
    const found = await during(done, undone, async () => [await tenancyProblems(SPEC, db), (await prove()).breaches]);
    expect(found).toEqual([containing(problem), containing(breach)]);
    const tables = found[1]?.map((text) => text.split(':')[0]);
    expect([...new Set(tables)]).toEqual([breach.split(':')[0]]);
  });

  it.each([...KEYS, ...RIGHTS])('finds out that %s', async (_, done, undone, problem, breach) => {
    const found = await during(done, undone, async () => [await tenancyProblems(SPEC, db), (await prove()).breaches]);
    expect(found).toEqual([containing(problem), containing(breach)]);
  });

  it.each(UNSEEN)('is told by what PostgreSQL says of itself that %s', async (_, done, undone, problem) => {
    expect(await during(done, undone, () => tenancyProblems(SPEC, db))).toEqual(containing(problem));
  });

  it('asks for rows of every table and every province', async () => {
    const { entry: _entry, ...tables } = SPEC.tables;
    expect((await proveTenancy({ ...SPEC, tables }, db, subjects.slice(0, 2), [])).breaches).toEqual([
      'entry: nobody gave rows for it',
    ]);
    const few = subjects.map((subject) => ({ ...subject, rows: subject.rows.slice(0, 90) }));
    expect((await proveTenancy(SPEC, db, few, [])).breaches).toContain(
      'entry: there is no row with 650000 as its province',
    );
  });
});
