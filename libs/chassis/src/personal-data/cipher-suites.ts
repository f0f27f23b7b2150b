import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** In the order of the codes that stand in sealed values: append only. */
export const CIPHER_SUITES = ['aes-256-gcm', 'sm4-ctr-hmac-sm3'] as const;
export type CipherSuiteName = (typeof CIPHER_SUITES)[number];

/**
 * Authenticated encryption with associated data: what `encrypt` gives is the ciphertext and the tag; `decrypt` gives null
 * where anything of it, of the nonce or of the associated data was changed.
 */
export type CipherSuite = {
  readonly digest: 'sha256' | 'sm3';
  readonly nonceBytes: number;
  readonly tagBytes: number;
  readonly encrypt: (key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, plaintext: Uint8Array) => Buffer;
  readonly decrypt: (
    key: Uint8Array,
    nonce: Uint8Array,
    associated: Uint8Array,
    ciphertextAndTag: Uint8Array,
  ) => Buffer | null;
};

/** Keys of both suites, data keys and master keys alike, have 32 bytes. */
export const KEY_BYTES = 32;

/** NIST SP 800-38D. */
const AES_256_GCM: CipherSuite = {
  digest: 'sha256',
  nonceBytes: 12,
  tagBytes: 16,
  encrypt: (key, nonce, associated, plaintext) => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 }).setAAD(associated);
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  },
  decrypt: (key, nonce, associated, ciphertextAndTag) => {
    const { ciphertext, tag } = parted(ciphertextAndTag, 16);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
    decipher.setAAD(associated).setAuthTag(tag);
    const plaintext = decipher.update(ciphertext);
    try {
      return Buffer.concat([plaintext, decipher.final()]);
    } catch {
      return null;
    }
  },
};

/**
 * GB/T 32907 and GB/T 32905: SM4 in counter mode, then HMAC-SM3 over what was encrypted. The two keys are derived apart from
 * the one that is given, so that neither says anything of the other.
 */
const SM4_CTR_HMAC_SM3: CipherSuite = {
  digest: 'sm3',
  nonceBytes: 16,
  tagBytes: 32,
  encrypt: (key, nonce, associated, plaintext) => {
    const { encryption, authentication } = sm4Keys(key);
    const cipher = createCipheriv('sm4-ctr', encryption, nonce);
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([ciphertext, sm3Tag(authentication, nonce, associated, ciphertext)]);
  },
  decrypt: (key, nonce, associated, ciphertextAndTag) => {
    const { encryption, authentication } = sm4Keys(key);
    const { ciphertext, tag } = parted(ciphertextAndTag, 32);
    if (!timingSafeEqual(tag, sm3Tag(authentication, nonce, associated, ciphertext))) return null;
    const decipher = createDecipheriv('sm4-ctr', encryption, nonce);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  },
};

const SUITES: Readonly<Record<CipherSuiteName, CipherSuite>> = {
  'aes-256-gcm': AES_256_GCM,
  'sm4-ctr-hmac-sm3': SM4_CTR_HMAC_SM3,
};

export function cipherSuite(name: CipherSuiteName): CipherSuite {
  return SUITES[name];
}

function sm4Keys(key: Uint8Array): { readonly encryption: Buffer; readonly authentication: Buffer } {
  const derived = Buffer.from(hkdfSync('sm3', key, Buffer.alloc(0), 'yiditong sm4-ctr hmac-sm3', 16 + 32));
  return { encryption: derived.subarray(0, 16), authentication: derived.subarray(16) };
}

/** The length comes first, so that no byte can move between the associated data and what follows it. */
function sm3Tag(key: Buffer, nonce: Uint8Array, associated: Uint8Array, ciphertext: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(associated.length));
  return createHmac('sm3', key).update(length).update(associated).update(nonce).update(ciphertext).digest();
}

function parted(ciphertextAndTag: Uint8Array, tagBytes: number): { ciphertext: Uint8Array; tag: Uint8Array } {
  const at = ciphertextAndTag.length - tagBytes;
  return { ciphertext: ciphertextAndTag.subarray(0, at), tag: ciphertextAndTag.subarray(at) };
}
