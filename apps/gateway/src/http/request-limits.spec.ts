import { FixedClock } from '@yiditong/testing';
import { describe, expect, it } from 'vitest';
import { RequestCounter, requestLimitsText, SourceLimits, TooManyRequests } from './request-limits.js';

const WINDOW_MS = 10_000;
const START = Date.parse('2026-11-20T10:00:00Z');

function counterAt(): { readonly counter: RequestCounter; readonly move: (ms: number) => void } {
  const clock = new FixedClock(new Date(START));
  return { counter: new RequestCounter(clock), move: (ms) => clock.moveTo(new Date(START + ms)) };
}

describe('the counter of requests', () => {
  it('lets as many pass in a window as the limit says, and tells the others when the next one begins', () => {
    const { counter, move } = counterAt();
    const blocked = (): boolean => counter.count('a', WINDOW_MS, 2).isBlocked;
    expect([blocked(), blocked(), blocked()]).toEqual([false, false, true]);
    move(3_500);
    expect(counter.count('a', WINDOW_MS, 2)).toMatchObject({ isBlocked: true, timeToBlockExpire: 7 });
    move(9_999);
    expect(counter.count('a', WINDOW_MS, 2)).toMatchObject({ isBlocked: true, timeToBlockExpire: 1 });
    move(10_000);
    expect([blocked(), blocked(), blocked()]).toEqual([false, false, true]);
  });

  it('counts each caller apart', () => {
    const { counter } = counterAt();
    counter.count('a', WINDOW_MS, 1);
    expect(counter.count('b', WINDOW_MS, 1).isBlocked).toBe(false);
    expect(counter.count('a', WINDOW_MS, 1).isBlocked).toBe(true);
  });
});

describe('the limits by source', () => {
  const limits = requestLimitsText.parse('{"failed":1,"anonymous":1}');

  it('count failures and requests without a name apart', () => {
    const sources = new SourceLimits(counterAt().counter, limits);
    sources.countFailed('192.0.2.1');
    sources.countAnonymous('192.0.2.1');
    expect(() => sources.countFailed('192.0.2.1')).toThrow(TooManyRequests);
    expect(() => sources.countFailed('192.0.2.2')).not.toThrow();
  });

  it('take a network of IPv6 for one source, as one customer has all of it', () => {
    const sources = new SourceLimits(counterAt().counter, limits);
    sources.countFailed('2001:db8::1');
    expect(() => sources.countFailed('2001:db8::ffff:2')).toThrow(TooManyRequests);
    expect(() => sources.countFailed('2001:db8:0:1::1')).not.toThrow();
  });
});

describe('the limits of the environment', () => {
  it('have presets that hospitals don’t meet', () => {
    expect(requestLimitsText.parse(undefined)).toEqual({
      windowSeconds: 10,
      insured: 100,
      hospital: 1_000,
      bureau: 500,
      operator: 1_000,
      anonymous: 300,
      failed: 100,
      atOnce: { exchanges: 192, resolving: 64, others: 128, waitingPercent: 50 },
    });
  });

  it.each([
    '{"hospital":0}',
    '{"hospital":"many"}',
    '{"hospitals":1}',
    '{"windowSeconds":0}',
    '{"atOnce":{"exchanges":0}}',
    '[]',
    'none',
    '{',
  ])('are not taken as %s', (text) => expect(requestLimitsText.safeParse(text).success).toBe(false));
});
