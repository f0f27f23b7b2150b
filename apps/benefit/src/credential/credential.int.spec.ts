import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { sha256, type Actor, type RpcClient } from '@yiditong/chassis';
import { idNumberCheck, Rejection } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import {
  atOnce,
  createTestDatabase,
  endOf,
  FixedClock,
  patiently,
  privilegesOf,
  queryAs,
  rowCounts,
  tablesHolding,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { InsuranceRelay } from '../person/insurance-relay.service.js';
import { PersonService, type PersonEntry } from '../person/person.service.js';
import { composeToken } from './credential-token.js';
import { CredentialService, type Decoding } from './credential.service.js';
import { OutdatedCredentialsService } from './outdated-credentials.service.js';
import { RefusedDecodings } from './refused-decodings.service.js';

const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'bureau', rank: 'clerk' };
const BEGIN = new Date('2026-05-01T09:00:00+08:00');
const LIFE_MS = 60_000;
const SECOND = 1_000;
const DAY = 86_400_000;
/** 北京 and 上海; the persons are of 西安. */
const [HERE, THERE] = ['H11010500001', 'H31010100001'];

let db: TestDatabase;
let clock: FixedClock;
let persons: PersonService;
let refusals: RefusedDecodings;
let credentials: CredentialService;
let sequence = 0;

beforeAll(async () => {
  Logger.overrideLogger(false); // Refusals are what these specs are about.
  db = await createTestDatabase('benefit', migrations);
  clock = new FixedClock(BEGIN);
  persons = new PersonService(db.database, clock, testVault(), untold());
  refusals = new RefusedDecodings(clock);
  credentials = new CredentialService(db.database, clock, persons, refusals, LIFE_MS);
});
beforeEach(() => clock.moveTo(BEGIN));
afterAll(() => db.drop());

/** Never started, so that what filing is to be told stays in the outbox. */
function untold(): InsuranceRelay {
  return new InsuranceRelay(db.database, {} as unknown as RpcClient<filingV1.FactServiceClient>);
}

const after = (ms: number): void => clock.moveTo(new Date(BEGIN.getTime() + ms));
const self = (personId: string): Actor => ({ role: 'insured', region: '610000', subject: personId, person: personId });

const hospital = (institution: string): Actor => ({
  role: 'hospital',
  region: `${institution.slice(1, 3)}0000`,
  subject: institution,
  institution,
});

async function insure(change: Partial<PersonEntry> = {}): Promise<PersonEntry> {
  const first17 = `61010119800101${String(++sequence).padStart(3, '0')}`;
  const entry: PersonEntry = {
    personId: randomUUID(),
    idNumber: first17 + idNumberCheck(first17),
    insuredRegion: '610100',
    insurance: 'EMPLOYEE',
    personType: 'ACTIVE',
    active: true,
    name: '张三丰',
    phone: null,
    tags: [],
    ...change,
  };
  await persons.register(BUREAU, `request-${++sequence}`, '610000', [entry]);
  return entry;
}

async function issue(personId: string, issuedFor: string | null = null): Promise<string> {
  const { token } = await patiently(() => credentials.issue(self(personId), personId, issuedFor));
  return token;
}

const decode = (token: string, institution = HERE, visit = 'V1'): Promise<Decoding> =>
  patiently(() => credentials.decode(hospital(institution), institution, visit, token));

const ending = (token: string, institution = HERE, visit = 'V1'): Promise<string> =>
  endOf(decode(token, institution, visit), 'DECODED');

async function rowsOf(personId: string): Promise<Record<string, unknown>[]> {
  return queryAs(db.superuserUrl, 'SELECT * FROM e_credential WHERE person_id = $1 ORDER BY issued_at', [personId]);
}

async function auditOf(personId: string): Promise<{ action: string; actor: string; after_text: string }[]> {
  return queryAs(
    db.superuserUrl,
    "SELECT action, actor, after_text FROM audit_record WHERE object_id = $1 AND action LIKE '%E_CREDENTIAL' ORDER BY sequence",
    [personId],
  );
}

