import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, encodeInstant } from '@yiditong/chassis';
import { isCalendarDate, Rejection } from '@yiditong/codes';
import { clearingV1 } from '@yiditong/contracts';
import type { Cycle } from './cycle/cycle.entity.js';
import { CycleService } from './cycle/cycle.service.js';
import { NightlyCloseService } from './cycle/nightly-close.service.js';
import { decodeObligation } from './obligation/obligation.codec.js';
import { ObligationService } from './obligation/obligation.service.js';
import { PositionService } from './position/position.service.js';

@Controller()
@clearingV1.ClearingServiceControllerMethods()
export class ClearingController implements clearingV1.ClearingServiceController {
  constructor(
    private readonly obligations: ObligationService,
    private readonly cycles: CycleService,
    private readonly nightly: NightlyCloseService,
    private readonly positions: PositionService,
  ) {}

  async postObligations(request: clearingV1.PostObligationsRequest): Promise<clearingV1.PostObligationsResponse> {
    return { posted: await this.obligations.post(request.obligations.map(decodeObligation)) };
  }

  async closeCycle(request: clearingV1.CloseCycleRequest): Promise<clearingV1.CloseCycleResponse> {
    return { cycle: encodeCycle(await this.nightly.request(request.businessDate)) };
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

  async getBilateralPositions(
    request: clearingV1.GetBilateralPositionsRequest,
    metadata: Metadata,
  ): Promise<clearingV1.GetBilateralPositionsResponse> {
    return { positions: await this.positions.bilateral(actorOf(metadata), dateOf(request)) };
  }
}

function dateOf(request: { readonly businessDate: string }): string {
  if (!isCalendarDate(request.businessDate))
    throw new Rejection('REQUEST_MALFORMED', { problem: 'business_date is not a date' });
  return request.businessDate;
}

function encodeCycle(cycle: Cycle): clearingV1.Cycle {
  const { businessDate, obligationCount, amountFen, merkleRoot, closedAt } = cycle;
  return {
    businessDate,
    state: `CYCLE_STATE_${cycle.state}`,
    obligationCount,
    amountFen,
    merkleRoot,
    closedAt: closedAt ? encodeInstant(closedAt) : undefined,
  };
}
