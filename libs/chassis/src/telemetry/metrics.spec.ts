import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { metrics } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { beginMetrics, endMetrics, meter } from './metrics.js';

let collector: Server;
let received: { readonly path: string; readonly body: string }[];
let address: string;

beforeEach(async () => {
  received = [];
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = Buffer.concat(chunks);
      const isZipped = request.headers['content-encoding'] === 'gzip';
      received.push({ path: request.url ?? '', body: (isZipped ? gunzipSync(sent) : sent).toString() });
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  metrics.disable();
  collector.closeAllConnections();
  await new Promise((resolve) => collector.close(resolve));
});

/** As a service does it from its start to its end. */
async function count(times: number): Promise<void> {
  beginMetrics('spec');
  meter().createCounter('yiditong.spec').add(times, { province: '310000' });
  await endMetrics();
}

it('sends what is left at the end, by the service’s name and its replica’s, to the collector that the environment names', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', address);
  await count(42);
  const [sent] = received;
  expect(sent?.path).toBe('/v1/metrics');
  for (const part of ['"spec"', 'service.instance.id', 'yiditong.spec', '310000', '42'])
    expect(sent?.body).toContain(part);
});

it('sends nothing that libraries count, whose labels nobody here chose, and keeps the buckets of its own', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', address);
  beginMetrics('spec');
  metrics
    .getMeter('@opentelemetry/instrumentation-http')
    .createCounter('http.server.requests')
    .add(1, { host: '王芳' });
  const advice = { explicitBucketBoundaries: [0.25, 7] };
  meter().createHistogram('yiditong.spec', { advice }).record(1);
  await endMetrics();
  expect(received[0]?.body).toContain('"explicitBounds":[0.25,7]');
  expect(received[0]?.body).not.toContain('http.server.requests');
});

it('sends at the interval that the environment names', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', address);
  vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '100');
  beginMetrics('spec');
  meter().createCounter('yiditong.spec').add(1);
  await expect.poll(() => received.length, { timeout: 5_000 }).toBeGreaterThan(1);
  await endMetrics();
});

it('measures nothing where the environment names no collector', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', undefined);
  await count(1);
  expect(received).toEqual([]);
});

it('ends where the collector is not there', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:1');
  const begun = performance.now();
  await count(1);
  expect(performance.now() - begun).toBeLessThan(15_000);
});
