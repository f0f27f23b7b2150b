import { randomUUID } from 'node:crypto';
import { refusalOf, type Actor } from '@yiditong/access';
import { serviceActor } from '@yiditong/chassis';
import { provinceOf } from '@yiditong/codes';
import { declaredAccess } from '@yiditong/contracts';
import { generateDay, loadSample } from '@yiditong/tools';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { quietBooks, type Books } from './books.js';
import { cast, isHomeOf, isPartyTo, partiesOf, type Parties } from './cast.js';
import { FILING_RPCS } from './filing-objects.js';
import { HospitalDesk, newMessageId, type Settled, type Visit } from './hospital-desk.js';
import { doorsOf, requestFields, RpcDesk, type RpcOutcome } from './rpc-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, databases, identityKey, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const rpc = new RpcDesk(document, identityKey);

/** What only the guard says; a story may say other things, which are of the request and not of the caller. */
const OF_ACCESS = new Set([
  'NOT_PERMITTED',
  'SUPERVISOR_REQUIRED',
  'CREDENTIAL_MISSING',
  'CREDENTIAL_INVALID',
  'MAKER_IS_CHECKER',
]);
const SERVICES = ['filing', 'catalogue', 'benefit', 'settlement', 'clearing', 'identity', 'gateway'] as const;

const visit = await admitFromPoolingArea(31);
const treatingRegion = sample.institutions.find((one) => one.institutionCode === visit.institutionCode)?.region ?? '';
const parties = partiesOf(visit, treatingRegion);
const players = cast(parties, desk, visit);
const rpcs = [...declaredAccess.keys()];
const doors = rpcs.flatMap(doorsOf);

afterAll(() => rpc.close());

/** Requests that are empty but for whom they name: refused for their form, if for nothing else, before they do anything. */
const named: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'the patient’s side': namesOf(
    parties.personId,
    parties.insuredProvince,
    parties.insuredRegion,
    parties.institutionCode,
  ),
  'the treating side': namesOf(parties.personId, parties.treatingProvince, treatingRegion, parties.institutionCode),
  'a stranger': namesOf(randomUUID(), parties.otherProvince, parties.otherProvince, desk.otherHospital(visit, false)),
  nobody: namesOf('', '', '', ''),
};

function namesOf(personId: string, province: string, region: string, institutionCode: string): Record<string, string> {
  return { personId, province, owner: province, region, insuredRegion: region, institutionCode };
}

/** A request that names a hospital and a province names the hospital's: another is a contradiction, which the story refuses. */
function agreeing(request: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { province, institutionCode } = request;
  if (province === undefined || institutionCode === undefined || institutionCode === '') return request;
  return { ...request, province: provinceOf(institutionCode.slice(1, 7)) };
}

/** As a declaration has it: the refusal where there is one, else anything but a refusal for who is calling. */
function verdict(expected: string | null, { reason }: RpcOutcome): string {
  return expected ?? (OF_ACCESS.has(reason ?? '') ? `must not be refused with ${reason}` : (reason ?? 'answered'));
}

describe('every RPC', () => {
  let before: Books;
  beforeAll(async () => {
    before = await quietBooks(databases);
  });

  it('is declared, and there are some', () => expect(rpcs.length).toBeGreaterThan(25));

  it.each(doors)('$path of $served opens to whom its contract names, and to no other', async (door) => {
    const { path } = door;
    const fields = requestFields(path);
    const wrong: string[] = [];
    for (const [side, names] of Object.entries(named)) {
      const request = agreeing(Object.fromEntries(Object.entries(names).filter(([field]) => fields.includes(field))));
      await Promise.all(
        players.map(async ({ who, actor }) => {
          const expected = refusalOf(declaredAccess.get(path), actor, request);
          const outcome = await rpc.callAs(actor, door, request);
          if (verdict(expected, outcome) !== (outcome.reason ?? 'answered'))
            wrong.push(`${who} naming ${side}: ${outcome.reason ?? 'answered'}, not ${expected ?? 'let in'}`);
        }),
      );
    }
    expect(wrong).toEqual([]);
  });

  it.each(doors)('$path of $served opens to the services that its contract names, and to no other', async (door) => {
    const { path } = door;
    const wrong: string[] = [];
    for (const service of SERVICES) {
      const expected = refusalOf(declaredAccess.get(path), serviceActor(service, parties.insuredProvince), {});
      const outcome = await rpc.callAsService(service, parties.insuredProvince, door, {});
      if (verdict(expected, outcome) !== (outcome.reason ?? 'answered'))
        wrong.push(`${service}: ${outcome.reason ?? 'answered'}, not ${expected ?? 'let in'}`);
    }
    expect(wrong).toEqual([]);
  });

  it('did nothing for any of these requests', async () => expect(await quietBooks(databases)).toEqual(before));
});

