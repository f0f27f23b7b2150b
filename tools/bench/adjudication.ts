import {
  adjudicateStay,
  explain,
  readPolicy,
  type Accumulators,
  type Claim,
  type ClaimPart,
  type Policy,
  type StayAdjudication,
} from '@yiditong/adjudication';
import {
  BENEFIT_LEVELS,
  HOSPITAL_LEVELS,
  ITEM_CLASSES,
  ITEM_KINDS,
  PERSON_TYPES_OF,
  type VisitKind,
} from '@yiditong/codes';
import { fen, ZERO_FEN } from '@yiditong/money';
import { loadSample } from '../demo/sample.js';
import type { Measured } from './report.js';

const CLAIMS = 5_000;
const ROUNDS = 40;
/** 200,000 adjudications a second. */
const GOAL_MICROS = 5;

type Case = { readonly claim: Claim; readonly policy: Policy; readonly before: Accumulators };

/** How long one decision takes on one core, over all shipped policies; no service and no database is needed. */
export function benchAdjudication(say: (line: string) => void): Measured[] {
  say('待遇计算 Adjudication …');
  const policies = shippedPolicies();
  const whole = casesOf(policies, () => []);
  const divided = casesOf(policies, partsOf);
  const received = whole.map(({ claim }) =>
    JSON.stringify(claim, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  );
  const baseline = microsEach(received, (text) => JSON.parse(text));
  return [
    { zh: '读一张费用单的 JSON', en: 'Reading a bill’s JSON', value: baseline, baseline: null, goal: null },
    {
      zh: '计算一张费用单的待遇，逐步记录',
      en: 'One decision with its steps',
      value: microsEach(whole, decide),
      baseline,
      goal: GOAL_MICROS,
    },
    {
      zh: '同上，费用单有二十个部分',
      en: 'The same of a bill in twenty parts',
      value: microsEach(divided, decide),
      baseline,
      goal: GOAL_MICROS,
    },
    {
      zh: '计算一张费用单的待遇，并写出双语说明',
      en: 'One decision with its explanation in two languages',
      value: microsEach(whole, (one) => explain(decide(one).steps)),
      baseline,
      goal: GOAL_MICROS,
    },
  ];
}

function decide({ claim, policy, before }: Case): StayAdjudication {
  const result = adjudicateStay(claim, policy, () => before);
  if (!result.ok) throw new Error(`${policy.title}: ${result.reason}`);
  return result.adjudication;
}

/** CPU time of this process for one of them, after as many to warm up; the best of three, for others use the machine too. */
function microsEach<T>(items: readonly T[], work: (item: T) => unknown): number {
  let sink: unknown;
  const once = (): number => {
    const before = process.cpuUsage();
    for (let round = 0; round < ROUNDS; round++) for (const item of items) sink = work(item);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / (ROUNDS * items.length);
  };
  once();
  const best = Math.min(once(), once(), once());
  if (sink === undefined) throw new Error('nothing was done');
  return best;
}

function shippedPolicies(): Policy[] {
  return loadSample().policies.map(({ documentJson, region, insurance }) => {
    const reading = readPolicy(JSON.parse(documentJson));
    if ('problem' in reading) throw new Error(`${region} ${insurance}: ${reading.problem}`);
    return { policyId: `${region}-${insurance}`, ...reading.policy };
  });
}

/** Persons, hospitals, filings and sums of all sorts, the same in each run. */
function casesOf(policies: readonly Policy[], partsIn: (inScopeFen: bigint) => ClaimPart[]): Case[] {
  return Array.from({ length: CLAIMS }, (_, at) => {
    const policy = pick(policies, at);
    const visitKinds = Object.keys(policy.visits) as VisitKind[];
    const visitKind = pick(visitKinds, at >> 3);
    const inScopeFen = 50_000n + ((BigInt(at) * 7_919_317n) % 20_000_000n);
    const before: Accumulators =
      at % 3 === 0 ? {} : { POOLING_PAID: BigInt(at) * 3_001n, [`${visitKind}_VISITS`]: BigInt(at % 4) };
    const claim: Claim = {
      visitKind,
      personType: pick(PERSON_TYPES_OF[policy.insurance], at >> 1),
      age: 30 + (at % 60),
      personTags: [],
      hospitalLevel: pick(HOSPITAL_LEVELS, at >> 2),
      hospitalTags: [],
      benefitLevel: pick(BENEFIT_LEVELS, at >> 4),
      settledBy: 'DIRECT',
      place: 'OTHER_PROVINCE',
      diseaseCode: visitKind === 'CHRONIC' ? 'M03900' : null,
      split: {
        fullSelfPayFen: fen(inScopeFen / 9n),
        overCeilingFen: fen(BigInt(at % 7) * 1_003n),
        firstSelfPayFen: fen(inScopeFen / 13n),
        inScopeFen: fen(inScopeFen),
      },
      parts: partsIn(inScopeFen),
      institutionCode: 'H11010800001',
      startedOn: '2026-03-01',
      endedOn: '2026-03-15',
      account: null,
      hospitalPartFen: ZERO_FEN,
      stayDeductibleFen: null,
    };
    return { claim, policy, before };
  });
}

const PARTS = 20n;

function partsOf(inScopeFen: bigint): ClaimPart[] {
  return Array.from({ length: Number(PARTS) }, (_, at) => ({
    itemClass: pick(ITEM_CLASSES.slice(0, 2), at),
    itemKind: pick(ITEM_KINDS, at),
    unitPriceFen: fen(BigInt(at + 1) * 12_345n),
    inScopeFen: fen(inScopeFen / PARTS + (at === 0 ? inScopeFen % PARTS : 0n)),
  }));
}

function pick<T>(list: readonly T[], at: number): T {
  const found = list[at % list.length];
  if (found === undefined) throw new Error('an empty list');
  return found;
}
