import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '@yiditong/chassis';
import type { Reason } from '@yiditong/codes';

/**
 * Counts each institution's refused decodings of a day, and says so in the log: who tries many codes is seen there. An
 * institution's code is nobody's personal data; of the token and of the person there is nothing. Each replica counts its own.
 */
@Injectable()
export class RefusedDecodings {
  private readonly logger = new Logger('RefusedDecodings');
  private readonly counts = new Map<string, number>();
  private day = '';

  constructor(private readonly clock: Clock) {}

  /** Counts one more and answers how many there were today. */
  count(institutionCode: string, reason: Reason): number {
    const today = this.clock.businessDate();
    if (today !== this.day) this.counts.clear();
    this.day = today;
    const refusedToday = (this.counts.get(institutionCode) ?? 0) + 1;
    this.counts.set(institutionCode, refusedToday);
    this.logger.warn({ msg: 'e-credential refused', institutionCode, reason, refusedToday });
    return refusedToday;
  }
}
