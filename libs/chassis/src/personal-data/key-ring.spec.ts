import { describe, expect, it } from 'vitest';
import { keyRingOf, personalDataEnvironment } from './key-ring.js';

const hex = (digit: string): string => digit.repeat(64);
const environment = (change: Record<string, string> = {}) => ({
  MASTER_KEYS: `1:${hex('a')},2:${hex('b')}`,
  BLIND_INDEX_KEY: hex('c'),
  ...change,
});
const ringOf = (change: Record<string, string> = {}) => keyRingOf(personalDataEnvironment.parse(environment(change)));

describe('a key ring', () => {
  it('wraps with the highest version, whatever the order', () => {
    expect(ringOf().current).toBe(2);
    const ring = ringOf({ MASTER_KEYS: `10:${hex('a')}, 9:${hex('b')}` });
    expect(ring.current).toBe(10);
    expect(ring.keys.get(9)).toEqual(Buffer.from(hex('b'), 'hex'));
  });

  it('seals with AES-256-GCM unless told otherwise', () => {
    expect(ringOf().suite).toBe('aes-256-gcm');
    expect(ringOf({ PERSONAL_DATA_CIPHER: 'sm4-ctr-hmac-sm3' }).suite).toBe('sm4-ctr-hmac-sm3');
  });

  it('wraps with an older version while a newer one is only being made known', () => {
    expect(ringOf({ MASTER_KEY_CURRENT: '1' }).current).toBe(1);
    expect(() => ringOf({ MASTER_KEY_CURRENT: '3' })).toThrow('no version 3');
  });
});

describe('an environment is refused', () => {
  it.each([
    ['without a key', { MASTER_KEYS: '' }, 'entry 1'],
    ['with a key without version', { MASTER_KEYS: hex('a') }, 'entry 1'],
    ['with a version 0', { MASTER_KEYS: `0:${hex('a')}` }, 'entry 1'],
    ['with a version beyond PostgreSQL’s integers', { MASTER_KEYS: `2147483648:${hex('a')}` }, 'entry 1'],
    ['with a key too short', { MASTER_KEYS: `1:${hex('a').slice(1)}` }, 'version 1 is not 32 bytes'],
    ['with a key that isn’t hexadecimal', { MASTER_KEYS: `1:${hex('g')}` }, 'version 1 is not 32 bytes'],
    ['with three parts in an entry', { MASTER_KEYS: `1:${hex('a')}:${hex('b')}` }, 'entry 1'],
    ['with a version twice', { MASTER_KEYS: `1:${hex('a')},1:${hex('b')}` }, 'version 1 stands there twice'],
    ['with one key under two versions', { MASTER_KEYS: `1:${hex('a')},2:${hex('A')}` }, 'the same key'],
    ['with a cipher that there is not', { PERSONAL_DATA_CIPHER: 'rot13' }, 'Invalid option'],
    ['with an index key too short', { BLIND_INDEX_KEY: 'c' }, '32 bytes'],
  ])('%s', (_, change, problem) => {
    const result = personalDataEnvironment.safeParse(environment(change));
    expect(result.success).toBe(false);
    const messages = result.error?.issues.map(({ message }) => message).join('; ') ?? '';
    expect(messages).toContain(problem);
    // What is said at start stands in a log.
    for (const key of ['a', 'b', 'c', 'g']) expect(messages).not.toContain(key.repeat(8));
  });
});
