import { describe, expect, it } from 'vitest';
import {
  downUntil,
  endpointProblem,
  hostedEndpoint,
  isDowntimeValid,
  type Downtime,
  type Endpoint,
} from './endpoint-rules.js';

const HOSTED = hostedEndpoint('310000');
const OWN: Endpoint = { ...HOSTED, kind: 'OWN', address: 'core.sh.example:8443' };
const NOW = new Date('2026-03-01T04:00:00Z');

describe('an endpoint', () => {
  it.each<[string, Endpoint, string | null]>([
    ['hosted', HOSTED, null],
    ['its own, by name', OWN, null],
    ['its own, by number', { ...OWN, address: '10.1.2.3:443' }, null],
    ['of no province', { ...HOSTED, province: '310100' }, 'province'],
    ['hosted with an address', { ...HOSTED, address: 'a:1' }, 'a hosted endpoint has no address'],
    ['its own without one', { ...OWN, address: '' }, 'address must be host:port'],
    ['with a scheme', { ...OWN, address: 'https://core:443' }, 'address must be host:port'],
    ['with a path', { ...OWN, address: 'core:443/x' }, 'address must be host:port'],
    ['without a port', { ...OWN, address: 'core' }, 'address must be host:port'],
    ['with port 0', { ...OWN, address: 'core:0' }, 'address must be host:port'],
    ['with a port too high', { ...OWN, address: 'core:65536' }, 'address must be host:port'],
    ['at a scheme of gRPC’s', { ...OWN, address: 'dns:443' }, 'address must be host:port'],
    ['for nobody', { ...OWN, maxConcurrent: 0 }, 'max_concurrent must be 1 to 64'],
    ['for too many', { ...OWN, maxConcurrent: 65 }, 'max_concurrent must be 1 to 64'],
    ['in a hurry', { ...OWN, timeoutMs: 499 }, 'timeout_ms must be 500 to 10000'],
    ['too patient', { ...OWN, timeoutMs: 10_001 }, 'timeout_ms must be 500 to 10000'],
  ])('%s', (_, endpoint, problem) => {
    expect(endpointProblem(endpoint)).toBe(problem);
  });
});

describe('a downtime', () => {
  const valid = (from: string, until: string, notice = '系统升级') =>
    isDowntimeValid({ from: new Date(from), until: new Date(until) }, notice, NOW);

  it.each<[string, boolean, boolean]>([
    ['of seven days', valid('2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z'), true],
    ['of longer', valid('2026-03-02T00:00:00Z', '2026-03-09T00:00:01Z'), false],
    ['that began already', valid('2026-03-01T00:00:00Z', '2026-03-01T04:00:01Z'), true],
    ['that is over', valid('2026-03-01T00:00:00Z', '2026-03-01T04:00:00Z'), false],
    ['that ends as it begins', valid('2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z'), false],
    ['without a word', valid('2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z', ' '), false],
    ['with too many', valid('2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z', '长'.repeat(201)), false],
  ])('%s', (_, is, expected) => {
    expect(is).toBe(expected);
  });

  const downtime = (from: string, until: string): Downtime => ({
    downtimeId: '',
    province: '310000',
    from,
    until,
    notice: '',
  });
  const [ON, NEXT] = [
    downtime('2026-03-01T04:00:00.000Z', '2026-03-01T06:00:00.000Z'),
    downtime('2026-03-01T06:00:00.000Z', '2026-03-01T08:00:00.000Z'),
  ];
  const LATER = downtime('2026-03-01T09:00:00.000Z', '2026-03-01T10:00:00.000Z');

  it.each<[string, readonly Downtime[], Date, string | null]>([
    ['none', [], NOW, null],
    ['from its first instant', [ON], NOW, ON.until],
    ['not before', [ON], new Date(NOW.getTime() - 1), null],
    ['not from its last instant', [ON], new Date(ON.until), null],
    ['through one that follows without a gap, in any order', [LATER, NEXT, ON], NOW, NEXT.until],
    ['of those to come none', [LATER], NOW, null],
  ])('counts: %s', (_, downtimes, now, until) => {
    expect(downUntil(downtimes, now)).toBe(until);
  });
});
