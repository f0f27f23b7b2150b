import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, Database, nationalActor, serviceActor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { HomeProvinces } from '../routing/home-provinces.service.js';
import { OutcomeService } from '../settlement/outcome.service.js';
import { overdueRequests, postponeRequest, provincesOverdue, type RequestRow } from '../settlement/request.store.js';
import { isUnanswered } from '../settlement/unanswered.js';
import { isWithdrawal } from '../settlement/withdrawal-intent.js';
import { WithdrawalService } from '../settlement/withdrawal.service.js';
import { ReversalService } from './reversal.service.js';

const LOOK_EVERY_MS = 1_000;
/** Of one insured province at a time. There are no more than 32 of them, each with one worker. */
const BATCH = 50;
const WORKER = nationalActor('in-doubt');

/**
 * Sees to it that no message stays in doubt: what nobody carried to an end by its deadline is given up here and undone at
 * the home province, and a reversal is carried on. All it knows is in the database, so it survives a crash at any line;
 * two of them do no harm. Each insured province is worked for by itself, so that one that can't be reached holds back no other.
 */
@Injectable()
export class InDoubtService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('InDoubt');
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> = Promise.resolve();
  private readonly working = new Map<string, Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly homes: HomeProvinces,
    private readonly outcomes: OutcomeService,
    private readonly withdrawals: WithdrawalService,
    private readonly reversals: ReversalService,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    await this.round;
    await Promise.all(this.working.values());
  }

  /** Resolves what is overdue now, once, and waits for it. */
  async resolveOverdue(): Promise<void> {
    await this.look();
    await Promise.all(this.working.values());
  }

  /** Starts work for each province that has something overdue and isn't worked for already. */
  private async look(): Promise<void> {
    const provinces = await this.database.transaction(WORKER, (tx) => provincesOverdue(tx, this.clock.now()));
    for (const province of provinces) {
      if (this.working.has(province)) continue;
      const work = this.resolveAll(province).catch((error: unknown) =>
        this.logger.warn({ msg: 'overdue messages were left for the next look', cause: messageOf(error) }),
      );
      this.working.set(
        province,
        work.finally(() => this.working.delete(province)),
      );
    }
  }

  /**
   * One after the other. One that fails waits before it is tried again, so that it holds back none of the others; where the province can't be
   * reached the rest waits for the next look, for each try would cost a whole deadline.
   */
  private async resolveAll(province: string): Promise<void> {
    const requests = await this.database.transaction(WORKER, (tx) =>
      overdueRequests(tx, province, this.clock.now(), BATCH),
    );
    for (const request of requests) {
      try {
        await this.resolve(request);
      } catch (error) {
        this.logger.warn({ msg: 'still in doubt', kind: request.kind, cause: messageOf(error) });
        await this.database.transaction(WORKER, (tx) => postponeRequest(tx, request, this.clock.now()));
        if (error instanceof Rejection && isUnanswered(error.reason)) return;
      }
    }
  }

  private async resolve(request: RequestRow): Promise<void> {
    if (request.kind === 'BARRED') return;
    if (request.kind === 'REVERSE') return this.carryOn(request);
    if (isWithdrawal(request)) await this.withdrawals.resolve(request);
    else {
      const { outcome } = await this.outcomes.giveUp(request, 'SETTLEMENT_ABANDONED');
      if (request.kind === 'SETTLE' && outcome !== 'SETTLED') await this.homes.reverse(request);
    }
    await this.outcomes.conclude(request);
  }

  private async carryOn(request: RequestRow & { readonly kind: 'REVERSE' }): Promise<void> {
    const { originalMessageId, bodyHash } = request;
    if (originalMessageId === null || !bodyHash) throw new Error('a reversal without what it undoes');
    const actor = serviceActor('in-doubt', request.treatingProvince);
    await this.reversals.carryOut(actor, { ...request, bodyHash, receivedAt: this.clock.now() }, originalMessageId);
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      this.round = this.look()
        .catch((error: unknown) =>
          this.logger.warn({ msg: 'look for overdue messages failed', cause: messageOf(error) }),
        )
        .finally(() => {
          if (this.timer) this.schedule();
        });
    }, LOOK_EVERY_MS);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
