import { randomUUID } from 'node:crypto';
import { idNumberCheck, provinceOf } from '@yiditong/codes';
import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { rowsOf } from './books.js';
import { HospitalDesk, newMessageId, type Problem, type Visit } from './hospital-desk.js';
import { NationalDesk, newPair, registerKey, type NationalReply } from './national-desk.js';
import { SHARED_DAY } from './stack.global.js';
import { until } from './until.js';

const { document, databases, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

let visit: Visit;
let link: NationalDesk;
/** A hospital of another province, with a key of its own. */
let other: NationalDesk;

beforeAll(async () => {
  visit = await desk.admit(11);
  link = await connect(visit.institutionCode);
  other = await connect(desk.otherHospital(visit, false));
});

/** A link with a key that its bureau registered just now. */
async function connect(institutionCode: string): Promise<NationalDesk> {
  const pair = newPair();
  await registerKey(desk, institutionCode, pair);
  return new NationalDesk(institutionCode, pair, document.gateway);
}

function person(n = 0) {
  const found = desk.day.persons.filter(({ active }) => active)[n];
  if (!found) throw new Error('the day has no such person');
  return found;
}

/** The records of refused credentials in a chain, newest first. */
async function refusalsIn(province: string): Promise<Record<string, unknown>[]> {
  const rows = await rowsOf(
    databases['identity'] ?? '',
    "SELECT after_text FROM audit_record WHERE province = $1 AND action = 'REFUSE_CREDENTIAL' ORDER BY sequence DESC LIMIT 50",
    [province],
  );
  return rows.map((row) => JSON.parse(String(row['after_text'])) as Record<string, unknown>);
}

describe('1101 in a signed message', () => {
  it('finds a person, and shows what a hospital may see', async () => {
    const { idNumber, insuredRegion } = person();
    const reply = await link.send(link.findPerson(idNumber));
    expect(reply).toMatchObject({ status: 200, infcode: 0, err_msg: '' });
    expect(reply.output).toMatchObject({
      baseinfo: { psn_no: expect.stringMatching(/^[0-9A-Z]{25}$/), certno: expect.stringMatching(/^\S\*{16}\S$/) },
      insuinfo: [{ psn_insu_stas: '1', insuplc_admdvs: insuredRegion }],
    });
    expect(JSON.stringify(reply)).not.toContain(idNumber);
  });

  it('says of nobody that there is nobody, in the national form', async () => {
    const nobody = '11010119000101001';
    const reply = await link.send(link.findPerson(nobody + idNumberCheck(nobody)));
    expect(reply).toMatchObject({ status: 200, infcode: -2, err_msg: expect.stringMatching(/^PERSON_UNKNOWN /) });
  });
});

describe('2601 in a signed message', () => {
  it('reverses a settlement, and a retry that is signed anew gets the first answer', async () => {
    const { settlementId } = await desk.settled(visit);
    const psn_no = await personNumber();
    const msgid = newMessageId(link.institutionCode);
    const data = { psn_no, omsgid: visit.messageId, oinfno: '2304' };
    for (const seconds of [0, -1, -2]) {
      const reply = await link.send(link.message('2601', data, { msgid }, seconds));
      expect(reply).toMatchObject({ status: 200, infcode: 0, warn_msg: '', output: {} });
    }
    expect((await desk.outcome(visit)).body).toMatchObject({ state: 'REVERSED', settlementId });
    const another = link.message('2601', { ...data, omsgid: newMessageId(link.institutionCode) }, { msgid });
    expect((await link.send(another)).err_msg).toMatch(/^IDEMPOTENCY_KEY_REUSED /);
  });

  it('of a message that never came bars it', async () => {
    const never = { ...(await desk.admit(12)), institutionCode: link.institutionCode };
    const barred = { ...never, messageId: newMessageId(link.institutionCode) };
    const psn_no = await personNumber();
    const reply = await link.send(link.message('2601', { psn_no, omsgid: barred.messageId, oinfno: '2304' }));
    expect(reply).toMatchObject({ infcode: 0, warn_msg: expect.stringContaining('未结算') });
    expect((await desk.settle(barred)).body.reason).toBe('SETTLEMENT_REVERSED');
  });

  it('does not reach another hospital’s messages', async () => {
    const psn_no = await personNumber();
    const foreign = newMessageId(other.institutionCode);
    const reply = await link.send(link.message('2601', { psn_no, omsgid: foreign, oinfno: '2304' }));
    expect([reply.infcode, reply.err_msg?.split(' ')[0]]).toEqual([-2, 'MESSAGE_ID_INVALID']);
  });
});

/** The number of the visit's patient, as the hospital gets it. */
async function personNumber(): Promise<string> {
  const { output } = await link.send(link.findPerson(idNumberOf(visit)));
  return String((output as { baseinfo?: { psn_no?: string } } | undefined)?.baseinfo?.psn_no);
}

function idNumberOf({ bill }: Visit): string {
  return desk.day.persons.find(({ personId }) => personId === bill.personId)?.idNumber ?? '';
}

describe('a message that is not let in', () => {
  const province = (): string => provinceOf(link.institutionCode.slice(1, 7));
  const aPerson = { mdtrt_cert_type: '02', mdtrt_cert_no: '' };

  /** What is sent, the reason, and whether the message is certainly its sender's. */
  const ROWS: readonly (readonly [string, () => Promise<string> | string, string, boolean])[] = [
    ['changed', () => link.findPerson(person().idNumber).replace('经办人', '经办入'), 'SIGNATURE_INVALID', false],
    ['signed with another institution’s key', () => impostor().message('1101', aPerson), 'SIGNATURE_INVALID', false],
    [
      'not signed',
      () => link.message('1101', aPerson).replace(/"cainfo":"[^"]+"/, '"cainfo":""'),
      'SIGNATURE_MISSING',
      false,
    ],
    ['stale', () => link.message('1101', aPerson, {}, -310), 'MESSAGE_STALE', true],
    ['of the future', () => link.message('1101', aPerson, {}, 90), 'MESSAGE_FROM_FUTURE', true],
    ['of an institution without a key', () => keyless().message('1101', aPerson), 'SIGNING_KEY_UNKNOWN', false],
    ['of a revoked key', () => revokedMessage(), 'CREDENTIAL_REVOKED', true],
    ['repeated', () => repeatedMessage(), 'MESSAGE_REPEATED', true],
  ];

  it.each(ROWS)('%s: 401 with its reason, and a record in its chain', async (_, made, reason, genuine) => {
    const message = await made();
    const { fixmedins_code: sender } = JSON.parse(message) as { fixmedins_code: string };
    const sentAt = new Date().toISOString();
    const reply = await link.send(message);
    expect([reply.status, reply.reason, reply.output]).toEqual([401, reason, undefined]);
    const [latest] = await until(
      () => refusalsIn(genuine ? provinceOf(sender.slice(1, 7)) : '000000'),
      ([first]) => first?.['reason'] === reason && String(first['refusedAt']) >= sentAt,
    );
    expect(latest).toMatchObject({
      reason,
      genuine,
      credentialKind: 'signature',
      route: 'POST /national/:infno',
      // Without a signature nothing else is read.
      claimedSubject: reason === 'SIGNATURE_MISSING' ? null : `${sender}:001`,
    });
  });

  it('says the same whether the person exists', async () => {
    const nobody = '11010119000101001';
    const numbers = [person(0).idNumber, person(1).idNumber, nobody + idNumberCheck(nobody)];
    const refusals: ((data: object) => string)[] = [
      (data) => link.message('1101', data).replace('经办人', '经办入'),
      (data) => impostor().message('1101', data),
      (data) => link.message('1101', data, {}, -310),
      (data) => link.message('1101', data, {}, 90),
      (data) => keyless().message('1101', data),
    ];
    for (const make of refusals) {
      const told = await Promise.all(
        numbers.map(async (idNumber) => visible(await link.send(make({ ...aPerson, mdtrt_cert_no: idNumber })))),
      );
      expect(new Set(told).size).toBe(1);
    }
  });

  it('of ten that are the same at once lets one in', async () => {
    const message = link.findPerson(person().idNumber);
    const replies = await Promise.all(Array.from({ length: 10 }, () => link.send(message)));
    expect(replies.filter(({ infcode }) => infcode === 0)).toHaveLength(1);
    expect(replies.filter(({ reason }) => reason === 'MESSAGE_REPEATED')).toHaveLength(9);
  });

  function impostor(): NationalDesk {
    return new NationalDesk(link.institutionCode, other.pair, document.gateway);
  }

  function keyless(): NationalDesk {
    return new NationalDesk('H11010599999', newPair(), document.gateway);
  }

  async function revokedMessage(): Promise<string> {
    const pair = newPair();
    const keyId = await registerKey(desk, link.institutionCode, pair);
    const old = new NationalDesk(link.institutionCode, pair, document.gateway);
    // The gateway looks for a new key at most every two seconds.
    await until(
      () => old.send(old.findPerson(person().idNumber)),
      ({ infcode }) => infcode === 0,
    );
    const path = `/v1/institutions/${link.institutionCode}/signing-keys/${keyId}?reason=COMPROMISED`;
    const ended = await desk.api.once<{ revokedAt: string | null }>(
      'DELETE',
      path,
      undefined,
      desk.bureauToken(province()),
    );
    expect([ended.status, ended.body.revokedAt]).toEqual([200, expect.any(String)]);
    return old.findPerson(person().idNumber);
  }

  async function repeatedMessage(): Promise<string> {
    const message = link.findPerson(person().idNumber);
    expect((await link.send(message)).infcode).toBe(0);
    return message;
  }
});

/** What a caller sees, but for the trace that only this answer has. */
function visible(reply: NationalReply): string {
  const { instance: _, ...seen } = reply as NationalReply & { instance?: string };
  return JSON.stringify(seen);
}

describe('a signing key', () => {
  it('is listed with what became of it, to the bureau of the institution only', async () => {
    const path = `/v1/institutions/${link.institutionCode}/signing-keys`;
    const own = await desk.api.get<{ keys: { publicKey: string; revokedAt: string | null }[] }>(
      path,
      desk.bureauToken(link.institutionCode.slice(1, 7)),
    );
    expect(own.keys).toContainEqual(expect.objectContaining({ publicKey: link.pair.publicKey, revokedAt: null }));
    const foreign = await desk.api.once<Problem>(
      'GET',
      path,
      undefined,
      desk.bureauToken(other.institutionCode.slice(1, 7)),
    );
    expect([foreign.status, foreign.body.reason]).toEqual([403, 'NOT_PERMITTED']);
  });

  it('that is no point of the curve is not registered', async () => {
    const path = `/v1/institutions/${link.institutionCode}/signing-keys/bad`;
    const body = { publicKey: `04${'1'.repeat(128)}`, validFrom: '2026-01-01', validTo: '2026-12-31' };
    const token = desk.bureauToken(link.institutionCode.slice(1, 7));
    const answer = await desk.api.once<Problem>('PUT', path, body, token, randomUUID());
    expect([answer.status, answer.body.reason]).toEqual([400, 'REQUEST_MALFORMED']);
  });
});

describe('a revoked operator of a hospital', () => {
  it('is let in no more within moments, and others of the hospital are', async () => {
    const message = (opter: string): string =>
      link.message('1101', { mdtrt_cert_type: '02', mdtrt_cert_no: person().idNumber }, { opter });
    expect((await link.send(message('007'))).infcode).toBe(0);
    const region = provinceOf(link.institutionCode.slice(1, 7));
    const until2999 = '2999-01-01T00:00:00Z';
    const order = {
      region,
      role: 'hospital',
      subject: `${link.institutionCode}:007`,
      until: until2999,
      reason: 'DEPARTED',
    };
    await desk.api.write('POST', '/v1/revocations', order, desk.bureauToken(region), randomUUID());
    const refused = await until(
      () => link.send(message('007')),
      ({ status }) => status !== 200,
    );
    expect([refused.status, refused.reason]).toEqual([401, 'CREDENTIAL_REVOKED']);
    expect((await link.send(message('008'))).infcode).toBe(0);
  });
});
