import { randomUUID } from 'node:crypto';
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type sendUnaryData,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { encodeInstant, OutgoingIdentity, RpcClient, TARGETS, type MutualTls } from '@yiditong/chassis';
import { credentials } from '@grpc/grpc-js';
import { REASONS, type Reason } from '@yiditong/codes';
import { contractDefinition, type benefitV1, type commonV1 } from '@yiditong/contracts';

/**
 * How the next call is met, for specs. PROPER: as the contract says. HANGS: never answered, nothing booked. SILENT_AFTER_COMMIT: booked and
 * never answered. LATE: booked, and answered when it is let go. UNAVAILABLE and FAULT: gRPC errors without a reason. REFUSES: with a
 * reason that the contract doesn't know. WRONG: booked, and the sums don't hold. TWICE: two answers for one claim. SOMEONE_ELSES: the
 * answer of another settlement. LONG: booked, and explained at length. TOO_LONG: booked, and explained in more than 4 MiB.
 */
export type Behaviour =
  | 'PROPER'
  | 'HANGS'
  | 'SILENT_AFTER_COMMIT'
  | 'LATE'
  | 'UNAVAILABLE'
  | 'FAULT'
  | 'REFUSES'
  | 'WRONG'
  | 'TWICE'
  | 'SOMEONE_ELSES'
  | 'LONG'
  | 'TOO_LONG';

type Entry = {
  state: 'ADJUDICATED' | 'REVERSED' | 'CANCELLED';
  adjudication?: benefitV1.Adjudication;
  cancellationId: string;
};
type Reply = sendUnaryData<object>;
type Undo = { readonly settlementId: string; readonly cancellationId: string };

/** A home province's own endpoint that does what a script says, and what the contract says when the script is over. Plaintext on loopback. */
export class MisbehavingProvince {
  private readonly server = new Server();
  private readonly script: Behaviour[] = [];
  private standing: Behaviour = 'PROPER';
  private readonly held: (() => void)[] = [];
  private readonly books = new Map<string, Entry>();
  /** What came in, in order: operation and settlement id. */
  readonly received: { readonly operation: string; readonly settlementId: string }[] = [];
  address = '';

