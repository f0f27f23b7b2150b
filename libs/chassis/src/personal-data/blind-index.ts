import { createHmac } from 'node:crypto';
import { freeze } from '../exact-json.js';

/**
 * The keyed index by which a sealed value is found. HMAC-SM3 whatever suite values are sealed with: the index must stay the
 * same when keys and suites change, so it is one algorithm for good, and this one passes where commercial cryptography
 * (GB/T 39786) is asked for as well as elsewhere. The kind keeps a number from matching as something else.
 */
export function blindIndex(key: Uint8Array, kind: string, normalised: string): Buffer {
  return createHmac('sm3', key).update(`${kind}\0${normalised}`).digest();
}

/**
 * What tells two bodies apart under one idempotency key where a body holds personal data: keyed, because a plain hash beside
 * the rest of a row is opened by trying all ID numbers, or all diagnoses.
 */
export function keyedBodyHash(key: Uint8Array, body: unknown): Buffer {
  return blindIndex(key, 'body', freeze(body));
}

const FULL_WIDTH_FIRST = 0xff01;
const FULL_WIDTH_LAST = 0xff5e;
const FULL_WIDTH_OFFSET = 0xfee0;

/**
 * An ID number as it is indexed and compared: without surrounding blanks, full-width characters as plain ones, x as X. Input
 * methods produce all three; the card has none of them. Whether it is an ID number is asked afterwards.
 */
export function normalisedIdNumber(text: string): string {
  const narrow = Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code >= FULL_WIDTH_FIRST && code <= FULL_WIDTH_LAST
      ? String.fromCodePoint(code - FULL_WIDTH_OFFSET)
      : character;
  });
  return narrow.join('').trim().toUpperCase();
}
