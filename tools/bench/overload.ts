import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageTimeOf } from '../demo/day.js';
import { generateDay, type DemoBill } from '../demo/generate.js';
import { loadSample } from '../demo/sample.js';
import { loadReferenceData } from '../stack/reference-data.js';
import type { Stack } from '../stack/stack.js';
import { bearersOf, type Bearer } from '../stack/tokens.js';
import type { Measured } from './report.js';

const PERSONS = 400;
const BILLS = 1_000;
const SEED = 1;
const WARM_UP_SECONDS = 10;
const STEP_SECONDS = 10;
const ROUNDS = 4;
/** How many are on their way at once while the peak is looked for. */
const CONCURRENCY = [8, 16, 32, 64];
const TIMES_PEAK = 3;
const GOAL_BPS = 9_000;
/** A counter doesn't wait longer: what is settled later is settled, but counts for nothing here. */
const USEFUL_WITHIN_MS = 10_000;

/** What a load came to. */
type Outcome = { settled: number; refused: number; late: number; other: number };

/**
 * What becomes of settlements when hospitals send three times what the stack can take: how many are settled a second, compared with the
 * most that it settled when it was offered just enough. Load comes from this process, on the same machine.
 */
export async function benchOverload(stack: Stack, _: object, say: (line: string) => void): Promise<Measured[]> {
  const desk = await deskOf(stack, say);
  await closedLoop(desk, 16, WARM_UP_SECONDS);
  let best = { concurrency: 0, rate: 0 };
  for (const concurrency of CONCURRENCY) {
    const outcome = await closedLoop(desk, concurrency, STEP_SECONDS);
    const rate = outcome.settled / STEP_SECONDS;
    say(`  同时 at once ${concurrency}：${rate.toFixed(0)} 笔结算/秒 settlements a second ${written(outcome)}`);
    if (rate > best.rate) best = { concurrency, rate };
  }
  // In turns, so that whatever else the machine does weighs on both alike.
  const settled = { enough: 0, tooMuch: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const enough = await closedLoop(desk, best.concurrency, STEP_SECONDS);
    const tooMuch = await openLoop(desk, best.rate * TIMES_PEAK, STEP_SECONDS);
    say(`  ${best.concurrency} 笔同时 at once ${written(enough)}`);
    say(`  ${TIMES_PEAK} 倍负荷 times the load ${written(tooMuch)}`);
    settled.enough += enough.settled;
    settled.tooMuch += tooMuch.settled;
  }
  const [peak, rate] = [settled.enough, settled.tooMuch].map((count) => count / (ROUNDS * STEP_SECONDS)) as [
    number,
    number,
  ];
  return [
    {
      zh: '峰值，每秒结算',
      en: 'settlements a second at the peak',
      value: peak,
      baseline: null,
      goal: null,
      unit: '/s',
    },
    { zh: '三倍负荷，每秒结算', en: 'at three times the peak', value: rate, baseline: peak, goal: null, unit: '/s' },
    {
      zh: '三倍负荷与峰值之比',
      en: 'of the peak at three times the load',
      value: Math.floor((rate / peak) * 10_000),
      baseline: null,
      goal: GOAL_BPS,
      unit: 'bps',
    },
  ];
}

function written({ settled, refused, late, other }: Outcome): string {
  return `（成功 settled ${settled}，及时拒绝 refused ${refused}，过迟 late ${late}，其他 other ${other}）`;
}

