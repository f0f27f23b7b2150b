import { findProvince } from './regions.js';

/** 定点医药机构编码: H or P, division (6), sequence (5). */
export function isInstitutionCode(code: string): boolean {
  return /^[HP]\d{11}$/.test(code) && findProvince(code.slice(1, 7)) !== null;
}

/** 门诊慢特病种编码: M, class (3), sub-class (2). */
export function isChronicDiseaseCode(code: string): boolean {
  return /^M\d{5}$/.test(code);
}

/** 发送方报文ID: institution (12), yyyyMMddHHmmss (14), sequence (4). */
export function isMessageId(messageId: string): boolean {
  const day = `${messageId.slice(12, 16)}-${messageId.slice(16, 18)}-${messageId.slice(18, 20)}`;
  return (
    isCalendarDate(day) &&
    /^[HP]\d{11}20\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d{5}$/.test(messageId)
  );
}

export function institutionOfMessage(messageId: string): string {
  return messageId.slice(0, 12);
}

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const ID_CHECKS = '10X98765432';

/** The check character of a 公民身份号码's first 17 digits (GB 11643, ISO 7064 MOD 11-2). */
export function idNumberCheck(first17: string): string {
  const sum = ID_WEIGHTS.reduce((total, weight, index) => total + weight * Number(first17[index]), 0);
  return ID_CHECKS.charAt(sum % 11);
}

/** Whether the text is a well-formed 公民身份号码: digits, a real date of birth, the right check character. */
export function isIdNumber(text: string): boolean {
  if (!/^\d{17}[\dX]$/.test(text) || idNumberCheck(text) !== text[17]) return false;
  return isCalendarDate(birthDateOf(text));
}

/** The date of birth in a 公民身份号码, YYYY-MM-DD. */
export function birthDateOf(idNumber: string): string {
  return `${idNumber.slice(6, 10)}-${idNumber.slice(10, 12)}-${idNumber.slice(12, 14)}`;
}

/** 联系电话: a mobile number, or a landline with its area code. */
export function isPhoneNumber(text: string): boolean {
  return /^(1\d{10}|0\d{2,3}-?\d{7,8})$/.test(text);
}

/**
 * A diagnosis by ICD-10: three characters (GB/T 14396), with four or six (the dot and x of its clinical edition), and the
 * extension of the medical-insurance edition, as in I10, J18.9, C34.900 and I10.x00x002. Daggers and asterisks may follow.
 */
export function isDiagnosisCode(code: string): boolean {
  return /^[A-Z]\d{2}(\.[\dx]([\dx]{2}(x\d{3})?)?)?[*+†]?$/.test(code);
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the text is a day of the Gregorian calendar, YYYY-MM-DD. There was no year 0, and PostgreSQL refuses one. */
export function isCalendarDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
  return year >= 1 && day >= 1 && day <= days;
}

/** The same day of the month so many months later, or that month's last day where it is shorter. */
export function addMonths(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const index = year * 12 + (month - 1) + months;
  const [newYear, newMonth] = [Math.floor(index / 12), (index % 12) + 1];
  const leap = (newYear % 4 === 0 && newYear % 100 !== 0) || newYear % 400 === 0;
  const last = newMonth === 2 && leap ? 29 : (MONTH_DAYS[newMonth - 1] ?? 28);
  return [String(newYear).padStart(4, '0'), pad(newMonth), pad(Math.min(day, last))].join('-');
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** Whether a text could be a code of a hospital or a disease at all, as far as totals are counted by it: 1 to 20 letters, digits, dots, lines. */
export function isCodeText(text: string): boolean {
  return /^[\w.-]{1,20}$/.test(text);
}
