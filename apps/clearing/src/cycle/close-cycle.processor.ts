import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Logger } from '@nestjs/common';
import { UnrecoverableError, type Job } from 'bullmq';
import { MonthService } from '../month/month.service.js';
import { CLOSE_STAGES } from './cycle.entity.js';
import { CycleService } from './cycle.service.js';
import { CLOSE_QUEUE, NightlyCloseService } from './nightly-close.service.js';

/** A killed worker's job bars the way for a new one until it is known to be gone. Two at work at once do no harm, so this may be short. */
const GONE_AFTER_MS = 5_000;
/** BullMQ's own pause after a lost connection, a quarter of a minute, would also hold up an orderly end. */
const RECONNECT_AFTER_MS = 1_000;

/** Woken to do a stage of a close, and each night for the month's tables too. What it leaves, or a killed one left, is rung for again. */
@Processor(CLOSE_QUEUE, {
  concurrency: 1,
  lockDuration: GONE_AFTER_MS,
  stalledInterval: GONE_AFTER_MS,
  runRetryDelay: RECONNECT_AFTER_MS,
})
export class CloseCycleProcessor extends WorkerHost {
  private readonly logger = new Logger('CloseCycle');

  constructor(
    private readonly cycles: CycleService,
    private readonly nightly: NightlyCloseService,
    private readonly months: MonthService,
  ) {
    super();
  }

  async process(job: Job<{ businessDate: string }>): Promise<string> {
    if (job.name === 'nightly') {
      await Promise.all([this.nightly.requestEndedCycles(), this.months.generateDue()]);
      return 'requested';
    }
    const stage = CLOSE_STAGES.find((each) => each === job.name);
    if (stage === undefined) throw new UnrecoverableError(`no stage ${job.name}`);
    const state = await this.cycles.take(job.data.businessDate, stage);
    this.logger.log({ msg: 'cycle', businessDate: job.data.businessDate, stage, state });
    return state;
  }

  @OnWorkerEvent('failed')
  onFailed(_job: Job | undefined, error: Error): void {
    this.logger.warn({ msg: 'close interrupted, will be rung for again', cause: error.message });
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.logger.warn({ msg: 'worker', cause: error.message });
  }
}
