import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import {
  actorOf,
  decodeDecision,
  decodeInstant,
  decodeProposalId,
  encodeInstant,
  encodeProposal,
} from '@yiditong/chassis';
import { clearingV1 } from '@yiditong/contracts';
import { CloseProposalService, type CloseProposal } from './cycle/close-proposal.service.js';
import { encodeCycle } from './cycle/cycle.codec.js';
import { CycleService } from './cycle/cycle.service.js';
import { dateField, monthField, provincesField } from './fields.js';
import { decodeObligation } from './obligation/obligation.codec.js';
import { ObligationService } from './obligation/obligation.service.js';
import {
  decodeObligationsAsked,
  decodePair,
  encodeCostMonthPosition,
  encodeObligations,
  encodePairCell,
} from './position/drill-down.codec.js';
import { decodeCover, encodeNetSettlement } from './position/net-settlement.codec.js';
import { decodeTrial, encodeTrial } from './position/calendar-trial.codec.js';
import { CostMonthService } from './position/cost-month.service.js';
import { PositionService } from './position/position.service.js';

@Controller()
@clearingV1.ClearingServiceControllerMethods()
export class ClearingController implements clearingV1.ClearingServiceController {
  constructor(
    private readonly obligations: ObligationService,
    private readonly cycles: CycleService,
    private readonly closes: CloseProposalService,
    private readonly positions: PositionService,
    private readonly costMonths: CostMonthService,
  ) {}

  async postObligations(request: clearingV1.PostObligationsRequest): Promise<clearingV1.PostObligationsResponse> {
    return { posted: await this.obligations.post(request.obligations.map(decodeObligation)) };
  }

  async proposeClose(
    request: clearingV1.ProposeCloseRequest,
    metadata: Metadata,
  ): Promise<clearingV1.ProposeCloseResponse> {
    const date = dateOf(request);
    const proposal = await this.closes.propose(actorOf(metadata), request.requestId, date);
    return { proposal: encodeCloseProposal(proposal) };
  }

  async decideClose(
    request: clearingV1.DecideCloseRequest,
    metadata: Metadata,
  ): Promise<clearingV1.DecideCloseResponse> {
    const [date, id] = [dateOf(request), decodeProposalId(request.proposalId)];
    const { proposal, cycle } = await this.closes.decide(actorOf(metadata), date, id, decodeDecision(request));
    return { proposal: encodeCloseProposal(proposal), cycle: cycle ? encodeCycle(cycle) : undefined };
  }

  async getCycle(request: clearingV1.GetCycleRequest): Promise<clearingV1.GetCycleResponse> {
    return { cycle: encodeCycle(await this.cycles.get(dateOf(request))) };
  }

  async getNetPositions(
    request: clearingV1.GetNetPositionsRequest,
    metadata: Metadata,
  ): Promise<clearingV1.GetNetPositionsResponse> {
    return { positions: await this.positions.net(actorOf(metadata), dateOf(request)) };
  }

  async tryNetSettlement(
    request: clearingV1.TryNetSettlementRequest,
    metadata: Metadata,
  ): Promise<clearingV1.TryNetSettlementResponse> {
    const [date, cover] = [dateOf(request), decodeCover(request.cover)];
    const excluded = provincesField(request.excluded, 'excluded');
    return encodeNetSettlement(await this.positions.tryNetSettlement(actorOf(metadata), date, cover, excluded));
  }

  async tryCalendar(
    request: clearingV1.TryCalendarRequest,
    metadata: Metadata,
  ): Promise<clearingV1.TryCalendarResponse> {
    return encodeTrial(await this.positions.tryCalendar(actorOf(metadata), decodeTrial(request)));
  }

  async getBilateralPositions(
    request: clearingV1.GetBilateralPositionsRequest,
    metadata: Metadata,
  ): Promise<clearingV1.GetBilateralPositionsResponse> {
    return { positions: await this.positions.bilateral(actorOf(metadata), dateOf(request)) };
  }

  async getCostMonth(
    request: clearingV1.GetCostMonthRequest,
    metadata: Metadata,
  ): Promise<clearingV1.GetCostMonthResponse> {
    const [asOf, since] = [
      request.asOf ? decodeInstant(request.asOf, 'as_of') : null,
      request.since ? decodeInstant(request.since, 'since') : null,
    ];
    const report = await this.costMonths.report(
      actorOf(metadata),
      monthField(request.costMonth, 'cost_month'),
      asOf,
      since,
    );
    return { positions: report.positions.map(encodeCostMonthPosition), asOf: encodeInstant(report.asOf) };
  }

  async getPairPosition(
    request: clearingV1.GetPairPositionRequest,
    metadata: Metadata,
  ): Promise<clearingV1.GetPairPositionResponse> {
    const cells = await this.positions.pair(actorOf(metadata), decodePair(request));
    return { cells: cells.map(encodePairCell) };
  }

  async listObligations(
    request: clearingV1.ListObligationsRequest,
    metadata: Metadata,
  ): Promise<clearingV1.ListObligationsResponse> {
    const asked = decodeObligationsAsked(request);
    return encodeObligations(await this.positions.obligations(actorOf(metadata), asked), asked);
  }
}

function dateOf(request: { readonly businessDate: string }): string {
  return dateField(request.businessDate, 'business_date');
}

function encodeCloseProposal(proposal: CloseProposal): clearingV1.CloseProposal {
  return { proposal: encodeProposal(proposal), businessDate: proposal.scope };
}
