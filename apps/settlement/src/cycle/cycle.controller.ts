import { Controller } from '@nestjs/common';
import { insuranceCodec } from '@yiditong/chassis';
import { isCalendarDate, Rejection } from '@yiditong/codes';
import { settlementV1 } from '@yiditong/contracts';
import { CycleService } from './cycle.service.js';

@Controller()
@settlementV1.SettlementCycleServiceControllerMethods()
export class CycleController implements settlementV1.SettlementCycleServiceController {
  constructor(private readonly cycles: CycleService) {}

  async listOpenCycles(): Promise<settlementV1.ListOpenCyclesResponse> {
    return { businessDates: await this.cycles.listOpen() };
  }

  async openNextCycle(request: settlementV1.OpenNextCycleRequest): Promise<settlementV1.OpenNextCycleResponse> {
    return { nextBusinessDate: await this.cycles.openNext(dateOf(request)) };
  }

  async sealCycle(request: settlementV1.SealCycleRequest): Promise<settlementV1.SealCycleResponse> {
    const cells = await this.cycles.seal(dateOf(request));
    return {
      cells: cells.map((cell) => ({
        ...cell,
        insurance: insuranceCodec.encode(cell.insurance),
        digestSum: String(cell.digestSum),
      })),
    };
  }
}

function dateOf(request: { readonly businessDate: string }): string {
  if (!isCalendarDate(request.businessDate))
    throw new Rejection('REQUEST_MALFORMED', { problem: 'business_date is not a date' });
  return request.businessDate;
}
