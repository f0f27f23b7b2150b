import { setTimeout as sleep } from 'node:timers/promises';
import { Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { Books } from './adapter/books.js';
import { homeProvince, type HomeProvince } from './adapter/home-province.js';
import { startAdapter } from './adapter/server.js';
import { loadTestProvince } from './adapter/test-province.js';
import { loadCases, personOf } from './cases.js';
import type { Group } from './check.js';
import { Endpoint } from './endpoint.js';
import { checksFor, runSuite, type CheckResult } from './suite.js';

const CASES = loadCases(new URL('cases.json', import.meta.url).pathname);
const PROVINCE = '130000';

type Fault = {
  readonly fault: string;
  readonly group: Group;
  /** Those that must notice; others may. */
  readonly fails: readonly string[];
  readonly spoil: (good: HomeProvince) => Partial<HomeProvince>;
};

type Answer = benefitV1.AdjudicateAnswer;
type Claim = benefitV1.Claim;

/** A province whose every adjudication, tried or booked, is changed. */
function answering(change: (of: benefitV1.Adjudication) => benefitV1.Adjudication): Fault['spoil'] {
  const changed = (of: benefitV1.Adjudication | undefined) => of && change(of);
  return (good) => ({
    trial: async (request) => ({ adjudication: changed((await good.trial(request)).adjudication) }),
    adjudicate: async (request) => {
      const { answers } = await good.adjudicate(request);
      return {
        answers: answers.map((answer) => ({ ...answer, adjudication: changed(answer.adjudication ?? undefined) })),
      };
    },
  });
}

/** A province that takes every claim for another. */
function taking(change: (claim: Claim) => Claim): Fault['spoil'] {
  return (good) => ({
    trial: ({ claim }) => good.trial({ claim: claim && change(claim) }),
    adjudicate: ({ claims }) => good.adjudicate({ claims: claims.map(change) }),
  });
}

/** Funds pay so much more, and the person so much less; everything adds up. */
function shifted(of: benefitV1.Adjudication, byFen: bigint): benefitV1.Adjudication {
  const [fund, ...funds] = of.funds;
  const [detail, ...details] = of.details;
  const [year, ...years] = of.years;
  if (!fund || !detail || !year) return of;
  return {
    ...of,
    funds: [{ ...fund, amountFen: fund.amountFen + byFen }, ...funds],
    details: [{ ...detail, amountFen: detail.amountFen + byFen }, ...details],
    years: [{ ...year, fundTotalFen: year.fundTotalFen + byFen }, ...years],
    fundTotalFen: of.fundTotalFen + byFen,
    personalFen: of.personalFen - byFen,
    cashFen: of.cashFen - byFen,
  };
}

async function one(good: HomeProvince, claim: Claim): Promise<Answer> {
  const { answers } = await good.adjudicate({ claims: [claim] });
  return answers[0] ?? { adjudication: undefined, rejection: undefined };
}

/** Books under an id of its own, and answers under the one that was asked. */
async function underOtherId(good: HomeProvince, claim: Claim): Promise<Answer> {
  const { adjudication, rejection } = await one(good, { ...claim, settlementId: uuidv7() });
  return { adjudication: adjudication && { ...adjudication, settlementId: claim.settlementId }, rejection };
}

/** Undoes a cancellation, and where it is so books the claim once more under an id of its own. */
function bookingAnew(isSo: (request: benefitV1.ReverseRequest) => boolean): Fault['spoil'] {
  return (good) => {
    const claims = new Map<string, Claim>();
    return {
      adjudicate: (request) => {
        for (const claim of request.claims) claims.set(claim.settlementId, claim);
        return good.adjudicate(request);
      },
      reverse: async (request) => {
        const answer = await good.reverse(request);
        const claim = claims.get(request.settlementId);
        if (claim && request.cancellationId !== '' && isSo(request)) await underOtherId(good, claim);
        return answer;
      },
    };
  };
}

const FAULTS: readonly Fault[] = [
  {
    fault: 'rounds a fen up',
    group: 'examples',
    fails: ['examples.1', 'examples.2', 'examples.3'],
    spoil: answering((of) => shifted(of, 1n)),
  },
  {
    fault: 'has the person pay a fen more than is left',
    group: 'identities',
    fails: ['identities.every-answer'],
    spoil: answering((of) => ({ ...of, personalFen: of.personalFen + 1n, cashFen: of.cashFen + 1n })),
  },
  {
    fault: 'says nothing in Chinese',
    group: 'identities',
    fails: ['identities.every-answer'],
    spoil: answering((of) => ({
      ...of,
      explanation: of.explanation.map((step) => ({ ...step, textZh: step.textEn })),
    })),
  },
  {
    fault: 'explains another deductible than it takes',
    group: 'identities',
    fails: ['identities.every-answer'],
    spoil: answering((of) => ({
      ...of,
      explanation: of.explanation.map((step) => ({ ...step, resultFen: step.resultFen + 1n })),
    })),
  },
  {
    fault: 'books a trial under its id',
    group: 'trial',
    fails: ['trial.no-trace'],
    spoil: (good) => ({ trial: ({ claim }) => one(good, claim as Claim) }),
  },
  {
    fault: 'books a claim a first time under an id of its own',
    group: 'trial',
    fails: ['trial.as-adjudicated'],
    spoil: (good) => ({
      adjudicate: async ({ claims }) => {
        for (const claim of claims) await underOtherId(good, claim);
        return good.adjudicate({ claims });
      },
    }),
  },
  {
    fault: 'forgets what it has decided',
    group: 'once',
    fails: ['once.repeat', 'once.other-claim'],
    spoil: (good) => ({
      adjudicate: async ({ claims }) => ({ answers: await inTurn(claims, (claim) => underOtherId(good, claim)) }),
    }),
  },
  {
    fault: 'gives another reason the second time',
    group: 'once',
    fails: ['once.refusal'],
    spoil: (good) => {
      const refused = new Set<string>();
      return {
        adjudicate: async ({ claims }) => ({
          answers: await inTurn(claims, async (claim) => {
            const answer = await one(good, claim);
            if (!answer.rejection) return answer;
            const again = refused.has(claim.settlementId);
            refused.add(claim.settlementId);
            return again ? { ...answer, rejection: { reason: 'POLICY_NOT_FOUND', params: {} } } : answer;
          }),
        }),
      };
    },
  },
  {
    fault: 'answers a batch in another order',
    group: 'batch',
    fails: ['batch.in-order'],
    spoil: (good) => ({
      adjudicate: async (request) => ({ answers: [...(await good.adjudicate(request)).answers].reverse() }),
    }),
  },
  {
    fault: 'decides a batch by the totals at its beginning',
    group: 'batch',
    fails: ['batch.one-after-another'],
    spoil: (good) => ({
      adjudicate: async ({ claims }) => {
        const { answers } = await good.adjudicate({ claims });
        const [first] = answers;
        return { answers: answers.map((answer, at) => withFiguresOf(first, answer, claims[at])) };
      },
    }),
  },
  {
    fault: 'takes any number of claims',
    group: 'batch',
    fails: ['batch.too-many'],
    spoil: (good) => ({
      adjudicate: async ({ claims }) => ({ answers: await inTurn(claims, (claim) => one(good, claim)) }),
    }),
  },
  {
    fault: 'takes every id for adjudicated',
    group: 'query',
    fails: ['query.never', 'query.reversed', 'query.cancelled'],
    spoil: (good) => ({
      queryAdjudication: async (request) => ({
        ...(await good.queryAdjudication(request)),
        state: 'ADJUDICATION_STATE_ADJUDICATED',
      }),
    }),
  },
  {
    fault: 'knows the state and not the answer',
    group: 'query',
    fails: ['query.adjudicated'],
    spoil: (good) => ({
      queryAdjudication: async (request) => ({
        ...(await good.queryAdjudication(request)),
        adjudication: undefined,
      }),
    }),
  },
  {
    fault: 'loses a reversal',
    group: 'reverse',
    fails: ['reverse.exact', 'reverse.repeated', 'reverse.late-duplicate', 'reverse.in-any-order'],
    spoil: () => ({ reverse: () => ({ hadAdjudication: true, laterSettlementIds: [] }) }),
  },
  {
    fault: 'bars nothing',
    group: 'reverse',
    fails: ['reverse.before-original'],
    spoil: (good) => ({
      reverse: async (request) =>
        (await good.queryAdjudication(request)).state === 'ADJUDICATION_STATE_NONE'
          ? { hadAdjudication: false, laterSettlementIds: [] }
          : good.reverse(request),
    }),
  },
  {
    fault: 'names nobody later',
    group: 'reverse',
    fails: ['reverse.not-the-latest'],
    spoil: (good) => ({ reverse: async (request) => ({ ...(await good.reverse(request)), laterSettlementIds: [] }) }),
  },
  {
    fault: 'says of a cancelled id that it is reversed',
    group: 'cancel',
    fails: ['cancel.then-reverse'],
    spoil: (good) => ({
      queryAdjudication: async (request) => {
        const { state, ...rest } = await good.queryAdjudication(request);
        return { ...rest, state: state === 'ADJUDICATION_STATE_CANCELLED' ? 'ADJUDICATION_STATE_REVERSED' : state };
      },
    }),
  },
  {
    fault: 'cancels again at each call, under any id',
    group: 'cancel',
    fails: ['cancel.repeated', 'cancel.other-id', 'cancel.id-reused', 'cancel.reversed'],
    spoil: (good) => {
      let seconds = 1n;
      return {
        cancel: async (request) => {
          const { adjudication } = await good.queryAdjudication(request);
          if (!adjudication) throw new Rejection('ADJUDICATION_NOT_FOUND');
          await good.reverse({ ...request, cancellationId: '', remainderSettlementId: '', reversalId: '' });
          return { adjudication, laterSettlementIds: [], cancelledAt: { seconds: (seconds += 1n), nanos: 0 } };
        },
      };
    },
  },
  {
    fault: 'takes the undoing of a cancellation for a reversal',
    group: 'reinstate',
    fails: [
      'reinstate.exact',
      'reinstate.repeated',
      'reinstate.bars',
      'reinstate.late-duplicate',
      'reinstate.cancel-again',
    ],
    spoil: (good) => ({ reverse: (request) => good.reverse({ ...request, cancellationId: '' }) }),
  },
  {
    fault: 'lets what a refund settled anew stand when the refund is undone',
    group: 'reinstate',
    fails: ['reinstate.remainder'],
    spoil: (good) => ({ reverse: (request) => good.reverse({ ...request, remainderSettlementId: '' }) }),
  },
  {
    fault: 'books twice what an undone cancellation took back',
    group: 'reinstate',
    fails: ['reinstate.exact', 'reinstate.repeated', 'reinstate.late-duplicate'],
    spoil: bookingAnew(() => true),
  },
  {
    fault: 'books again each time that the same cancellation is undone',
    group: 'reinstate',
    fails: ['reinstate.repeated', 'reinstate.at-once', 'reinstate.cancel-again'],
    spoil: (good) => {
      const undone = new Set<string>();
      return bookingAnew(({ cancellationId }) => undone.has(cancellationId) || !undone.add(cancellationId))(good);
    },
  },
  {
    fault: 'bars no cancellation',
    group: 'reinstate',
    fails: ['reinstate.bars'],
    spoil: (good) => {
      const made = new Set<string>();
      return {
        cancel: (request) => {
          made.add(request.cancellationId);
          return good.cancel(request);
        },
        reverse: (request) =>
          request.cancellationId === '' || made.has(request.cancellationId)
            ? good.reverse(request)
            : { hadAdjudication: false, laterSettlementIds: [] },
      };
    },
  },
  {
    fault: 'looks at no settlement when it undoes a cancellation',
    group: 'reinstate',
    fails: ['reinstate.other-settlement'],
    spoil: (good) => {
      const settlements = new Map<string, string>();
      return {
        cancel: (request) => {
          settlements.set(request.cancellationId, request.settlementId);
          return good.cancel(request);
        },
        reverse: ({ settlementId, ...request }) =>
          good.reverse({ ...request, settlementId: settlements.get(request.cancellationId) ?? settlementId }),
      };
    },
  },
  {
    fault: 'forgets that a cancelled one was reversed as well, and names nobody',
    group: 'reinstate',
    fails: ['reinstate.reversed', 'reinstate.names-meanwhile'],
    spoil: (good) => ({
      reverse: async (request) => {
        const { state } = await good.queryAdjudication(request);
        if (request.cancellationId === '' && state === 'ADJUDICATION_STATE_CANCELLED')
          return { hadAdjudication: true, laterSettlementIds: [] };
        return { ...(await good.reverse(request)), laterSettlementIds: [] };
      },
    }),
  },
  {
    fault: 'takes every part of a stay for an admission',
    group: 'stay',
    fails: ['stay.one-deductible', 'stay.no-admission', 'stay.malformed'],
    spoil: taking((claim) => ({ ...claim, continuesStay: false, stayDeductibleFen: 0n })),
  },
  {
    fault: 'acknowledges a cancellation and does nothing',
    group: 'cancel',
    fails: ['cancel.exact', 'cancel.repeated', 'cancel.unknown', 'cancel.not-the-latest'],
    spoil: (good) => ({
      cancel: async (request) => ({
        adjudication: (await good.queryAdjudication(request)).adjudication,
        laterSettlementIds: [],
        cancelledAt: { seconds: 1n, nanos: 0 },
      }),
    }),
  },
  {
    fault: 'decides before it has the lock',
    group: 'concurrent',
    fails: ['concurrent.two-claims'],
    spoil: (good) => ({
      adjudicate: async ({ claims }) => {
        const decided = await inTurn(claims, (claim) => good.trial({ claim }));
        await sleep(20);
        const { answers } = await good.adjudicate({ claims });
        return {
          answers: answers.map(({ rejection }, at) => ({ rejection, adjudication: decided[at]?.adjudication })),
        };
      },
    }),
  },
  {
    fault: 'looks whether it knows the id, and writes later',
    group: 'concurrent',
    fails: ['concurrent.same-id'],
    spoil: (good) => {
      const known = new Map<string, Answer>();
      return {
        adjudicate: async ({ claims }) => ({
          answers: await inTurn(claims, async (claim) => {
            const first = known.get(claim.settlementId);
            if (first) return first;
            await sleep(20);
            const answer = await underOtherId(good, claim);
            known.set(claim.settlementId, answer);
            return answer;
          }),
        }),
      };
    },
  },
  {
    fault: 'acknowledges only the first of several reversals',
    group: 'concurrent',
    fails: ['concurrent.reversals'],
    spoil: (good) => ({
      reverse: async (request) => {
        const { state } = await good.queryAdjudication(request);
        const { laterSettlementIds } = await good.reverse(request);
        return { hadAdjudication: state === 'ADJUDICATION_STATE_ADJUDICATED', laterSettlementIds };
      },
    }),
  },
  {
    fault: 'puts a malformed claim right by itself',
    group: 'malformed',
    fails: checksFor(CASES)
      .filter(({ group }) => group === 'malformed')
      .map(({ id }) => id),
    spoil: taking(putRight),
  },
  {
    fault: 'pays for whomever',
    group: 'persons',
    fails: ['persons.unknown', 'persons.inactive', 'persons.other-region'],
    spoil: taking((claim) => ({ ...claim, ...personOf(CASES, 'insured') })),
  },
  {
    fault: 'pays less of a large bill than of a small one',
    group: 'monotone',
    fails: ['monotone.bill'],
    spoil: answering((of) => (of.totalFen > 5_000_000n ? shifted(of, -of.fundTotalFen) : of)),
  },
];

const noticed = new Set<string>();

describe('a province that', () => {
  it.each(FAULTS)('$fault fails', async ({ group, fails, spoil }) => {
    const results = await runAgainst((good) => ({ ...good, ...spoil(good) }), group);
    const failed = results.filter(({ outcome }) => outcome === 'FAILED').map(({ id }) => id);
    for (const id of failed) noticed.add(id);
    expect(failed).toEqual(expect.arrayContaining([...fails]));
  });

  it('does none of this passes the same checks, and each of them notices something', async () => {
    const results = await runAgainst((good) => good);
    expect(results.filter(({ outcome }) => outcome !== 'PASSED')).toEqual([]);
    const ids = results.filter(({ group }) => group !== 'deadline').map(({ id }) => id);
    expect(ids.filter((id) => !noticed.has(id))).toEqual([]);
  });
});

async function runAgainst(spoil: (good: HomeProvince) => HomeProvince, group?: Group): Promise<CheckResult[]> {
  const books = new Books(':memory:');
  const adapter = await startAdapter(spoil(homeProvince(loadTestProvince(), books, () => new Date())));
  const endpoint = new Endpoint(adapter.address, PROVINCE);
  try {
    return await runSuite(endpoint, CASES, group ? { only: [group] } : {});
  } finally {
    endpoint.close();
    await adapter.stop();
    books.close();
  }
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => R | Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function withFiguresOf(first: Answer | undefined, answer: Answer, claim: Claim | undefined): Answer {
  if (!first?.adjudication || !answer.adjudication || !claim) return answer;
  return { ...answer, adjudication: { ...first.adjudication, settlementId: claim.settlementId } };
}

function putRight(claim: Claim): Claim {
  const { insuredRegion, personId } = personOf(CASES, 'insured');
  const inScopeFen = claim.split && claim.split.inScopeFen > 0n ? claim.split.inScopeFen : 100n;
  return {
    ...claim,
    settlementId: claim.settlementId.length === 36 ? claim.settlementId : uuidv7(),
    personId,
    insuredRegion,
    treatingRegion: '110105',
    visitKind: 'VISIT_KIND_OUTPATIENT',
    endedAt: claim.admittedAt,
    totalFen: inScopeFen,
    split: { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen },
  };
}
