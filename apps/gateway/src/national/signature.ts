import { sm2 } from 'sm-crypto-v2';

/** The order of SM2's group (GB/T 32918.5). */
const ORDER = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
/** GB/T 35276: the signer's id where the parties have agreed on no other. */
const SIGNER_ID = '1234567812345678';
/** A small table: it is made in the time of one plain verification and saves most of each after it. Larger ones take ten times the room for little more. */
const WINDOW = 4;
const BYTES = 64;

/** A public key made ready for many verifications. */
export type PreparedKey = { readonly keyId: string; readonly point: ReturnType<typeof sm2.precomputePublicKey> };

export function prepareKey({ keyId, publicKey }: { readonly keyId: string; readonly publicKey: string }): PreparedKey {
  return { keyId, point: sm2.precomputePublicKey(publicKey, WINDOW) };
}

/**
 * The 64 bytes r and s of a signature as the envelope carries it, or null. Base64 has several texts for the same bytes, and a number
 * modulo the order has several numbers: only the one of each that a signer writes is taken, or a message could be
 * changed without breaking its signature.
 */
export function readSignature(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== BYTES || bytes.toString('base64') !== text) return null;
  return [bytes.subarray(0, BYTES / 2), bytes.subarray(BYTES / 2)].every(isInRange) ? bytes : null;
}

/** Whether the key made the signature (SM3 with SM2) over the bytes. */
export function isSignedBy({ point }: PreparedKey, signed: Buffer, signature: Buffer): boolean {
  try {
    return sm2.doVerifySignature(signed, signature.toString('hex'), point, { hash: true, userId: SIGNER_ID });
  } catch {
    // The library throws where the sum of r and s is no scalar of the curve; such a signature is nobody's.
    return false;
  }
}

function isInRange(bytes: Buffer): boolean {
  const value = BigInt(`0x${bytes.toString('hex')}`);
  return value > 0n && value < ORDER;
}