/** Somebody insured in a pooling area below his province, so that areas can be told apart. */
async function admitFromPoolingArea(n: number): Promise<Visit> {
  const admitted = await desk.admit(n);
  return admitted.bill.insuredRegion.endsWith('0000') ? admitFromPoolingArea(n + 1) : admitted;
}

/** An RPC whose rows say whose they are: what it is asked in each state of the object, and who sees it. */
type RecordRead = {
  readonly path: string;
  readonly owns: (actor: Actor, of: Parties) => boolean;
  readonly shows: (outcome: RpcOutcome) => boolean;
  readonly states: () => Readonly<Record<string, object>>;
  /** The same question about what nobody has. */
  readonly absent: () => object;
};

let settled: Settled;
let reversed: { readonly visit: Visit; readonly settlement: Settled };
let filingId: string;

beforeAll(async () => {
  settled = await desk.settled(visit);
  const other = {
    ...visit,
    messageId: newMessageId(visit.institutionCode),
    bill: { ...visit.bill, visitNumber: `E2E-${randomUUID().slice(0, 18)}` },
  };
  reversed = { visit: other, settlement: await desk.settled(other) };
  await desk.reverse(other);
  const listed = await rpc.callAs(players[0]?.actor as Actor, '/yiditong.filing.v1.FilingService/ListFilings', {
    personId: parties.personId,
  });
  filingId = String(listOf(listed, 'filings')[0]?.['filingId']);
});

/** Of the days on which the settlement may have been made. */
function exchangesOf(settlementId: string): object {
  const seconds = Math.floor(Date.now() / 1000);
  const [from, until] = [seconds - 86_400, seconds + 86_400].map((at) => ({ seconds: BigInt(at), nanos: 0 }));
  return { from, until, settlementId, failedOnly: false, after: '', limit: 100 };
}

const RECORD_READS: readonly RecordRead[] = [
  {
    path: '/yiditong.settlement.v1.SettlementService/GetSettlement',
    owns: isPartyTo,
    shows: (outcome) => Boolean(fieldOf(outcome, 'settlement')),
    states: () => ({
      settled: { settlementId: settled.settlementId },
      reversed: { settlementId: reversed.settlement.settlementId },
    }),
    absent: () => ({ settlementId: randomUUID() }),
  },
  {
    path: '/yiditong.settlement.v1.SettlementService/ListSettledLines',
    owns: isPartyTo,
    shows: (outcome) => listOf(outcome, 'lines').length > 0,
    states: () => ({
      settled: { settlementId: settled.settlementId, after: 0, limit: 1000 },
      reversed: { settlementId: reversed.settlement.settlementId, after: 0, limit: 1000 },
    }),
    absent: () => ({ settlementId: randomUUID(), after: 0, limit: 1000 }),
  },
  {
    path: '/yiditong.settlement.v1.SettlementService/ListSettlements',
    owns: isPartyTo,
    shows: (outcome) => listOf(outcome, 'settlements').some((one) => one['settlementId'] === settled.settlementId),
    states: () => ({ 'in an open cycle': { businessDate: settled.businessDate, after: '', limit: 1000 } }),
    absent: () => ({ businessDate: '2020-01-01', after: '', limit: 1000 }),
  },
  {
    path: '/yiditong.settlement.v1.RoutingService/ListExchanges',
    owns: (actor, of) =>
      actor.role === 'operator' ||
      (actor.role === 'bureau' && [of.insuredProvince, of.treatingProvince].includes(actor.region)),
    shows: (outcome) => listOf(outcome, 'exchanges').length > 0,
    states: () => ({ adjudicated: exchangesOf(settled.settlementId) }),
    absent: () => exchangesOf(randomUUID()),
  },
  {
    path: '/yiditong.filing.v1.FilingService/GetFiling',
    owns: isHomeOf,
    shows: (outcome) => Boolean(fieldOf(outcome, 'filing')),
    states: () => ({ registered: { personId: parties.personId, filingId } }),
    absent: () => ({ personId: parties.personId, filingId: randomUUID() }),
  },
  {
    path: '/yiditong.filing.v1.FilingService/ListFilings',
    owns: isHomeOf,
    shows: (outcome) => listOf(outcome, 'filings').length > 0,
    states: () => ({ registered: { personId: parties.personId } }),
    absent: () => ({ personId: randomUUID() }),
  },
  {
    path: '/yiditong.benefit.v1.BenefitService/GetPerson',
    // A hospital gets the masked record of whoever shows it his card, from any province.
    owns: (actor, of) => actor.role === 'hospital' || isHomeOf(actor, of),
    shows: ({ answer }) => answer !== null,
    states: () => ({ registered: { personId: parties.personId, purpose: '' } }),
    absent: () => ({ personId: randomUUID(), purpose: '' }),
  },
  {
    path: '/yiditong.benefit.v1.BenefitService/GetAccumulators',
    // As the record: a hospital asks for its patient (5206).
    owns: (actor, of) => actor.role === 'hospital' || isHomeOf(actor, of),
    shows: ({ answer }) => answer !== null,
    states: () => ({ booked: { personId: parties.personId, benefitYear: 2026 } }),
    absent: () => ({ personId: randomUUID(), benefitYear: 2026 }),
  },
  {
    path: '/yiditong.benefit.v1.BenefitService/GetAccount',
    owns: isHomeOf,
    shows: ({ answer }) => answer !== null,
    states: () => ({ 'never credited': { personId: parties.personId } }),
    absent: () => ({ personId: randomUUID() }),
  },
];

