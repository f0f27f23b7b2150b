import type { benefitV1 } from '@yiditong/contracts';
import { fen, formatYuan } from '@yiditong/money';
import { isRefused, type Refused } from './endpoint.js';

/** A check that failed: what was expected and what came. */
export class Mismatch extends Error {
  constructor(
    readonly expected: string,
    readonly came: string,
  ) {
    super(`expected ${expected}, came ${came}`);
  }
}

/** Throws where two things differ in anything, and says of what. */
export function expectSame(what: string, expected: unknown, came: unknown): void {
  const [one, other] = [textOf(expected), textOf(came)];
  if (one !== other) throw new Mismatch(`${what}: ${firstDifference(one, other)}`, firstDifference(other, one));
}

/** A refusal by this name and no other. */
export function expectRefused(what: string, reasons: readonly string[], came: object): void {
  const is = isRefused(came) ? came.refused : 'no refusal';
  if (!reasons.includes(is)) throw new Mismatch(`${what}: ${reasons.join(' / ')}`, is);
}

/** An answer of a call that must not be refused. */
export function answered<T extends object>(what: string, answer: T | Refused): T {
  if (isRefused(answer)) throw new Mismatch(`${what}: an answer`, answer.refused);
  return answer;
}

/** Every field of a message, in one order, however its fields and the entries of its maps came. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** What a person reads of an answer in one line. */
export function describe(outcome: benefitV1.Adjudication | Refused): string {
  if (isRefused(outcome)) return outcome.refused;
  const { fundTotalFen, personalFen, deductibleFen } = outcome;
  const yuan = (amount: bigint): string => formatYuan(fen(amount));
  return `基金 fund ${yuan(fundTotalFen)} 个人 personal ${yuan(personalFen)} 起付 deductible ${yuan(deductibleFen)}`;
}

const SHOWN = 60;
const BEFORE = 30;

/** Where the first text goes another way than the second, with a little around it. */
function firstDifference(text: string, other: string): string {
  if (text.length <= SHOWN) return text;
  let at = 0;
  while (at < text.length && text[at] === other[at]) at += 1;
  const from = Math.max(0, at - BEFORE);
  return `${from > 0 ? '…' : ''}${text.slice(from, from + SHOWN)}${from + SHOWN < text.length ? '…' : ''}`;
}
