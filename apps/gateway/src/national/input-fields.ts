import { findProvince, isCalendarDate, isDiagnosisCode, isMessageId } from '@yiditong/codes';
import { NumberText, readDecimal, type DecimalForm } from '@yiditong/money';
import { z } from 'zod';
import { idOfNational } from './national-codes.js';
import { instantOf } from './shanghai-time.js';

/** A text of so many characters at most, without control characters. */
export function text(longest: number) {
  return z
    .string()
    .max(longest)
    .regex(/^\P{Cc}+$/u, 'text without control characters');
}

/** psn_no, mdtrt_id, setl_id: 25 digits and letters, read as the id that they stand for. */
export const nationalId = z.string().transform((value, context) => {
  const id = idOfNational(value);
  if (id !== null) return id;
  context.addIssue({ code: 'custom', message: 'an id as this platform gives it out, 25 digits and capital letters' });
  return z.NEVER;
});

export const division = z.string().refine((code) => findProvince(code) !== null, 'a six-digit division code');
export const flag = z.enum(['0', '1']).transform((value) => value === '1');
export const messageId = z.string().refine(isMessageId, 'institution (12), yyyyMMddHHmmss (14), sequence (4)');
/** 诊断代码, ICD-10 医保版. */
export const diagnosisCode = z.string().max(20).refine(isDiagnosisCode, 'a code of ICD-10');
/** 门诊慢特病种编码. */
export const diseaseCode = z.string().regex(/^M\d{5}$/, 'M and five digits');
export const date = z.string().refine(isCalendarDate, 'a date, yyyy-MM-dd');

/** A time of Asia/Shanghai, read as the instant. */
export const time = z.string().transform((value, context) => {
  const instant = instantOf(value);
  if (instant !== null) return instant;
  context.addIssue({ code: 'custom', message: 'a time, yyyy-MM-dd HH:mm:ss' });
  return z.NEVER;
});

/**
 * A number of the form, such as 16,2: a JSON number or a text, read as an integer of 10^-scale from the very digits that were sent. No
 * exponent, no more decimals than the form has even if they are zeros, no more digits, and a minus only where the form has one.
 */
export function decimal({
  digits,
  scale,
  negative = false,
}: Omit<DecimalForm, 'negative'> & { readonly negative?: boolean }) {
  return z.union([z.string(), z.instanceof(NumberText)], { error: 'a number' }).transform((value, context) => {
    const read = readDecimal(value instanceof NumberText ? value.text : value, { digits, scale, negative });
    if (read !== null) return read;
    const sign = negative ? '' : ', not negative';
    context.addIssue({
      code: 'custom',
      message: `a number of at most ${digits - scale} digits and ${scale} decimals${sign}`,
    });
    return z.NEVER;
  });
}

/** 金额 16,2, in fen. */
export const amount = decimal({ digits: 16, scale: 2 });
/** The same where it may be below zero: of a fee that takes another back. */
export const signedAmount = decimal({ digits: 16, scale: 2, negative: true });
/** 数量 16,4, in ten-thousandths. */
export const signedQuantity = decimal({ digits: 16, scale: 4, negative: true });
/** 单价 16,6, in millionths of a yuan. */
export const price = decimal({ digits: 16, scale: 6 });

/** A whole number from 1 to 10 to the power of `digits`, as a JSON number or a text. */
export function count(digits: number) {
  return decimal({ digits, scale: 0 }).transform(Number);
}