describe('every record', () => {
  it.each(RECORD_READS)(
    'of $path is seen by its parties in every state, and looks absent to all others',
    async (read) => {
      const wrong: string[] = [];
      for (const [state, request] of Object.entries(read.states())) {
        for (const { who, actor } of players) {
          const refusal = refusalOf(declaredAccess.get(read.path), actor, request);
          const outcome = await rpc.callAs(actor, read.path, request);
          const absent = await rpc.callAs(actor, read.path, read.absent());
          const expected = refusal ?? (read.owns(actor, parties) ? 'shown' : 'as if it were not there');
          const seen = outcome.reason === null && read.shows(outcome) ? 'shown' : sameAs(absent, outcome);
          const matches = refusal === null ? seen === expected : outcome.reason === refusal;
          if (!matches) wrong.push(`${who}, ${state}: ${seen}, not ${expected}`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it('that is told by its rows is among these, or says elsewhere why not', () => {
    const byRecord = rpcs.filter((path) => Object.values(declaredAccess.get(path) ?? {}).includes('record'));
    expect(byRecord.filter((path) => !COVERED_ELSEWHERE.has(path)).sort()).toEqual(
      RECORD_READS.map(({ path }) => path).sort(),
    );
  });
});

/** What filing keeps is tried, with all that changes it, in filing-access.e2e.spec.ts. Positions belong to closed cycles, which clearing.e2e.spec.ts makes: a bureau there reads its own province's and no other's. */
const COVERED_ELSEWHERE: ReadonlySet<string> = new Set([
  '/yiditong.clearing.v1.ClearingService/GetNetPositions',
  '/yiditong.clearing.v1.ClearingService/GetBilateralPositions',
  '/yiditong.clearing.v1.ClearingService/GetCostMonth',
  '/yiditong.clearing.v1.ClearingService/GetPairPosition',
  '/yiditong.clearing.v1.ClearingService/ListObligations',
  // month.int.spec.ts has months, in which a bureau reads its own province's sums and notices and no other's.
  '/yiditong.clearing.v1.ClearingMonthService/GetMonth',
  '/yiditong.clearing.v1.ClearingMonthService/GetNotice',
  // Answers that nobody can take are given by no province here; own-endpoint.e2e.spec.ts has one.
  '/yiditong.settlement.v1.RoutingService/ListRefusedAnswers',
  ...FILING_RPCS.map(({ path }) => path).filter((path) => !/\/(Get|List)Filings?$/.test(path)),
]);

function fieldOf({ answer }: RpcOutcome, field: string): unknown {
  return answer?.[field];
}

function listOf(outcome: RpcOutcome, field: string): readonly Readonly<Record<string, unknown>>[] {
  const list = fieldOf(outcome, field);
  return Array.isArray(list) ? (list as Record<string, unknown>[]) : [];
}

function sameAs(absent: RpcOutcome, outcome: RpcOutcome): string {
  const same = absent.reason === outcome.reason && JSON.stringify(absent.answer) === JSON.stringify(outcome.answer);
  return same
    ? 'as if it were not there'
    : `told apart: ${outcome.reason ?? 'answered'} and ${absent.reason ?? 'answered'}`;
}
