import { formatRate, type Fen, type Rate } from '@yiditong/money';
import type { Step } from './claim.js';

/** Writes an explanation line by line. */
export class Explanation {
  readonly steps: Step[] = [];

  add(rule: string, source: string, baseFen: Fen, rate: Rate | null, resultFen: Fen, textZh: string): void {
    this.steps.push({ rule, source, baseFen, rate: rate === null ? '' : formatRate(rate), resultFen, textZh });
  }
}
