import { createCipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CIPHER_SUITES, type CipherSuiteName } from './cipher-suites.js';
import { keyVersionOf, MasterKeyMissing, open, reseal, seal, SealBroken } from './envelope.js';
import type { KeyRing } from './key-ring.js';
import { PersonalDataVault } from './vault.js';

const PERSON = '0198e9a0-0000-7000-8000-000000000001';
const CONTEXT = { table: 'insured_person', column: 'personal_sealed', key: [PERSON, '610000'] };
const ID_NUMBER = '11010519491231002X';

function ringOf(suite: CipherSuiteName, current: number, ...versions: number[]): KeyRing {
  const known = versions.length > 0 ? versions : [current];
  return { keys: new Map(known.map((version) => [version, Buffer.alloc(32, version)])), current, suite };
}

describe('SM4 of this Node', () => {
  it('is the standard’s (GB/T 32907, first example)', () => {
    const key = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');
    const cipher = createCipheriv('sm4-ecb', key, null).setAutoPadding(false);
    expect(cipher.update(key).toString('hex')).toBe('681edf34d206965e86b3e94f536e4246');
  });
});

describe.each(CIPHER_SUITES)('a value sealed with %s', (suite) => {
  const ring = ringOf(suite, 1);
  const sealedNumber = seal(ring, CONTEXT, Buffer.from(ID_NUMBER));

  it('opens to what was sealed, whatever it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (plaintext) => {
        expect(new Uint8Array(open(ring, CONTEXT, seal(ring, CONTEXT, plaintext)))).toEqual(plaintext);
      }),
    );
  });

  it('does not open with any bit of it changed', () => {
    for (let index = 0; index < sealedNumber.length; index++)
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(sealedNumber);
        changed.writeUInt8((changed[index] ?? 0) ^ (1 << bit), index);
        expect(() => open(ring, CONTEXT, changed), `byte ${index}, bit ${bit}`).toThrow();
      }
  });

  it('does not open cut short or with something behind it', () => {
    for (let length = 0; length < sealedNumber.length; length++)
      expect(() => open(ring, CONTEXT, sealedNumber.subarray(0, length))).toThrow(SealBroken);
    expect(() => open(ring, CONTEXT, Buffer.concat([sealedNumber, Buffer.alloc(1)]))).toThrow(SealBroken);
  });

  it.each([
    ['another row', { ...CONTEXT, key: ['0198e9a0-0000-7000-8000-000000000002', '610000'] }],
    ['another province’s row', { ...CONTEXT, key: [PERSON, '620000'] }],
    ['another table', { ...CONTEXT, table: 'settlement' }],
    ['another column', { ...CONTEXT, column: 'diagnosis_sealed' }],
    ['a key whose parts are cut elsewhere', { ...CONTEXT, key: [`${PERSON}610000`] }],
  ])('does not open in %s', (_, elsewhere) => {
    expect(() => open(ring, elsewhere, sealedNumber)).toThrow(SealBroken);
    expect(() => reseal(ring, elsewhere, sealedNumber)).toThrow(SealBroken);
  });

  it('opens in its own row however PostgreSQL spells the UUID', () => {
    const sealed = seal(ring, { ...CONTEXT, key: [PERSON.toUpperCase(), '610000'] }, Buffer.from(ID_NUMBER));
    expect(open(ring, CONTEXT, sealed).toString()).toBe(ID_NUMBER);
  });

  it('does not open with another master key of the same version', () => {
    const wrong = { ...ring, keys: new Map([[1, randomBytes(32)]]) };
    expect(() => open(wrong, CONTEXT, sealedNumber)).toThrow(SealBroken);
  });

  it('is another each time, in data key, salt and nonce', () => {
    const values = Array.from({ length: 50 }, () =>
      seal(ring, CONTEXT, Buffer.from(ID_NUMBER)).toString('hex').slice(12),
    );
    for (const part of [(value: string) => value.slice(0, 32), (value: string) => value.slice(-140, -60)])
      expect(new Set(values.map(part)).size).toBe(values.length);
  });

  it('holds nothing in clear, and says nothing of it when it does not open', () => {
    expect(sealedNumber.toString('latin1')).not.toContain(ID_NUMBER);
    const errors = [
      () => open(ring, { ...CONTEXT, key: ['x'] }, sealedNumber),
      () => open(ringOf(suite, 7), CONTEXT, sealedNumber),
    ];
    for (const failing of errors)
      expect(failing).toThrow(expect.objectContaining({ message: expect.not.stringContaining('1949') }));
  });

  it('under a version that isn’t there names the version', () => {
    expect(() => open(ringOf(suite, 7), CONTEXT, sealedNumber)).toThrow(MasterKeyMissing);
    expect(() => open(ringOf(suite, 7), CONTEXT, sealedNumber)).toThrow('version 1,');
  });
});

