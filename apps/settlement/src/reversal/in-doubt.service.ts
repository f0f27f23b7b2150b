import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, Database, nationalActor, serviceActor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { HomeProvinces } from '../routing/home-provinces.service.js';
import { OutcomeService } from '../settlement/outcome.service.js';
import { overdueRequests, type RequestRow } from '../settlement/request.store.js';
import { isUnanswered } from '../settlement/unanswered.js';
import { isWithdrawal, WithdrawalService } from '../settlement/withdrawal.service.js';
import { ReversalService } from './reversal.service.js';

const LOOK_EVERY_MS = 1_000;
/** Of one insured province at a time. There are no more than 32 of them, each with one worker. */
const BATCH = 50;

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
    const overdue = await this.database.transaction(nationalActor('in-doubt'), (tx) =>
      overdueRequests(tx, this.clock.now(), BATCH),
    );
    for (const province of new Set(overdue.map(({ insuredProvince }) => insuredProvince))) {
      const key = province ?? '';
      if (this.working.has(key)) continue;
      const requests = overdue
        .filter(({ insuredProvince }) => insuredProvince === province)
        .map(({ request }) => request);
      this.working.set(
        key,
        this.resolveAll(requests).finally(() => this.working.delete(key)),
      );
    }
  }

  /** One after the other. Where the province can't be reached the rest waits for the next look: each try would cost a whole deadline. */
  private async resolveAll(requests: readonly RequestRow[]): Promise<void> {
    for (const request of requests) {
      try {
        await this.resolve(request);
      } catch (error) {
        this.logger.warn({ msg: 'still in doubt', kind: request.kind, cause: messageOf(error) });
        if (error instanceof Rejection && isUnanswered(error.reason)) return;
      }
    }
  }

  private async resolve(request: RequestRow): Promise<void> {
    if (request.kind === 'BARRED') return;
    if (request.kind === 'REVERSE') return this.carryOn(request);
    const { outcome } = await this.outcomes.giveUp(request, 'SETTLEMENT_ABANDONED');
    if (outcome === 'REFUSED' || outcome === 'NOT_SETTLED') {
      if (isWithdrawal(request)) await this.withdrawals.restore(request);
      else if (request.kind === 'SETTLE') await this.homes.reverse({ ...request, cancellationId: '' });
    }
    await this.outcomes.conclude(request);
  }

  private async carryOn(request: RequestRow): Promise<void> {
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
