import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, required } from '@yiditong/chassis';
import { settlementV1 } from '@yiditong/contracts';
import { encodeSettlement } from '../settlement/settlement.codec.js';
import { FeeService } from './fee.service.js';
import { VisitSettlementService } from './visit-settlement.service.js';
import {
  decodeChanges,
  decodeFees,
  decodeOfVisit,
  decodeOpening,
  decodePage,
  decodeRemoval,
  decodeVisitBill,
  decodeVisitId,
  encodeFee,
  encodeTaken,
  encodeVisit,
} from './visit.codec.js';
import { VisitService } from './visit.service.js';

@Controller()
@settlementV1.VisitServiceControllerMethods()
export class VisitController implements settlementV1.VisitServiceController {
  constructor(
    private readonly visits: VisitService,
    private readonly fees: FeeService,
    private readonly settlements: VisitSettlementService,
  ) {}

  async openVisit(request: settlementV1.OpenVisitRequest, metadata: Metadata): Promise<settlementV1.OpenVisitResponse> {
    const opened = await this.visits.open(actorOf(metadata), fromOf(request), decodeOpening(request));
    return { visit: encodeVisit(opened) };
  }

  async changeVisit(
    request: settlementV1.ChangeVisitRequest,
    metadata: Metadata,
  ): Promise<settlementV1.ChangeVisitResponse> {
    const [of, changes] = [decodeOfVisit(request), decodeChanges(request)];
    return { visit: encodeVisit(await this.visits.change(actorOf(metadata), fromOf(request), of, changes)) };
  }

  async cancelVisit(
    request: settlementV1.CancelVisitRequest,
    metadata: Metadata,
  ): Promise<settlementV1.CancelVisitResponse> {
    const cancelled = await this.visits.cancel(actorOf(metadata), fromOf(request), decodeOfVisit(request));
    return { visit: encodeVisit(cancelled) };
  }

  async addFees(request: settlementV1.AddFeesRequest, metadata: Metadata): Promise<settlementV1.AddFeesResponse> {
    const [of, fees] = [decodeOfVisit(request), decodeFees(request.fees)];
    const taken = await this.fees.add(actorOf(metadata), fromOf(request), of, fees);
    return { fees: request.fees.map((fee, index) => encodeTaken(fee, required(taken[index], 'fee'))) };
  }

  async removeFees(
    request: settlementV1.RemoveFeesRequest,
    metadata: Metadata,
  ): Promise<settlementV1.RemoveFeesResponse> {
    const [of, removal] = [decodeOfVisit(request), decodeRemoval(request)];
    return { removed: await this.fees.remove(actorOf(metadata), fromOf(request), of, removal) };
  }

  async preSettleVisit(
    request: settlementV1.PreSettleVisitRequest,
    metadata: Metadata,
  ): Promise<settlementV1.PreSettleVisitResponse> {
    const bill = required(request.bill, 'bill');
    const [of, asked] = [decodeOfVisit(bill), decodeVisitBill(bill)];
    const trial = await this.settlements.preSettle(actorOf(metadata), request.institutionCode, of, asked);
    return { settlement: { ...encodeSettlement(trial), state: 'SETTLEMENT_STATE_UNSPECIFIED' } };
  }

  async settleVisit(
    request: settlementV1.SettleVisitRequest,
    metadata: Metadata,
  ): Promise<settlementV1.SettleVisitResponse> {
    const bill = required(request.bill, 'bill');
    const [of, asked] = [decodeOfVisit(bill), decodeVisitBill(bill)];
    const settlement = await this.settlements.settle(actorOf(metadata), fromOf(request), of, asked);
    return { settlement: encodeSettlement(settlement) };
  }

  async getVisit(request: settlementV1.GetVisitRequest, metadata: Metadata): Promise<settlementV1.GetVisitResponse> {
    const visitId = decodeVisitId(request.visitId);
    return { visit: encodeVisit(await this.visits.get(actorOf(metadata), request.institutionCode, visitId)) };
  }

  async listFees(request: settlementV1.ListFeesRequest, metadata: Metadata): Promise<settlementV1.ListFeesResponse> {
    const { institutionCode, after, limit } = request;
    decodePage(request);
    const visitId = decodeVisitId(request.visitId);
    const page = await this.fees.list(actorOf(metadata), institutionCode, visitId, after, limit);
    return { fees: page.map(encodeFee), nextAfter: page.length === limit ? (page.at(-1)?.serial ?? '') : '' };
  }
}

function fromOf({ institutionCode, messageId }: { institutionCode: string; messageId: string }): {
  institutionCode: string;
  messageId: string;
} {
  return { institutionCode, messageId };
}
