import { findProvince, isCalendarDate } from '@yiditong/codes';
import { formatYuan, type Fen } from '@yiditong/money';

/** Eighteen digits: the totalDigits of every amount, sum and number of the schemas. */
const MAX_OF_18_DIGITS = 10n ** 18n - 1n;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_V4_OR_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const IDENTIFIER = /^[0-9A-Za-z]+(?:[-./][0-9A-Za-z]+)*$/;
const BIC = /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/;
const CNAPS_NUMBER = /^[0-9]{12}$/;
const TIME_WITH_ZONE = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)$/;

/** What XML 1.0 can't hold (C0, lone surrogates, U+FFFE, U+FFFF), and the C1 controls and DEL, which no name has. */
const UNFIT = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

/**
 * A text on one line. A character counts once, whatever its code point, as XML Schema counts.
 *
 * @throws RangeError where it is empty, too long, not trimmed or has a character that doesn't belong into a message
 */
export function lineOfText(text: string, maxCharacters: number, what: string): string {
  if (text === '') throw new RangeError(`${what} is empty`);
  if (UNFIT.test(text)) throw new RangeError(`${what} has a control character or half a character`);
  if (text.trim() !== text) throw new RangeError(`${what} begins or ends with white space`);
  if (Array.from(text).length > maxCharacters)
    throw new RangeError(`${what} is longer than ${maxCharacters} characters`);
  return text;
}

/**
 * An identifier of at most 35 characters (Max35Text). A UUID, which has 36, goes without its hyphens.
 *
 * @throws RangeError where it has more, or other signs than letters, digits and single - . / between them
 */
export function identifier(id: string, what: string): string {
  if (UUID.test(id)) return id.replaceAll('-', '');
  lineOfText(id, 35, what);
  if (!IDENTIFIER.test(id)) throw new RangeError(`${what} is not letters and digits with - . or / between them`);
  return id;
}

/**
 * The end-to-end reference that follows a payment through every bank (UETR). The schemas want a UUID of version 4: the version
 * digit of a UUID of version 7 is replaced, so that one payment always has one reference.
 *
 * @throws RangeError where the id is neither, in lower case
 */
export function endToEndReference(id: string, what: string): string {
  if (!UUID_V4_OR_V7.test(id)) throw new RangeError(`${what} is not a lower-case UUID of version 4 or 7`);
  return `${id.slice(0, 14)}4${id.slice(15)}`;
}

/** Yuan with two decimals. @throws RangeError where the amount is negative or has more than 18 digits */
export function unsignedYuan(amountFen: Fen, what: string): string {
  if (amountFen < 0n) throw new RangeError(`${what} is negative`);
  if (amountFen > MAX_OF_18_DIGITS) throw new RangeError(`${what} has more than 18 digits`);
  return formatYuan(amountFen);
}

/** As {@link unsignedYuan}, for money that moves. @throws RangeError where it is zero too */
export function positiveYuan(amountFen: Fen, what: string): string {
  if (amountFen === 0n) throw new RangeError(`${what} is zero`);
  return unsignedYuan(amountFen, what);
}

/** A whole number from 1. @throws RangeError where it is less or has more digits */
export function countText(count: bigint, maxDigits: number, what: string): string {
  if (count < 1n) throw new RangeError(`${what} is below 1`);
  if (count >= 10n ** BigInt(maxDigits)) throw new RangeError(`${what} has more than ${maxDigits} digits`);
  return String(count);
}

/** YYYY-MM-DD. @throws RangeError where the calendar has no such day */
export function calendarDate(date: string, what: string): string {
  if (!isCalendarDate(date)) throw new RangeError(`${what} is not a date YYYY-MM-DD`);
  return date;
}

/** YYYY-MM-DDThh:mm:ss, with its time zone (Z or ±hh:mm). @throws RangeError where it isn't one */
export function instant(text: string, what: string): string {
  calendarDate(text.slice(0, 10), what);
  if (text[10] !== 'T' || !TIME_WITH_ZONE.test(text.slice(11)))
    throw new RangeError(`${what} is not an instant YYYY-MM-DDThh:mm:ss with its time zone`);
  return text;
}

/** A province's code (GB/T 2260). @throws RangeError where no province has it */
export function provinceCode(code: string, what: string): string {
  if (findProvince(code)?.code !== code) throw new RangeError(`${what} is not a province: ${JSON.stringify(code)}`);
  return code;
}

/** ISO 9362, 8 or 11 characters. @throws RangeError where it isn't one */
export function businessIdentifier(bic: string, what: string): string {
  if (!BIC.test(bic)) throw new RangeError(`${what} is not a BIC`);
  return bic;
}

/** A bank's number (行号) in China's payment system. @throws RangeError where it isn't 12 digits */
export function cnapsNumber(number: string, what: string): string {
  if (!CNAPS_NUMBER.test(number)) throw new RangeError(`${what} is not 12 digits`);
  return number;
}
