import { findProvince, isCalendarDate, isInstitutionCode, Rejection } from '@yiditong/codes';

/** What a field that may be left empty says, or null. */
export function optional<T>(text: string, read: (text: string) => T): T | null {
  return text === '' ? null : read(text);
}

/** A business date, YYYY-MM-DD, of a century that filings are about. Rejects with REQUEST_MALFORMED. */
export function dateField(text: string, field: string): string {
  if (!isCalendarDate(text) || text < '1900-01-01' || text > '2999-12-31')
    throw malformed(`${field} is not a date between the years 1900 and 2999`);
  return text;
}

/** A division of six digits. Rejects with REQUEST_MALFORMED, or REGION_UNKNOWN where it is of no province. */
export function regionField(region: string): string {
  if (!/^\d{6}$/.test(region)) throw malformed('a division has six digits');
  if (!findProvince(region)) throw new Rejection('REGION_UNKNOWN', { region });
  return region;
}

/** Rejects with INSTITUTION_CODE_INVALID. */
export function institutionField(institution: string): string {
  if (!isInstitutionCode(institution)) throw new Rejection('INSTITUTION_CODE_INVALID', { institution });
  return institution;
}

/** Rejects with REQUEST_MALFORMED. */
export function requestIdField(requestId: string): string {
  if (!/^[\x21-\x7e]{8,64}$/.test(requestId)) throw malformed('request_id is not 8 to 64 characters');
  return requestId;
}

/** How many on a page. Rejects with REQUEST_MALFORMED. */
export function limitField(limit: number, highest: number): number {
  if (!(limit >= 1 && limit <= highest)) throw malformed(`limit is not between 1 and ${highest}`);
  return limit;
}

export function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
