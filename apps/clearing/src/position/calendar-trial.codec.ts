import { daysSince1970 } from '@yiditong/codes';
import type { clearingV1 } from '@yiditong/contracts';
import { TRIAL_CALENDARS, type ClearingTrial, type TrialCalendar, type TrialRules } from '@yiditong/ledger';
import { dateField, malformed, provincesField } from '../fields.js';
import { decodeCover, encodeCarried, encodeExclusion } from './net-settlement.codec.js';

const MOST_DAYS = 366;

export type AskedTrial = Omit<TrialRules, 'isWorkingDay'> & { readonly fromDate: string; readonly toDate: string };

/** Rejects with REQUEST_MALFORMED. */
export function decodeTrial(request: clearingV1.TryCalendarRequest): AskedTrial {
  const fromDate = dateField(request.fromDate, 'from_date');
  const toDate = dateField(request.toDate, 'to_date');
  const days = daysSince1970(toDate) - daysSince1970(fromDate) + 1;
  if (days < 1 || days > MOST_DAYS) throw malformed(`from_date to to_date: 1 to ${MOST_DAYS} days`);
  return {
    fromDate,
    toDate,
    calendar: decodeCalendar(request.calendar),
    caps: decodeCover(request.caps),
    excluded: provincesField(request.excluded, 'excluded'),
  };
}

function decodeCalendar(wire: clearingV1.TrialCalendar): TrialCalendar {
  const calendar = TRIAL_CALENDARS.find((each) => wire === `TRIAL_CALENDAR_${each}`);
  if (!calendar) throw malformed('calendar is none of those that there are');
  return calendar;
}

export function encodeTrial({ turns, regions, ...moved }: ClearingTrial): clearingV1.TryCalendarResponse {
  return {
    ...moved,
    turns: turns.map(({ settledOn, dates, movements, carried, excluded }) => ({
      settledOn,
      dates: [...dates],
      movements: [...movements],
      carried: carried.map(encodeCarried),
      excluded: excluded.map(encodeExclusion),
    })),
    regions: [...regions],
  };
}
