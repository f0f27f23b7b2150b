import { randomUUID } from 'node:crypto';
import { provinceOf } from '@yiditong/codes';
import { ApiClient, closeByTwo, type ApiAnswer } from '@yiditong/tools';
import type { Problem, Settled } from './hospital-desk.js';
import type { TestDocument } from './test-issuer.js';
import { until } from './until.js';

export type Cycle = {
  readonly businessDate: string;
  readonly state: string;
  readonly obligationCount: string;
  readonly amountFen: string;
  readonly merkleRoot: string;
  readonly sequence: string;
  readonly previousRoot: string;
  readonly closedAt: string | null;
};

export type CloseProposal = { readonly proposalId: string; readonly state: string; readonly businessDate: string };
export type CloseDecision = CloseProposal & { readonly cycle: Cycle | null };

export type NetPosition = {
  readonly region: string;
  readonly payableFen: string;
  readonly receivableFen: string;
  readonly netFen: string;
};

export type NetSettlementTrial = {
  readonly regions: readonly Record<'region' | 'netFen' | 'fullNetFen' | 'drawnFen' | 'missingFen', string>[];
  readonly movements: readonly { readonly payer: string; readonly payee: string; readonly amountFen: string }[];
  readonly carried: readonly { readonly reason: string }[];
  readonly excluded: readonly { readonly region: string; readonly reason: string; readonly lackFen: string }[];
};

export type ClearingTrial = {
  readonly turns: readonly (Pick<NetSettlementTrial, 'movements' | 'carried' | 'excluded'> & {
    readonly settledOn: string;
    readonly dates: readonly string[];
  })[];
  readonly regions: readonly Record<
    'region' | 'realNetFen' | 'netFen' | 'waitingFen' | 'realPeakFen' | 'peakFen',
    string
  >[];
  readonly realMovedFen: string;
  readonly movedFen: string;
};

export type BilledLine = Readonly<
  Record<'amountFen' | 'fullSelfPayFen' | 'overCeilingFen' | 'firstSelfPayFen' | 'inScopeFen' | 'rule', string>
>;
export type Parties = { readonly payer: string; readonly payee: string };
type Paid = { readonly fund: string; readonly amountFen: string };
export type MonthPosition = Parties & {
  readonly insurance: string;
  readonly obligationCount: string;
  readonly amountFen: string;
  readonly earlierCount: string | null;
  readonly earlierFen: string | null;
};
export type PairCell = {
  readonly insurance: string;
  readonly obligationCount: string;
  readonly amountFen: string;
  readonly funds: readonly Paid[];
};
export type Owed = {
  readonly obligationId: string;
  readonly settlementId: string;
  readonly kind: string;
  readonly costMonth: string;
  readonly amountFen: string;
  readonly funds: readonly Paid[];
};
export type ClearingMonth = {
  readonly cycleCount: number;
  readonly firstDate: string | null;
  readonly noticedAt: string | null;
  readonly provinces: readonly (Record<'province' | 'payableFen' | 'receivableFen', string> & {
    readonly confirmedAt: string | null;
  })[];
};
export type ClearingTables = {
  readonly lines: readonly (Parties & Paid & { readonly insurance: string; readonly costMonth: string })[];
  readonly counts: readonly (Parties & { readonly insurance: string; readonly settlementCount: string })[];
};
export type ClearingNotice = Parties & {
  readonly noticeId: string;
  readonly isReturn: boolean;
  readonly amountFen: string;
  readonly payment: (Record<'bank' | 'bankSerial' | 'paidOn', string> & { readonly arrivedOn: string | null }) | null;
};
export type BilateralPosition = { readonly payer: string; readonly payee: string; readonly grossFen: string };

/** The desk of the clearinghouse's operator, whose clerk proposes closes, and whose supervisor approves them and reads the cycles. */
export class ClearingDesk {
  private readonly api: ApiClient;
  private readonly operator: string;
  private readonly clerk: string;

  constructor(document: TestDocument) {
    this.api = new ApiClient(document.gateway);
    this.operator = document.tokens.operator;
    this.clerk = document.tokens.clerk.operator;
  }

  proposeClose(
    date: string,
    token = this.clerk,
    key = `close-${randomUUID()}`,
  ): Promise<ApiAnswer<CloseProposal & Problem>> {
    return this.api.once('POST', `/v1/cycles/${date}/close`, undefined, token, key);
  }

  decideClose(
    date: string,
    proposalId: string,
    token = this.operator,
    body: object = { decision: 'APPROVE' },
  ): Promise<ApiAnswer<CloseDecision & Problem>> {
    return this.api.once('POST', `/v1/cycles/${date}/close/proposals/${proposalId}/decision`, body, token);
  }

  /** Proposed and approved; the approval's answer, or the refusal of the proposal. */
  async requestClose(date: string): Promise<ApiAnswer<CloseDecision & Problem>> {
    const proposed = await this.proposeClose(date);
    if (proposed.status !== 202) return { ...proposed, body: { ...proposed.body, cycle: null } };
    return this.decideClose(date, proposed.body.proposalId);
  }

  cycle(date: string, token = this.operator): Promise<ApiAnswer<Cycle & Problem>> {
    return this.api.once('GET', `/v1/cycles/${date}`, undefined, token);
  }

