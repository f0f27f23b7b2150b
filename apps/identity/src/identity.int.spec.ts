import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { nationalActor, serviceActor, type Actor } from '@yiditong/chassis';
import {
  atOnce,
  auditTrail,
  createTestDatabase,
  endOf,
  FixedClock,
  PATIENCE,
  patiently,
  privilegesOf,
  queryAs,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import { sm2 } from 'sm-crypto-v2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AdmissionService } from './admission/admission.service.js';
import type { SignedMessage } from './admission/admission.store.js';
import { ForgettingService } from './admission/forgetting.service.js';
import type { NewKey } from './key/key.entity.js';
import { KeyService } from './key/key.service.js';
import { migrations } from './migrations/index.js';
import type { Refusal } from './refusal/refusal.codec.js';
import { RefusalService } from './refusal/refusal.service.js';
import type { RevocationOrder } from './revocation/revocation.codec.js';
import { RevocationService } from './revocation/revocation.service.js';

const NOON = new Date('2026-11-22T04:00:00Z');
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const BEIJING: Actor = { role: 'bureau', region: '110000', subject: 'supervisor', rank: 'supervisor' };
const SHAANXI: Actor = { ...BEIJING, region: '610000' };
const OPERATOR: Actor = { role: 'operator', region: '000000', subject: 'operator', rank: 'supervisor' };

let db: TestDatabase;
let clock: FixedClock;
let keys: KeyService;
let admissions: AdmissionService;
let revocations: RevocationService;
let refusals: RefusalService;

beforeAll(async () => {
  db = await createTestDatabase('identity', migrations);
  clock = new FixedClock(NOON);
  keys = new KeyService(db.database, clock);
  admissions = new AdmissionService(db.database, clock, { maxAgeSeconds: 300, maxAheadSeconds: 60 });
  revocations = new RevocationService(db.database, clock, DAY_MS);
  refusals = new RefusalService(db.database);
});
afterAll(() => db.drop());
beforeEach(() => clock.moveTo(NOON));

function publicKey(): string {
  return sm2.generateKeyPairHex().publicKey;
}

/** A key of a hospital in Beijing that no other test uses. */
function newKey(change: Partial<NewKey> = {}): NewKey {
  const institutionCode = `H110101${String(randomInt(100_000)).padStart(5, '0')}`;
  return {
    province: '110000',
    institutionCode,
    keyId: 'key-1',
    region: '110101',
    publicKey: publicKey(),
    validFrom: '2026-01-01',
    validTo: '2026-12-31',
    ...change,
  };
}

async function registered(change: Partial<NewKey> = {}): Promise<NewKey> {
  const key = newKey(change);
  await keys.register(BEIJING, randomUUID(), key);
  return key;
}

function messageOf({ province, institutionCode, keyId }: NewKey, sentAt = NOON): SignedMessage {
  return { province, institutionCode, keyId, digest: createHash('sha256').update(randomBytes(8)).digest(), sentAt };
}

async function auditOf(province: string): Promise<{ action: string; object_id: string; after_text: string }[]> {
  return queryAs(
    db.superuserUrl,
    'SELECT action, object_id, after_text FROM audit_record WHERE province = $1 ORDER BY sequence',
    [province],
  );
}

describe('the tables', () => {
  it('let the service change nothing of a key but that it was revoked, and nothing of a revocation', async () => {
    expect(await privilegesOf('identity', db)).toMatchObject({
      admitted_message: ['DELETE', 'INSERT', 'SELECT'],
      institution_key: ['INSERT', 'SELECT', 'UPDATE'],
      revocation: ['INSERT', 'SELECT'],
    });
    const { institutionCode } = await registered();
    const forged = db.database.transaction(BEIJING, (tx) =>
      tx.query('UPDATE institution_key SET public_key = $1 WHERE institution_code = $2', [
        publicKey(),
        institutionCode,
      ]),
    );
    await expect(forged).rejects.toThrow('permission denied');
  });
});

describe('a key', () => {
  it('is entered once however often it is asked for, with one audit record', async () => {
    const key = newKey();
    const requestId = randomUUID();
    const answers = await atOnce(6, () => patiently(() => keys.register(BEIJING, requestId, key)));
    for (const answer of answers) expect(answer).toMatchObject({ ...key, revokedAt: null });
    expect(await keys.list(BEIJING, key)).toHaveLength(1);
    const records = (await auditOf('110000')).filter(({ object_id }) => object_id === `${key.institutionCode}/key-1`);
    expect(records.map(({ action }) => action)).toEqual(['REGISTER_KEY']);
  });

  it('is the same key under another request, and no other key takes its id', async () => {
    const key = await registered();
    expect(await keys.register(BEIJING, randomUUID(), key)).toMatchObject(key);
    for (const change of [{ publicKey: publicKey() }, { validTo: '2027-01-01' }]) {
      const other = keys.register(BEIJING, randomUUID(), { ...key, ...change });
      await expect(other).rejects.toMatchObject({ reason: 'SIGNING_KEY_TAKEN' });
    }
  });

  it('is of one institution only', async () => {
    const key = await registered();
    const shared = keys.register(BEIJING, randomUUID(), newKey({ publicKey: key.publicKey }));
    await expect(shared).rejects.toMatchObject({ reason: 'SIGNING_KEY_TAKEN' });
  });

  it('is one of three at most, also when eight come at once; one that is revoked makes room', async () => {
    const first = newKey();
    const ends = await atOnce(8, (index) =>
      endOf(
        patiently(() =>
          keys.register(BEIJING, randomUUID(), { ...first, keyId: `key-${index}`, publicKey: publicKey() }),
        ),
        'registered',
      ),
    );
    expect(ends.sort()).toEqual([
      ...Array<string>(5).fill('SIGNING_KEYS_TOO_MANY'),
      ...Array<string>(3).fill('registered'),
    ]);
    const [one] = await keys.list(BEIJING, first);
    await keys.revoke(BEIJING, { ...first, keyId: one?.keyId ?? '' }, 'SUPERSEDED');
    const next = { ...first, keyId: 'key-next', publicKey: publicKey() };
    expect(await keys.register(BEIJING, randomUUID(), next)).toMatchObject(next);
  });

  it('is revoked with one record of who did it, and of the key before and after', async () => {
    const key = await registered();
    await keys.revoke(BEIJING, key, 'COMPROMISED');
    await keys.revoke(BEIJING, key, 'LOST');
    const [entered, ...ended] = await auditTrail(db, `${key.institutionCode}/${key.keyId}`);
    expect(entered?.action).toBe('REGISTER_KEY');
    expect(ended).toMatchObject([
      {
        province: '110000',
        actor: BEIJING,
        action: 'REVOKE_CREDENTIAL',
        objectType: 'institution_key',
        before: { revokedAt: null },
        after: { publicKey: key.publicKey, revokedAt: NOON.toISOString(), revocationReason: 'COMPROMISED' },
      },
    ]);
  });

  it('is neither seen, ended nor entered by another province', async () => {
    const key = await registered();
    expect(await keys.list(SHAANXI, key)).toEqual([]);
    await expect(keys.revoke(SHAANXI, key, 'LOST')).rejects.toMatchObject({ reason: 'SIGNING_KEY_NOT_FOUND' });
    await expect(keys.register(SHAANXI, randomUUID(), newKey())).rejects.toThrow('row-level security');
  });

  it('once revoked stays so as it was, and is tried after those in force', async () => {
    const key = await registered();
    const next = await registered({ institutionCode: key.institutionCode, keyId: 'key-2' });
    const revoked = await keys.revoke(BEIJING, key, 'COMPROMISED');
    clock.moveTo(new Date(NOON.getTime() + MINUTE_MS));
    expect(await keys.revoke(BEIJING, key, 'LOST')).toEqual({ ...revoked, revokedAt: NOON });
    expect((await keys.toTry(key)).map(({ keyId }) => keyId)).toEqual([next.keyId, key.keyId]);
  });
});

describe('a signed message', () => {
  it('is admitted once, of ten at once exactly one', async () => {
    const message = messageOf(await registered());
    const ends = await atOnce(10, () =>
      endOf(
        patiently(() => admissions.admit(message)),
        'admitted',
      ),
    );
    expect(ends.sort()).toEqual([...Array<string>(9).fill('MESSAGE_REPEATED'), 'admitted']);
  });

  it('is nobody else’s repetition', async () => {
    const [mine, other] = [await registered(), await registered()];
    const message = messageOf(mine);
    for (const one of [message, { ...messageOf(other), digest: message.digest }, messageOf(mine)])
      expect(await endOf(admissions.admit(one), 'admitted')).toBe('admitted');
  });

  it.each([
    ['older than five minutes', -5 * MINUTE_MS - 1, 'MESSAGE_STALE'],
    ['more than a minute ahead', MINUTE_MS + 1, 'MESSAGE_FROM_FUTURE'],
  ])('that is %s is refused, and not remembered', async (_, offsetMs, reason) => {
    const key = await registered();
    const before = await rowCounts(db);
    const message = messageOf(key, new Date(NOON.getTime() + offsetMs));
    await expect(admissions.admit(message)).rejects.toMatchObject({ reason });
    expect(await rowCounts(db)).toEqual(before);
  });

  it('is refused by the state of its key, before its time is looked at', async () => {
    const key = await registered();
    const old = messageOf(key, new Date(NOON.getTime() - DAY_MS));
    await expect(admissions.admit({ ...old, keyId: 'no-key' })).rejects.toMatchObject({
      reason: 'SIGNING_KEY_UNKNOWN',
    });
    await keys.revoke(BEIJING, key, 'COMPROMISED');
    await expect(admissions.admit(old)).rejects.toMatchObject({ reason: 'CREDENTIAL_REVOKED' });
  });

  it.each([
    ['before its key’s first day in Shanghai', '2026-11-21T15:59:59Z', 'CREDENTIAL_EXPIRED'],
    ['from that day on', '2026-11-21T16:00:00Z', 'admitted'],
    ['to the end of the last day', '2026-11-23T15:59:59Z', 'admitted'],
    ['after it', '2026-11-23T16:00:00Z', 'CREDENTIAL_EXPIRED'],
  ])('%s: %s, %s', async (_, at, expected) => {
    const key = await registered({ validFrom: '2026-11-22', validTo: '2026-11-23' });
    clock.moveTo(new Date(at));
    expect(await endOf(admissions.admit(messageOf(key, new Date(at))), 'admitted')).toBe(expected);
  });

  it('is forgotten only when no setting could let it be fresh any more', async () => {
    const forgetting = new ForgettingService(db.database, clock);
    const held = async (digest: Buffer) =>
      (await queryAs(db.superuserUrl, 'SELECT 1 FROM admitted_message WHERE message_digest = $1', [digest])).length;
    const message = messageOf(await registered());
    await admissions.admit(message);
    clock.moveTo(new Date(NOON.getTime() + 15 * MINUTE_MS));
    await forgetting.forget();
    expect(await held(message.digest)).toBe(1);
    clock.moveTo(new Date(NOON.getTime() + 16 * MINUTE_MS + 1));
    expect(await forgetting.forget()).toBeGreaterThan(0);
    expect(await held(message.digest)).toBe(0);
    await expect(admissions.admit(message)).rejects.toMatchObject({ reason: 'MESSAGE_STALE' });
  });
});

describe('a revocation', () => {
  const order = (change: Partial<RevocationOrder> = {}): RevocationOrder => ({
    region: '110000',
    role: 'hospital',
    subject: randomUUID(),
    tokenId: null,
    until: null,
    reason: 'COMPROMISED',
    ...change,
  });

  it('of a subject means what was issued until now, unless it says until when', async () => {
    expect(await revocations.revoke(BEIJING, randomUUID(), order())).toMatchObject({ issuedUntil: NOON.toISOString() });
    const until = new Date('2026-12-01T00:00:00Z');
    expect(await revocations.revoke(BEIJING, randomUUID(), order({ until }))).toMatchObject({
      issuedUntil: until.toISOString(),
      forgottenAt: '2026-12-02T00:00:00.000Z',
    });
  });

  it('of a token means that token, whenever it was issued', async () => {
    const of = order({ subject: null, tokenId: randomUUID(), until: new Date('2020-01-01T00:00:00Z') });
    expect(await revocations.revoke(OPERATOR, randomUUID(), of)).toMatchObject({
      tokenId: of.tokenId,
      issuedUntil: null,
      forgottenAt: '2026-11-23T04:00:00.000Z',
    });
  });

  it.each<[string, Actor, Partial<RevocationOrder>]>([
    ['a subject', BEIJING, { reason: 'LOST' }],
    ['a token', OPERATOR, { subject: null, tokenId: 'token-of-spec' }],
  ])(
    'of %s leaves one record of who made it and what it ends, however often it is asked for',
    async (_, by, change) => {
      const [requestId, of] = [randomUUID(), order(change)];
      const { revocationId } = await revocations.revoke(by, requestId, of);
      await revocations.revoke(by, requestId, of);
      const { subject, tokenId, role, reason } = of;
      expect(await auditTrail(db, revocationId)).toMatchObject([
        {
          province: '110000',
          actor: by,
          action: 'REVOKE_CREDENTIAL',
          objectType: 'credential',
          before: null,
          after: { subject, tokenId, role, reason, revokedAt: NOON.toISOString() },
        },
      ]);
    },
  );

  it('is listed from its commit on, though another one that began later was listed before', async () => {
    const { next: before } = await revocations.since(null);
    let late = '';
    let position = '';
    await db.database.transaction(nationalActor('spec'), async (tx) => {
      late = randomUUID();
      await tx.query(
        `INSERT INTO revocation (region, revocation_id, role, token_id, forgotten_at, reason, revoked_at)
         VALUES ('110000', $1, 'hospital', 'late', $2, 'LOST', $2)`,
        [late, new Date(NOON.getTime() + DAY_MS)],
      );
      const { revocationId } = await revocations.revoke(BEIJING, randomUUID(), order());
      const seen = await revocations.since(before);
      expect(seen.revocations.map((one) => one.revocationId)).toContain(revocationId);
      expect(seen.revocations.map((one) => one.revocationId)).not.toContain(late);
      position = seen.next;
    });
    expect((await revocations.since(position)).revocations.map((one) => one.revocationId)).toContain(late);
    // Transactions of other databases hold the position back while they are open.
    const sinceNow = async () => (await revocations.since((await revocations.since(null)).next)).revocations;
    await expect.poll(sinceNow, PATIENCE).toEqual([]);
  });

  it('is listed until every credential that it means has expired', async () => {
    const { revocationId } = await revocations.revoke(BEIJING, randomUUID(), order());
    const listed = async () => (await revocations.since(null)).revocations.map((one) => one.revocationId);
    clock.moveTo(new Date(NOON.getTime() + DAY_MS - 1));
    expect(await listed()).toContain(revocationId);
    clock.moveTo(new Date(NOON.getTime() + DAY_MS));
    expect(await listed()).not.toContain(revocationId);
  });

  it('is not made for another province', async () => {
    await expect(revocations.revoke(SHAANXI, randomUUID(), order())).rejects.toThrow('row-level security');
  });
});

describe('a refused credential', () => {
  const refusal = (change: Partial<Refusal> = {}): Refusal => ({
    refusalId: randomUUID(),
    province: '610000',
    refusedAt: NOON,
    reason: 'CREDENTIAL_EXPIRED',
    credentialKind: 'bearer',
    genuine: true,
    claimedSubject: 'account-7',
    claimedRole: 'bureau',
    claimedRegion: '610000',
    source: '127.0.0.1',
    route: 'GET /v1/cycles/:date',
    traceId: '',
    ...change,
  });

  it('leaves one audit record in its chain, however often the batch comes', async () => {
    const batch = [refusal(), refusal({ province: '000000', genuine: false }), refusal()];
    await refusals.record(batch, 0n);
    await atOnce(4, () => patiently(() => refusals.record(batch, 0n)));
    const idsIn = async (province: string) => (await auditOf(province)).map(({ object_id }) => object_id);
    expect(await idsIn('610000')).toEqual([batch[0]?.refusalId, batch[2]?.refusalId]);
    expect(await idsIn('000000')).toEqual([batch[1]?.refusalId]);
  });

  it('says what it was, and how many before it could not be kept', async () => {
    const [first, second] = [refusal({ province: '330000' }), refusal({ province: '330000' })];
    await refusals.record([first, second], 12n);
    const [record, next] = await auditOf('330000');
    expect(JSON.parse(record?.after_text ?? '')).toMatchObject({
      reason: 'CREDENTIAL_EXPIRED',
      claimedSubject: 'account-7',
      source: '127.0.0.1',
      droppedBefore: '12',
    });
    expect(next?.after_text).not.toContain('dropped');
  });

  it('is seen by no hospital and no other province', async () => {
    await refusals.record([refusal({ province: '440000' })], 0n);
    const count = async (actor: Actor) => {
      const [row]: { count: number }[] = await db.database.transaction(actor, (tx) =>
        tx.query("SELECT count(*)::int AS count FROM audit_record WHERE province = '440000'"),
      );
      return row?.count;
    };
    expect(await count({ ...BEIJING, region: '440000' })).toBe(1);
    expect(await count(serviceActor('identity', '110000'))).toBe(0);
    expect(await count({ role: 'hospital', region: '440000', subject: 'x', institution: 'H44010300001' })).toBe(0);
  });
});
