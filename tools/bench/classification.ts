import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeInstant, MutualTls, OutgoingIdentity, RpcClient, serviceActor, TARGETS } from '@yiditong/chassis';
import { NATION, PROVINCES, Rejection } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { seededRandom, type Random } from '../demo/random.js';
import type { Stack } from '../stack/stack.js';
import { fillCatalogues, itemCodeOf, replaceCatalogue } from './fill-catalogues.js';
import { cpuMicros } from './process-time.js';
import type { Measured } from './report.js';

type Size = { readonly entries: number; readonly calls: number };
type Client = RpcClient<catalogueV1.CatalogueServiceClient>;
type Request = catalogueV1.ClassifyLinesRequest;

const SMALL = 10_000;
const CONCURRENCY = 16;
const LINES = 100;
const GOAL_MICROS = 1_000;
const GOAL_MIB = 1_024;
/** What a call waits at most while a catalogue is rebuilt: a twentieth of a second, which nobody notices at a counter. */
const GOAL_PAUSE_MICROS = 50_000;
const QUIET_MS = 10_000;
const DEADLINE_MS = 600_000;
const SEED = 1;
const OCCURRED_AT = new Date('2026-06-30T02:00:00Z');
const [FIRST = '', ...OTHERS] = PROVINCES.map(({ code }) => code);

/**
 * What splitting a bill of a hundred lines costs the catalogue service's own process over gRPC, as settlement asks it: with all provinces'
 * catalogues in memory, with a tenth of them, and beside a call of the same size that is refused; how much memory they take; and how
 * long a call waits while a catalogue is rebuilt.
 */
export async function benchClassification(
  stack: Stack,
  { entries, calls }: Size,
  say: (line: string) => void,
): Promise<Measured[]> {
  const client = clientOf(stack);
  const url = stack.databases.superuserUrl('catalogue');
  const { pid } = stack.service('catalogue');
  const random = seededRandom(SEED);
  const asking = (items: number) => () => billOf(random, items);
  const cost = async (next: () => Request, callers = CONCURRENCY): Promise<number> => {
    await ask(client, Math.ceil(calls / 4), next, callers);
    const before = cpuMicros(pid);
    await ask(client, calls, next, callers);
    return (cpuMicros(pid) - before) / calls;
  };
  try {
    say(`写入 filling in ${PROVINCES.length} × ${SMALL} …`);
    await untilKnown(client, await fillCatalogues(url, 0, SMALL));
    const small = await cost(asking(SMALL));
    say(`写入 filling in ${PROVINCES.length} × ${entries} …`);
    const filled = await fillCatalogues(url, SMALL, entries);
    const loading = performance.now();
    await untilKnown(client, filled);
    say(`读入 loaded in ${((performance.now() - loading) / 1000).toFixed(0)} s`);
    const large = await cost(asking(entries));
    const alone = await cost(asking(entries), 1);
    const refused = await cost(() => ({ ...billOf(random, entries), province: '' }));
    const quiet = await longestWait(client, random, entries, (_, ms) => ms > QUIET_MS);
    const next = await replaceCatalogue(url, FIRST, entries);
    await next.publish();
    const rebuilt = await longestWait(client, random, entries, (version) => version === next.versionId);
    const memory = { resident: memoryMib(pid, 'VmRSS'), peak: memoryMib(pid, 'VmHWM') };
    return figures(entries, { small, large, alone, refused, quiet, rebuilt, ...memory });
  } finally {
    client.onModuleDestroy();
  }
}

type Figures = Readonly<
  Record<'small' | 'large' | 'alone' | 'refused' | 'quiet' | 'rebuilt' | 'resident' | 'peak', number>
>;

function figures(entries: number, of: Figures): Measured[] {
  const size = `32 × ${entries.toLocaleString('en')}`;
  const row = (
    [zh, en]: readonly [string, string],
    value: number,
    baseline: number | null,
    goal: number | null,
  ): Measured => ({ zh, en, value, baseline, goal });
  const memory = (words: readonly [string, string], value: number, goal: number | null): Measured => ({
    ...row(words, value, null, goal),
    unit: 'MiB',
  });
  return [
    row([`32 × ${SMALL.toLocaleString('en')} 条目录，百行账单`, 'entries, a 100-line bill'], of.small, null, null),
    row([`${size} 条目录，百行账单`, 'entries, a 100-line bill'], of.large, of.small, GOAL_MICROS),
    row(
      [`${size} 条目录，百行账单，单个调用方`, 'entries, a 100-line bill, one caller'],
      of.alone,
      of.large,
      GOAL_MICROS,
    ),
    row(['被拒绝的百行账单（只有 gRPC）', 'a refused 100-line bill, gRPC alone'], of.refused, of.large, null),
    row(['平时最长等待（耗时）', 'longest wait otherwise (elapsed)'], of.quiet, null, null),
    row(
      ['一省目录全部更换时最长等待（耗时）', 'longest wait while a province’s catalogue is replaced (elapsed)'],
      of.rebuilt,
      of.quiet,
      GOAL_PAUSE_MICROS,
    ),
    memory([`${size} 条目录，常驻内存`, 'entries, resident memory'], of.resident, GOAL_MIB),
    memory([`${size} 条目录，内存峰值`, 'entries, peak memory'], of.peak, GOAL_MIB),
  ];
}

