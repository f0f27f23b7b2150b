import type { Insurance, PersonType } from '@yiditong/codes';
import { validate as isUuid } from 'uuid';

/** 险种类型. */
export const INSURANCE_CODES: Readonly<Record<Insurance, string>> = { EMPLOYEE: '310', RESIDENT: '390' };

/** 人员类别, by its first two digits: 在职、退休、居民成年、居民未成年. */
export const PERSON_TYPE_CODES: Readonly<Record<PersonType, string>> = {
  ACTIVE: '11',
  RETIREE: '12',
  RESIDENT: '15',
  MINOR: '14',
};

/** 人员参保状态: 正常参保, and 暂停参保 for all that is not. */
export function insuranceStateCode(active: boolean): string {
  return active ? '1' : '2';
}

/** 公民身份号码 as a 证件类型 (psn_cert_type). */
export const ID_CARD = '01';

/** 未说明的性别. */
export const UNSTATED_GENDER = '9';

/** 性别 of a 公民身份号码: its seventeenth digit is odd for men. */
export function genderCode(idNumber: string): string {
  return '13579'.includes(idNumber.charAt(16)) ? '1' : '2';
}

const DIGITS = 25;

/**
 * The ids of the national form (人员编号 psn_no, 就诊ID mdtrt_id, 结算ID setl_id …) have at most 30 characters, fewer than a UUID as it
 * is usually written: the same number with the digits 0–9 and A–Z.
 */
export function nationalIdOf(id: string): string {
  return BigInt(`0x${id.replaceAll('-', '')}`)
    .toString(36)
    .toUpperCase()
    .padStart(DIGITS, '0');
}

/** The UUID that a national id stands for, or null where it is none. */
export function idOfNational(text: string): string | null {
  if (!/^[0-9A-Z]{25}$/.test(text)) return null;
  const value = text.split('').reduce((sum, digit) => sum * 36n + BigInt(Number.parseInt(digit, 36)), 0n);
  const hex = value.toString(16).padStart(32, '0');
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return isUuid(id) ? id : null;
}
