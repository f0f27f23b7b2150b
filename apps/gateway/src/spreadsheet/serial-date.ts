/**
 * The formats that programs know without being told (ECMA-376 part 1, 18.8.30) and that show a day, among them those of Chinese
 * versions. The rest of their ranges show times only.
 */
const BUILT_IN_DATES = new Set([14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]);

const DAY_MILLISECONDS = 86_400_000;
const DAY_0_OF_1900 = Date.UTC(1899, 11, 30);
const DAY_0_OF_1904 = Date.UTC(1904, 0, 1);
/** 9999-12-31 in the count from 1900. */
const LAST_SERIAL = 2_958_465;
/** Programs count a 29 February 1900 that never was; only days after it lie where the arithmetic has them. */
const LEAP_DAY_1900 = 60;

/** Whether a number format shows a day: one that has a year or a day in it, or a month without hours, minutes or seconds. */
export function isDateFormat(id: number, code?: string): boolean {
  if (code === undefined) return BUILT_IN_DATES.has(id);
  const [positive = ''] = code.replace(/"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]/gi, '').split(';');
  if (/general/i.test(positive)) return false;
  return /[yd]/i.test(positive) || (/m/i.test(positive) && !/[hs]/i.test(positive));
}

/** The day of a serial number as YYYY-MM-DD; the number as it stands where it counts no day. The time of day is left out. */
export function serialToDate(serial: string, from1904: boolean): string {
  const days = Math.floor(Number(serial));
  if (serial.trim() === '' || !Number.isFinite(days) || days < (from1904 ? 0 : 1)) return serial;
  if (!from1904 && days === LEAP_DAY_1900) return '1900-02-29';
  const after = from1904 ? DAY_0_OF_1904 : DAY_0_OF_1900 + (days < LEAP_DAY_1900 ? DAY_MILLISECONDS : 0);
  if (days > LAST_SERIAL) return serial;
  return new Date(after + days * DAY_MILLISECONDS).toISOString().slice(0, 10);
}
