import { isCalendarDate, PROVINCES, Rejection } from '@yiditong/codes';

const PROVINCE_CODES = new Set(PROVINCES.map(({ code }) => code));

/** A business date, YYYY-MM-DD. Rejects with REQUEST_MALFORMED. */
export function dateField(text: string, field: string): string {
  if (!isCalendarDate(text)) throw malformed(`${field} is not a date`);
  return text;
}

/** A month, YYYY-MM. Rejects with REQUEST_MALFORMED. */
export function monthField(text: string, field: string): string {
  if (!isCalendarDate(`${text}-01`)) throw malformed(`${field} is not a month`);
  return text;
}

/** A province's division. Rejects with REQUEST_MALFORMED. */
export function provinceField(text: string, field: string): string {
  if (!PROVINCE_CODES.has(text)) throw malformed(`${field} is not a province`);
  return text;
}

/** Provinces, each named once. Rejects with REQUEST_MALFORMED. */
export function provincesField(codes: readonly string[], field: string): Set<string> {
  if (!codes.every((code) => PROVINCE_CODES.has(code))) throw malformed(`${field} names what is not a province`);
  if (new Set(codes).size < codes.length) throw malformed(`${field} names a province twice`);
  return new Set(codes);
}

export function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
