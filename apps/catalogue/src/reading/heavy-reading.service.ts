import { Injectable } from '@nestjs/common';
import { Database, nationalActor, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';

/** The process has twelve connections, which bills need too. */
const AT_A_TIME = 3;
/** Whoever came after so many would have given up before it is his turn. */
const WAITING_MAX = 60;

/** Reads of whole catalogues, a few at a time and the others in turn, so that however many are asked for, a bill finds a connection. */
@Injectable()
export class HeavyReadingService {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly database: Database) {}

  /** What is published is public among those who settle, so the service reads it for everybody. Rejects with SERVICE_UNAVAILABLE, and as the work does. */
  async read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    await this.turn();
    try {
      return await this.database.transaction(nationalActor('catalogue'), work);
    } finally {
      // Whoever waits longest has the place, so that nobody comes in between.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private async turn(): Promise<void> {
    if (this.running < AT_A_TIME) {
      this.running += 1;
      return;
    }
    if (this.waiting.length >= WAITING_MAX) throw new Rejection('SERVICE_UNAVAILABLE', { service: 'catalogue' });
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