/** Settles bills that are alike to the services and new to them: each with a message id and a visit number of its own. */
class Desk {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 2_000 });
  private sent = 0;

  constructor(
    private readonly gateway: URL,
    private readonly bills: readonly { readonly bill: DemoBill; readonly token: string }[],
  ) {}

  /** The bills that settle. */
  keep(indices: ReadonlySet<number>): Desk {
    return new Desk(
      this.gateway,
      this.bills.filter((_, index) => indices.has(index)),
    );
  }

  get size(): number {
    return this.bills.length;
  }

  /** The status of the answer; 0 where there was none. */
  async settle(index = this.sent % this.bills.length): Promise<number> {
    const chosen = this.bills[index];
    if (!chosen) throw new Error('there are no bills');
    const { bill, token } = chosen;
    this.sent += 1;
    const serial = String(this.sent);
    const messageId = `${bill.institutionCode}${messageTimeOf(Date.now())}${serial.slice(-4).padStart(4, '0')}`;
    const body = { messageId, bill: { ...bill.body, emergency: true, visitNumber: `L${Date.now()}-${serial}` } };
    return this.post(JSON.stringify(body), token);
  }

  private post(text: string, token: string): Promise<number> {
    return new Promise((resolve) => {
      const sent = request(
        new URL('/v1/settlements', this.gateway),
        {
          method: 'POST',
          agent: this.agent,
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          },
        },
        (answer) => {
          answer.resume();
          answer.on('end', () => resolve(answer.statusCode ?? 0));
        },
      );
      sent.on('error', () => resolve(0));
      sent.end(text);
    });
  }
}

async function deskOf(stack: Stack, say: (line: string) => void): Promise<Desk> {
  const sample = loadSample();
  const now = new Date().toISOString();
  const day = generateDay({ sample, persons: PERSONS, bills: BILLS, seed: SEED, now });
  say('写入目录、政策和参保人 Entering catalogues, policies and persons …');
  await loadReferenceData(stack.document, sample, { persons: day.persons, entitlements: [] });
  const { hospital } = bearersOf(stack.document);
  const visits = day.bills.filter(({ body }) => body.visitKind === 'OUTPATIENT');
  const bills = await Promise.all(
    visits.map(async (bill) => ({ bill, token: await textOf(hospital[bill.institutionCode] ?? '') })),
  );
  const all = new Desk(new URL(stack.document.gateway), bills);
  const settles = new Set<number>();
  for (let index = 0; index < all.size; index++) if ((await all.settle(index)) === 201) settles.add(index);
  const desk = all.keep(settles);
  if (desk.size < 100) throw new Error(`only ${desk.size} of ${all.size} bills settle`);
  return desk;
}

function textOf(token: Bearer): Promise<string> {
  return typeof token === 'string' ? Promise.resolve(token) : token();
}

function noted(outcome: Outcome, status: number, ms: number): void {
  if (status === 201 && ms <= USEFUL_WITHIN_MS) outcome.settled += 1;
  else if (status === 201) outcome.late += 1;
  else if (status === 503 || status === 429) outcome.refused += 1;
  else outcome.other += 1;
}

/** So many callers, each with one bill on its way. */
async function closedLoop(desk: Desk, concurrency: number, seconds: number): Promise<Outcome> {
  const outcome: Outcome = { settled: 0, refused: 0, late: 0, other: 0 };
  const until = performance.now() + seconds * 1_000;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() < until) {
        const began = performance.now();
        const status = await desk.settle();
        if (performance.now() <= until) noted(outcome, status, performance.now() - began);
      }
    }),
  );
  return outcome;
}

/** So many bills a second, whether the ones before are answered or not. */
async function openLoop(desk: Desk, rate: number, seconds: number): Promise<Outcome> {
  const outcome: Outcome = { settled: 0, refused: 0, late: 0, other: 0 };
  const pending = new Set<Promise<void>>();
  const began = performance.now();
  let sent = 0;
  for (let elapsed = 0; elapsed < seconds * 1_000; elapsed = performance.now() - began) {
    for (const due = Math.floor((elapsed / 1_000) * rate); sent < due; sent++) {
      const at = performance.now();
      const settle = async (): Promise<void> => {
        const status = await desk.settle();
        if (performance.now() <= began + seconds * 1_000) noted(outcome, status, performance.now() - at);
      };
      const one = settle().finally(() => pending.delete(one));
      pending.add(one);
    }
    await sleep(5);
  }
  await Promise.all(pending);
  return outcome;
}
