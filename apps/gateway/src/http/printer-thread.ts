import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { describeFault } from '@yiditong/chassis';
import { bulkhead, BulkheadRejectedError, type BulkheadPolicy } from 'cockatiel';
import { Piscina } from 'piscina';
import { Busy } from './admission.js';

/** Beyond so many that wait, the last would be printed after some five seconds. */
const MOST_WAITING = 16;
const RETRY_AFTER_SECONDS = 5;
/** Prints jobs of a kind one after the other in a thread of its own, so that setting type holds up no request. The thread begins with the first job. */
export class PrinterThread<Job> implements OnApplicationShutdown {
  private readonly logger = new Logger('PrinterThread');
  private readonly turns: BulkheadPolicy;
  private thread: Piscina<Job, Uint8Array> | null = null;

  constructor(
    /** As it is built: a thread runs JavaScript only. */
    private readonly worker: URL,
    mostWaiting = MOST_WAITING,
  ) {
    this.turns = bulkhead(1, mostWaiting);
  }

  /** What the job comes to on paper. Rejects with SERVICE_BUSY where too many wait already. */
  async print(job: Job): Promise<Uint8Array> {
    this.thread ??= this.start();
    const { thread } = this;
    try {
      return await this.turns.execute(() => thread.run(job));
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? new Busy(RETRY_AFTER_SECONDS) : error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.thread?.destroy();
    this.thread = null;
  }

  /** Of the gateway's environment, which has its keys, the thread sees nothing. */
  private start(): Piscina<Job, Uint8Array> {
    const thread = new Piscina<Job, Uint8Array>({
      filename: this.worker.href,
      minThreads: 1,
      maxThreads: 1,
      env: {},
      execArgv: [],
    });
    // A thread that dies between two jobs is replaced.
    thread.on('error', (error) => this.logger.error(describeFault(error)));
    return thread;
  }
}
