import { setTimeout as sleep } from 'node:timers/promises';
import { provinceOf } from '@yiditong/codes';
import type { StackDocument } from '../stack/stack.js';
import { bearersOf, type Bearer } from '../stack/tokens.js';
import { ApiClient, UnexpectedAnswer, type ApiAnswer } from './api-client.js';
import type { DemoBill, DemoDay, DemoFiling } from './day.js';
import { fileFor } from './file-for.js';
import { reportOf, type DayReport, type ListedSettlement, type PositionsRead } from './report.js';

/** As many exchanges at once as a small region's hospitals would have. */
const CONCURRENCY = 8;
const CLOSE_WITHIN_MS = 120_000;

export type DayProgress = { readonly begin: (step: 'filings' | 'bills' | 'close', total: number) => () => void };

/** What the client itself saw: kept apart from the system, to compare it with. */
export type SeenDay = {
  readonly settled: ReadonlyMap<string, ListedSettlement>;
  readonly refused: ReadonlyMap<string, number>;
  readonly reversed: ReadonlySet<string>;
  readonly official: ListedSettlement | null;
};

/** Who does what in the day, with a token that is renewed as long as the day lasts. */
type Callers = ReturnType<typeof bearersOf>;

type Problem = { readonly reason: string };

/**
 * One clearing day through the public interface: filings, bills, reversals, the nightly close; then the positions are read back
 * and compared with what this client saw.
 */
export async function runDay(stack: StackDocument, day: DemoDay, progress: DayProgress): Promise<DayReport> {
  const api = new ApiClient(stack.gateway);
  const callers = bearersOf(stack);
  const filed = progress.begin('filings', day.filings.length);
  await inParallel(day.filings, async (filing) => {
    await register(api, callers, filing);
    filed();
  });
  const seen = await settleAll(api, callers, day.bills, progress.begin('bills', day.bills.length));
  const closed = progress.begin('close', 1);
  const businessDates = await closeCycles(api, callers, seen);
  closed();
  return reportOf(seen, await readPositions(api, callers, businessDates));
}

async function register(api: ApiClient, callers: Callers, filing: DemoFiling): Promise<void> {
  const clerk = callers.clerk.bureau[provinceOf(filing.insuredRegion)] ?? '';
  await fileFor(api, filing, callers.insured[filing.personId] ?? '', clerk);
}

async function settleAll(
  api: ApiClient,
  callers: Callers,
  bills: readonly DemoBill[],
  done: () => void,
): Promise<SeenDay> {
  const settled = new Map<string, ListedSettlement>();
  const refused = new Map<string, number>();
  const reversed = new Set<string>();
  let official: ListedSettlement | null = null;
  await inParallel(bills, async (bill) => {
    const token = callers.hospital[bill.institutionCode] ?? '';
    const answer = await api.persistently<ListedSettlement & Problem>(
      'POST',
      '/v1/settlements',
      { messageId: bill.messageId, bill: bill.body },
      token,
    );
    if (answer.status === 201) {
      settled.set(answer.body.settlementId, answer.body);
      if (bill.official) official = answer.body;
      if (bill.reverseWith !== null) reversed.add(await reverse(api, token, bill.messageId, bill.reverseWith));
    } else {
      refused.set(reasonOf(answer), (refused.get(reasonOf(answer)) ?? 0) + 1);
    }
    done();
  });
  return { settled, refused, reversed, official };
}

async function reverse(api: ApiClient, token: Bearer, originalMessageId: string, messageId: string): Promise<string> {
  const answer = await api.persistently<{ outcome: string; settlementId: string }>(
    'POST',
    '/v1/settlements/reversals',
    { messageId, originalMessageId },
    token,
  );
  if (answer.status !== 200 || answer.body.outcome !== 'REVERSED') throw new UnexpectedAnswer(answer, 'reversal');
  return answer.body.settlementId;
}

/** A refusal is an answer with a reason; anything else is not part of a day. */
function reasonOf(answer: ApiAnswer<Problem>): string {
  if (answer.status < 400 || answer.status >= 500 || typeof answer.body.reason !== 'string')
    throw new UnexpectedAnswer(answer, 'settlement');
  return answer.body.reason;
}

/** Asks for the close of the cycles that the day's settlements went to, and waits until the worker has closed them. */
async function closeCycles(api: ApiClient, callers: Callers, seen: SeenDay): Promise<string[]> {
  const dates = [...new Set([...seen.settled.values()].map(({ businessDate }) => businessDate))].sort();
  for (const date of dates) {
    await closeByTwo(api, date, callers.clerk.operator, callers.operator);
    const deadline = Date.now() + CLOSE_WITHIN_MS;
    for (;;) {
      const { state } = await api.get<{ state: string }>(`/v1/cycles/${date}`, callers.operator);
      if (state === 'CLOSED') break;
      if (Date.now() > deadline) throw new Error(`cycle ${date} is still ${state} after ${CLOSE_WITHIN_MS / 1000} s`);
      await sleep(100);
    }
  }
  return dates;
}

/** The clerk proposes the close (经办), the supervisor approves it (复核). */
export async function closeByTwo(api: ApiClient, date: string, maker: Bearer, checker: Bearer): Promise<void> {
  const path = `/v1/cycles/${date}/close`;
  const { proposalId } = await api.write<{ proposalId: string }>('POST', path, undefined, maker, `close-${date}`);
  const decision = { decision: 'APPROVE', remark: '同意' };
  await api.write('POST', `${path}/proposals/${proposalId}/decision`, decision, checker, `approve-${proposalId}`);
}

async function readPositions(api: ApiClient, callers: Callers, dates: readonly string[]): Promise<PositionsRead> {
  const { operator } = callers;
  const read: PositionsRead = { dates, net: [], bilateral: [], listed: [] };
  for (const date of dates) {
    read.net.push(
      ...(await api.get<{ positions: PositionsRead['net'] }>(`/v1/cycles/${date}/net-positions`, operator)).positions,
    );
    read.bilateral.push(
      ...(await api.get<{ positions: PositionsRead['bilateral'] }>(`/v1/cycles/${date}/bilateral-positions`, operator))
        .positions,
    );
    let after = '';
    do {
      const path: string = `/v1/cycles/${date}/settlements?limit=500${after ? `&after=${after}` : ''}`;
      const page = await api.get<{ settlements: ListedSettlement[]; nextAfter: string | null }>(path, operator);
      read.listed.push(...page.settlements);
      after = page.nextAfter ?? '';
    } while (after);
  }
  return read;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
