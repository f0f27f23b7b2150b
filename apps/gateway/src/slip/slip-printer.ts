import { PrinterThread } from '../http/printer-thread.js';
import type { Slip } from './slip.js';

/** Prints slips on A4. */
export class SlipPrinter extends PrinterThread<Slip> {
  constructor(worker = new URL('slip-worker.js', import.meta.url), mostWaiting?: number) {
    super(worker, mostWaiting);
  }
}
