import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { privateJwks } from '@yiditong/testing';
import { flattenedVerify, importJWK, type JSONWebKeySet } from 'jose';
import { describe, expect, it } from 'vitest';
import type { EventRow } from './notification.entity.js';
import { SigningKeys, signingKeysText } from '@yiditong/chassis';
import { webhookMessage } from './webhook-message.js';

const DOCUMENT = new URL('../../../../docs/notifications.md', import.meta.url);
const ATTEMPTED_AT = new Date('2026-03-01T02:00:07.900Z');
const event: EventRow = {
  province: '610000',
  sequence: 41n,
  eventId: '0193e0c4-0000-7000-8000-000000000001',
  type: 'filing.accept',
  personId: '0193e0c4-0000-7000-8000-000000000002',
  insuredRegion: '610100',
  content: '{"filingId":"0193e0c4-0000-7000-8000-000000000003","state":"ACTIVE","province":"110000"}',
  recordedAt: new Date('2026-03-01T02:00:00.000Z'),
};

const jwkSet = (keys: SigningKeys) => JSON.parse(keys.jwks) as JSONWebKeySet;
type ReadNotification = (headers: object, body: string, jwks: JSONWebKeySet, options: object) => unknown;

describe('a notification', () => {
  const keys = new SigningKeys(privateJwks('old', 'new'));
  const { headers, body } = webhookMessage(event, ATTEMPTED_AT, keys);
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const signatures = (headers['webhook-signature'] ?? '').split(' ').map((entry) => entry.replace('v1a,', ''));

  it('says what happened, and to whom in ids alone', () => {
    expect(JSON.parse(body)).toEqual({
      type: 'filing.accept',
      timestamp: '2026-03-01T02:00:00.000Z',
      data: {
        filingId: '0193e0c4-0000-7000-8000-000000000003',
        state: 'ACTIVE',
        sequence: 41,
        province: '610000',
        insuredRegion: '610100',
        personId: event.personId,
      },
    });
    expect(headers).toMatchObject({ 'webhook-id': event.eventId, 'webhook-timestamp': '1772330407' });
  });

  it('is signed with each key, as node:crypto verifies', () => {
    const verified = jwkSet(keys).keys.map((key, n) =>
      verify(
        null,
        Buffer.from(signed),
        createPublicKey({ key, format: 'jwk' }),
        Buffer.from(signatures[n] ?? '', 'base64'),
      ),
    );
    expect(verified).toEqual([true, true]);
  });

  it('is signed with Ed25519 as jose has it', async () => {
    const { signatures: made, raw } = await jwsLike(keys);
    const [key] = jwkSet(keys).keys;
    if (!key) throw new Error('no key');
    const checked = await flattenedVerify({ ...raw, signature: made }, await importJWK(key, 'EdDSA'));
    expect(Buffer.from(checked.payload).toString()).toBe('{}');
  });

  describe('read as the documentation says', async () => {
    const code = /```js\n([\s\S]*?)```/.exec(readFileSync(DOCUMENT, 'utf8'))?.[1] ?? '';
    const example = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as {
      readNotification: ReadNotification;
    };
    const own = { province: '610000', nowSeconds: 1_772_330_410 };
    const read = (change: { headers?: object; body?: string; jwks?: JSONWebKeySet; options?: object } = {}) =>
      example.readNotification({ ...headers, ...change.headers }, change.body ?? body, change.jwks ?? jwkSet(keys), {
        ...own,
        ...change.options,
      });

    it('is genuine', () =>
      expect(read()).toMatchObject({ id: event.eventId, type: 'filing.accept', data: { sequence: 41 } }));
    it.each([0, 1])('is genuine to a receiver that knows one of the keys only, the one at %i', (n) => {
      expect(read({ jwks: { keys: jwkSet(keys).keys.slice(n, n + 1) } })).not.toBeNull();
    });
    it.each<[string, Parameters<typeof read>[0]]>([
      ['another body', { body: body.replace('ACTIVE', 'CANCELLED') }],
      ['another id', { headers: { 'webhook-id': 'another' } }],
      ['another time', { headers: { 'webhook-timestamp': '1772330408' } }],
      ['no time', { headers: { 'webhook-timestamp': undefined } }],
      ['an old time', { options: { nowSeconds: 1_772_330_408 + 301 } }],
      ['a time ahead', { options: { nowSeconds: 1_772_330_406 - 301 } }],
      ['no signature', { headers: { 'webhook-signature': undefined } }],
      [
        'a signature of another kind',
        { headers: { 'webhook-signature': (headers['webhook-signature'] ?? '').replaceAll('v1a', 'v1') } },
      ],
      ['somebody else’s key', { jwks: jwkSet(new SigningKeys(privateJwks('old'))) }],
      ['another receiver’s province', { options: { province: '110000' } }],
    ])('is not genuine with %s', (_what, change) => expect(read(change)).toBeNull());
  });
});

/** What jose signs for a JWS, signed by these keys: the signature scheme is the same and only the text around it differs. */
async function jwsLike(keys: SigningKeys) {
  const raw = {
    protected: Buffer.from('{"alg":"EdDSA"}').toString('base64url'),
    payload: Buffer.from('{}').toString('base64url'),
  };
  const [first = ''] = keys.signatures(`${raw.protected}.${raw.payload}`);
  return { raw, signatures: Buffer.from(first, 'base64').toString('base64url') };
}

describe('the setting of the keys', () => {
  const [key] = JSON.parse(privateJwks('one')) as Record<string, string>[];
  it.each<[string, string]>([
    ['one key', JSON.stringify([key])],
    ['keys that follow each other', privateJwks('one', 'two')],
  ])('takes %s', (_what, text) => expect(signingKeysText.safeParse(text).success).toBe(true));

  it.each<[string, string]>([
    ['nothing', ''],
    ['no list', JSON.stringify(key)],
    ['an empty list', '[]'],
    ['a key without a name', JSON.stringify([{ ...key, kid: undefined }])],
    ['a name that is too long for a QR code', privateJwks('a-name-of-17-char')],
    ['two keys of one name', privateJwks('one', 'one')],
    ['a public key', JSON.stringify([{ ...key, d: undefined }])],
    ['another curve', JSON.stringify([{ ...key, crv: 'X25519' }])],
    ['half a key', JSON.stringify([{ ...key, d: 'AA' }])],
  ])('refuses %s, and tells nothing of it', (_what, text) => {
    const refused = signingKeysText.safeParse(text);
    expect(refused.error?.issues.map(({ message }) => message)).toEqual([
      'a JSON list of 1 to 4 private Ed25519 JWKs, each with a kid of its own',
    ]);
  });

  it('is published without what is private', () => {
    const text = privateJwks('one', 'two');
    const published = new SigningKeys(text).jwks;
    for (const { d } of JSON.parse(text) as { d: string }[]) expect(published).not.toContain(d);
    expect((JSON.parse(published) as JSONWebKeySet).keys.map(({ kid, crv, alg }) => [kid, crv, alg])).toEqual([
      ['one', 'Ed25519', 'EdDSA'],
      ['two', 'Ed25519', 'EdDSA'],
    ]);
  });
});
