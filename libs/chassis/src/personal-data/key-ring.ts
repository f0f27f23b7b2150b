import { z } from 'zod';
import { CIPHER_SUITES, KEY_BYTES, type CipherSuiteName } from './cipher-suites.js';

/** The master keys by version, which of them wraps new data keys, and the suite that new values are sealed with. */
export type KeyRing = {
  readonly keys: ReadonlyMap<number, Buffer>;
  readonly current: number;
  readonly suite: CipherSuiteName;
};

const MAX_VERSION = 2_147_483_647;
const hexKey = new RegExp(`^[0-9a-f]{${KEY_BYTES * 2}}$`, 'i');

/** `1:<64 hex>,2:<64 hex>`. What is wrong is said by version or place, never by quoting what may be a key. */
const masterKeys = z.string().transform((text, context): ReadonlyMap<number, Buffer> => {
  const keys = new Map<number, Buffer>();
  const problem = (message: string): void => context.addIssue({ code: 'custom', message });
  for (const [index, entry] of text.split(',').entries()) {
    const [version = '', hex = '', ...rest] = entry.trim().split(':');
    const number = /^[1-9]\d{0,9}$/.test(version) ? Number(version) : 0;
    if (number === 0 || number > MAX_VERSION || rest.length > 0) {
      problem(`entry ${index + 1} is not <version>:<${KEY_BYTES * 2} hexadecimal digits>`);
    } else if (!hexKey.test(hex)) problem(`version ${number} is not ${KEY_BYTES} bytes in hexadecimal`);
    else if (keys.has(number)) problem(`version ${number} stands there twice`);
    else keys.set(number, Buffer.from(hex, 'hex'));
  }
  const distinct = new Set([...keys.values()].map((key) => key.toString('hex')));
  if (distinct.size < keys.size)
    problem('two versions are the same key, so that going from one to the other rotates nothing');
  return keys;
});

/** What a service that keeps personal data reads from its environment, besides what every service reads. */
export const personalDataEnvironment = z.object({
  /** The master keys, `1:<64 hex>,2:<64 hex>`. */
  MASTER_KEYS: masterKeys,
  /**
   * Which of them wraps new data keys; the highest, where it isn't set. Set it while a key is being added to several replicas:
   * first all must know the new key, then all may write with it.
   */
  MASTER_KEY_CURRENT: z.coerce.number().int().min(1).max(MAX_VERSION).optional(),
  /** What new values are sealed with. Values of the other suite stay readable and change suite when they change key. */
  PERSONAL_DATA_CIPHER: z.enum(CIPHER_SUITES).default('aes-256-gcm'),
  /** Of the blind index. It isn't rotated with the master keys: the index of a person must stay the same. */
  BLIND_INDEX_KEY: z.string().regex(hexKey, `${KEY_BYTES} bytes in hexadecimal`),
});
export type PersonalDataEnvironment = z.infer<typeof personalDataEnvironment>;

/** Fails where the current key isn't among the keys. */
export function keyRingOf(environment: Omit<PersonalDataEnvironment, 'BLIND_INDEX_KEY'>): KeyRing {
  const { MASTER_KEYS: keys, PERSONAL_DATA_CIPHER: suite } = environment;
  const current = environment.MASTER_KEY_CURRENT ?? Math.max(...keys.keys());
  if (!keys.has(current)) throw new Error(`environment: MASTER_KEYS has no version ${current} to be current`);
  return { keys, current, suite };
}
