import { findProvince, isCalendarDate } from '@yiditong/codes';
import { parseDecimal } from '@yiditong/money';
import { z } from 'zod';

/** The fields that requests share. An amount is a decimal string of fen, so that no client needs a 64-bit number. */
export const amountFen = z
  .string()
  .regex(/^\d{1,15}$/, 'a decimal string of fen')
  .describe('金额，单位分 / amount in fen');

export const businessDate = z.string().refine(isCalendarDate, 'a date, YYYY-MM-DD').describe('业务日期 YYYY-MM-DD');
export const month = z
  .string()
  .refine((text) => isCalendarDate(`${text}-01`), 'a month, YYYY-MM')
  .describe('月份 YYYY-MM / month');
export const region = z
  .string()
  .refine((code) => findProvince(code) !== null, 'a six-digit division code')
  .describe('医保区划 / division code');
export const uuid = z.uuid();
/** A NUL is a text that PostgreSQL can't store. */
export const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}+$/u, 'text without control characters');
/** Names that benefit policies use; blanks around one don't count. */
export const tags = z
  .array(
    z
      .string()
      .trim()
      .regex(/^\P{Cc}{1,20}$/u, '1 to 20 characters, none of them a control character'),
  )
  .max(20)
  .default([]);
export const instant = z.iso.datetime({ offset: true }).describe('时刻 / instant, ISO 8601 with offset');
export const messageId = z.string().length(30).describe('报文编号：机构编码(12)+yyyyMMddHHmmss(14)+流水(4)');

/** A decimal of at most `scale` places, as text. */
export function decimal(scale: number) {
  return z
    .string()
    .refine((text) => parseDecimal(text, scale) !== null, `a decimal string of at most ${scale} places`)
    .describe(`小数字符串，最多 ${scale} 位小数`);
}

/** The integer of 10^-scale of a text that {@link decimal} accepted. */
export function scaled(text: string, scale: number): bigint {
  return parseDecimal(text, scale) ?? 0n;
}

/** Amounts in answers: signed. */
export const answerFen = z.string().regex(/^-?\d+$/);