describe('a hospital that decodes a token', () => {
  it('is told what it needs to begin, and until when that stands', async () => {
    const { personId, idNumber } = await insure();
    const token = await issue(personId);
    after(30 * SECOND);
    expect(await decode(token)).toEqual({
      personId,
      insuredRegion: '610100',
      insurance: 'EMPLOYEE',
      personType: 'ACTIVE',
      maskedName: '张**',
      maskedIdNumber: `6****************${idNumber.slice(-1)}`,
      decodedAt: new Date(BEGIN.getTime() + 30 * SECOND),
      standsUntil: new Date('2026-05-02T00:00:00+08:00'),
    });
  });

  it('gets the first answer again for the same visit all day, also when the person’s insurance has changed', async () => {
    const person = await insure();
    const token = await issue(person.personId);
    const first = await decode(token);
    await persons.register(BUREAU, `request-${++sequence}`, '610000', [
      { ...person, insuredRegion: '610200', active: false },
    ]);
    for (const ms of [1, 2 * LIFE_MS, DAY - 9 * 3_600_000 - 1]) {
      after(ms);
      expect(await decode(token)).toEqual(first);
    }
    after(DAY - 9 * 3_600_000);
    expect(await ending(token)).toBe('E_CREDENTIAL_EXPIRED');
  });

  it.each([
    ['another hospital', THERE, 'V1'],
    ['another visit', HERE, 'V2'],
  ])('has it for itself: %s is refused', async (_, institution, visit) => {
    const token = await issue((await insure()).personId);
    await decode(token);
    expect(await ending(token, institution, visit)).toBe('E_CREDENTIAL_USED');
    expect(await ending(token)).toBe('DECODED');
  });

  it.each([
    [LIFE_MS - 1, 'DECODED'],
    [LIFE_MS, 'E_CREDENTIAL_EXPIRED'],
    [DAY, 'E_CREDENTIAL_EXPIRED'],
  ])('%i ms after it was issued: %s', async (ms, end) => {
    const token = await issue((await insure()).personId);
    after(ms);
    expect(await ending(token)).toBe(end);
  });

  it('must be the one that it was issued for, where it was issued for one', async () => {
    const token = await issue((await insure()).personId, THERE);
    expect(await ending(token, HERE)).toBe('E_CREDENTIAL_ELSEWHERE');
    expect(await ending(token, THERE)).toBe('DECODED');
  });

  it('is told the same of a malformed token, of one that nobody issued, and of one of another province', async () => {
    const token = await issue((await insure()).personId);
    const refusal = async (text: string): Promise<unknown> => {
      const error: unknown = await decode(text).catch((thrown: unknown) => thrown);
      if (!(error instanceof Rejection)) throw new Error('was not refused');
      return { reason: error.reason, params: error.params, message: error.message };
    };
    const malformed = await refusal('not a token');
    expect(malformed).toMatchObject({ reason: 'E_CREDENTIAL_INVALID', params: {} });
    expect(await refusal(composeToken('610000', new Uint8Array(32)))).toEqual(malformed);
    expect(await refusal(composeToken('420000', Buffer.from(token.slice(4, -3), 'base64url')))).toEqual(malformed);
  });

  it('learns of an ended insurance once: the token is used up then', async () => {
    const person = await insure();
    const token = await issue(person.personId);
    await persons.register(BUREAU, `request-${++sequence}`, '610000', [{ ...person, active: false }]);
    expect(await ending(token)).toBe('INSURANCE_INACTIVE');
    expect(await ending(token)).toBe('INSURANCE_INACTIVE');
    expect(await ending(token, THERE)).toBe('E_CREDENTIAL_USED');
  });
});

