import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, Database, nationalActor, serviceActor } from '@yiditong/chassis';
import { FactsService } from '../settlement/facts.service.js';
import { OutcomeService } from '../settlement/outcome.service.js';
import { overdueRequests } from '../settlement/request.store.js';
import { ReversalService } from './reversal.service.js';

const LOOK_EVERY_MS = 1_000;
const BATCH = 100;

type Overdue = Awaited<ReturnType<typeof overdueRequests>>[number];

/**
 * Sees to it that no message stays in doubt: what nobody carried to an end by its deadline is given up here and undone at
 * the home province, and a reversal is carried on. All it knows is in the database, so it survives a crash at any line;
 * two of them do no harm.
 */
@Injectable()
export class InDoubtService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('InDoubt');
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly facts: FactsService,
    private readonly outcomes: OutcomeService,
    private readonly reversals: ReversalService,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    await this.round;
  }

  /** Resolves what is overdue now, once. */
  async resolveOverdue(): Promise<void> {
    const overdue = await this.database.transaction(nationalActor('in-doubt'), (tx) =>
      overdueRequests(tx, this.clock.now(), BATCH),
    );
    for (const request of overdue) {
      // One message whose home province is down must not hold back the others.
      await this.resolve(request).catch((error: unknown) => {
        this.logger.warn({
          msg: 'still in doubt',
          kind: request.kind,
          cause: error instanceof Error ? error.message : String(error),
        });
      });
    }
  }

  private async resolve(request: Overdue): Promise<void> {
    if (request.kind === 'REVERSE' && request.originalMessageId !== null && request.bodyHash) {
      const actor = serviceActor('in-doubt', request.treatingProvince);
      const claim = { ...request, bodyHash: request.bodyHash, receivedAt: this.clock.now() };
      await this.reversals.carryOut(actor, claim, request.originalMessageId);
      return;
    }
    const outcome = await this.outcomes.giveUp(request, 'SETTLEMENT_ABANDONED');
    if (outcome.outcome !== 'SETTLED') await this.facts.reverse(request);
    await this.outcomes.conclude(request);
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      this.round = this.resolveOverdue()
        .catch((error: unknown) =>
          this.logger.warn({
            msg: 'look for overdue messages failed',
            cause: error instanceof Error ? error.message : String(error),
          }),
        )
        .finally(() => {
          if (this.timer) this.schedule();
        });
    }, LOOK_EVERY_MS);
  }
}
