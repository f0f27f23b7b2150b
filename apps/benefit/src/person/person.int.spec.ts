import { createHash, randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Purpose } from '@yiditong/access';
import {
  encodeInstant,
  freeze,
  nationalActor,
  RotationService,
  serviceActor,
  thaw,
  type Actor,
  type PersonalDataVault,
  type RpcClient,
} from '@yiditong/chassis';
import { idNumberCheck, NATION } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import {
  createTestDatabase,
  FixedClock,
  queryAs,
  tablesHolding,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { InsuranceRelay } from './insurance-relay.service.js';
import { PersonService, type PersonEntry } from './person.service.js';
import { PERSONAL_DATA } from './person.store.js';

const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'bureau', rank: 'supervisor' };
const CLERK: Actor = { ...BUREAU, rank: 'clerk' };
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: 'H11010500001' };
const PERSON_UNKNOWN = { reason: 'PERSON_UNKNOWN' };

let db: TestDatabase;
let persons: PersonService;
let sequence = 0;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await createTestDatabase('benefit', migrations);
  persons = serviceWith(testVault());
});
afterAll(() => db.drop());

/** Never started, so that what filing is to be told stays in the outbox. */
function untold(): InsuranceRelay {
  return new InsuranceRelay(db.database, {} as unknown as RpcClient<filingV1.FactServiceClient>);
}

const requestId = (): string => `request-${++sequence}`;

function serviceWith(vault: PersonalDataVault): PersonService {
  return new PersonService(db.database, new FixedClock(new Date('2026-05-01T00:00:00Z')), vault, untold());
}

function newEntry(change: Partial<PersonEntry> = {}): PersonEntry {
  const first17 = `61010119800101${String(++sequence).padStart(3, '0')}`;
  return {
    personId: randomUUID(),
    idNumber: first17 + idNumberCheck(first17),
    insuredRegion: '610100',
    insurance: 'EMPLOYEE',
    personType: 'ACTIVE',
    active: true,
    name: `欧阳测试${sequence}`,
    phone: `154${String(sequence).padStart(8, '0')}`,
    tags: [],
    ...change,
  };
}

async function insure(change: Partial<PersonEntry> = {}, service = persons): Promise<PersonEntry> {
  const entry = newEntry(change);
  await service.register(BUREAU, requestId(), '610000', [entry]);
  return entry;
}

const self = (person: string): Actor => ({ role: 'insured', region: '610000', subject: 'app', person });

describe('what is kept of a person', () => {
  it('is nothing in clear, in any column of any table, also after an update and a repeat', async () => {
    const entry = newEntry();
    const key = requestId();
    await persons.register(BUREAU, key, '610000', [entry]);
    await persons.register(BUREAU, key, '610000', [entry]);
    await insure({ ...entry, phone: '15499999999' });
    await persons.find(HOSPITAL, entry.idNumber);
    const { personId, idNumber, name, phone } = entry;
    for (const text of [idNumber, name, phone ?? '', '15499999999', '1980-01-01', '19800101'])
      expect(await tablesHolding(db, text), text).toEqual([]);
    expect(await tablesHolding(db, personId)).not.toEqual([]);
  });

  it('is another entry with other tags: the request that names them under a used id is refused', async () => {
    const entry = newEntry({ tags: ['低保'] });
    const key = requestId();
    await persons.register(BUREAU, key, '610000', [entry]);
    const other = persons.register(BUREAU, key, '610000', [{ ...entry, tags: ['特困'] }]);
    await expect(other).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await tablesHolding(db, '低保')).toEqual([]);
  });

  it('cannot be found by hashing all ID numbers: neither the index nor the body hash is of anything but a key', async () => {
    const entry = newEntry();
    await persons.register(BUREAU, requestId(), '610000', [entry]);
    const { idNumber, name, phone } = entry;
    const known = { ...entry, province: '610000' };
    const guesses = [idNumber, freeze(idNumber), freeze([entry]), freeze([known]), freeze({ idNumber, name, phone })];
    for (const guess of guesses)
      for (const digest of ['sha256', 'sm3'])
        expect(await tablesHolding(db, createHash(digest).update(guess).digest('hex'))).toEqual([]);
  });

  it('is replaced as a whole by a later entry', async () => {
    const entry = await insure();
    await insure({ ...entry, name: '张改名', phone: null, active: false });
    expect(await persons.get(self(entry.personId), entry.personId, 'OWN_RECORD')).toMatchObject({
      idNumber: entry.idNumber,
      name: '张改名',
      phone: null,
      active: false,
    });
  });

  it('does not open in another row that it was copied to, and that is a fault, not an empty answer', async () => {
    const [from, to] = [await insure(), await insure()];
    const copy = `UPDATE insured_person SET personal_sealed = (SELECT personal_sealed FROM insured_person WHERE person_id = $1)`;
    await queryAs(db.superuserUrl, `${copy} WHERE person_id = $2`, [from.personId, to.personId]);
    const reading = persons.get(self(to.personId), to.personId, 'OWN_RECORD');
    await expect(reading).rejects.toThrow('does not open');
    await expect(reading).rejects.toMatchObject({ name: 'SealBroken' });
    await queryAs(db.superuserUrl, 'DELETE FROM insured_person WHERE person_id = $1', [to.personId]);
  });

  it('opens whichever way the id was spelled when it was entered', async () => {
    const entry = await insure({ personId: randomUUID().toUpperCase() });
    const personId = entry.personId.toLowerCase();
    expect((await persons.get(self(personId), personId, 'OWN_RECORD')).idNumber).toBe(entry.idNumber);
  });
});

