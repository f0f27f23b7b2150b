import { encodeInstant, insuranceCodec, uuidField, visitKindCodec } from '@yiditong/chassis';
import { institutionOfMessage, isCalendarDate, isMessageId, Rejection, type VisitKind } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { daysSince1970 } from '@yiditong/codes';
import { fen } from '@yiditong/money';
import { doubledRecord, type ComparedRow } from './comparison.js';
import type { ConfirmedRow, LedgerRow, LedgerScope, MonthRow, Span, Totals, TotalsScope } from './ledger.entity.js';
import { MAX_ROWS } from './ledger.service.js';

const MAX_DAYS = 31;
const DAY_MS = 24 * 3_600_000;
const AMOUNT_LIMIT = 10n ** 17n;
const OUTPATIENT_KINDS: readonly VisitKind[] = ['OUTPATIENT', 'CHRONIC'];

/** Rejects with REQUEST_MALFORMED. */
export function decodeTotalsScope(wire: settlementV1.CompareTotalsRequest): TotalsScope {
  const kind = visitKindCodec.decodeOptional(wire.visitKind);
  return {
    institutionCode: wire.institutionCode,
    ...decodeDays(wire.fromDate, wire.toDate),
    visitKinds: kind === null ? OUTPATIENT_KINDS : [kind],
    insurance: insuranceCodec.decode(wire.insurance),
    refunds: wire.refunds,
  };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeTotals(wire: settlementV1.CompareTotalsRequest): Totals {
  if (wire.count < 0) throw malformed('count must not be negative');
  const { totalFen, fundTotalFen, accountFen, count } = wire;
  return { ...decodeAmounts({ totalFen, fundTotalFen, accountFen }, wire.refunds), count };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeScope(wire: settlementV1.CompareDetailsRequest): LedgerScope {
  const { institutionCode, fromDate, toDate, visitKinds } = wire;
  return { institutionCode, ...decodeDays(fromDate, toDate), visitKinds: visitKinds.map(visitKindCodec.decode) };
}

/** Rejects with REQUEST_MALFORMED, also where a record is named twice. */
export function decodeRows(wire: readonly settlementV1.LedgerRow[]): LedgerRow[] {
  if (wire.length > MAX_ROWS) throw malformed(`rows must be at most ${MAX_ROWS}`);
  const rows = wire.map(({ recordId, personId, refund, ...amounts }) => ({
    recordId: uuidField(recordId, 'record_id'),
    personId: uuidField(personId, 'person_id'),
    ...decodeAmounts(amounts, refund),
    refund,
  }));
  const doubled = doubledRecord(rows);
  if (doubled !== null) throw malformed(`rows: record ${doubled} is there twice`);
  return rows;
}

/** YYYY-MM. Rejects with REQUEST_MALFORMED. */
export function decodeMonth(month: string): string {
  if (!isCalendarDate(`${month}-01`)) throw malformed('month must be YYYY-MM');
  return month;
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeConfirmed(wire: readonly settlementV1.ConfirmedRow[]): ConfirmedRow[] {
  return wire.map(({ recordId, totalFen, agencyPaysFen, confirmed }) => ({
    recordId: uuidField(recordId, 'record_id'),
    totalFen: fen(totalFen),
    agencyPaysFen: fen(agencyPaysFen),
    confirmed,
  }));
}

/** Rejects with MESSAGE_ID_INVALID where it isn't the institution's own. */
export function ownMessageId(messageId: string, institutionCode: string): string {
  if (!isMessageId(messageId) || institutionOfMessage(messageId) !== institutionCode)
    throw new Rejection('MESSAGE_ID_INVALID');
  return messageId;
}

/** Days in Asia/Shanghai, both included. */
function decodeDays(from: string, to: string): Span {
  if (!isCalendarDate(from) || !isCalendarDate(to)) throw malformed('from_date and to_date must be days');
  const days = daysSince1970(to) - daysSince1970(from) + 1;
  if (days < 1 || days > MAX_DAYS) throw malformed(`from_date to to_date must be 1 to ${MAX_DAYS} days`);
  return { from: midnight(from), before: new Date(midnight(to).getTime() + DAY_MS) };
}

function midnight(date: string): Date {
  return new Date(`${date}T00:00:00+08:00`);
}

type Amounts = Pick<Totals, 'totalFen' | 'fundTotalFen' | 'accountFen'>;

function decodeAmounts(
  wire: { readonly totalFen: bigint; readonly fundTotalFen: bigint; readonly accountFen: bigint },
  refund: boolean,
): Amounts {
  for (const amount of [wire.totalFen, wire.fundTotalFen, wire.accountFen]) {
    if (refund ? amount > 0n : amount < 0n) throw malformed('amounts of refunds are at most zero, all others at least');
    if (amount > AMOUNT_LIMIT || amount < -AMOUNT_LIMIT) throw malformed('an amount is out of range');
  }
  return { totalFen: fen(wire.totalFen), fundTotalFen: fen(wire.fundTotalFen), accountFen: fen(wire.accountFen) };
}

export function encodeCompared({ difference, row, messageId }: ComparedRow): settlementV1.ComparedRow {
  return { difference: `ROW_DIFFERENCE_${difference}`, row, messageId };
}

export function encodeMonthRow({ at, visitId, ...row }: MonthRow): settlementV1.MonthRow {
  return { ...row, visitId: visitId ?? '', settledAt: encodeInstant(at) };
}

export function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
