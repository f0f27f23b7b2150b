import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Actor, RpcClient } from '@yiditong/chassis';
import { idNumberCheck } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import {
  auditFaults,
  auditTrail,
  createTestDatabase,
  FixedClock,
  queryAs,
  testVault,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CredentialService } from '../credential/credential.service.js';
import { RefusedDecodings } from '../credential/refused-decodings.service.js';
import { migrations } from '../migrations/index.js';
import { InsuranceRelay } from '../person/insurance-relay.service.js';
import { PersonService, type PersonEntry } from '../person/person.service.js';
import { AccountService } from './account.service.js';
import { PatientService } from './patient.service.js';

const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'bureau', rank: 'clerk' };
const HERE = 'H11010500001';
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: `${HERE}:001`, institution: HERE };
const BEGIN = new Date('2026-05-01T09:00:00+08:00');

let db: TestDatabase;
let clock: FixedClock;
let persons: PersonService;
let accounts: AccountService;
let credentials: CredentialService;
let patients: PatientService;
let sequence = 0;

beforeAll(async () => {
  Logger.overrideLogger(false); // Refusals are what some of these specs are about.
  db = await createTestDatabase('benefit', migrations);
  clock = new FixedClock(BEGIN);
  const vault = testVault();
  const relay = new InsuranceRelay(db.database, {} as unknown as RpcClient<filingV1.FactServiceClient>);
  persons = new PersonService(db.database, clock, vault, relay);
  accounts = new AccountService(db.database, clock);
  credentials = new CredentialService(db.database, clock, persons, new RefusedDecodings(clock), 60_000);
  patients = new PatientService(db.database, vault, credentials);
});
beforeEach(() => clock.moveTo(BEGIN));
afterAll(() => db.drop());

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

async function tokenOf(personId: string): Promise<string> {
  const self: Actor = { role: 'insured', region: '610000', subject: personId, person: personId };
  return (await credentials.issue(self, personId, null)).token;
}

describe('a hospital that reads a patient’s card', () => {
  it('is told the balance of his own account, and what the home province knows him by', async () => {
    const { personId, idNumber } = await insure({ tags: ['低保', '公务员', '学生'] });
    const entry = { entryId: randomUUID(), personId, kind: 'OWN', amountFen: fen(40_050n) } as const;
    const aid = { entryId: randomUUID(), personId, kind: 'MUTUAL_AID', amountFen: fen(6_000n) } as const;
    await accounts.post(BUREAU, '610000', [entry, aid]);
    expect(await patients.read(HOSPITAL, HERE, { idNumber })).toEqual({
      personId,
      balanceFen: 40_050n,
      civilServant: true,
      identities: ['低保', '学生'],
    });
  });

  it('is told of no balance where he has no account, which is not a balance of zero', async () => {
    const none = await insure();
    const spent = await insure();
    const of = { personId: spent.personId, kind: 'OWN' } as const;
    await accounts.post(BUREAU, '610000', [
      { ...of, entryId: randomUUID(), amountFen: fen(5n) },
      { ...of, entryId: randomUUID(), amountFen: fen(-5n) },
    ]);
    const nothing = { civilServant: false, identities: [] };
    expect(await patients.read(HOSPITAL, HERE, none)).toEqual({
      personId: none.personId,
      balanceFen: null,
      ...nothing,
    });
    expect(await patients.read(HOSPITAL, HERE, spent)).toEqual({
      personId: spent.personId,
      balanceFen: 0n,
      ...nothing,
    });
  });

  it('has read the person and the account, by the trail of his province, which repeats nothing of it', async () => {
    const { personId, idNumber } = await insure({ tags: ['特困'] });
    await patients.read(HOSPITAL, HERE, { idNumber });
    const read = (await auditTrail(db, personId)).filter(({ action }) => action.startsWith('READ_'));
    const by = { province: '610000', actor: HOSPITAL, purpose: 'TREATMENT' };
    expect(read).toMatchObject([
      { ...by, action: 'READ_PERSON', after: { idNumber: 'masked', tags: 'clear' } },
      { ...by, action: 'READ_ACCOUNT' },
    ]);
    expect(JSON.stringify(read)).not.toContain('特困');
  });

  it('of nobody is told so, and one that is no card’s number too', async () => {
    const stranger = `61010119800101999${idNumberCheck('61010119800101999')}`;
    await expect(patients.read(HOSPITAL, HERE, { idNumber: stranger })).rejects.toMatchObject({
      reason: 'PERSON_UNKNOWN',
    });
    await expect(patients.read(HOSPITAL, HERE, { idNumber: '610101' })).rejects.toMatchObject({
      reason: 'ID_NUMBER_INVALID',
    });
  });
});

describe('a hospital that has decoded a patient’s token', () => {
  it('is told the same for as long as the decoding stands', async () => {
    const { personId } = await insure({ tags: ['公务员'] });
    const token = await tokenOf(personId);
    const { standsUntil } = await credentials.decode(HOSPITAL, HERE, 'V1', token);
    clock.moveTo(new Date(standsUntil.getTime() - 1));
    expect(await patients.read(HOSPITAL, HERE, { token })).toMatchObject({ personId, civilServant: true });
    clock.moveTo(standsUntil);
    await expect(patients.read(HOSPITAL, HERE, { token })).rejects.toMatchObject({ reason: 'E_CREDENTIAL_INVALID' });
  });

  it.each<[string, (token: string) => Promise<string>]>([
    ['that it has not decoded', (token) => Promise.resolve(token)],
    [
      'that another has',
      async (token) => {
        await credentials.decode({ ...HOSPITAL, institution: 'H11010500002' }, 'H11010500002', 'V1', token);
        return token;
      },
    ],
    ['that is none', () => Promise.resolve('x'.repeat(50))],
    ['that nobody issued', async (token) => token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')],
  ])('is told nothing for a token %s, and nothing is recorded of a person', async (_, made) => {
    const { personId } = await insure();
    const token = await made(await tokenOf(personId));
    await expect(patients.read(HOSPITAL, HERE, { token })).rejects.toMatchObject({
      reason: 'E_CREDENTIAL_INVALID',
      params: {},
    });
    const read = await queryAs(
      db.superuserUrl,
      "SELECT 1 FROM audit_record WHERE object_id = $1 AND action LIKE 'READ_%'",
      [personId],
    );
    expect(read).toEqual([]);
  });
});

it('leaves a sound trail', async () => expect(await auditFaults(db)).toEqual([]));
