import { isCalendarDate } from '@yiditong/codes';

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

/** The instant of a time in Asia/Shanghai, yyyy-MM-dd HH:mm:ss, or null. */
export function instantOf(time: string): Date | null {
  const [, date = '', clock = ''] = /^(\d{4}-\d{2}-\d{2}) ((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)$/.exec(time) ?? [];
  return isCalendarDate(date) ? new Date(`${date}T${clock}+08:00`) : null;
}

/** In Asia/Shanghai, yyyy-MM-dd HH:mm:ss. */
export function shanghaiTime(instant: Date): string {
  return inShanghai(instant).slice(0, 19).replace('T', ' ');
}

/** In Asia/Shanghai, yyyyMMddHHmmssSSS. */
export function shanghaiDigits(instant: Date): string {
  return inShanghai(instant).replace(/\D/g, '');
}

function inShanghai(instant: Date): string {
  return new Date(instant.getTime() + SHANGHAI_OFFSET_MS).toISOString();
}