describe('an entry is refused, and says by its place only what is wrong', () => {
  it.each<[string, Partial<PersonEntry>, string, string]>([
    ['without a name', { name: '  ' }, 'REQUEST_MALFORMED', 'persons.1.name must be 1 to 50 characters'],
    [
      'with a name too long',
      { name: '名'.repeat(51) },
      'REQUEST_MALFORMED',
      'persons.1.name must be 1 to 50 characters',
    ],
    ['with a NUL in its name', { name: '张\u0000' }, 'REQUEST_MALFORMED', 'persons.1.name must be 1 to 50 characters'],
    ['with half a number', { phone: '1381234' }, 'REQUEST_MALFORMED', 'persons.1.phone is not a telephone number'],
    ['with a tag twice', { tags: ['低保', '低保'] }, 'REQUEST_MALFORMED', 'persons.1.tags has one twice'],
    [
      'with a tag of two lines',
      { tags: ['低\n保'] },
      'REQUEST_MALFORMED',
      'persons.1.tags must be at most 20 names of 1 to 20 characters',
    ],
  ])('%s', async (_, change, reason, problem) => {
    const refused = persons.register(BUREAU, requestId(), '610000', [newEntry(), newEntry(change)]);
    await expect(refused).rejects.toMatchObject({ reason, params: { problem } });
  });
});

describe('a person is found', () => {
  it('by the ID number in any way of writing it, with a masked name', async () => {
    const { personId, idNumber } = await insure({ name: '欧阳测试' });
    const wide = idNumber.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    for (const written of [idNumber, idNumber.toLowerCase(), ` ${idNumber} `, wide])
      expect(await persons.find(HOSPITAL, written)).toMatchObject({ personId, maskedName: '欧阳**' });
  });

  it('where the bureau wrote it in full width too', async () => {
    const entry = newEntry();
    const wide = entry.idNumber.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    await persons.register(BUREAU, requestId(), '610000', [{ ...entry, idNumber: wide }]);
    expect((await persons.find(HOSPITAL, entry.idNumber)).personId).toBe(entry.personId);
    expect((await persons.get(self(entry.personId), entry.personId, 'OWN_RECORD')).idNumber).toBe(entry.idNumber);
  });

  it('where he is insured now; where two provinces both say so, with the one that entered him first', async () => {
    const mine = await insure();
    const theirs = { ...mine, personId: randomUUID(), insuredRegion: '420100', name: '别人' };
    const inHubei: Actor = { ...BUREAU, region: '420000' };
    await persons.register(inHubei, requestId(), '420000', [theirs]);
    expect(await persons.find(HOSPITAL, mine.idNumber)).toMatchObject({ personId: mine.personId });
    await insure({ ...mine, active: false });
    expect(await persons.find(HOSPITAL, mine.idNumber)).toMatchObject({ personId: theirs.personId });
    await insure(mine);
    expect(await persons.find(HOSPITAL, mine.idNumber)).toMatchObject({ personId: mine.personId });
  });

  it('by no one without the key of the index', async () => {
    const { idNumber } = await insure();
    const otherKey = serviceWith(testVault({ otherIndex: true }));
    await expect(otherKey.find(HOSPITAL, idNumber)).rejects.toMatchObject(PERSON_UNKNOWN);
  });
});

