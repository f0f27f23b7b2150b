import { InjectFlowProducer, InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { appendAudit, Clock, Database, nationalActor, TARGETS, type RpcClient } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import type { FlowJob, FlowProducer, Queue } from 'bullmq';
import { v7 as uuidv7 } from 'uuid';
import { CLOSE_STAGES, type CloseStage } from './cycle.entity.js';
import { findCycle, openCycle, requestClose, unfinishedCloses } from './cycle.store.js';

export const CLOSE_QUEUE = 'cycle-close';
export const NIGHTLY_CLOSE = Symbol('NIGHTLY_CLOSE');

const ACTOR = nationalActor('nightly-close');
const LOOK_EVERY_MS = 2_000;

/**
 * Who rings the bell. A close that was asked for is a row; the job only wakes the worker, and one that was lost is rung again
 * from the row.
 */
@Injectable()
export class NightlyCloseService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('NightlyClose');
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @InjectQueue(CLOSE_QUEUE) private readonly queue: Queue,
    @InjectFlowProducer(CLOSE_QUEUE) private readonly flows: FlowProducer,
    @Inject(TARGETS.settlementCycle.token)
    private readonly settlement: RpcClient<settlementV1.SettlementCycleServiceClient>,
    @Inject(NIGHTLY_CLOSE) private readonly pattern: string,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const unheard = (error: Error): void => this.logger.warn({ msg: 'queue', cause: error.message });
    this.queue.on('error', unheard);
    this.flows.on('error', unheard);
    await this.queue.upsertJobScheduler('nightly', { pattern: this.pattern, tz: 'Asia/Shanghai' }, { name: 'nightly' });
    this.timer = setInterval(
      () => void this.ringForUnfinished().catch((error: unknown) => this.unanswered(error)),
      LOOK_EVERY_MS,
    );
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** The nightly turn: every cycle before today. No person asks for it, so that nobody else need agree. */
  async requestEndedCycles(): Promise<void> {
    for (const businessDate of await this.openInSettlement())
      if (businessDate < this.clock.businessDate()) await this.request(businessDate);
  }

  /** The cycles that settlement has opened and not sealed. */
  async openInSettlement(): Promise<readonly string[]> {
    return (await this.settlement.call('listOpenCycles', {}, ACTOR)).businessDates;
  }

  /** Wakes the worker for a close that was asked for. */
  async ring(businessDate: string): Promise<void> {
    if (await this.isRinging(businessDate)) return;
    const bell = `close-${businessDate}-${uuidv7()}`;
    const flow = CLOSE_STAGES.reduce<FlowJob | null>((before, stage) => jobOf(bell, businessDate, stage, before), null);
    if (flow) await this.flows.add(flow);
  }

  /** A flow that goes on has one job at work or about to be; of one whose job is lost the others would wait for ever, and don't count. */
  private async isRinging(businessDate: string): Promise<boolean> {
    const jobs = await this.queue.getJobs(['active', 'waiting', 'prioritized', 'delayed']);
    return jobs.some((job) => (job.data as { readonly businessDate?: string }).businessDate === businessDate);
  }

  private async request(businessDate: string): Promise<void> {
    await this.database.transaction(ACTOR, async (tx) => {
      await openCycle(tx, businessDate);
      if (!(await requestClose(tx, businessDate, this.clock.now()))) return;
      const cycle = await findCycle(tx, businessDate);
      await appendAudit(tx, ACTOR, {
        province: NATION,
        action: 'REQUEST_CLOSE',
        objectType: 'cycle',
        objectId: businessDate,
        after: { state: cycle?.state },
      });
    });
    await this.ring(businessDate);
  }

  private async ringForUnfinished(): Promise<void> {
    const unfinished = await this.database.transaction(ACTOR, (tx) => unfinishedCloses(tx));
    for (const businessDate of unfinished) await this.ring(businessDate);
  }

  private unanswered(error: unknown): void {
    this.logger.warn({
      msg: 'could not look for unfinished closes',
      cause: error instanceof Error ? error.message : String(error),
    });
  }
}

/** A stage waits for the one before it. One that fails takes those after it along, and all of them are rung for again. */
function jobOf(bell: string, businessDate: string, stage: CloseStage, before: FlowJob | null): FlowJob {
  return {
    name: stage,
    queueName: CLOSE_QUEUE,
    data: { businessDate },
    opts: {
      jobId: `${bell}-${stage}`,
      failParentOnFailure: true,
      removeOnComplete: true,
      removeOnFail: true,
    },
    ...(before && { children: [before] }),
  };
}
