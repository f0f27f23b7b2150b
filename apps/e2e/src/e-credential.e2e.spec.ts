import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateDay, loadSample, type ApiAnswer } from '@yiditong/tools';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { HospitalDesk, newMessageId, type Problem } from './hospital-desk.js';
import { NationalDesk, newPair, registerKey } from './national-desk.js';
import { startOwnStack, type OwnStack } from './own-stack.js';
import { SHARED_DAY } from './stack.global.js';
import { until } from './until.js';

const { document, collector, logs, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const insured = desk.day.persons.filter(({ active }) => active);
const [HERE = '', THERE = ''] = sample.institutions.map(({ institutionCode }) => institutionCode);

type Issued = {
  readonly token: string;
  readonly qrText: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
};
type Decoded = { readonly personId: string; readonly decodedAt: string; readonly standsUntil: string };

/** Every token of this file, for looking after them at the end. */
const issued: string[] = [];

/** A person for each case: a newer token ends an older one. */
function person(n: number) {
  const found = insured[n];
  if (!found) throw new Error('the day has too few persons');
  return found;
}

async function issue(n: number, body: object = {}): Promise<Issued> {
  const bearer = desk.insuredToken(person(n).personId);
  const answer = await desk.api.once<Issued>('POST', '/v1/e-credentials', body, bearer);
  expect(answer.status, answer.text).toBe(201);
  issued.push(answer.body.token);
  return answer.body;
}

function decode(token: string, institution = HERE, visitNumber = 'V-1'): Promise<ApiAnswer<Decoded & Problem>> {
  const path = '/v1/e-credentials/decodings';
  return desk.api.once('POST', path, { token, visitNumber }, desk.token(institution));
}

/** What a refused hospital is told, but for the trace that only this answer has. */
function told({ status, body }: ApiAnswer<Problem>): object {
  const { instance: _, ...problem } = body as Problem & { instance?: string };
  return { status, problem };
}

describe('a person', () => {
  it('gets a token that lives for a minute and says nothing of the person but the province', async () => {
    const { personId, idNumber, insuredRegion } = person(0);
    const { token, qrText, issuedAt, expiresAt } = await issue(0);
    expect(token).toMatch(new RegExp(`^EC${insuredRegion.slice(0, 2)}[\\w-]{46}$`));
    expect(qrText).toBe(token);
    expect(Date.parse(expiresAt) - Date.parse(issuedAt)).toBe(60_000);
    const secret = Buffer.from(token.slice(4, -3), 'base64url').toString('latin1');
    for (const known of [personId, personId.replaceAll('-', ''), idNumber]) expect(token + secret).not.toContain(known);
  });

  it('has one token at a time: a new one ends the one before', async () => {
    const [first, second] = [await issue(1), await issue(1)];
    expect(told(await decode(first.token))).toMatchObject({ status: 403, problem: { reason: 'E_CREDENTIAL_EXPIRED' } });
    expect((await decode(second.token)).status).toBe(200);
  });

  it('may say which hospital it is for', async () => {
    const { token } = await issue(2, { institutionCode: THERE });
    expect(told(await decode(token, HERE))).toMatchObject({
      status: 403,
      problem: { reason: 'E_CREDENTIAL_ELSEWHERE' },
    });
    expect((await decode(token, THERE)).status).toBe(200);
  });
});

describe('a hospital', () => {
  it('in another province learns whose token it is, with name and number masked', async () => {
    const { personId, idNumber, insuredRegion, insurance, personType } = person(3);
    const elsewhere = sample.institutions.find(({ region }) => region.slice(0, 2) !== insuredRegion.slice(0, 2));
    const answer = await decode((await issue(3)).token, elsewhere?.institutionCode);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toEqual({
      personId,
      insuredRegion,
      insurance,
      personType,
      maskedName: expect.stringMatching(/^\P{Cc}*\*+$/u),
      maskedIdNumber: `${idNumber.slice(0, 1)}****************${idNumber.slice(-1)}`,
      decodedAt: expect.any(String),
      standsUntil: expect.any(String),
    });
    expect(Date.parse(answer.body.standsUntil)).toBeGreaterThan(Date.parse(answer.body.decodedAt));
    expect(answer.text).not.toContain(idNumber);
  });

  it('whose answer was lost gets it again, byte for byte, and nobody else does', async () => {
    const { token } = await issue(4);
    const first = await decode(token);
    expect(first.status).toBe(200);
    expect((await decode(token)).text).toBe(first.text);
    const used = { status: 403, problem: { reason: 'E_CREDENTIAL_USED' } };
    expect(told(await decode(token, THERE))).toMatchObject(used);
    expect(told(await decode(token, HERE, 'V-2'))).toMatchObject(used);
    expect((await decode(token)).text).toBe(first.text);
  });

  it('is one of two that decode a token at the same instant, and the other is not', async () => {
    const { token } = await issue(5);
    const answers = await Promise.all([decode(token, HERE), decode(token, THERE)]);
    expect(answers.map(({ status }) => String(status)).sort()).toEqual(['200', '403']);
  });

  it('can’t tell a token that nobody issued from a text that is none', async () => {
    const { token } = await issue(6);
    const garbage = told(await decode('11010519491231002X'));
    expect(garbage).toMatchObject({ status: 403, problem: { reason: 'E_CREDENTIAL_INVALID' } });
    const mistyped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
    for (const text of ['', 'x'.repeat(4_000), mistyped, randomBytes(32).toString('base64url'), invented(token)])
      expect(told(await decode(text))).toEqual(garbage);
    expect((await decode(token)).status).toBe(200);
  });

  it.each([
    ['no token', { visitNumber: 'V-1' }],
    ['a token that is no text', { token: 42, visitNumber: 'V-1' }],
    ['no visit', { token: 'EC' }],
    ['a visit that is none', { token: 'EC', visitNumber: '第 1 号' }],
    ['another’s institution', { token: 'EC', visitNumber: 'V-1', institutionCode: THERE }],
  ])('with %s in its request is told what is wrong with it', async (_, body) => {
    const answer = await desk.api.once<Problem>('POST', '/v1/e-credentials/decodings', body, desk.token(HERE));
    expect([answer.status, answer.body.reason]).toEqual([400, 'REQUEST_MALFORMED']);
  });
});

describe('a hospital on the national interface', () => {
  it('takes the token in 1101 for its message, and gets the same again when it retries under the same message id', async () => {
    const pair = newPair();
    await registerKey(desk, HERE, pair);
    const link = new NationalDesk(HERE, pair, document.gateway);
    const { token } = await issue(9);
    const msgid = newMessageId(HERE);
    const data = { mdtrt_cert_type: '01', mdtrt_cert_no: token };
    const replies = [
      await link.send(link.message('1101', data, { msgid })),
      await link.send(link.message('1101', data, { msgid }, -1)),
    ];
    for (const { status, infcode, output } of replies) {
      expect([status, infcode]).toEqual([200, 0]);
      expect(output).toEqual({
        baseinfo: {
          psn_no: expect.stringMatching(/^[0-9A-Z]{25}$/),
          psn_cert_type: '01',
          certno: expect.stringMatching(/^\S\*{16}\S$/),
          psn_name: expect.stringContaining('*'),
          gend: '9',
          // What a token doesn’t tell.
          naty: '',
          brdy: '',
          age: null,
          expContent: '',
        },
        insuinfo: [expect.objectContaining({ psn_insu_stas: '1', insuplc_admdvs: person(9).insuredRegion })],
        idetinfo: [],
      });
    }
    expect(replies[1]?.output).toEqual(replies[0]?.output);
    const another = await link.send(link.message('1101', data));
    expect([another.infcode, another.err_msg?.split(' ')[0]]).toEqual([-2, 'E_CREDENTIAL_USED']);
    expect(told(await decode(token))).toMatchObject({ status: 403, problem: { reason: 'E_CREDENTIAL_USED' } });
  });
});

describe('nobody else', () => {
  const { operator, bureau } = document.tokens;
  const bearers: readonly (readonly [string, () => string])[] = [
    ['a hospital', () => desk.token(HERE)],
    ['a person', () => desk.insuredToken(person(7).personId)],
    ['a bureau', () => Object.values(bureau)[0] ?? ''],
    ['the operator', () => operator],
  ];

  it.each(bearers.filter(([who]) => who !== 'a person'))('is issued a token: %s', async (_, bearer) => {
    const answer = await desk.api.once<Problem>('POST', '/v1/e-credentials', {}, bearer());
    expect([answer.status, answer.body.reason]).toEqual([403, 'NOT_PERMITTED']);
  });

  it.each(bearers.filter(([who]) => who !== 'a hospital'))('decodes one: %s', async (_, bearer) => {
    const { token } = await issue(8);
    const body = { token, visitNumber: 'V-1' };
    const answer = await desk.api.once<Problem>('POST', '/v1/e-credentials/decodings', body, bearer());
    expect([answer.status, answer.body.reason]).toEqual([403, 'NOT_PERMITTED']);
    expect((await decode(token)).status).toBe(200);
  });

  it('is issued one for another person', async () => {
    const body = { personId: randomUUID() };
    const bearer = desk.insuredToken(person(7).personId);
    const answer = await desk.api.once<Problem>('POST', '/v1/e-credentials', body, bearer);
    expect([answer.status, answer.body.reason]).toEqual([400, 'REQUEST_MALFORMED']);
  });

  it.each(['/v1/e-credentials', '/v1/e-credentials/decodings'])(
    'gets anywhere without a credential: %s',
    async (path) => {
      const answer = await fetch(`${document.gateway}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      expect(answer.status).toBe(401);
    },
  );
});

describe('a token that lives for a second', () => {
  let stack: OwnStack;
  beforeAll(async () => {
    stack = await startOwnStack({ persons: 10, bills: 10, seed: 3, environment: { E_CREDENTIAL_SECONDS: '1' } });
  });
  afterAll(() => stack?.stop());

  it('is refused after it', async () => {
    const { api, day } = stack.desk;
    const someone = day.persons.find(({ active }) => active);
    const bearer = stack.desk.insuredToken(someone?.personId ?? '');
    const { body } = await api.once<Issued>('POST', '/v1/e-credentials', {}, bearer);
    const expiresAt = Date.parse(body.expiresAt);
    expect(expiresAt - Date.parse(body.issuedAt)).toBe(1_000);
    await until(
      async () => Date.now(),
      (time) => time >= expiresAt,
    );
    const request = { token: body.token, visitNumber: 'V-1' };
    const answer = await api.once<Problem>('POST', '/v1/e-credentials/decodings', request, stack.desk.token(HERE));
    expect([answer.status, answer.body.reason]).toEqual([403, 'E_CREDENTIAL_EXPIRED']);
    expect(answer.body.messages.zh).toContain('重新出示');
  });
});

describe('neither log nor trace', () => {
  it('holds a token, nor the secret in it', async () => {
    const benefit = await until(
      async () => readFileSync(join(logs, 'benefit.log'), 'utf8'),
      (text) => text.includes('e-credential refused'),
    );
    expect(benefit).toContain('refusedToday');
    const spans = await until(
      async () => (await fetch(`${collector}/spans`)).text(),
      (text) => text.includes('DecodeCredential'),
    );
    const written = [spans, ...readdirSync(logs).map((file) => readFileSync(join(logs, file), 'utf8'))].join('\n');
    expect(issued.length).toBeGreaterThan(8);
    expect(issued.filter((token) => written.includes(token.slice(4, 30)) || written.includes(token.slice(24)))).toEqual(
      [],
    );
  });
});

/** A token of the right form that was never issued: another secret, with the check that belongs to it. */
function invented(token: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const body = token.slice(0, 4) + randomBytes(32).toString('base64url');
  const sum = Array.from(body).reduce((remainder, digit) => (remainder * 64 + digits.indexOf(digit)) % 262_139, 0);
  return body + [sum >> 12, (sum >> 6) & 63, sum & 63].map((digit) => digits.charAt(digit)).join('');
}
