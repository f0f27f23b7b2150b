import { hkdfSync, randomBytes } from 'node:crypto';
import { CIPHER_SUITES, cipherSuite, KEY_BYTES, type CipherSuite, type CipherSuiteName } from './cipher-suites.js';
import type { KeyRing } from './key-ring.js';

/**
 * Where a value stands: table, column, and the row's key. It is authenticated, so that a value that was copied to another
 * place doesn't open there. Keys are compared without case, as PostgreSQL compares UUIDs.
 */
export type SealContext = { readonly table: string; readonly column: string; readonly key: readonly string[] };

/**
 * A sealed value's bytes:
 *
 *   format 1 | suite 1 | master key version 4 | salt 16 | wrapped data key 32 + tag | nonce | ciphertext | tag
 *
 * The data key is drawn anew for every value and every write. What wraps it is derived from the master key and the salt, so
 * that one master key may wrap any number of data keys without a nonce ever meeting itself.
 */
const FORMAT = 1;
const HEADER_BYTES = 6;
const SALT_BYTES = 16;

/** A value that can't be opened: changed, cut, or not of this place. Never says what it holds. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

export class MasterKeyMissing extends Error {
  override readonly name = 'MasterKeyMissing';
  constructor(readonly version: number) {
    super(`a value is sealed under master key version ${version}, which is not in MASTER_KEYS`);
  }
}

export function seal(ring: KeyRing, context: SealContext, plaintext: Uint8Array): Buffer {
  const suite = cipherSuite(ring.suite);
  const dataKey = randomBytes(KEY_BYTES);
  const nonce = randomBytes(suite.nonceBytes);
  const body = suite.encrypt(dataKey, nonce, associatedOf(ring.suite, context), plaintext);
  return Buffer.concat([wrap(ring, ring.suite, context, dataKey), nonce, body]);
}

/** Throws SealBroken or MasterKeyMissing: there is no answer that could be mistaken for "nothing there". */
export function open(ring: KeyRing, context: SealContext, sealed: Uint8Array): Buffer {
  const { name, suite, content } = partsOf(sealed);
  const dataKey = unwrap(ring, context, sealed);
  const nonce = content.subarray(0, suite.nonceBytes);
  const plaintext = suite.decrypt(dataKey, nonce, associatedOf(name, context), content.subarray(suite.nonceBytes));
  if (plaintext === null) throw new SealBroken('a sealed value does not open: it was changed');
  return plaintext;
}

/** The master key's version that the value is sealed under. */
export function keyVersionOf(sealed: Uint8Array): number {
  return partsOf(sealed).version;
}

/**
 * The same value under the current master key. Only the data key is wrapped anew; the ciphertext is opened and made anew only
 * where it is of another suite. Throws as {@link open} does, but a change within the ciphertext stays for open to find.
 */
export function reseal(ring: KeyRing, context: SealContext, sealed: Uint8Array): Buffer {
  const { name, content } = partsOf(sealed);
  if (name !== ring.suite) return seal(ring, context, open(ring, context, sealed));
  return Buffer.concat([wrap(ring, name, context, unwrap(ring, context, sealed)), content]);
}

type Parts = {
  readonly name: CipherSuiteName;
  readonly suite: CipherSuite;
  readonly version: number;
  readonly header: Uint8Array;
  readonly salt: Uint8Array;
  readonly wrapped: Uint8Array;
  /** Nonce, ciphertext and tag: all that stays when the master key changes. */
  readonly content: Uint8Array;
};

function partsOf(sealed: Uint8Array): Parts {
  const name = sealed[0] === FORMAT ? CIPHER_SUITES[(sealed[1] ?? 0) - 1] : undefined;
  if (name === undefined) throw new SealBroken('not a sealed value of a known format and suite');
  const suite = cipherSuite(name);
  const wrappedEnd = HEADER_BYTES + SALT_BYTES + KEY_BYTES + suite.tagBytes;
  if (sealed.length < wrappedEnd + suite.nonceBytes + suite.tagBytes)
    throw new SealBroken('a sealed value is cut short');
  return {
    name,
    suite,
    version: Buffer.from(sealed.subarray(2, HEADER_BYTES)).readUInt32BE(),
    header: sealed.subarray(0, HEADER_BYTES),
    salt: sealed.subarray(HEADER_BYTES, HEADER_BYTES + SALT_BYTES),
    wrapped: sealed.subarray(HEADER_BYTES + SALT_BYTES, wrappedEnd),
    content: sealed.subarray(wrappedEnd),
  };
}

/** Header, salt and wrapped data key. */
function wrap(ring: KeyRing, name: CipherSuiteName, context: SealContext, dataKey: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(FORMAT, 0);
  header.writeUInt8(CIPHER_SUITES.indexOf(name) + 1, 1);
  header.writeUInt32BE(ring.current, 2);
  const salt = randomBytes(SALT_BYTES);
  const suite = cipherSuite(name);
  const { key, nonce } = wrappingKey(masterKey(ring, ring.current), suite, header, salt);
  return Buffer.concat([header, salt, suite.encrypt(key, nonce, associatedOf(name, context), dataKey)]);
}

function unwrap(ring: KeyRing, context: SealContext, sealed: Uint8Array): Buffer {
  const { name, suite, version, header, salt, wrapped } = partsOf(sealed);
  const { key, nonce } = wrappingKey(masterKey(ring, version), suite, header, salt);
  const dataKey = suite.decrypt(key, nonce, associatedOf(name, context), wrapped);
  if (dataKey === null)
    throw new SealBroken('a sealed value does not open: it was changed, or belongs to another row or key');
  return dataKey;
}

function masterKey(ring: KeyRing, version: number): Buffer {
  const key = ring.keys.get(version);
  if (!key) throw new MasterKeyMissing(version);
  return key;
}

/** Bound to the header, and with the salt used once: its nonce is derived with it (RFC 5869). */
function wrappingKey(
  master: Buffer,
  suite: CipherSuite,
  header: Uint8Array,
  salt: Uint8Array,
): { readonly key: Buffer; readonly nonce: Buffer } {
  const label = Buffer.concat([Buffer.from('yiditong data key'), header]);
  const derived = Buffer.from(hkdfSync(suite.digest, master, salt, label, KEY_BYTES + suite.nonceBytes));
  return { key: derived.subarray(0, KEY_BYTES), nonce: derived.subarray(KEY_BYTES) };
}

/** JSON, so that no two contexts are the same text. The master key's version is left out: it changes under the ciphertext. */
function associatedOf(suite: CipherSuiteName, { table, column, key }: SealContext): Buffer {
  const place = [table, column, ...key.map((part) => part.toLowerCase())];
  return Buffer.from(JSON.stringify([FORMAT, suite, ...place]));
}
