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
  .regex(/^\d{1,9}(\.\d{1,2})?$/, 'an amount in yuan below a thousand million, such as "1200" or "0.50"')
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

/** What may be said of anything, and changes nothing. A rule's own source also shows in its explanation. */
const remarks = {
  source: z.string().min(1).optional().describe('The text that it comes from 依据'),
  note: z.string().optional().describe('说明'),
};

/** Whatever is said may carry a source and a note. */
export function said<S extends z.ZodRawShape>(shape: S) {
  // What a shape says of itself counts, and in its own place.
  const all: Omit<typeof remarks, keyof S> & S = { ...shape, ...remarks, ...shape };
  return z.strictObject(all);
}

/** Something for each of some names, or for none of them, and the source of them all. */
export function saidOfEach<K extends string, V extends z.ZodType>(names: readonly K[], value: V) {
  const shape = Object.fromEntries(names.map((name) => [name, value.optional()])) as Record<K, z.ZodOptional<V>>;
  return said(shape).transform((read) => {
    const { source, note: _note, ...of } = read as Record<string, unknown>;
    return { source: source as string | undefined, of: of as Partial<Record<K, z.output<V>>> };
  });
}

/** A range of which both ends are included. */
export function range<V extends z.ZodType<number | bigint>>(value: V) {
  return said({ from: value.optional(), upTo: value.optional() }).refine(
    ({ from, upTo }) => from === undefined || upTo === undefined || (from as bigint) <= (upTo as bigint),
    'from is above upTo',
  );
}

type Issue = { readonly code?: string | undefined; readonly path: readonly PropertyKey[]; readonly message: string };

/** What is wrong with a document, by the place of the first complaint; `whole` names a place of its own. */
export function problemIn(issues: readonly Issue[], whole: string): string {
  const { path, message } = deepest(issues);
  return `${path.join('.') || whole}: ${message}`;
}

/** A rule of our own is broken by who knew the form; another type was hardly meant. */
const rankOf = ({ code }: Issue): number => (code === 'invalid_type' ? 1 : 0);
const isOwn = ({ code }: Issue): number => (code === 'custom' ? 0 : 1);

/** The complaint that helps: of what may be written in several ways, the one about the way that was meant, which got furthest. */
function deepest([issue]: readonly Issue[]): Issue {
  if (issue === undefined) return { path: [], message: 'not readable' };
  const ways = 'errors' in issue ? (issue.errors as readonly (readonly Issue[])[]) : [];
  const meant = ways
    .filter((issues) => issues.length > 0)
    .map(deepest)
    .toSorted((a, b) => isOwn(a) - isOwn(b) || b.path.length - a.path.length || rankOf(a) - rankOf(b))[0];
  return meant === undefined ? issue : { ...meant, path: [...issue.path, ...meant.path] };
}
