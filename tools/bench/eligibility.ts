import { join } from 'node:path';
import { encodeInstant, MutualTls, OutgoingIdentity, RpcClient, serviceActor, TARGETS } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { seededRandom } from '../demo/random.js';
import type { Stack } from '../stack/stack.js';
import { fillFilings, INSTITUTION, INSURED_REGION, personOf, TREATING_REGION } from './fill-filings.js';
import { cpuMicros } from './process-time.js';
import type { Measured } from './report.js';

type Size = { readonly filings: number; readonly calls: number };
type Client = RpcClient<filingV1.EligibilityServiceClient>;

const SMALL = 10_000;
const CONCURRENCY = 16;
const BATCH = 50;
const GOAL_MICROS = 1_000;
const DEADLINE_MS = 30_000;
const SEED = 1;
const PROVINCE = '610000';

/**
 * What an eligibility decision costs the filing service's own process, asked one at a time over gRPC as settlement asks: against
 * ten million filings, against ten thousand, in batches, and beside a call that reads nothing.
 */
export async function benchEligibility(
  stack: Stack,
  { filings, calls }: Size,
  say: (line: string) => void,
): Promise<Measured[]> {
  const client = clientOf(stack);
  const url = stack.databases.superuserUrl('filing');
  const pid = stack.service('filing').pid;
  const random = seededRandom(SEED);
  const asking = (persons: number) => () => check(personOf(random.below(persons)));
  try {
    say(`写入 filling in ${SMALL} …`);
    await fillFilings(url, 0, SMALL);
    await ask(client, calls, 1, asking(SMALL));
    const small = await measure(pid, calls, () => ask(client, calls, 1, asking(SMALL)));
    const idle = await measure(pid, calls, () => ask(client, calls, 1, () => MALFORMED));
    say(`写入 filling in ${filings} …`);
    await fillFilings(url, SMALL, filings);
    await ask(client, calls, 1, asking(filings));
    const large = await measure(pid, calls, () => ask(client, calls, 1, asking(filings)));
    // Nothing to gather with: what a decision costs when nobody else asks. Another path through the service, so it is made warm too.
    await ask(client, calls, 1, asking(filings), 1);
    const alone = await measure(pid, calls, () => ask(client, calls, 1, asking(filings), 1));
    const batches = Math.ceil(calls / BATCH);
    const batched = await measure(pid, batches * BATCH, () => ask(client, batches, BATCH, asking(filings)));
    const of = filings.toLocaleString('en');
    return [
      {
        zh: `${SMALL.toLocaleString('en')} 条备案，逐笔`,
        en: 'filings, one a call',
        value: small,
        baseline: null,
        goal: null,
      },
      { zh: `${of} 条备案，逐笔`, en: 'filings, one a call', value: large, baseline: small, goal: GOAL_MICROS },
      {
        zh: `${of} 条备案，单个调用方逐笔`,
        en: 'filings, one a call, one caller',
        value: alone,
        baseline: large,
        goal: GOAL_MICROS,
      },
      {
        zh: `${of} 条备案，每次 ${BATCH} 笔，每笔`,
        en: `filings, ${BATCH} a call, each`,
        value: batched,
        baseline: large,
        goal: GOAL_MICROS,
      },
      { zh: '被拒绝的空请求（只有 gRPC）', en: 'a refused call, gRPC alone', value: idle, baseline: large, goal: null },
    ];
  } finally {
    client.onModuleDestroy();
  }
}

const ADMITTED_AT = new Date('2026-06-30T02:00:00Z');

function check(personId: string): filingV1.EligibilityCheck {
  return {
    personId,
    insuredRegion: INSURED_REGION,
    treatingRegion: TREATING_REGION,
    visitKind: 'VISIT_KIND_INPATIENT',
    emergency: false,
    admittedAt: encodeInstant(ADMITTED_AT),
    institutionCode: INSTITUTION,
    diseaseCode: '',
    asOf: undefined,
  };
}

/** Refused by its form, before anything is read. */
const MALFORMED: filingV1.EligibilityCheck = { ...check(personOf(0)), personId: '' };

/** Calls until all were answered, so many at a time. One in four persons filed for that place; the others' answers are as much work. */
async function ask(
  client: Client,
  calls: number,
  size: number,
  next: () => filingV1.EligibilityCheck,
  callers = CONCURRENCY,
): Promise<void> {
  let left = calls;
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      const checks = Array.from({ length: size }, next);
      const answer = await client
        .call('checkEligibility', { checks }, serviceActor('settlement', PROVINCE), DEADLINE_MS)
        .catch((error: unknown) => {
          if (error instanceof Rejection && error.reason === 'REQUEST_MALFORMED') return null;
          throw error;
        });
      if (
        answer !== null &&
        answer.answers.some(({ decision, rejection }) => !decision && rejection?.reason !== 'FILING_REQUIRED')
      )
        throw new Error(`an answer that the bench does not expect: ${JSON.stringify(answer.answers[0])}`);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** CPU time of the process in microseconds, for each of so many units of work. */
async function measure(pid: number, units: number, work: () => Promise<void>): Promise<number> {
  const before = cpuMicros(pid);
  await work();
  return (cpuMicros(pid) - before) / units;
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
    TARGETS.eligibility,
    stack.document.grpc['filing'] ?? '',
    new OutgoingIdentity('settlement'),
    tls,
  );
}
