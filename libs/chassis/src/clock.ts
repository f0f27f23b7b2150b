import { Injectable } from '@nestjs/common';

const SHANGHAI_OFFSET_MS = 8 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The only place where the time comes from. Injected, so that tests can hold it still. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }

  /** Today in Asia/Shanghai, YYYY-MM-DD. */
  businessDate(): string {
    return businessDateOf(this.now());
  }
}

/**
 * The business date of an instant in Asia/Shanghai, YYYY-MM-DD. China has kept UTC+8 without daylight
 * saving since 1991, and no instant here is older.
 */
export function businessDateOf(instant: Date): string {
  return new Date(instant.getTime() + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);
}

export function nextDay(businessDate: string): string {
  return new Date(Date.parse(`${businessDate}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}
