import { findProvince, isCalendarDate, NATION, Rejection } from '@yiditong/codes';

/** The province, or the nation, whose catalogue is meant. Rejects with REGION_UNKNOWN. */
export function scopeField(scope: string): string {
  return scope === NATION ? scope : provinceField(scope);
}

/** A province itself, none of its divisions. Rejects with REGION_UNKNOWN. */
export function provinceField(province: string): string {
  if (findProvince(province)?.code !== province) throw new Rejection('REGION_UNKNOWN', { region: province });
  return province;
}

/** A business date. Rejects with REQUEST_MALFORMED. */
export function dayField(text: string, field: string): string {
  if (!isCalendarDate(text) || text < '1900-01-01' || text > '2999-12-31')
    throw malformed(`${field} is not a date between the years 1900 and 2999`);
  return text;
}

/** How many on a page. Rejects with REQUEST_MALFORMED. */
export function limitField(limit: number, highest: number): number {
  if (!(limit >= 1 && limit <= highest)) throw malformed(`limit is not between 1 and ${highest}`);
  return limit;
}

/** What a national code is made of, of any length up to the longest; empty for none. Rejects with REQUEST_MALFORMED. */
export function codeField(text: string, field: string): string {
  if (!/^[0-9A-Za-z]{0,27}$/.test(text)) throw malformed(`${field} is not a national code`);
  return text;
}

export function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
