import { createPrivateKey } from 'node:crypto';
import { FILING_CATEGORIES } from '@yiditong/codes';
import { privateJwks } from '@yiditong/testing';
import { CompactSign } from 'jose';
import { describe, expect, it } from 'vitest';
import { SigningKeys } from '@yiditong/chassis';
import { readReceipt, signReceipt, type Receipt } from './receipt-token.js';

const text = privateJwks('filing-1');
const keys = new SigningKeys(text);
const receipt: Receipt = {
  filingId: '0193e0c4-0000-7000-8000-000000000003',
  version: 2,
  insuredRegion: '610100',
  destinationRegion: '110000',
  category: 'LONG_TERM_RESIDENT',
  validFrom: '2026-03-01',
  validTo: '2027-02-28',
  issuedAt: new Date('2026-03-01T02:00:00Z'),
};

/** A JWS of whatever somebody with the key signs. */
async function signed(header: object, payload: unknown): Promise<string> {
  const [jwk] = JSON.parse(text) as Record<string, string>[];
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'EdDSA', kid: 'filing-1', typ: 'yiditong-receipt', ...header })
    .sign(createPrivateKey({ key: { ...jwk }, format: 'jwk' }));
}

describe('a receipt', () => {
  it.each(FILING_CATEGORIES)('of %s says what was issued', async (category) => {
    const longTerm = { ...receipt, category, validTo: null };
    for (const one of [{ ...receipt, category }, longTerm])
      expect(await readReceipt(await signReceipt(one, keys), keys)).toEqual(one);
  });

  it('fits into a QR code that a cheap camera reads', async () => {
    const longest = { ...receipt, version: 9_999 };
    expect((await signReceipt(longest, keys)).length).toBeLessThanOrEqual(355);
  });

  it('is read after its key was followed by another, and not after it was dropped', async () => {
    const token = await signReceipt(receipt, keys);
    const [old] = JSON.parse(text) as object[];
    const [next] = JSON.parse(privateJwks('filing-2')) as object[];
    expect(await readReceipt(token, new SigningKeys(JSON.stringify([next, old])))).toEqual(receipt);
    expect(await readReceipt(token, new SigningKeys(JSON.stringify([next])))).toBeNull();
  });

  it('is nothing when a single character is another', async () => {
    const token = await signReceipt(receipt, keys);
    for (let at = 0; at < token.length; at += 7) {
      // The last character of a part holds bits that mean nothing, so the one before it is changed.
      const place = token[at + 1] === '.' || at === token.length - 1 ? at - 1 : at;
      const other = token[place] === 'A' ? 'B' : 'A';
      expect(await readReceipt(token.slice(0, place) + other + token.slice(place + 1), keys)).toBeNull();
    }
  });

  it.each<[string, () => Promise<string>]>([
    ['nothing', async () => ''],
    ['any text', async () => 'a.b.c'],
    ['somebody else’s', () => signReceipt(receipt, new SigningKeys(privateJwks('filing-1')))],
    ['signed by nobody', async () => `${encoded({ alg: 'none', typ: 'yiditong-receipt' })}.${encoded({})}.`],
    ['of another kind', () => signed({ typ: 'JWT' }, claimsOf({}))],
    ['of an unknown key', () => signed({ kid: 'filing-9' }, claimsOf({}))],
    ['of no key', () => signed({ kid: undefined }, claimsOf({}))],
    ['with a claim too many', () => signed({}, claimsOf({ p: 'person' }))],
    ['with a claim too few', () => signed({}, claimsOf({ v: undefined }))],
    ['of no division', () => signed({}, claimsOf({ r: '990000' }))],
    ['of no category', () => signed({}, claimsOf({ c: 'HOLIDAY' }))],
    ['of no day', () => signed({}, claimsOf({ b: '2026-02-30' }))],
    ['of no filing', () => signed({}, claimsOf({ f: 'AAAA' }))],
    ['endless', async () => `${await signReceipt(receipt, keys)}${'A'.repeat(1_000)}`],
  ])('is not %s', async (_what, token) => expect(await readReceipt(await token(), keys)).toBeNull());

  it('is what the forgeries above are but for their fault', async () => {
    expect(await readReceipt(await signed({}, claimsOf({})), keys)).toEqual(receipt);
  });
});

function claimsOf(change: object): object {
  return {
    f: Buffer.from(receipt.filingId.replaceAll('-', ''), 'hex').toString('base64url'),
    v: 2,
    r: '610100',
    d: '110000',
    c: 'LONG_TERM_RESIDENT',
    b: '2026-03-01',
    e: '2027-02-28',
    i: 1_772_330_400,
    ...change,
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