  async start(): Promise<this> {
    const handlers = {
      trial: this.serve<benefitV1.TrialRequest>(
        'trial',
        ({ claim }) => claim?.settlementId,
        (asked, how) => ({
          adjudication: asked.claim && spoiled(adjudicationOf(asked.claim), how),
        }),
      ),
      adjudicate: this.serve<benefitV1.AdjudicateRequest>(
        'adjudicate',
        ({ claims }) => claims[0]?.settlementId,
        (asked, how) => this.adjudicate(asked, how),
      ),
      cancel: this.serve<benefitV1.CancelRequest>(
        'cancel',
        ({ settlementId }) => settlementId,
        (asked, how) => this.cancel(asked, how),
      ),
      reverse: this.serve<benefitV1.ReverseRequest>(
        'reverse',
        ({ settlementId }) => settlementId,
        (asked) => this.reverse(asked),
      ),
      queryAdjudication: this.serve<benefitV1.QueryAdjudicationRequest>(
        'queryAdjudication',
        ({ settlementId }) => settlementId,
        (asked, how) => this.query(asked, how),
      ),
    };
    this.server.addService(
      contractDefinition['yiditong.benefit.v1.HomeProvinceService'] as ServiceDefinition,
      handlers,
    );
    const port = await new Promise<number>((resolve, reject) =>
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, at) =>
        error ? reject(error) : resolve(at),
      ),
    );
    this.address = `127.0.0.1:${port}`;
    return this;
  }

  /** The next calls, one each. */
  next(...behaviours: readonly Behaviour[]): void {
    this.script.push(...behaviours);
  }

  /** All calls that no script is for, from now on. */
  always(behaviour: Behaviour): void {
    this.standing = behaviour;
  }

  /** Lets go what was held back. */
  letGo(): void {
    for (const answer of this.held.splice(0)) answer();
  }

  stateOf(settlementId: string): string {
    return this.books.get(settlementId)?.state ?? 'NONE';
  }

  countOf(operation: string): number {
    return this.received.filter((one) => one.operation === operation).length;
  }

  stop(): void {
    this.server.forceShutdown();
  }

  private serve<Q>(
    operation: string,
    idOf: (asked: Q) => string | undefined,
    answer: (asked: Q, how: Behaviour) => object,
  ): handleUnaryCall<object, object> {
    return (call, reply) => {
      const asked = call.request as Q;
      this.received.push({ operation, settlementId: idOf(asked) ?? '' });
      this.meet(this.script.shift() ?? this.standing, (how) => answer(asked, how), reply);
    };
  }

  private meet(how: Behaviour, answer: (how: Behaviour) => object, reply: Reply): void {
    switch (how) {
      case 'HANGS':
        return;
      case 'SILENT_AFTER_COMMIT':
        answer('PROPER');
        return;
      case 'LATE': {
        const message = answer('PROPER');
        this.held.push(() => reply(null, message));
        return;
      }
      case 'UNAVAILABLE':
        return reply({ code: status.UNAVAILABLE, details: 'gone' });
      case 'FAULT':
        return reply({ code: status.INTERNAL, details: 'NullPointerException' });
      case 'REFUSES':
        return reply(refusal('CREDENTIAL_INVALID', { problem: '身份证 110101199003070000' }));
      case 'PROPER':
      case 'WRONG':
      case 'TWICE':
      case 'SOMEONE_ELSES':
      case 'LONG':
      case 'TOO_LONG':
        return this.answer(() => answer(how), reply);
    }
  }

  private answer(make: () => object, reply: Reply): void {
    try {
      reply(null, make());
    } catch (error) {
      reply(refusal((error as Error).message as Reason, {}));
    }
  }

  private adjudicate({ claims }: benefitV1.AdjudicateRequest, how: Behaviour): benefitV1.AdjudicateResponse {
    const [claim] = claims;
    if (!claim) throw new Error('REQUEST_MALFORMED');
    const known = this.books.get(claim.settlementId);
    if (known && known.state !== 'ADJUDICATED')
      return { answers: [{ adjudication: undefined, rejection: { reason: 'SETTLEMENT_REVERSED', params: {} } }] };
    const adjudication = known?.adjudication ?? adjudicationOf(claim);
    this.books.set(claim.settlementId, { state: 'ADJUDICATED', adjudication, cancellationId: '' });
    const answer = { adjudication: spoiled(adjudication, how), rejection: undefined };
    return { answers: how === 'TWICE' ? [answer, answer] : [answer] };
  }

  private cancel(asked: benefitV1.CancelRequest, how: Behaviour): benefitV1.CancelResponse {
    const known = this.books.get(asked.settlementId);
    if (!known?.adjudication) throw new Error('ADJUDICATION_NOT_FOUND');
    if (known.state === 'CANCELLED' && known.cancellationId !== asked.cancellationId)
      throw new Error('ADJUDICATION_CANCELLED');
    if (known.state === 'REVERSED') throw new Error('SETTLEMENT_REVERSED');
    Object.assign(known, { state: 'CANCELLED', cancellationId: asked.cancellationId });
    const adjudication = spoiled(known.adjudication, how);
    return { adjudication, laterSettlementIds: [], cancelledAt: encodeInstant(new Date('2026-03-01T04:00:00Z')) };
  }

  private reverse({ settlementId, cancellationId }: Undo): benefitV1.ReverseResponse {
    const known = this.books.get(settlementId);
    const state = cancellationId === '' ? 'REVERSED' : 'ADJUDICATED';
    this.books.set(settlementId, { ...known, state, cancellationId: '' });
    return { hadAdjudication: known?.adjudication !== undefined, laterSettlementIds: [] };
  }

  private query(
    { settlementId }: benefitV1.QueryAdjudicationRequest,
    how: Behaviour,
  ): benefitV1.QueryAdjudicationResponse {
    const known = this.books.get(settlementId);
    return {
      state: `ADJUDICATION_STATE_${known?.state ?? 'NONE'}`,
      adjudication: known?.adjudication && spoiled(known.adjudication, how),
      cancellationId: known?.cancellationId ?? '',
    };
  }
}