describe.each(CIPHER_SUITES)('a change of master key with %s', (suite) => {
  const old = ringOf(suite, 1);
  const both = ringOf(suite, 2, 1, 2);
  const fresh = ringOf(suite, 2);
  const sealed = seal(old, CONTEXT, Buffer.from(ID_NUMBER));
  const resealed = reseal(both, CONTEXT, sealed);

  it('shows in the version that the value says', () => {
    expect([keyVersionOf(sealed), keyVersionOf(resealed)]).toEqual([1, 2]);
  });

  it('leaves the value readable, with the new key alone', () => {
    expect(open(both, CONTEXT, sealed).toString()).toBe(ID_NUMBER);
    expect(open(fresh, CONTEXT, resealed).toString()).toBe(ID_NUMBER);
    expect(() => open(old, CONTEXT, resealed)).toThrow('version 2,');
  });

  it('wraps the data key anew and leaves nonce, ciphertext and tag as they are', () => {
    const ciphertextBytes = { 'aes-256-gcm': 12 + 18 + 16, 'sm4-ctr-hmac-sm3': 16 + 18 + 32 }[suite];
    expect(resealed.length).toBe(sealed.length);
    expect(resealed.subarray(-ciphertextBytes)).toEqual(sealed.subarray(-ciphertextBytes));
    expect(resealed.subarray(6, -ciphertextBytes)).not.toEqual(sealed.subarray(6, -ciphertextBytes));
  });

  it('does not bless a value that was changed: it still does not open', () => {
    const changed = Buffer.from(sealed);
    changed.writeUInt8((changed.at(-1) ?? 0) ^ 1, changed.length - 1);
    expect(() => open(fresh, CONTEXT, reseal(both, CONTEXT, changed))).toThrow(SealBroken);
  });
});

describe('two suites side by side', () => {
  it.each([
    ['aes-256-gcm', 'sm4-ctr-hmac-sm3'],
    ['sm4-ctr-hmac-sm3', 'aes-256-gcm'],
  ] as const)('%s is read where %s is written, and changes when its key does', (before, after) => {
    const sealed = seal(ringOf(before, 1), CONTEXT, Buffer.from(ID_NUMBER));
    const ring = ringOf(after, 2, 1, 2);
    expect(open(ring, CONTEXT, sealed).toString()).toBe(ID_NUMBER);
    const resealed = reseal(ring, CONTEXT, sealed);
    expect([sealed[1], resealed[1]]).toEqual([CIPHER_SUITES.indexOf(before) + 1, CIPHER_SUITES.indexOf(after) + 1]);
    expect(open(ring, CONTEXT, resealed).toString()).toBe(ID_NUMBER);
  });
});

describe('values that were sealed long ago', () => {
  it.each<[CipherSuiteName, string]>([
    [
      'aes-256-gcm',
      '01010000000113ea10144355d9eb88f9a4b91eefe46475fedf7f46392dc936d9eb92cd6f70020f0e670684fb90ae6334a2f57c4a6390e54ccd1823c9cc143d2d157212114a529f30550da85879757af97999364bf52fb1c4ec51c771fcb0ff4cfa846262dba8e99b81ed15af0b6f580a04c753b1',
    ],
    [
      'sm4-ctr-hmac-sm3',
      '01020000000121f5e597fd66a720bf24bb3b6199503dc1d08fbc6f04b6e687646ef7b9c0509f7bf90a773e76f077d8261651b4b72d4b6e6aedbb6fb84b6c3f0ce25f8ee6ccbb62c0d2c0a2698fba9c5fabd7acb59fd138a3525e2d5168f81b9090f6f8b326922f9476fbf10e50e3f9e51680a005c2633a84229486f58ace48a5e245143977eb61991fb8dedad9f8984043e6e113ec6221ea',
    ],
  ])('with %s still open', (suite, hex) => {
    expect(open(ringOf(suite, 1), CONTEXT, Buffer.from(hex, 'hex')).toString()).toBe(ID_NUMBER);
  });
});

describe('a vault', () => {
  const vault = PersonalDataVault.of({
    MASTER_KEYS: new Map([[3, randomBytes(32)]]),
    PERSONAL_DATA_CIPHER: 'aes-256-gcm',
    BLIND_INDEX_KEY: 'ab'.repeat(32),
  });

  it('gives back what it was given, and the version to keep beside it', () => {
    const value = { name: '阿依古丽·买买提', phone: null, diagnoses: [{ code: 'C34.900', name: '肺恶性肿瘤' }] };
    const { sealed, keyVersion } = vault.seal(CONTEXT, value);
    expect(keyVersion).toBe(3);
    expect(vault.open(CONTEXT, sealed)).toEqual(value);
  });

  it('does not let the length tell one value from another', () => {
    const lengths = ['张三', '欧阳震华', '阿依古丽·买买提', ''].map(
      (name) => vault.seal(CONTEXT, { name }).sealed.length,
    );
    expect(new Set(lengths).size).toBe(1);
  });
});
