import { businessDateOf, clearedFundCodec, decodeInstant, insuranceCodec, required } from '@yiditong/chassis';
import { CLEARED_FUNDS, INSURANCES, Rejection } from '@yiditong/codes';
import type { clearingV1 } from '@yiditong/contracts';
import { CLEARING_TABLE_NUMBERS, clearingTables, type ClearingTable } from '@yiditong/ledger';
import { fen } from '@yiditong/money';
import { z } from 'zod';
import { answerFen, businessDate, instant, month, name, region, uuid } from '../http/fields.js';

export const clearingMonthAnswer = z.object({
  clearingMonth: month,
  generatedAt: instant,
  noticedAt: instant.nullable().describe('通知书签发时刻；未签发为空'),
  cycleCount: z.int().describe('本月清算表所含清算日数 / closed days in these tables'),
  firstDate: businessDate.nullable(),
  lastDate: businessDate.nullable(),
  refusedDates: z
    .array(businessDate)
    .describe('逾期不得再列入清算的清算日 / closed days that no tables may have any more'),
  confirmedBy: businessDate.describe('各省确认期限'),
  noticedBy: businessDate.describe('通知书签发期限'),
  submittedBy: businessDate.describe('提交财政部门期限'),
  paidBy: businessDate.describe('拨付期限'),
  reportedBy: businessDate.describe('到账反馈期限'),
});

export type ClearingMonthAnswer = z.infer<typeof clearingMonthAnswer>;

export const monthReportAnswer = clearingMonthAnswer.extend({
  provinces: z.array(
    z.object({
      province: region,
      payableFen: answerFen.describe('应付（含退回），单位分'),
      receivableFen: answerFen.describe('应收（含退回），单位分'),
      confirmedAt: instant.nullable().describe('确认清算表的时刻；未确认为空'),
    }),
  ),
});
export type MonthReportAnswer = z.infer<typeof monthReportAnswer>;

export const tablesAnswer = z.object({
  lines: z.array(
    z.object({
      payer: region.describe('参保省'),
      payee: region.describe('就医省'),
      insurance: z.enum(INSURANCES),
      fund: z.enum(CLEARED_FUNDS),
      costMonth: month.describe('费款所属期'),
      amountFen: answerFen,
    }),
  ),
  counts: z.array(
    z.object({
      payer: region,
      payee: region,
      insurance: z.enum(INSURANCES),
      settlementCount: z
        .string()
        .regex(/^-?\d+$/)
        .describe('人次 / settlements less those taken back'),
    }),
  ),
});
export type TablesAnswer = z.infer<typeof tablesAnswer>;

/** 附件 14 is the nation's. */
const OF_PROVINCES = CLEARING_TABLE_NUMBERS.filter((number) => number !== '14');
const NOTICES: readonly ClearingTable['number'][] = ['15', '16'];
const oneTable = z.enum(OF_PROVINCES).describe('附件编号 / which table');
export const language = z.enum(['zh', 'en']).default('zh');
/** One table, or all. */
export const tableFileQuery = z.strictObject({ table: oneTable.optional(), lang: language });
/** A CSV has one table. */
export const csvQuery = z.strictObject({ table: oneTable, lang: language });
export type TableFileQuery = z.infer<typeof tableFileQuery>;
export type CsvQuery = z.infer<typeof csvQuery>;

/** A province's tables, and the notices once they are issued; or the one of them that is asked for. Rejects with NOTICES_NOT_ISSUED. */
export function tablesOf(
  generated: ClearingMonthAnswer,
  province: string,
  { lines, counts }: TablesAnswer,
  table: TableFileQuery['table'],
): ClearingTable[] {
  const tables = clearingTables({
    clearingMonth: generated.clearingMonth,
    generatedOn: businessDateOf(new Date(generated.generatedAt)),
    region: province,
    rows: lines.map((line) => ({ ...line, kind: 'COST', amountFen: fen(BigInt(line.amountFen)) })),
    counts: counts.map(({ settlementCount, ...of }) => ({ ...of, count: BigInt(settlementCount) })),
  });
  const isThere = ({ number }: ClearingTable): boolean => generated.noticedAt !== null || !NOTICES.includes(number);
  const asked = tables.filter((each) => isThere(each) && (table === undefined || each.number === table));
  if (asked.length === 0) throw new Rejection('NOTICES_NOT_ISSUED', { month: generated.clearingMonth });
  return asked;
}

