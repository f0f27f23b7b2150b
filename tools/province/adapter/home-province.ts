import { adjudicateStay, type StayAdjudication } from '@yiditong/adjudication';
import { encodeRejection, required } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { encodeAdjudication } from './answer.js';
import type { Books, Entry, State } from './books.js';
import { claimOf, readClaim, readIdentity, type PresentedClaim } from './claim.js';
import { bytesOf, messageOf } from './messages.js';
import type { TestPerson, TestProvince } from './test-province.js';
import { cancel, reverse, reverseCancellation } from './undo.js';

type Served<Q, A> = (request: Q) => A | Promise<A>;

/** The contract, as whoever serves it must answer. A refusal is thrown as a Rejection. */
export type HomeProvince = {
  readonly trial: Served<benefitV1.TrialRequest, benefitV1.TrialResponse>;
  readonly adjudicate: Served<benefitV1.AdjudicateRequest, benefitV1.AdjudicateResponse>;
  readonly cancel: Served<benefitV1.CancelRequest, benefitV1.CancelResponse>;
  readonly reverse: Served<benefitV1.ReverseRequest, benefitV1.ReverseResponse>;
  readonly queryAdjudication: Served<benefitV1.QueryAdjudicationRequest, benefitV1.QueryAdjudicationResponse>;
};

/** What is decided of a claim, before anything is booked. */
type Judged = {
  readonly person: TestPerson;
  readonly decided: StayAdjudication;
  readonly adjudication: benefitV1.Adjudication;
};

const MAX_CLAIMS = 100;

const STATES: Readonly<Record<State, benefitV1.AdjudicationState>> = {
  ADJUDICATED: 'ADJUDICATION_STATE_ADJUDICATED',
  REFUSED: 'ADJUDICATION_STATE_NONE',
  REVERSED: 'ADJUDICATION_STATE_REVERSED',
  BARRED: 'ADJUDICATION_STATE_REVERSED',
  CANCELLED: 'ADJUDICATION_STATE_CANCELLED',
  CANCELLED_AND_REVERSED: 'ADJUDICATION_STATE_CANCELLED',
};

/** A home province: its persons and policies, and the books in which each settlement id is decided once, for ever. */
export function homeProvince(province: TestProvince, books: Books, now: () => Date): HomeProvince {
  return {
    trial: ({ claim }) => {
      const judged = judge(province, books, readClaim(required(claim, 'claim')));
      if (judged instanceof Rejection) throw judged;
      return { adjudication: judged.adjudication };
    },
    adjudicate: ({ claims }) => {
      if (claims.length === 0 || claims.length > MAX_CLAIMS)
        throw new Rejection('REQUEST_MALFORMED', { problem: `claims must be 1 to ${MAX_CLAIMS}` });
      // Each in a transaction of its own: should the process end in the middle, the batch is asked again and finds these decided.
      return { answers: claims.map((claim) => adjudicateOnce(province, books, claim)) };
    },
    cancel: (request) => books.transaction(() => cancel(books, request, now())),
    reverse: (request) =>
      books.transaction(() =>
        request.cancellationId === '' ? reverse(books, request) : reverseCancellation(books, request),
      ),
    queryAdjudication: (request) => {
      const { settlementId, personId } = readIdentity(request);
      const entry = books.find(settlementId);
      if (entry === null || entry.personId !== personId)
        return { state: STATES.REFUSED, adjudication: undefined, cancellationId: '' };
      const answer = entry.answer && messageOf('AdjudicateAnswer', entry.answer);
      const cancellationId = books.cancellationOf(settlementId) ?? '';
      return { state: STATES[entry.state], adjudication: answer?.adjudication, cancellationId };
    },
  };
}

/** A claim that can't be read is refused by itself, and the others of its batch are not. */
function adjudicateOnce(province: TestProvince, books: Books, wire: benefitV1.Claim): benefitV1.AdjudicateAnswer {
  try {
    const presented = readClaim(wire);
    const claim = bytesOf('Claim', wire);
    return books.transaction(() => {
      const first = books.find(presented.settlementId);
      return first === null ? decide(province, books, presented, claim) : repeat(first, claim);
    });
  } catch (error) {
    if (error instanceof Rejection) return refusal(error);
    throw error;
  }
}

/** A refusal is an answer for ever too: a claim that is sent twice is not refused first and paid then. */
function decide(
  province: TestProvince,
  books: Books,
  presented: PresentedClaim,
  claim: Uint8Array,
): benefitV1.AdjudicateAnswer {
  const { settlementId, personId } = presented;
  const judged = judge(province, books, presented);
  const isRefused = judged instanceof Rejection;
  const answer = isRefused ? refusal(judged) : { adjudication: judged.adjudication, rejection: undefined };
  const state = isRefused ? 'REFUSED' : 'ADJUDICATED';
  books.add({ settlementId, personId, state, claim, answer: bytesOf('AdjudicateAnswer', answer) });
  if (!isRefused) {
    const { insurance } = judged.person;
    for (const { benefitYear, deltas } of judged.decided.years)
      books.book(settlementId, { personId, insurance, benefitYear }, deltas);
  }
  return answer;
}

function repeat(first: Entry, claim: Uint8Array): benefitV1.AdjudicateAnswer {
  if (first.claim === null || first.answer === null) throw new Rejection('SETTLEMENT_REVERSED');
  if (!Buffer.from(first.claim).equals(claim)) throw new Rejection('IDEMPOTENCY_KEY_REUSED');
  return messageOf('AdjudicateAnswer', first.answer);
}

/** Gathers the person, the policy and the totals of the benefit years, and applies the rules. Writes nothing. */
function judge(province: TestProvince, books: Books, presented: PresentedClaim): Judged | Rejection {
  const { personId, insuredRegion, endedOn } = presented;
  const person = province.person(personId);
  if (person === null) return new Rejection('PERSON_UNKNOWN');
  if (person.insuredRegion !== insuredRegion) return new Rejection('INSURED_REGION_MISMATCH');
  if (!person.active) return new Rejection('INSURANCE_INACTIVE');
  const policy = province.policy(person, endedOn);
  if (policy === null) return new Rejection('POLICY_NOT_FOUND', { region: insuredRegion });
  const { insurance } = person;
  const result = adjudicateStay(claimOf(presented, person), policy, (benefitYear) =>
    books.totals({ personId, insurance, benefitYear }),
  );
  if (!result.ok) return new Rejection(result.reason);
  const { adjudication: decided } = result;
  return { person, decided, adjudication: encodeAdjudication(presented, person, policy, decided) };
}

function refusal(rejection: Rejection): benefitV1.AdjudicateAnswer {
  return { adjudication: undefined, rejection: encodeRejection(rejection) };
}
