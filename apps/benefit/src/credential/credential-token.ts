import { findProvince } from '@yiditong/codes';

const PREFIX = 'EC';
const SECRET_BYTES = 32;
/** What the national interface leaves for a token (mdtrt_cert_no): two, two, 43 for 256 bits, and three to check by. */
const FORM = /^EC\d{2}[A-Za-z0-9_-]{46}$/;
const CHECK_LENGTH = 3;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The largest prime that three digits of base 64 can count to. */
const MODULUS = 262_139;

/** Writes a token: EC, the first two digits of the home province, the secret in base64url, the check. Nothing of the person. */
export function composeToken(province: string, secret: Uint8Array): string {
  if (secret.length !== SECRET_BYTES) throw new RangeError(`a token’s secret has ${SECRET_BYTES} bytes`);
  const body = `${PREFIX}${province.slice(0, 2)}${Buffer.from(secret).toString('base64url')}`;
  return body + checkOf(body);
}

/** The province that issued a token, or null where the text can't be one: another kind of code, or one that was mistyped. */
export function homeProvinceOf(text: string): string | null {
  if (!FORM.test(text)) return null;
  const body = text.slice(0, -CHECK_LENGTH);
  if (text.slice(-CHECK_LENGTH) !== checkOf(body)) return null;
  return findProvince(`${body.slice(PREFIX.length, PREFIX.length + 2)}0000`)?.code ?? null;
}

/**
 * The text read as a number of base 64, its remainder written in three digits. A prime modulus above the base finds every
 * single wrong character and every swap of two neighbours; of random texts, one in 262,144 passes. It is no secret and
 * protects nothing: it keeps mistakes from the database.
 */
function checkOf(body: string): string {
  let remainder = 0;
  for (const character of body) remainder = (remainder * 64 + DIGITS.indexOf(character)) % MODULUS;
  return [remainder >> 12, (remainder >> 6) & 63, remainder & 63].map((digit) => DIGITS.charAt(digit)).join('');
}
