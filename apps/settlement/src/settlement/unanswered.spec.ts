import { Rejection, type Reason } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { finalRefusal } from './unanswered.js';

const DEADLINE = new Date('2026-03-01T04:01:00Z');

function ended(reason: Reason, begun: boolean): string {
  try {
    return `refused ${finalRefusal(new Rejection(reason), DEADLINE, begun).reason}`;
  } catch (error) {
    return error instanceof Rejection ? error.reason : 'a fault';
  }
}

describe('what a message that failed comes to', () => {
  it.each<[reason: Reason, begun: boolean, expected: string]>([
    ['PERSON_UNKNOWN', false, 'refused PERSON_UNKNOWN'],
    ['PERSON_UNKNOWN', true, 'refused PERSON_UNKNOWN'],
    ['SERVICE_UNAVAILABLE', false, 'OUTCOME_UNKNOWN'],
    ['INTERNAL_FAULT', false, 'OUTCOME_UNKNOWN'],
    ['HOME_PROVINCE_DOWN', false, 'HOME_PROVINCE_DOWN'],
    ['HOME_PROVINCE_UNREACHABLE', false, 'HOME_PROVINCE_UNREACHABLE'],
    ['SERVICE_BUSY', false, 'SERVICE_BUSY'],
    // An earlier attempt at the message may have been sent, and still be under way.
    ['HOME_PROVINCE_DOWN', true, 'OUTCOME_UNKNOWN'],
    ['HOME_PROVINCE_UNREACHABLE', true, 'OUTCOME_UNKNOWN'],
    ['SERVICE_BUSY', true, 'OUTCOME_UNKNOWN'],
  ])('after %s, where an attempt had begun: %s, is %s', (reason, begun, expected) =>
    expect(ended(reason, begun)).toBe(expected),
  );

  it('is a fault where a fault is what happened', () => {
    expect(() => finalRefusal(new TypeError('a bug'), DEADLINE, true)).toThrow(TypeError);
  });
});
