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

/** 性别 of a 公民身份号码: its seventeenth digit is odd for men. */
export function genderCode(idNumber: string): string {
  return '13579'.includes(idNumber.charAt(16)) ? '1' : '2';
}

const DIGITS = 25;

/**
 * 人员编号 has at most 30 characters in the national form, fewer than a UUID as it is usually written: the same number with the
 * digits 0–9 and A–Z.
 */
export function personNumberOf(personId: string): string {
  return BigInt(`0x${personId.replaceAll('-', '')}`)
    .toString(36)
    .toUpperCase()
    .padStart(DIGITS, '0');
}

/** The person id of a 人员编号, or null where it is none. */
export function personIdOf(personNumber: string): string | null {
  if (!/^[0-9A-Z]{25}$/.test(personNumber)) return null;
  const value = personNumber.split('').reduce((sum, digit) => sum * 36n + BigInt(Number.parseInt(digit, 36)), 0n);
  const hex = value.toString(16).padStart(32, '0');
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return isUuid(id) ? id : null;
}
