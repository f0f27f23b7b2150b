import { isCalendarDate } from '@yiditong/codes';
import {
  compareRates,
  parseRate,
  parseYuan,
  WHOLE_RATE,
  ZERO_FEN,
  ZERO_RATE,
  type Fen,
  type Rate,
} from '@yiditong/money';
import { z } from 'zod';

/** Amounts are yuan, "1200" or "0.50"; ratios "85%", "0.9" or "4/5". docs/policy-format.md explains the whole. */
export const amount = z
  .string()
  .regex(/^\d{1,13}(\.\d{1,2})?$/, 'an amount in yuan, such as "1200" or "0.50"')
  .transform((text): Fen => parseYuan(text) ?? ZERO_FEN)
  .meta({ id: 'amount', description: 'Yuan, such as "1200" or "0.50" 金额，单位元' });

const RATIO = 'a ratio from 0 to 1, such as "85%" or "4/5"';
export const ratio = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,6})?%$|^[01](\.\d{1,6})?$|^\d{1,6}\/[1-9]\d{0,5}$/, RATIO)
  .transform((text, context): Rate => {
    const rate = parseRate(text);
    if (rate && compareRates(rate, WHOLE_RATE) <= 0) return rate;
    context.addIssue({ code: 'custom', message: RATIO });
    return ZERO_RATE;
  })
  .meta({ id: 'ratio', description: 'From 0 to 1, such as "85%", "0.9" or "4/5" 比例' });

/** A multiple may be above one: 沈阳's deductible away from home is 2.5 times its own. */
export const factor = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,6})?%?$|^\d{1,6}\/[1-9]\d{0,5}$/, 'a factor, such as "0.9", "2.5" or "1/2"')
  .transform((text): Rate => parseRate(text) ?? ZERO_RATE)
  .meta({ id: 'factor', description: 'Such as "0.9", "2.5" or "1/2" 系数' });

export const businessDate = z
  .string()
  .refine(isCalendarDate, 'a date, YYYY-MM-DD')
  .meta({ id: 'businessDate', description: 'YYYY-MM-DD 日期', format: 'date' });

/** Whatever is said may carry a note, which changes nothing. */
export function said<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject({ ...shape, note: z.string().optional() });
}

type Issue = { readonly code?: string | undefined; readonly path: readonly PropertyKey[]; readonly message: string };

/** What is wrong with a document, by the place of the first complaint; `whole` names a place of its own. */
export function problemIn(issues: readonly Issue[], whole: string): string {
  const { path, message } = deepest(issues);
  return `${path.join('.') || whole}: ${message}`;
}

/** The complaint that helps: of what may be written in several ways, the one about the way that was meant, which got furthest. */
function deepest([issue]: readonly Issue[]): Issue {
  if (issue === undefined) return { path: [], message: 'not readable' };
  const ways = 'errors' in issue ? (issue.errors as readonly (readonly Issue[])[]) : [];
  const meant = ways
    .filter((issues) => issues.length > 0)
    .map(deepest)
    .toSorted(
      (a, b) => b.path.length - a.path.length || Number(a.code === 'invalid_type') - Number(b.code === 'invalid_type'),
    )[0];
  return meant === undefined ? issue : { ...meant, path: [...issue.path, ...meant.path] };
}
