import { Inject, Injectable } from '@nestjs/common';
import { required, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { settlementV1 } from '@yiditong/contracts';
import { decodeSettledBill, type SettledBill } from './settled-bill.js';

const LINES_A_PAGE = 1_000;
const DEADLINE_MS = 10_000;

/** Reads a settlement with all of its lines, for those who print it or pass it on. */
@Injectable()
export class SettledBillService {
  constructor(
    @Inject(TARGETS.settlement.token) private readonly settlement: RpcClient<settlementV1.SettlementServiceClient>,
  ) {}

  /** Rejects with SETTLEMENT_NOT_FOUND, also for who is no party to it. */
  async read(actor: Actor, settlementId: string): Promise<SettledBill> {
    const { settlement } = await this.settlement.call('getSettlement', { settlementId }, actor, DEADLINE_MS);
    return decodeSettledBill(required(settlement, 'settlement'), await this.linesOf(actor, settlementId));
  }

  private async linesOf(actor: Actor, settlementId: string): Promise<settlementV1.SettledLine[]> {
    const lines: settlementV1.SettledLine[] = [];
    for (let after: number | null = 0; after !== null;) {
      const request = { settlementId, after, limit: LINES_A_PAGE };
      const page: settlementV1.ListSettledLinesResponse = await this.settlement.call(
        'listSettledLines',
        request,
        actor,
        DEADLINE_MS,
      );
      lines.push(...page.lines);
      // A page that doesn't get on would be asked for for ever.
      after = page.nextAfter > after ? page.nextAfter : null;
    }
    return lines;
  }
}
