import { Logger } from '@nestjs/common';
import { describeFault } from './fault.js';

/**
 * Does a piece of work again and again, never twice at a time: at intervals, and at once when it is nudged. A failure is logged and
 * doesn't end it. What there is to do must stand in the database: this is only what looks.
 */
export class BackgroundLoop {
  private readonly logger: Logger;
  private wake: () => void = () => undefined;
  private nudged = false;
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    name: string,
    private readonly work: () => Promise<void>,
    private readonly everyMs: number,
  ) {
    this.logger = new Logger(name);
  }

  /** Whether work under way should come to its end. */
  get stopping(): boolean {
    return this.stopped;
  }

  start(): void {
    this.running = this.run();
  }

  /** Says that something waits. The work goes on in its own name, not in the caller's. */
  nudge(): void {
    this.nudged = true;
    this.wake();
  }

  /** Waits until work under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      this.nudged = false;
      await this.work().catch((error: unknown) => this.logger.warn(describeFault(error)));
      await this.pause();
    }
  }

  private async pause(): Promise<void> {
    if (this.nudged || this.stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.everyMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
