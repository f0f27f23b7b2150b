import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../demo/api-client.js';
import { closeByTwo } from '../demo/run-day.js';
import type { Stack } from '../stack/stack.js';
import { bearersOf } from '../stack/tokens.js';
import { fillDay, withClient } from './fill-obligations.js';
import type { Measured } from './report.js';

type Size = { readonly obligations: number; readonly days: number };

const GOAL_MS = 2_000;
const CLOSE_WITHIN_MS = 120_000;
/** Of a past that no other spec or bench has settled in. */
const FIRST_DAY = Date.UTC(2026, 0, 1);
const DAY_MS = 24 * 60 * 60 * 1_000;

/** The same sums as a close makes, by hand: what every row of the day costs to be read and added up. */
const BY_HAND = {
  settlement: [
    'SELECT insured_province, treating_province, insurance, count(*), sum(amount_fen) FROM obligation WHERE business_date = $1 GROUP BY 1, 2, 3',
  ],
  clearing: [
    'SELECT insured_province, treating_province, insurance, count(*), sum(amount_fen) FROM obligation WHERE business_date = $1 GROUP BY 1, 2, 3',
    'SELECT insured_province, treating_province, insurance, fund, sum(amount_fen) FROM posting WHERE business_date = $1 GROUP BY 1, 2, 3, 4',
  ],
} as const;

/**
 * How long the close of a day of a million obligations takes, from its approval to its signed root, beside the sums that it makes as
 * plain GROUP BYs; the same where it is the last of several such days that are stored.
 */
export async function benchClearing(
  stack: Stack,
  { obligations, days }: Size,
  say: (line: string) => void,
): Promise<Measured[]> {
  const urls = {
    settlement: stack.databases.superuserUrl('settlement'),
    clearing: stack.databases.superuserUrl('clearing'),
  };
  const closes: { close: number; recount: number; byHand: number; whole: number }[] = [];
  for (let day = 0; day < days; day++) {
    const date = new Date(FIRST_DAY + day * DAY_MS).toISOString().slice(0, 10);
    say(`写入 filling in ${date}: ${obligations.toLocaleString('en')} …`);
    await fillDay(urls, date, obligations);
    const settlement = await byHand(urls.settlement, BY_HAND.settlement, date);
    const clearing = await byHand(urls.clearing, BY_HAND.clearing, date);
    const { close, recount } = await closed(stack, urls.clearing, date);
    say(`  关账 close ${close} ms，复核重算 recount ${recount} ms，手工 SQL by hand ${settlement} + ${clearing} ms`);
    closes.push({ close, recount, byHand: clearing, whole: settlement + clearing });
  }
  const [first, last] = [closes[0], closes.at(-1)];
  if (!first || !last) throw new Error('nothing was closed');
  const of = obligations.toLocaleString('en');
  return [
    ms(`手工 SQL 汇总 ${of} 笔，两库`, 'sums by hand, in both databases', last.whole, null, null),
    ms(`关账 ${of} 笔，从批准到签名`, 'a close, from its approval to the signature', last.close, last.whole, GOAL_MS),
    ms('手工 SQL 汇总，清算库', 'sums by hand, of clearing alone', last.byHand, null, null),
    ms('关账中的重算', 'the recount in the close', last.recount, last.byHand, 1.5 * last.byHand),
    ...(days > 1
      ? [
          ms(
            `库中已有 ${days} 天，与只有一天相比`,
            `with ${days} days stored, beside one alone`,
            last.close,
            first.close,
            1.1 * first.close,
          ),
        ]
      : []),
  ];
}

function ms(zh: string, en: string, value: number, baseline: number | null, goal: number | null): Measured {
  return { zh, en, value, baseline, goal: goal === null ? null : Math.round(goal), unit: 'ms' };
}

/** The better of two, so that the first reading of cold pages doesn't count. */
async function byHand(url: string, statements: readonly string[], date: string): Promise<number> {
  return withClient(url, async (client) => {
    const turns: number[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const began = performance.now();
      for (const statement of statements) await client.query(statement, [date]);
      turns.push(performance.now() - began);
    }
    return Math.round(Math.min(...turns));
  });
}

/** Closes the day as two people do, and reads off its trail how long the whole and the recount took. */
async function closed(stack: Stack, url: string, date: string): Promise<{ close: number; recount: number }> {
  const api = new ApiClient(stack.document.gateway);
  const { clerk, operator } = bearersOf(stack.document);
  await closeByTwo(api, date, clerk.operator, operator);
  const deadline = performance.now() + CLOSE_WITHIN_MS;
  for (;;) {
    const { state } = await api.get<{ state: string }>(`/v1/cycles/${date}`, operator);
    if (state === 'CLOSED') break;
    if (performance.now() > deadline) throw new Error(`${date} is still ${state}`);
    await sleep(50);
  }
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ action: string; at: string }>(
      `SELECT action, extract(epoch FROM recorded_at) * 1000 AS at FROM audit_record WHERE object_id = $1`,
      [date],
    );
    const at = (action: string): number => Number(rows.find((row) => row.action === action)?.at);
    return {
      close: Math.round(at('CLOSE_CYCLE') - at('REQUEST_CLOSE')),
      recount: Math.round(at('VERIFY_CYCLE') - at('SEAL_CYCLE')),
    };
  });
}