/** A client of it as settlement has one, but without certificates, which have specs of their own. */
export function plainClient(address: string): RpcClient<benefitV1.HomeProvinceServiceClient> {
  return new RpcClient(TARGETS.homeProvince, address, new OutgoingIdentity('settlement'), plaintext());
}

export function plaintext(): MutualTls {
  return {
    channelTo: () => ({ credentials: credentials.createInsecure(), channelOptions: {} }),
  } as unknown as MutualTls;
}

/** Half of what is in scope is the pooling fund's, and the rest is cash. */
export function adjudicationOf(claim: benefitV1.Claim): benefitV1.Adjudication {
  const fundTotalFen = (claim.split?.inScopeFen ?? 0n) / 2n;
  const personalFen = claim.totalFen - fundTotalFen;
  return {
    settlementId: claim.settlementId,
    insurance: 'INSURANCE_EMPLOYEE',
    personType: 'PERSON_TYPE_ACTIVE',
    totalFen: claim.totalFen,
    split: claim.split,
    deductibleFen: 0n,
    funds: [{ fund: 'FUND_POOLING', amountFen: fundTotalFen }],
    fundTotalFen,
    personalFen,
    policyId: '0191f2a6-7a4e-7c3e-8d7c-3f5a1c2b4d6e',
    benefitYear: 2026,
    explanation: [],
    accountFen: 0n,
    mutualAidFen: 0n,
    cashFen: personalFen,
    hospitalPartFen: 0n,
    poolingRatioE4: 5_000,
    details: [],
    years: [],
  };
}

function spoiled(adjudication: benefitV1.Adjudication, how: Behaviour): benefitV1.Adjudication {
  if (how === 'WRONG') return { ...adjudication, cashFen: adjudication.cashFen + 1n };
  if (how === 'SOMEONE_ELSES') return { ...adjudication, settlementId: randomUUID() };
  if (how === 'LONG') return longest(adjudication);
  if (how === 'TOO_LONG') return { ...adjudication, explanation: stepsOf(500, 'x'.repeat(2_000), '一'.repeat(2_200)) };
  return adjudication;
}

/** As many lines and details as are taken, far longer than anybody writes them: a page of Chinese in each detail, a paragraph in each line. */
export function longest(adjudication: benefitV1.Adjudication): benefitV1.Adjudication {
  const [paid] = adjudication.funds;
  const detail = {
    fund: 'FUND_POOLING' as const,
    baseFen: 1n,
    limitFen: 1n,
    amountFen: 0n,
    process: '一'.repeat(2_000),
  };
  const details = Array.from({ length: 100 }, () => detail).with(0, { ...detail, amountFen: paid?.amountFen ?? 0n });
  return { ...adjudication, details, explanation: stepsOf(500, 'x'.repeat(1_000), '一'.repeat(500)) };
}

function stepsOf(count: number, textEn: string, textZh: string): commonV1.Step[] {
  const step = {
    rule: 'DEDUCTIBLE',
    source: '一'.repeat(200),
    baseFen: 1n,
    rate: '85%',
    resultFen: 1n,
    textZh,
    textEn,
  };
  return Array.from({ length: count }, () => step);
}

function refusal(reason: Reason, params: Readonly<Record<string, string>>) {
  const metadata = new Metadata();
  metadata.set('rejection-bin', Buffer.from(JSON.stringify({ reason, params })));
  return { code: status[REASONS[reason].rpc], details: reason, metadata };
}
