import { freeze, groupBy, sha256 } from '@yiditong/chassis';
import type { Reason, ReasonParams } from '@yiditong/codes';
import type { ConfirmedRow, MonthConfirmation, MonthEntry, MonthRow, Span } from './ledger.entity.js';

/** After this long every message of the month has been decided: none may stay in doubt for more than five minutes. */
export const QUIET_MS = 10 * 60 * 1000;

/** The instants of a month, YYYY-MM, in Asia/Shanghai, which has been eight hours ahead all year since 1991. */
export function spanOfMonth(month: string): Span {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  return { from: new Date(`${month}-01T00:00:00+08:00`), before: new Date(`${next}-01T00:00:00+08:00`) };
}

/** Whether nothing can come into the month any more. */
export function isOver({ before }: Span, now: Date): boolean {
  return now.getTime() >= before.getTime() + QUIET_MS;
}

/**
 * The month's rows, numbered from 1 by their time. What was undone in the month that it was done in, the hospital has no record of either,
 * and both are left out; what is undone later is a row of the later month, so that a month that is over stays as it is.
 */
export function monthRows(entries: readonly MonthEntry[]): MonthRow[] {
  const standing = [...groupBy(entries, ({ recordId }) => recordId).values()].flatMap((of) =>
    of.length === 1 ? of : [],
  );
  return standing
    .sort((a, b) => a.at.getTime() - b.at.getTime() || (a.recordId < b.recordId ? -1 : 1))
    .map(({ recordId, at, visitNumber, visitId, insuredRegion, totalFen, agencyPaysFen }, index) => ({
      recordId,
      at,
      visitNumber,
      visitId,
      insuredRegion,
      totalFen,
      agencyPaysFen,
      rowNumber: index + 1,
    }));
}

/** SHA-256 of all of them, in hexadecimal. */
export function digestOfMonth(rows: readonly MonthRow[]): string {
  return sha256(Buffer.from(freeze(rows))).toString('hex');
}

export type Refusal = { readonly reason: Reason; readonly params: ReasonParams };

/**
 * Why a confirmation isn't one of this month, or null: first a row that isn't as it was given out, by its place in the confirmation, then
 * rows that are missing or doubled.
 */
export function refusalOfConfirmation(month: readonly MonthRow[], confirmed: readonly ConfirmedRow[]): Refusal | null {
  const given = new Map(month.map((row) => [row.recordId, row]));
  const other = confirmed.findIndex((row) => !sameAmounts(given.get(row.recordId), row));
  if (other >= 0) return { reason: 'MONTH_DIFFERS', params: { row: String(other + 1) } };
  const times = [...groupBy(confirmed, ({ recordId }) => recordId).values()];
  const valid = times.filter(({ length }) => length === 1).length;
  if (valid === month.length) return null;
  return { reason: 'MONTH_INCOMPLETE', params: { expected: String(month.length), received: String(valid) } };
}

function sameAmounts(given: MonthRow | undefined, row: ConfirmedRow): boolean {
  return given?.totalFen === row.totalFen && given.agencyPaysFen === row.agencyPaysFen;
}

/** What is recorded of a confirmation that was not refused, and its receipt. The order of the hospital's rows doesn't matter. */
export function confirmationOf(
  of: Omit<MonthConfirmation, 'confirmed' | 'disputedIds' | 'digest'>,
  confirmed: readonly ConfirmedRow[],
): MonthConfirmation {
  const disputedIds = confirmed
    .filter((row) => !row.confirmed)
    .map(({ recordId }) => recordId)
    .sort();
  const { institutionCode, messageId, month, monthDigest } = of;
  const receipt = freeze({ institutionCode, messageId, month, monthDigest, disputedIds });
  return {
    ...of,
    confirmed: confirmed.length - disputedIds.length,
    disputedIds,
    digest: sha256(Buffer.from(receipt)).toString('hex'),
  };
}