/** Of items anywhere in the catalogue of any province; now and then of one that is not in it. */
function billOf(random: Random, items: number, lines = LINES, province = random.pick([FIRST, ...OTHERS])): Request {
  return {
    province,
    lines: Array.from({ length: lines }, (_, index): catalogueV1.FeeLine => {
      const price = BigInt(random.between(1, 30_000)) * 10_000n;
      return {
        lineNumber: index + 1,
        nationalCode: itemCodeOf(random.below(items + Math.ceil(items / 50))),
        quantityE4: 30_000n,
        unitPriceMicroYuan: price,
        amountFen: (price * 3n) / 10_000n,
        occurredAt: encodeInstant(OCCURRED_AT),
        hospitalCode: '',
        approved: false,
      };
    }),
    insurance: 'INSURANCE_UNSPECIFIED',
    personType: 'PERSON_TYPE_UNSPECIFIED',
    hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY',
    visitKind: 'VISIT_KIND_INPATIENT',
    institutionCode: '',
  };
}

/** Calls until all were answered, so many at a time; a call without a province is expected to be refused. */
async function ask(client: Client, calls: number, next: () => Request, callers: number): Promise<void> {
  let left = calls;
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      const request = next();
      const answer = await call(client, request).catch((error: unknown) => {
        if (request.province === '' && error instanceof Rejection && error.reason === 'REGION_UNKNOWN') return null;
        throw error;
      });
      if (answer !== null && answer.lines.filter(({ listed }) => listed).length < LINES / 2)
        throw new Error('an answer that the bench does not expect');
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/**
 * Microseconds that the slowest of the calls took that were made one after the other until the version in force and the time say stop.
 * Without the time in which this process, the caller, collected its own garbage: no hospital waits for that.
 */
async function longestWait(
  client: Client,
  random: Random,
  items: number,
  isOver: (versionId: string, ms: number) => boolean,
): Promise<number> {
  const waits: Span[] = [];
  const collections: Span[] = [];
  const watch = new PerformanceObserver((seen) => collections.push(...seen.getEntries().map(spanOf)));
  watch.observe({ type: 'gc' });
  const start = performance.now();
  for (let isDone = false; !isDone;) {
    const request = billOf(random, items, 1, FIRST);
    const from = performance.now();
    const { versionIds } = await call(client, request);
    waits.push({ from, to: performance.now() });
    isDone = isOver(versionIds[0] ?? '', performance.now() - start);
  }
  // What was seen is told in a later turn of the event loop.
  await delay(100);
  watch.disconnect();
  const waited = (wait: Span): number =>
    wait.to - wait.from - collections.reduce((sum, collection) => sum + overlap(wait, collection), 0);
  return (
    Math.max(
      ...waits
        .toSorted((a, b) => b.to - b.from - (a.to - a.from))
        .slice(0, 1_000)
        .map(waited),
    ) * 1000
  );
}

type Span = { readonly from: number; readonly to: number };

function spanOf({ startTime, duration }: PerformanceEntry): Span {
  return { from: startTime, to: startTime + duration };
}

function overlap(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from));
}

/** Until each catalogue answers by its new version. */
async function untilKnown(client: Client, versions: ReadonlyMap<string, string>): Promise<void> {
  const random = seededRandom(SEED);
  for (const [scope, version] of versions) {
    for (let isKnown = false; !isKnown;) {
      const answer = await call(client, billOf(random, 1, 1, scope === NATION ? FIRST : scope));
      isKnown = scope === NATION ? answer.nationalVersionId === version : answer.versionIds.includes(version);
      if (!isKnown) await delay(200);
    }
  }
}

function call(client: Client, request: Request): Promise<catalogueV1.ClassifyLinesResponse> {
  return client.call('classifyLines', request, serviceActor('settlement', request.province || FIRST), DEADLINE_MS);
}

/** Of a process as Linux counts it; 0 elsewhere. */
function memoryMib(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  if (process.platform !== 'linux') return 0;
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib ?? 0) / 1024;
}

function clientOf(stack: Stack): Client {
  const file = (name: string): string => join(stack.document.certificates, name);
  const certificate = {
    TLS_CA: file('ca.crt'),
    TLS_CERTIFICATE: file('settlement.crt'),
    TLS_KEY: file('settlement.key'),
  };
  const tls = new MutualTls('settlement', certificate);
  return new RpcClient(
    TARGETS.catalogue,
    stack.document.grpc['catalogue'] ?? '',
    new OutgoingIdentity('settlement'),
    tls,
  );
}