  /** Waits until the cycle is in one of the states. */
  async untilIn(date: string, ...states: readonly string[]): Promise<Cycle> {
    const { body } = await until(
      () => this.cycle(date),
      (answer) => states.includes(answer.body.state),
    );
    return body;
  }

  async close(date: string): Promise<Cycle> {
    await closeByTwo(this.api, date, this.clerk, this.operator);
    return this.untilIn(date, 'CLOSED');
  }

  netPositions(date: string, token = this.operator): Promise<ApiAnswer<{ positions: NetPosition[] } & Problem>> {
    return this.api.once('GET', `/v1/cycles/${date}/net-positions`, undefined, token);
  }

  tryNetSettlement(
    date: string,
    cover: readonly { readonly province: string; readonly amountFen: string }[],
    excluded: readonly string[] = [],
    token = this.operator,
  ): Promise<ApiAnswer<NetSettlementTrial & Problem>> {
    return this.api.once('POST', `/v1/cycles/${date}/net-settlement-trials`, { cover, excluded }, token);
  }

  tryCalendar(trial: object, token = this.operator): Promise<ApiAnswer<ClearingTrial & Problem>> {
    return this.api.once('POST', '/v1/clearing-trials', trial, token);
  }

  bilateralPositions(
    date: string,
    token = this.operator,
  ): Promise<ApiAnswer<{ positions: BilateralPosition[] } & Problem>> {
    return this.api.once('GET', `/v1/cycles/${date}/bilateral-positions`, undefined, token);
  }

  pair(
    date: string,
    { payer, payee }: Parties,
    token = this.operator,
  ): Promise<ApiAnswer<{ cells: PairCell[] } & Problem>> {
    return this.api.once('GET', `/v1/cycles/${date}/pairs/${payer}/${payee}`, undefined, token);
  }

  costMonth(
    month: string,
    query: string,
    token = this.operator,
  ): Promise<ApiAnswer<{ positions: MonthPosition[] } & Problem>> {
    return this.api.once('GET', `/v1/cost-months/${month}?${query}`, undefined, token);
  }

  /** Of a month's clearing, below `/v1/clearing-months/`. */
  month<T>(method: 'GET' | 'PUT', path: string, token = this.operator, body?: object): Promise<ApiAnswer<T & Problem>> {
    return this.api.once(method, `/v1/clearing-months/${path}`, body, token);
  }

  /** All of a pair's cell, page by page. */
  async obligations(date: string, { payer, payee }: Parties, asked: string, token = this.operator): Promise<Owed[]> {
    const listed: Owed[] = [];
    let from: number | null = 0;
    do {
      const path: string = `/v1/cycles/${date}/pairs/${payer}/${payee}/obligations?limit=2&from=${from}&${asked}`;
      const page = await this.api.get<{ obligations: Owed[]; nextFrom: number | null }>(path, token);
      listed.push(...page.obligations);
      from = page.nextFrom;
    } while (from !== null);
    return listed;
  }

  /** A settlement with all of its fee lines. */
  async billOf(settlementId: string): Promise<{ readonly settlement: Settled; readonly lines: readonly BilledLine[] }> {
    const settlement = await this.api.get<Settled>(`/v1/settlements/${settlementId}`, this.operator);
    const path = `/v1/settlements/${settlementId}/lines?limit=500`;
    const { lines } = await this.api.get<{ lines: BilledLine[] }>(path, this.operator);
    return { settlement, lines };
  }

  async settlements(date: string, token = this.operator): Promise<Settled[]> {
    const listed: Settled[] = [];
    let after: string | null = null;
    do {
      const path: string = `/v1/cycles/${date}/settlements?limit=7${after === null ? '' : `&after=${after}`}`;
      const page = await this.api.get<{ settlements: Settled[]; nextAfter: string | null }>(path, token);
      listed.push(...page.settlements);
      after = page.nextAfter;
    } while (after !== null);
    return listed;
  }

  /** What each province's net must be, counted with pencil and paper from the settlements of the cycle. */
  async recount(date: string): Promise<Map<string, bigint>> {
    const nets = new Map<string, bigint>();
    for (const settled of await this.settlements(date)) {
      const { insuredRegion, treatingRegion } = settled;
      const amount = owedIn(settled, date);
      const [payer, payee] = [provinceOf(insuredRegion), provinceOf(treatingRegion)];
      nets.set(payer, (nets.get(payer) ?? 0n) - amount);
      nets.set(payee, (nets.get(payee) ?? 0n) + amount);
    }
    return nets;
  }
}

/** What the insured province owes for it in the cycle: all but what person and hospital bear; and for one undone there as much less. */
export function owedIn(settled: Settled, date: string): bigint {
  const { totalFen, cashFen, hospitalPartFen, businessDate, reversalBusinessDate, cancellationBusinessDate } = settled;
  const undone = [reversalBusinessDate, cancellationBusinessDate].filter((one) => one === date).length;
  const times = (businessDate === date ? 1n : 0n) - BigInt(undone);
  return times * (BigInt(totalFen) - BigInt(cashFen) - BigInt(hospitalPartFen));
}
