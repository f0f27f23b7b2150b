import { describe, expect, it } from 'vitest';
import { Admission, admissionLimits, Busy, laneOf } from './admission.js';

const admissionOf = (limits: object) => new Admission(admissionLimits.parse(limits));

describe('admission', () => {
  it.each([
    ['/v1/settlements', 'exchanges'],
    ['/v1/settlements/trial', 'exchanges'],
    ['/v1/settlements/0198c0de-0000-7000-8000-000000000001/cancellation', 'exchanges'],
    ['/v1/visits/0198c0de-0000-7000-8000-000000000001/fees', 'exchanges'],
    ['/national/2304', 'exchanges'],
    ['/v1/settlements/reversals', 'resolving'],
    ['/v1/messages/H11010100001202611220800000001/outcome', 'resolving'],
    ['/national/2601', 'resolving'],
    ['/v1/settlementsx', 'others'],
    ['/v1/filings', 'others'],
    ['/health/ready', 'others'],
  ])('%s goes in the lane of %s', (path, lane) => expect(laneOf(path)).toBe(lane));

  it('lets in as many as there are places, keeps as many waiting as said, and refuses the rest at once', async () => {
    const admission = admissionOf({ exchanges: 2, waitingPercent: 50 });
    const leaveFirst = await admission.enter('exchanges');
    await admission.enter('exchanges');
    const third = admission.enter('exchanges');
    await expect(admission.enter('exchanges')).rejects.toBeInstanceOf(Busy);

    leaveFirst();
    await expect(third).resolves.toBeTypeOf('function');
  });

  it('lets the next one in only when somebody leaves', async () => {
    const admission = admissionOf({ exchanges: 1, waitingPercent: 100 });
    const leave = await admission.enter('exchanges');
    let entered = false;
    const next = admission.enter('exchanges').then((out) => {
      entered = true;
      return out;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(entered).toBe(false);
    leave();
    await next;
    expect(entered).toBe(true);
  });

  it('counts somebody who leaves twice once', async () => {
    const admission = admissionOf({ exchanges: 1, waitingPercent: 0 });
    const leave = await admission.enter('exchanges');
    leave();
    leave();
    await new Promise((resolve) => setImmediate(resolve));
    await admission.enter('exchanges');
    await expect(admission.enter('exchanges')).rejects.toBeInstanceOf(Busy);
  });

  it('keeps places for reversals and queries when exchanges have none', async () => {
    const admission = admissionOf({ exchanges: 1, resolving: 1, waitingPercent: 0 });
    await admission.enter('exchanges');
    await expect(admission.enter('exchanges')).rejects.toMatchObject({ reason: 'SERVICE_BUSY' });
    await expect(admission.enter('resolving')).resolves.toBeTypeOf('function');
  });

  it('tells those refused together to come back at different times', async () => {
    const admission = admissionOf({ others: 1, waitingPercent: 0 });
    await admission.enter('others');
    const refusals = await Promise.all(
      Array.from({ length: 10 }, () => admission.enter('others').catch((error: unknown) => error as Busy)),
    );
    const seconds = new Set(refusals.map((refusal) => (refusal instanceof Busy ? refusal.retryAfterSeconds : 0)));
    expect(seconds.size).toBeGreaterThan(1);
    expect(Math.min(...seconds)).toBeGreaterThan(0);
  });
});
