import type { Tx } from '@yiditong/chassis';
import { fen, type Fen } from '@yiditong/money';

/** 银行、流水号、日期: what identifies a transfer between treasuries. */
export type PaymentFacts = { readonly bank: string; readonly bankSerial: string; readonly paidOn: string };

/** What one province is to pay another, and what became of it. */
export type Notice = {
  readonly noticeId: string;
  readonly insuredProvince: string;
  readonly treatingProvince: string;
  /** The treating province gives back what the insured one had paid: it is the one to pay. */
  readonly isReturn: boolean;
  readonly amountFen: Fen;
  readonly payment: (PaymentFacts & { readonly arrivedOn: string | null }) | null;
};

export function payerOf({ isReturn, insuredProvince, treatingProvince }: Notice): string {
  return isReturn ? treatingProvince : insuredProvince;
}

export function payeeOf({ isReturn, insuredProvince, treatingProvince }: Notice): string {
  return isReturn ? insuredProvince : treatingProvince;
}

type NoticeRow = Omit<Notice, 'amountFen' | 'payment'> &
  PaymentFacts & { readonly amountFen: string; readonly arrivedOn: string | null };

const COLUMNS = `notice_id AS "noticeId", insured_province AS "insuredProvince", treating_province AS "treatingProvince", is_return AS "isReturn",
  amount_fen AS "amountFen", bank, bank_serial AS "bankSerial", paid_on::text AS "paidOn", arrived_on::text AS "arrivedOn"`;

/** Answers whether nobody issued them before. Whoever issues holds the month, so that a second one waits. */
export async function markNoticed(tx: Tx, clearingMonth: string, at: Date): Promise<boolean> {
  const [rows]: [unknown[]] = await tx.query(
    'UPDATE clearing_month SET noticed_at = $2 WHERE clearing_month = $1 AND noticed_at IS NULL RETURNING 1',
    [clearingMonth, at],
  );
  return rows.length > 0;
}

export async function insertNotices(
  tx: Tx,
  clearingMonth: string,
  notices: readonly Omit<Notice, 'payment'>[],
): Promise<void> {
  await tx.query(
    `INSERT INTO clearing_notice (treating_province, clearing_month, insured_province, notice_id, is_return, amount_fen)
     SELECT treating, $1, insured, id, is_return, amount
     FROM unnest($2::text[], $3::text[], $4::uuid[], $5::boolean[], $6::bigint[]) AS n(treating, insured, id, is_return, amount)`,
    [
      clearingMonth,
      notices.map(({ treatingProvince }) => treatingProvince),
      notices.map(({ insuredProvince }) => insuredProvince),
      notices.map(({ noticeId }) => noticeId),
      notices.map(({ isReturn }) => isReturn),
      notices.map(({ amountFen }) => String(amountFen)),
    ],
  );
}

export async function countNotices(tx: Tx, clearingMonth: string): Promise<number> {
  const rows: { count: number }[] = await tx.query(
    'SELECT count(*)::int AS count FROM clearing_notice WHERE clearing_month = $1',
    [clearingMonth],
  );
  return rows[0]?.count ?? 0;
}

/** Of a province, by insured and treating province. */
export async function readNotices(tx: Tx, clearingMonth: string, province: string): Promise<Notice[]> {
  const rows: NoticeRow[] = await tx.query(
    `SELECT ${COLUMNS} FROM clearing_notice
     WHERE clearing_month = $1 AND $2 IN (insured_province, treating_province) ORDER BY insured_province, treating_province`,
    [clearingMonth, province],
  );
  return rows.map(noticeOf);
}

/** One that the caller sees. */
export async function findNotice(tx: Tx, clearingMonth: string, noticeId: string): Promise<Notice | null> {
  const rows: NoticeRow[] = await tx.query(
    `SELECT ${COLUMNS} FROM clearing_notice WHERE clearing_month = $1 AND notice_id = $2`,
    [clearingMonth, noticeId],
  );
  const [row] = rows;
  return row ? noticeOf(row) : null;
}

/** Locks the notice until this transaction ends. */
export async function lockNotice(tx: Tx, clearingMonth: string, noticeId: string): Promise<Notice | null> {
  const rows: NoticeRow[] = await tx.query(
    `SELECT ${COLUMNS} FROM clearing_notice WHERE clearing_month = $1 AND notice_id = $2 FOR UPDATE`,
    [clearingMonth, noticeId],
  );
  const [row] = rows;
  return row ? noticeOf(row) : null;
}

export async function savePayment(
  tx: Tx,
  clearingMonth: string,
  { insuredProvince, treatingProvince }: Notice,
  { bank, bankSerial, paidOn }: PaymentFacts,
): Promise<void> {
  await tx.query(
    `UPDATE clearing_notice SET bank = $4, bank_serial = $5, paid_on = $6
     WHERE treating_province = $1 AND clearing_month = $2 AND insured_province = $3`,
    [treatingProvince, clearingMonth, insuredProvince, bank, bankSerial, paidOn],
  );
}

export async function saveArrival(
  tx: Tx,
  clearingMonth: string,
  { insuredProvince, treatingProvince }: Notice,
  arrivedOn: string,
): Promise<void> {
  await tx.query(
    'UPDATE clearing_notice SET arrived_on = $4 WHERE treating_province = $1 AND clearing_month = $2 AND insured_province = $3',
    [treatingProvince, clearingMonth, insuredProvince, arrivedOn],
  );
}

function noticeOf({ amountFen, bank, bankSerial, paidOn, arrivedOn, ...row }: NoticeRow): Notice {
  const payment = paidOn === null ? null : { bank, bankSerial, paidOn, arrivedOn };
  return { ...row, amountFen: fen(BigInt(amountFen)), payment };
}