describe('a person’s record', () => {
  const MASK = { name: /^欧阳\*\*$/, idNumber: /^6\*{16}.$/, phone: /^154\*{4}\d{4}$/ };
  type Field = keyof typeof MASK;
  /** How each field is shown: in clear, masked as it should be, or otherwise. */
  async function shownTo(actor: Actor, entry: PersonEntry, purpose: Purpose | null): Promise<Record<Field, string>> {
    const shown = await persons.get(actor, entry.personId, purpose);
    const how = (field: Field): string =>
      shown[field] === entry[field] ? 'clear' : MASK[field].test(shown[field] ?? '') ? 'masked' : 'otherwise';
    return { name: how('name'), idNumber: how('idNumber'), phone: how('phone') };
  }
  const masked = { name: 'masked', idNumber: 'masked', phone: 'masked' };
  const clear = { name: 'clear', idNumber: 'clear', phone: 'clear' };

  it('is masked for everybody who names no purpose', async () => {
    const entry = await insure({ name: '欧阳测试' });
    for (const actor of [self(entry.personId), BUREAU, CLERK, HOSPITAL])
      expect(await shownTo(actor, entry, null)).toEqual(masked);
  });

  it('is shown to the person, to a supervisor who reviews the case, and by name only to a hospital', async () => {
    const entry = await insure({ name: '欧阳测试' });
    expect(await shownTo(self(entry.personId), entry, 'OWN_RECORD')).toEqual(clear);
    expect(await shownTo(BUREAU, entry, 'CASE_REVIEW')).toEqual(clear);
    expect(await shownTo({ ...BUREAU, area: '610100' }, entry, 'CASE_REVIEW')).toEqual(clear);
    expect(await shownTo(HOSPITAL, entry, 'POINT_OF_CARE')).toEqual({ ...masked, name: 'clear' });
  });

  it('has tags only for whom the ID number is shown to in clear', async () => {
    const entry = await insure({ name: '欧阳测试', tags: ['低保', '公务员'] });
    const tagsFor = async (actor: Actor, purpose: Purpose | null): Promise<readonly string[]> =>
      (await persons.get(actor, entry.personId, purpose)).tags;
    expect(await tagsFor(self(entry.personId), 'OWN_RECORD')).toEqual(entry.tags);
    expect(await tagsFor(BUREAU, 'CASE_REVIEW')).toEqual(entry.tags);
    for (const actor of [self(entry.personId), BUREAU, CLERK, HOSPITAL]) expect(await tagsFor(actor, null)).toEqual([]);
    expect(await tagsFor(HOSPITAL, 'POINT_OF_CARE')).toEqual([]);
  });

  it('is not there for anybody else', async () => {
    const { personId } = await insure();
    const strangers: Actor[] = [
      self(randomUUID()),
      { ...BUREAU, region: '420000' },
      { ...BUREAU, area: '610200' },
      { ...self(personId), region: '420000' },
    ];
    for (const actor of strangers)
      for (const purpose of [null, actor.role === 'insured' ? 'OWN_RECORD' : 'CASE_REVIEW'] as const)
        await expect(persons.get(actor, personId, purpose)).rejects.toMatchObject(PERSON_UNKNOWN);
  });

  it('is refused for a purpose that isn’t the caller’s, the same whether the person exists or not', async () => {
    const { personId } = await insure();
    for (const id of [personId, randomUUID()]) {
      await expect(persons.get(CLERK, id, 'CASE_REVIEW')).rejects.toMatchObject({ reason: 'SUPERVISOR_REQUIRED' });
      await expect(persons.get(HOSPITAL, id, 'CASE_REVIEW')).rejects.toMatchObject({ reason: 'PURPOSE_NOT_PERMITTED' });
      await expect(persons.get(BUREAU, id, 'OWN_RECORD')).rejects.toMatchObject({ reason: 'PURPOSE_NOT_PERMITTED' });
    }
  });
});

