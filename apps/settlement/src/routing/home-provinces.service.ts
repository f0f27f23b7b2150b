import { Injectable } from '@nestjs/common';
import { AnswerTooLarge, Clock, currentCaller, remainingMs, serviceActor, type RpcClient } from '@yiditong/chassis';
import { NATION, provinceOf, Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { decodeAdjudication, type Decided } from '../settlement/adjudication.codec.js';
import { downUntil, endpointName, type Endpoint } from './endpoint-rules.js';
import { ExchangeLog } from './exchange-log.service.js';
import { exchangeIdAt, TREATING_ROLE, type Exchange, type ExchangeParties, type Operation } from './exchange.store.js';
import { foreignRefusal, readAdjudicated, readCancelled, readReversed, readState } from './home-answer.codec.js';
import { HomeLines } from './home-lines.service.js';
import { isNotSent, isUnanswered } from './province-line.js';
import { RefusedAnswers } from './refused-answer.service.js';
import { RouteBook } from './route-book.service.js';

/** For the exchange log, where the caller knows: the hospital that asks, and its province. */
type AskedBy = { readonly institutionCode?: string; readonly treatingProvince?: string };
/** An adjudication that is undone, or with the last three a cancellation of it. */
type Undone = Pick<benefitV1.ReverseRequest, 'settlementId' | 'personId' | 'insuredRegion'> &
  Partial<benefitV1.ReverseRequest>;

type Client = RpcClient<benefitV1.HomeProvinceServiceClient>;
type Asking<A, T> = {
  readonly operation: Operation;
  readonly parties: ExchangeParties;
  readonly send: (client: Client, actor: ReturnType<typeof serviceActor>, withinMs: number) => Promise<A>;
  readonly read: (answer: A, isForeign: boolean) => T;
};

/**
 * The home provinces, each asked where its claims go, apart from all others. No transaction is open here. Every operation rejects with
 * HOME_PROVINCE_DOWN or HOME_PROVINCE_UNREACHABLE where nothing was sent, SERVICE_UNAVAILABLE where what became of it is not known,
 * the home province's own reason, or HOME_ANSWER_UNUSABLE where its answer doesn't hold: then it may have booked it.
 */
@Injectable()
export class HomeProvinces {
  constructor(
    private readonly routes: RouteBook,
    private readonly lines: HomeLines,
    private readonly exchanges: ExchangeLog,
    private readonly refused: RefusedAnswers,
    private readonly clock: Clock,
  ) {}

  /** Rejects with HOME_PROVINCE_DOWN or HOME_PROVINCE_UNREACHABLE where asking would be in vain. Asks nothing; for before anything is written. */
  async checkReachable(insuredRegion: string): Promise<void> {
    const province = provinceOf(insuredRegion);
    await this.checkUp(province);
    this.lines.lineTo(await this.routes.endpointOf(province)).calls.checkOpenTo();
  }

  /** What the home province would decide; it books nothing. */
  async trial(claim: benefitV1.Claim): Promise<Decided> {
    return this.ask<benefitV1.TrialResponse, Decided>({
      operation: 'trial',
      parties: { ...partiesOf(claim, provinceOf(claim.treatingRegion), claim.institutionCode), settlementId: null },
      send: (client, actor, ms) => client.call('trial', { claim }, actor, ms),
      read: ({ adjudication }) => decodeAdjudication(adjudication, claim),
    });
  }

  /** Decides and books it, once for ever per settlement id. */
  async adjudicate(claim: benefitV1.Claim): Promise<Decided> {
    return this.ask<benefitV1.AdjudicateResponse, Decided>({
      operation: 'adjudicate',
      parties: partiesOf(claim, provinceOf(claim.treatingRegion), claim.institutionCode),
      send: (client, actor, ms) => client.call('adjudicate', { claims: [claim] }, actor, ms),
      read: (answer, isForeign) => readAdjudicated(answer, claim, isForeign),
    });
  }

  /** Takes an adjudication back, once for ever per cancellation id. Rejects as the contract says. */
  async cancel(asked: benefitV1.CancelRequest & AskedBy): Promise<benefitV1.CancelResponse> {
    const { cancellationId, settlementId, personId, insuredRegion } = asked;
    const request = { cancellationId, settlementId, personId, insuredRegion };
    return this.ask<benefitV1.CancelResponse, benefitV1.CancelResponse>({
      operation: 'cancel',
      parties: partiesOf(asked, asked.treatingProvince, asked.institutionCode),
      send: (client, actor, ms) => client.call('cancel', request, actor, ms),
      read: (answer) => readCancelled(answer, request),
    });
  }

  /** Undoes an adjudication or a cancellation, or bars its id. Idempotent. */
  async reverse(asked: Undone & AskedBy): Promise<void> {
    const { settlementId, personId, insuredRegion } = asked;
    const { cancellationId = '', remainderSettlementId = '', reversalId = '' } = asked;
    const request = { settlementId, personId, insuredRegion, cancellationId, remainderSettlementId, reversalId };
    await this.ask<benefitV1.ReverseResponse, benefitV1.ReverseResponse>({
      operation: 'reverse',
      parties: partiesOf(asked, asked.treatingProvince, asked.institutionCode),
      send: (client, actor, ms) => client.call('reverse', request, actor, ms),
      read: readReversed,
    });
  }

  /** What became of a settlement id at the home province. */
  async query(asked: benefitV1.QueryAdjudicationRequest & AskedBy): Promise<benefitV1.QueryAdjudicationResponse> {
    const { settlementId, personId, insuredRegion } = asked;
    const request = { settlementId, personId, insuredRegion };
    return this.ask<benefitV1.QueryAdjudicationResponse, benefitV1.QueryAdjudicationResponse>({
      operation: 'queryAdjudication',
      parties: partiesOf(asked, asked.treatingProvince, asked.institutionCode),
      send: (client, actor, ms) => client.call('queryAdjudication', request, actor, ms),
      read: (answer) => readState(answer, request),
    });
  }

  /** One exchange, in the log whatever became of it. */
  private async ask<A, T>(asking: Asking<A, T>): Promise<T> {
    const { operation, parties } = asking;
    const [beganAt, begun] = [this.clock.now(), performance.now()];
    const exchange = { ...parties, exchangeId: exchangeIdAt(beganAt), operation, role: TREATING_ROLE, beganAt };
    const sent = { attempts: 0 };
    let outcome = 'OK';
    try {
      return await this.carry(asking, exchange, sent);
    } catch (error) {
      outcome = error instanceof Rejection ? error.reason : 'INTERNAL_FAULT';
      throw error;
    } finally {
      const timeCostMs = Math.round(performance.now() - begun);
      await this.exchanges.record({ ...exchange, timeCostMs, outcome, attempts: sent.attempts });
    }
  }

  private async carry<A, T>(
    { parties, send, read }: Asking<A, T>,
    exchange: Pick<Exchange, 'exchangeId' | 'operation'> & ExchangeParties,
    sent: { attempts: number },
  ): Promise<T> {
    await this.checkUp(parties.insuredProvince);
    const endpoint = await this.routes.endpointOf(parties.insuredProvince);
    const { calls, client } = this.lines.lineTo(endpoint);
    const actor = serviceActor('settlement', parties.insuredProvince);
    const once = (ms: number): Promise<A> => {
      sent.attempts += 1;
      return send(client, actor, ms);
    };
    const answer = await calls.carry(once, remainingMs()).catch(async (error: unknown) => {
      const refusal = refusalOf(error, endpoint);
      throw await this.kept(refusal, exchange, answerIn(error));
    });
    try {
      return read(answer, endpoint.kind === 'OWN');
    } catch (error) {
      throw await this.kept(error, exchange, answer);
    }
  }

  /** The refusal of an answer that nobody can take, once the answer was kept; any other error as it is. */
  private async kept(
    error: unknown,
    exchange: Pick<Exchange, 'exchangeId' | 'operation'> & ExchangeParties,
    answer: unknown,
  ) {
    if (!(error instanceof Rejection) || error.reason !== 'HOME_ANSWER_UNUSABLE') return error;
    const { exchangeId, operation, insuredProvince, treatingProvince, settlementId } = exchange;
    const of = { exchangeId, operation, insuredProvince, treatingProvince, settlementId };
    await this.refused.keep({ ...of, problem: error.params['problem'] ?? '' }, answer);
    return error;
  }

  private async checkUp(province: string): Promise<void> {
    const until = downUntil(await this.routes.downtimesOf(province), this.clock.now());
    if (until !== null) throw new Rejection('HOME_PROVINCE_DOWN', { until });
  }
}

/** A province's own program may fail in ways that no reason names; then nobody knows what became of the call. */
function refusalOf(error: unknown, { kind, province }: Endpoint): unknown {
  if (isNotSent(error)) return error;
  if (error instanceof AnswerTooLarge)
    return new Rejection('HOME_ANSWER_UNUSABLE', { problem: `answer of at most ${error.maxBytes} bytes` });
  const peer = kind === 'OWN' ? endpointName(province) : 'benefit';
  if (isUnanswered(error)) return new Rejection('SERVICE_UNAVAILABLE', { service: peer });
  return kind === 'OWN' && error instanceof Rejection ? foreignRefusal(error) : error;
}

/** What can be kept of an answer that came as an error: a refusal whole, of what was too long to be read that it was. */
function answerIn(error: unknown): unknown {
  if (error instanceof AnswerTooLarge) return { unread: error.message };
  return error instanceof Rejection ? { reason: error.reason, params: error.params } : null;
}

function partiesOf(
  of: { readonly insuredRegion: string; readonly settlementId: string },
  treatingProvince: string | undefined,
  institutionCode: string | undefined,
): ExchangeParties {
  const actor = currentCaller()?.actor;
  return {
    insuredProvince: provinceOf(of.insuredRegion),
    treatingProvince: treatingProvince ?? (actor?.role === 'hospital' ? actor.region : NATION),
    institutionCode: institutionCode ?? actor?.institution ?? '',
    settlementId: of.settlementId,
  };
}
