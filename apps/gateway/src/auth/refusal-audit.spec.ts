import { Logger } from '@nestjs/common';
import type { RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { identityV1 } from '@yiditong/contracts';
import { gate, type Gate } from '@yiditong/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RefusalAudit, type Refusal } from './refusal-audit.js';

type Batch = identityV1.RecordRefusalsRequest;

let tried: Batch[];
let answer: () => Promise<void>;
let audit: RefusalAudit;

const identity = {
  call: async (_: string, batch: Batch) => {
    tried.push(batch);
    await answer();
    return {};
  },
} as unknown as RpcClient<identityV1.IdentityServiceClient>;

beforeEach(() => {
  Logger.overrideLogger(false);
  vi.useFakeTimers();
  tried = [];
  answer = () => Promise.resolve();
  audit = new RefusalAudit(identity);
});
afterEach(() => {
  vi.useRealTimers();
});

const REFUSAL: Refusal = {
  refusedAt: new Date('2026-11-22T04:00:00Z'),
  reason: 'CREDENTIAL_INVALID',
  credentialKind: 'bearer',
  genuine: false,
  claimedSubject: '',
  claimedRole: '',
  claimedRegion: '',
  source: '127.0.0.1',
  route: 'GET /v1/cycles/:date',
  traceId: '',
};
const refused = (claimedSubject: string): Promise<void> => audit.record({ ...REFUSAL, claimedSubject });
const subjectsOf = ({ refusals }: Batch): string[] => refusals.map((refusal) => refusal.claimedSubject);
const unavailable = (): Promise<void> => Promise.reject(new Rejection('SERVICE_UNAVAILABLE', { service: 'identity' }));

describe('a refusal', () => {
  it('is handed on at once, and then the answer goes out', async () => {
    await refused('a');
    expect(tried.map(subjectsOf)).toEqual([['a']]);
  });

  it('holds its answer up for a quarter of a second at most', async () => {
    answer = () => new Promise(() => undefined);
    let answered = false;
    const recording = refused('a').then(() => (answered = true));
    await vi.advanceTimersByTimeAsync(249);
    expect(answered).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await recording;
    expect(answered).toBe(true);
  });

  it('that comes while others are on their way goes with the next batch, with all that wait', async () => {
    const first: Gate = gate();
    answer = () => first.passed;
    const recorded = ['a', 'b', 'c'].map(refused);
    answer = () => Promise.resolve();
    first.open();
    await Promise.all(recorded);
    expect(tried.map(subjectsOf)).toEqual([['a'], ['b', 'c']]);
  });

  it('is kept until it is taken, in a batch that stays as it was, so that it is recorded once', async () => {
    answer = unavailable;
    await refused('a');
    await refused('b');
    expect(tried.map(subjectsOf)).toEqual([['a']]);
    answer = () => Promise.resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(tried.map(subjectsOf)).toEqual([['a'], ['a'], ['b']]);
    expect(tried[1]).toBe(tried[0]);
  });

  it('too many are counted, and the next record says how many', async () => {
    answer = unavailable;
    await refused('first');
    await Promise.all(Array.from({ length: 2_003 }, (_, index) => refused(`s${index}`)));
    answer = () => Promise.resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    const sent = tried.slice(1);
    expect(sent.reduce((sum, { refusals }) => sum + refusals.length, 0)).toBe(2_001);
    expect(sent.map(({ dropped }) => dropped).filter((dropped) => dropped > 0n)).toEqual([3n]);
    expect(Math.max(...sent.map(({ refusals }) => refusals.length))).toBe(200);
    const ids = sent.flatMap(({ refusals }) => refusals.map(({ refusalId }) => refusalId));
    expect(new Set(ids).size).toBe(2_001);
  });
});
