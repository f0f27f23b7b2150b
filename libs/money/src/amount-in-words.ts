import { magnitude, MAX_BILL_FEN } from './fen.js';

const DIGITS = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'] as const;
/** Within a group of four digits, from the right. */
const PLACES = ['', '拾', '佰', '仟'] as const;
/** Of the groups of four digits, from the right. */
const GROUPS = ['', '万', '亿'] as const;
const GROUP_SIZE = 10_000n;
const FEN_PER_YUAN = 100n;

/**
 * 人民币大写 of an amount in fen, without the word 人民币 in front: 壹万贰仟叁佰肆拾伍元陆角柒分 for 12,345.67 yuan. As the rules for
 * filling in bills say (支付结算办法, 附件一): zeros between digits are one 零, however many there are; what ends in 元 or 角 is closed by 整;
 * no 角 before a 分 is a 零. 负 in front of what is below zero. Throws a RangeError past {@link MAX_BILL_FEN}.
 */
export function amountInWords(amountFen: bigint): string {
  const size = magnitude(amountFen);
  if (size > MAX_BILL_FEN) throw new RangeError('more than the words reach');
  const [yuan, rest] = [size / FEN_PER_YUAN, size % FEN_PER_YUAN];
  return `${amountFen < 0n ? '负' : ''}${wholeYuan(yuan, rest)}${lessThanYuan(yuan, rest)}`;
}

function wholeYuan(yuan: bigint, rest: bigint): string {
  if (yuan === 0n) return rest === 0n ? '零元' : '';
  return `${inGroups(yuan)}元`;
}

function lessThanYuan(yuan: bigint, rest: bigint): string {
  const [jiao, ones] = [rest / 10n, rest % 10n];
  const tens = jiao > 0n ? `${digit(jiao)}角` : '';
  if (ones === 0n) return `${tens}整`;
  // Nothing can be slipped in where a digit is missing; before the first one there is nothing to guard.
  const gap = jiao === 0n && yuan > 0n ? '零' : '';
  return `${tens}${gap}${digit(ones)}分`;
}

/** Above zero. */
function inGroups(yuan: bigint): string {
  let words = '';
  for (let index = GROUPS.length - 1; index >= 0; index -= 1) {
    const group = (yuan / GROUP_SIZE ** BigInt(index)) % GROUP_SIZE;
    if (group === 0n) continue;
    words += inPlaces(group, words !== '' && needsZero(yuan, index)) + (GROUPS[index] ?? '');
  }
  return words;
}

/** Whether a zero stands directly before the first digit of this group, of which there is one, and after another digit. */
function needsZero(yuan: bigint, index: number): boolean {
  const before = GROUP_SIZE ** BigInt(index) * (GROUP_SIZE / 10n);
  return (yuan / before) % 10n === 0n || (yuan / (before * 10n)) % GROUP_SIZE === 0n;
}

/** A group of four digits, above zero. */
function inPlaces(group: bigint, zeroFirst: boolean): string {
  let words = '';
  let zeros = zeroFirst;
  for (let place = PLACES.length - 1; place >= 0; place -= 1) {
    const value = (group / 10n ** BigInt(place)) % 10n;
    if (value === 0n) {
      zeros ||= words !== '';
      continue;
    }
    words += (zeros ? '零' : '') + digit(value) + (PLACES[place] ?? '');
    zeros = false;
  }
  return words;
}

function digit(value: bigint): string {
  return DIGITS[Number(value)] ?? '';
}