describe('a token that is decoded at the same instant', () => {
  it('by twenty hospitals is decoded by exactly one of them', async () => {
    for (let round = 0; round < 5; round++) {
      const { personId } = await insure();
      const token = await issue(personId);
      const ends = await atOnce(20, (index) => ending(token, `H110105${String(index).padStart(5, '0')}`));
      expect(ends.sort()).toEqual(['DECODED', ...Array<string>(19).fill('E_CREDENTIAL_USED')]);
      const winner = ends.length > 0 ? (await rowsOf(personId))[0]?.['used_by'] : null;
      expect(await ending(token, String(winner))).toBe('DECODED');
    }
  });

  it('twenty times by one counter gives it twenty times the same answer', async () => {
    const token = await issue((await insure()).personId);
    const answers = await atOnce(20, () => decode(token));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('while a newer one is issued ends as one of the two says, and never as both', async () => {
    for (let round = 0; round < 10; round++) {
      const { personId } = await insure();
      const token = await issue(personId);
      const [end] = await Promise.all([ending(token), issue(personId)]);
      const [row] = await rowsOf(personId);
      expect(end === 'DECODED' ? row?.['used_by'] : end).toBe(end === 'DECODED' ? HERE : 'E_CREDENTIAL_EXPIRED');
      expect(row?.['withdrawn_at'] === null).toBe(end === 'DECODED');
    }
  });
});

describe('a person who is issued tokens', () => {
  it('has one at a time: a new one ends the one before, and leaves what was used', async () => {
    const { personId } = await insure();
    const [first, second] = [await issue(personId), await issue(personId)];
    expect(await ending(first)).toBe('E_CREDENTIAL_EXPIRED');
    expect(await ending(second)).toBe('DECODED');
    await issue(personId);
    expect(await ending(second)).toBe('DECODED');
  });

  it('has one that may be used, however many were issued at the same instant, and never more than the minute’s', async () => {
    const { personId } = await insure();
    const ends = await atOnce(12, () => endOf(issue(personId), 'ISSUED'));
    expect(ends.filter((end) => end === 'ISSUED')).toHaveLength(5);
    expect(ends.filter((end) => end === 'E_CREDENTIAL_TOO_FREQUENT')).toHaveLength(7);
    const open = (await rowsOf(personId)).filter((row) => row['withdrawn_at'] === null);
    expect(open).toHaveLength(1);
  });

  it('waits as long as he is told after five in a minute', async () => {
    const { personId } = await insure();
    for (let second = 0; second < 5; second++) {
      after(second * SECOND);
      await issue(personId);
    }
    await expect(issue(personId)).rejects.toMatchObject({
      reason: 'E_CREDENTIAL_TOO_FREQUENT',
      params: { seconds: '56' },
    });
    after(60 * SECOND);
    await expect(issue(personId)).resolves.toMatch(/^EC61/);
    expect(await endOf(issue((await insure()).personId), 'ISSUED')).toBe('ISSUED');
  });

  it.each<[string, Partial<PersonEntry>, string]>([
    ['must be insured', { active: false }, 'INSURANCE_INACTIVE'],
    ['must be insured', { active: true }, 'ISSUED'],
  ])('%s: %o %s', async (_, change, end) => {
    expect(await endOf(issue((await insure(change)).personId), 'ISSUED')).toBe(end);
  });

  it('must be known to the province, and be himself', async () => {
    const { personId } = await insure();
    expect(await endOf(issue(randomUUID()), 'ISSUED')).toBe('PERSON_UNKNOWN');
    const elsewhere: Actor = { ...self(personId), region: '420000' };
    await expect(credentials.issue(elsewhere, personId, null)).rejects.toMatchObject({ reason: 'PERSON_UNKNOWN' });
    const other = self(randomUUID());
    await expect(credentials.issue(other, personId, null)).rejects.toMatchObject({ reason: 'PERSON_UNKNOWN' });
    expect(await rowsOf(personId)).toEqual([]);
  });
});

describe('what is kept of a token', () => {
  it('is its hash, and in no table itself, nor any part of its secret', async () => {
    const { personId } = await insure();
    const tokens = [await issue(personId), await issue(personId, HERE)];
    await decode(tokens[1] ?? '');
    await ending(tokens[0] ?? '', THERE);
    for (const token of tokens)
      for (const part of [token, token.slice(4, 26), token.slice(24, -3)])
        expect(await tablesHolding(db, part)).toEqual([]);
    expect((await rowsOf(personId)).map((row) => row['token_hash'])).toEqual(
      tokens.map((token) => sha256(Buffer.from(token))),
    );
  });

  it('can’t be changed by the service, only ended, used and removed', async () => {
    expect((await privilegesOf('benefit', db))['e_credential']).toEqual(['DELETE', 'INSERT', 'SELECT', 'UPDATE']);
    for (const column of [
      'person_id',
      'credential_id',
      'province',
      'token_hash',
      'issued_for',
      'issued_at',
      'expires_at',
    ])
      await expect(queryAs(db.appUrl, `UPDATE e_credential SET ${column} = ${column}`)).rejects.toThrow(
        'permission denied',
      );
  });

  it.each<[string, Actor | null, boolean]>([
    ['the person', null, true],
    ['a service of the home province', { role: 'service', region: '610000', subject: 'benefit' }, true],
    [
      'the hospital that used it, of another province',
      { role: 'hospital', region: '110000', subject: HERE, institution: HERE },
      false,
    ],
    [
      'a hospital of the home province',
      { role: 'hospital', region: '610000', subject: 'H61010100001', institution: 'H61010100001' },
      false,
    ],
    ['another person', self('0198e9a0-0000-7000-8000-00000000000a'), false],
    ['another province', { role: 'bureau', region: '420000', subject: 'bureau', rank: 'clerk' }, false],
    ['a pooling area', { role: 'bureau', region: '610000', area: '610100', subject: 'bureau', rank: 'clerk' }, false],
  ])('is shown to %s: %o %s', async (_, actor, shown) => {
    const { personId } = await insure();
    await decode(await issue(personId));
    const rows = await db.database.transaction(actor ?? self(personId), (tx) =>
      tx.query<unknown[]>('SELECT 1 FROM e_credential WHERE person_id = $1', [personId]),
    );
    expect(rows).toHaveLength(shown ? 1 : 0);
  });

  it('is removed a day after it, or its decoding, is over, and not before', async () => {
    const sweeper = new OutdatedCredentialsService(db.database, clock);
    const [unused, used] = [(await insure()).personId, (await insure()).personId];
    await issue(unused);
    await decode(await issue(used));
    after(LIFE_MS + DAY);
    await sweeper.remove();
    expect(await rowsOf(unused)).toHaveLength(1);
    after(LIFE_MS + DAY + 1);
    expect(await sweeper.remove()).toBeGreaterThan(0);
    expect([(await rowsOf(unused)).length, (await rowsOf(used)).length]).toEqual([0, 1]);
    after(3 * DAY);
    await sweeper.remove();
    expect((await rowCounts(db))['e_credential']).toBe(0);
    expect(await sweeper.remove()).toBe(0);
  });
});

describe('the audit trail', () => {
  it('says who was issued a token, who decoded it, and who was refused, and nothing of the token', async () => {
    const { personId } = await insure();
    const token = await issue(personId);
    await decode(token);
    await decode(token);
    await ending(token, THERE);
    const trail = await auditOf(personId);
    expect(trail.map(({ action }) => action)).toEqual([
      'ISSUE_E_CREDENTIAL',
      'DECODE_E_CREDENTIAL',
      'DECODE_E_CREDENTIAL',
      'REFUSE_E_CREDENTIAL',
    ]);
    expect(trail.map(({ actor }) => (JSON.parse(actor) as Actor).institution)).toEqual([undefined, HERE, HERE, THERE]);
    expect(JSON.parse(trail[1]?.after_text ?? '')).toMatchObject({ institutionCode: HERE, visitNumber: 'V1' });
    expect(JSON.parse(trail[3]?.after_text ?? '')).toMatchObject({
      institutionCode: THERE,
      reason: 'E_CREDENTIAL_USED',
    });
  });

  it('is not grown by codes that nobody issued, which are counted by institution and day', async () => {
    const { audit_record: before } = await rowCounts(db);
    const institution = 'H11010577777';
    for (const text of ['', 'x', composeToken('610000', new Uint8Array(32))]) await ending(text, institution);
    expect((await rowCounts(db))['audit_record']).toBe(before);
    expect(refusals.count(institution, 'E_CREDENTIAL_INVALID')).toBe(4);
    after(DAY);
    expect(refusals.count(institution, 'E_CREDENTIAL_INVALID')).toBe(1);
  });
});
