import { Rejection } from '@yiditong/codes';
import { gate } from '@yiditong/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isNotSent, isUnanswered, ProvinceLine } from './province-line.js';

const unanswered = () => Promise.reject(new Rejection('SERVICE_UNAVAILABLE', { service: 'spec' }));
const refused = () => Promise.reject(new Rejection('PERSON_UNKNOWN'));
const answered = () => Promise.resolve('answer');
const notSent = { reason: 'HOME_PROVINCE_UNREACHABLE' };

let line: ProvinceLine;
beforeEach(() => {
  // The clocks stand still; timers go on.
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  line = new ProvinceLine({ maxConcurrent: 2, timeoutMs: 5_000 });
});
afterEach(() => vi.useRealTimers());

const carry = (send: () => Promise<unknown>, patienceMs = Infinity) => line.carry(send, patienceMs);

/** Calls until the circuit opens; each is sent at most three times. */
async function open(): Promise<void> {
  while (line.circuit === 'CLOSED') await carry(unanswered).catch(() => undefined);
}

describe('a call', () => {
  it('that goes unanswered is sent three times at most', async () => {
    const send = vi.fn<() => Promise<unknown>>(unanswered);
    await expect(carry(send)).rejects.toMatchObject({ reason: 'SERVICE_UNAVAILABLE' });
    expect(send).toHaveBeenCalledTimes(3);
  });

  it('is sent again as it is, and has the second answer', async () => {
    const send = vi.fn<() => Promise<unknown>>().mockImplementationOnce(unanswered).mockImplementation(answered);
    expect(await carry(send)).toBe('answer');
    expect(send).toHaveBeenCalledTimes(2);
  });

  it('is not sent again where the caller would be gone', async () => {
    const send = vi.fn<() => Promise<unknown>>(unanswered);
    await expect(carry(send, 140)).rejects.toMatchObject({ reason: 'SERVICE_UNAVAILABLE' });
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('is not sent at all to a caller who is gone', async () => {
    const send = vi.fn<() => Promise<unknown>>(answered);
    await expect(carry(send, 50)).rejects.toMatchObject(notSent);
    expect(send).not.toHaveBeenCalled();
  });

  it('has no more time than its caller', async () => {
    const given: number[] = [];
    await line.carry((ms) => Promise.resolve(given.push(ms)), 3_000);
    await line.carry((ms) => Promise.resolve(given.push(ms)), 60_000);
    expect(given).toEqual([3_000, 5_000]);
  });

  it('that waits in vain leaves when its time is over, and is never sent', async () => {
    const { passed, open: letGo } = gate();
    const busy = [carry(() => passed), carry(() => passed)];
    const send = vi.fn<() => Promise<unknown>>(answered);
    await expect(carry(send, 120)).rejects.toMatchObject(notSent);
    letGo();
    await Promise.all(busy);
    expect(await carry(answered)).toBe('answer');
    expect(send).not.toHaveBeenCalled();
  });

  it('finds two places and two to wait in, and is refused beyond them', async () => {
    const { passed, open: letGo } = gate();
    const begun: number[] = [];
    const calls = [1, 2, 3, 4].map((n) =>
      carry(() => {
        begun.push(n);
        return passed;
      }),
    );
    await expect(carry(answered)).rejects.toMatchObject(notSent);
    expect(() => line.checkOpenTo()).toThrow(expect.objectContaining(notSent) as Error);
    expect(begun).toEqual([1, 2]);
    letGo();
    await Promise.all(calls);
    expect(begun).toEqual([1, 2, 3, 4]);
    expect(() => line.checkOpenTo()).not.toThrow();
  });
});

describe('the circuit', () => {
  it('stays closed whatever is refused, for a refusal is an answer', async () => {
    for (let call = 0; call < 30; call++) await carry(refused).catch(() => undefined);
    expect(line.circuit).toBe('CLOSED');
  });

  it('counts refusals as answers, among calls that go unanswered', async () => {
    for (let round = 0; round < 30; round++) {
      for (let refusal = 0; refusal < 4; refusal++) await carry(refused).catch(() => undefined);
      await carry(unanswered, 140).catch(() => undefined);
    }
    expect(line.circuit).toBe('CLOSED');
  });

  it('stays closed where a call fails inside, which is sent once: another would fail as well', async () => {
    const send = vi.fn<() => Promise<unknown>>(() => Promise.reject(new Rejection('INTERNAL_FAULT')));
    for (let call = 0; call < 20; call++) await expect(carry(send)).rejects.toMatchObject({ reason: 'INTERNAL_FAULT' });
    expect([line.circuit, send.mock.calls.length]).toEqual(['CLOSED', 20]);
  });

  it('opens when most calls go unanswered, and then nothing is sent', async () => {
    await open();
    const send = vi.fn<() => Promise<unknown>>(answered);
    await expect(carry(send)).rejects.toMatchObject({ ...notSent, params: { seconds: '1' } });
    expect(send).not.toHaveBeenCalled();
  });

  it('says of a call that was sent and cut off by it that nobody knows, not that nothing was sent', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => carry(unanswered)));
    expect(line.circuit).toBe('OPEN');
    for (const outcome of outcomes.slice(0, 2))
      expect(outcome).toMatchObject({ reason: { reason: 'SERVICE_UNAVAILABLE' } });
  });

  it('lets one through after a while, refuses the others at once, and closes when that one is answered', async () => {
    await open();
    vi.advanceTimersByTime(1_000);
    expect(line.circuit).toBe('HALF_OPEN');
    const { passed, open: letGo } = gate();
    const probe = carry(() => passed);
    await expect(carry(answered)).rejects.toMatchObject(notSent);
    letGo();
    await probe;
    expect(line.circuit).toBe('CLOSED');
    expect(await carry(answered)).toBe('answer');
  });

  it('stays open twice as long where that one goes unanswered, which is sent once', async () => {
    await open();
    vi.advanceTimersByTime(1_000);
    const send = vi.fn<() => Promise<unknown>>(unanswered);
    await expect(carry(send)).rejects.toMatchObject({ reason: 'SERVICE_UNAVAILABLE' });
    expect(send).toHaveBeenCalledTimes(1);
    await expect(carry(answered)).rejects.toMatchObject({ params: { seconds: '2' } });
    vi.advanceTimersByTime(1_999);
    await expect(carry(answered)).rejects.toMatchObject(notSent);
    vi.advanceTimersByTime(1);
    expect(await carry(answered)).toBe('answer');
  });

  it('does not hold it against the province that callers in a hurry got no answer', async () => {
    for (let call = 0; call < 30; call++) await carry(unanswered, 120).catch(() => undefined);
    expect(line.circuit).toBe('CLOSED');
  });
});

describe('what became of a call', () => {
  it.each<[Rejection | Error, boolean, boolean]>([
    [new Rejection('SERVICE_UNAVAILABLE'), true, false],
    [new Rejection('INTERNAL_FAULT'), true, false],
    [new Error('a gRPC error that no reason names'), true, false],
    [new Rejection('PERSON_UNKNOWN'), false, false],
    [new Rejection('HOME_PROVINCE_UNREACHABLE'), false, true],
    [new Rejection('HOME_PROVINCE_DOWN'), false, true],
  ])('%s', (error, nobodyKnows, nothingWasSent) => {
    expect([isUnanswered(error), isNotSent(error)]).toEqual([nobodyKnows, nothingWasSent]);
  });
});
