import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { z } from 'zod';

type SigningKey = { readonly kid: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject };

/** 32 bytes in base64url. */
const BYTES = z.string().regex(/^[\w-]{43}$/);
/** Private Ed25519 JWKs. A kid is short, because it stands in every receipt's QR code. */
const privateJwks = z
  .array(
    z.object({
      kty: z.literal('OKP'),
      crv: z.literal('Ed25519'),
      kid: z.string().regex(/^[\w.-]{1,16}$/),
      x: BYTES,
      d: BYTES,
    }),
  )
  .min(1)
  .max(4)
  .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'a kid is used twice');

/** A setting that holds keys; a process with a wrong one ends before it serves, and nothing of a key is told. */
export const signingKeysText = z
  .string()
  .refine(isKeys, 'a JSON list of 1 to 4 private Ed25519 JWKs, each with a kid of its own');

/**
 * What a service signs with what it gives out: receipts, notifications, closed cycles. The first signs; all verify and are published, so
 * that a key is replaced in two steps: published at the end of the list first, moved to its head when receivers know it. No two kinds
 * of text begin alike: a receipt is a JWS, a notification begins with a UUID, a cycle with its format, so none ever passes for another.
 */
export class SigningKeys {
  private readonly first: SigningKey;
  private readonly all: readonly SigningKey[];

  /** Fails on what {@link signingKeysText} refuses. */
  constructor(text: string) {
    this.all = privateJwks.parse(JSON.parse(text)).map(({ kid, ...jwk }) => {
      const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
      return { kid, privateKey, publicKey: createPublicKey(privateKey) };
    });
    const [first] = this.all;
    if (!first) throw new Error('there is no key to sign with');
    this.first = first;
  }

  /** What signs a receipt. */
  get current(): Pick<SigningKey, 'kid' | 'privateKey'> {
    return this.first;
  }

  publicKey(kid: string): KeyObject | null {
    return this.all.find((key) => key.kid === kid)?.publicKey ?? null;
  }

  /** A signature of every key, the first one's first, in base64: a receiver that knows only an old one goes on while keys change. */
  signatures(text: string): string[] {
    return this.all.map(({ privateKey }) => sign(null, Buffer.from(text), privateKey).toString('base64'));
  }

  /** The same with each key's name, for what is kept longer than anybody remembers the order of the keys. */
  signedBy(text: string): { readonly kid: string; readonly signature: string }[] {
    const signatures = this.signatures(text);
    return this.all.map(({ kid }, index) => ({ kid, signature: signatures[index] ?? '' }));
  }

  /** The public keys as a JWK set, in JSON. */
  get jwks(): string {
    const keys = this.all.map(({ kid, publicKey }) => {
      const { kty, crv, x } = publicKey.export({ format: 'jwk' });
      return { kty, crv, x, kid, alg: 'EdDSA', use: 'sig' };
    });
    return JSON.stringify({ keys });
  }
}

function isKeys(text: string): boolean {
  try {
    return new SigningKeys(text).current.kid !== '';
  } catch {
    return false;
  }
}