describe('a rotation of the master key', () => {
  const readByAll = async (service: PersonService, entries: readonly PersonEntry[]): Promise<void> => {
    for (const entry of entries) {
      expect((await service.find(HOSPITAL, entry.idNumber)).personId).toBe(entry.personId);
      expect(await service.get(self(entry.personId), entry.personId, 'OWN_RECORD')).toMatchObject(entry);
    }
  };
  const versions = async (): Promise<number[]> => {
    const rows = await queryAs<{ version: number }>(
      db.superuserUrl,
      'SELECT DISTINCT key_version AS version FROM insured_person ORDER BY 1',
    );
    return rows.map(({ version }) => version);
  };

  it('leaves everybody found and readable before, in the middle, after a kill, and after; new entries use the newest', async () => {
    const entries = Array.from({ length: 130 }, () => newEntry());
    await persons.register(BUREAU, requestId(), '610000', entries);
    const vault = testVault({ versions: [1, 2] });
    const rotated = serviceWith(vault);
    await readByAll(rotated, entries.slice(0, 5));

    await insure({}, rotated);
    expect(await versions()).toEqual([1, 2]);
    await killAtUpdate(120);
    const rotation = new RotationService(db.database, vault, [PERSONAL_DATA]);
    await expect(rotation.rotate()).rejects.toMatchObject({ reason: 'SERVICE_UNAVAILABLE' });
    expect(await versions()).toEqual([1, 2]);
    await readByAll(rotated, entries.slice(0, 5));

    expect(await new RotationService(db.database, vault, [PERSONAL_DATA]).rotate()).toMatchObject([{ left: 0 }]);
    expect(await versions()).toEqual([2]);
    await readByAll(serviceWith(testVault({ versions: [2] })), entries);
  });

  it('to the other suite reads both side by side on the way', async () => {
    const before = await insure({}, serviceWith(testVault({ versions: [2] })));
    const chinese = serviceWith(testVault({ versions: [2, 3], suite: 'sm4-ctr-hmac-sm3' }));
    const after = await insure({}, chinese);
    await readByAll(chinese, [before, after]);
    const vault = testVault({ versions: [2, 3], suite: 'sm4-ctr-hmac-sm3' });
    await new RotationService(db.database, vault, [PERSONAL_DATA]).rotate();
    await readByAll(serviceWith(testVault({ versions: [3] })), [before, after]);
    const suites = await queryAs(
      db.superuserUrl,
      'SELECT DISTINCT get_byte(personal_sealed, 1) AS suite FROM insured_person',
    );
    expect(suites).toEqual([{ suite: 2 }]);
  });

  it('changes nothing that anybody may see of a person', async () => {
    const entry = await insure({}, serviceWith(testVault({ versions: [3] })));
    const rowOf = (): Promise<unknown[]> =>
      db.database.transaction(nationalActor('spec'), (tx) =>
        tx.query('SELECT *, NULL AS personal_sealed, NULL AS key_version FROM insured_person WHERE person_id = $1', [
          entry.personId,
        ]),
      );
    const before = await rowOf();
    await new RotationService(db.database, testVault({ versions: [3, 4] }), [PERSONAL_DATA]).rotate();
    expect(await rowOf()).toEqual(before);
  });
});

/** Makes PostgreSQL end the connection that updates the n-th person from now on, once, as a crash would. */
async function killAtUpdate(n: number): Promise<void> {
  // A sequence doesn't roll back, so that the n-th update is reached once only.
  await queryAs(
    db.superuserUrl,
    `CREATE SEQUENCE update_number;
     CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
       IF nextval('update_number') = ${n} THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
       RETURN NEW;
     END $$;
     CREATE TRIGGER end_connection AFTER UPDATE ON insured_person FOR EACH ROW EXECUTE FUNCTION end_connection()`,
  );
}

describe('how a person is insured', () => {
  const at = (text: string): FixedClock => new FixedClock(new Date(`2026-05-0${text}Z`));
  const outbox = async (personId: string): Promise<unknown[]> => {
    const rows = await queryAs<{ payload: string }>(
      db.superuserUrl,
      "SELECT payload FROM outbox WHERE topic = 'insurance' AND scope = $1 ORDER BY id",
      [personId],
    );
    return rows.map(({ payload }) => thaw(payload));
  };
  const enter = async (clock: FixedClock, entry: PersonEntry): Promise<void> => {
    const service = new PersonService(db.database, clock, testVault(), untold());
    await service.register(BUREAU, requestId(), '610000', [entry]);
  };

  it('is told to filing when it changes, and only then', async () => {
    const entry = newEntry();
    const { personId } = entry;
    await enter(at('1T00:00:00'), entry);
    await enter(at('2T00:00:00'), { ...entry, phone: null });
    await enter(at('3T00:00:00'), { ...entry, active: false });
    await enter(at('4T00:00:00'), { ...entry, insuredRegion: '610200' });
    const fact = { personId, province: '610000', insuredRegion: '610100', active: true };
    const since = (text: string) => encodeInstant(at(text).now());
    expect(await outbox(personId)).toEqual([
      { ...fact, changedAt: since('1T00:00:00') },
      { ...fact, active: false, changedAt: since('3T00:00:00') },
      { ...fact, insuredRegion: '610200', changedAt: since('4T00:00:00') },
    ]);
  });

  it('has a later instant with every change, also where the clock stands still or was set back', async () => {
    const entry = newEntry();
    await enter(at('2T00:00:00'), entry);
    await enter(at('2T00:00:00'), { ...entry, active: false });
    await enter(at('1T00:00:00'), entry);
    const [insured] = await persons.insurance(nationalActor('spec'), NATION, [entry.personId]);
    expect(insured).toMatchObject({ active: true, changedAt: new Date('2026-05-02T00:00:00.002Z') });
  });

  it('is answered to filing for the province that it asks about, and to nobody for another', async () => {
    const { personId } = await insure();
    const asked = [personId, randomUUID()];
    const answer = await persons.insurance(serviceActor('filing', '610000'), '610000', asked);
    expect(answer).toMatchObject([{ personId, province: '610000', insuredRegion: '610100', active: true }]);
    expect(await persons.insurance(serviceActor('filing', '420000'), '420000', asked)).toEqual([]);
    const foreign = persons.insurance(serviceActor('filing', '420000'), '610000', asked);
    await expect(foreign).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
  });
});