export const confirmationAnswer = z.object({ confirmedAt: instant });
export type ConfirmationAnswer = z.infer<typeof confirmationAnswer>;

export const issuedAnswer = clearingMonthAnswer.extend({ noticeCount: z.int() });
export type IssuedAnswer = z.infer<typeof issuedAnswer>;

export const paymentBody = z.strictObject({
  bank: name.max(100).describe('付款银行'),
  bankSerial: name.max(100).describe('银行流水号'),
  paidOn: businessDate.describe('付款日期'),
});
export type PaymentBody = z.infer<typeof paymentBody>;
export const arrivalBody = z.strictObject({ arrivedOn: businessDate.describe('到账日期') });
export type ArrivalBody = z.infer<typeof arrivalBody>;

export const noticeAnswer = z.object({
  noticeId: uuid,
  payer: region.describe('付款省'),
  payee: region.describe('收款省'),
  isReturn: z.boolean().describe('就医省退回参保省，名称前加“*” / the treating province gives back'),
  amountFen: answerFen,
  payment: paymentBody
    .extend({ arrivedOn: businessDate.nullable().describe('未到账为空') })
    .nullable()
    .describe('未付款为空'),
  daysLate: z.int().describe('逾期天数，未付款算到今天 / days late, until today where it is unpaid'),
});
export type NoticeAnswer = z.infer<typeof noticeAnswer>;
export const noticesAnswer = z.object({ notices: z.array(noticeAnswer) });
export type NoticesAnswer = z.infer<typeof noticesAnswer>;

export function decodeClearingMonth(sent: clearingV1.ClearingMonth | undefined): ClearingMonthAnswer {
  const { generatedAt, noticedAt, firstDate, lastDate, ...rest } = required(sent, 'month');
  return {
    ...rest,
    generatedAt: decodeInstant(generatedAt, 'generated_at').toISOString(),
    noticedAt: noticedAt ? decodeInstant(noticedAt, 'noticed_at').toISOString() : null,
    firstDate: firstDate || null,
    lastDate: lastDate || null,
  };
}

export function decodeProvince(sent: clearingV1.ProvinceClearing): MonthReportAnswer['provinces'][number] {
  const { province, payableFen, receivableFen, confirmedAt } = sent;
  return {
    province,
    payableFen: String(payableFen),
    receivableFen: String(receivableFen),
    confirmedAt: confirmedAt ? decodeInstant(confirmedAt, 'confirmed_at').toISOString() : null,
  };
}

export function decodeTables({ lines, counts }: clearingV1.ReadTablesResponse): TablesAnswer {
  return {
    lines: lines.map(({ insurance, fund, amountFen, ...line }) => ({
      ...line,
      insurance: insuranceCodec.decode(insurance),
      fund: clearedFundCodec.decode(fund),
      amountFen: String(amountFen),
    })),
    counts: counts.map(({ insurance, settlementCount, ...count }) => ({
      ...count,
      insurance: insuranceCodec.decode(insurance),
      settlementCount: String(settlementCount),
    })),
  };
}

export function decodeNotice(sent: clearingV1.Notice | undefined): NoticeAnswer {
  const { amountFen, payment, ...notice } = required(sent, 'notice');
  return {
    ...notice,
    amountFen: String(amountFen),
    payment: payment ? { ...payment, arrivedOn: payment.arrivedOn || null } : null,
  };
}
