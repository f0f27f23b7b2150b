import { randomUUID } from 'node:crypto';
import { metrics, type Meter } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { positiveNumber } from './environment-number.js';

const EVERY_MS = 60_000;

let provider: MeterProvider | null = null;

/**
 * Measures, exported over OTLP every minute, or every OTEL_METRIC_EXPORT_INTERVAL milliseconds, where OTEL_EXPORTER_OTLP_ENDPOINT is set.
 * Elsewhere instruments measure nothing. Begins before any instrument is made: those that were made before stay silent.
 */
export function beginMetrics(serviceName: string): void {
  if (process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] === undefined) return;
  const exportIntervalMillis = positiveNumber('OTEL_METRIC_EXPORT_INTERVAL') ?? EVERY_MS;
  const exporter = new OTLPMetricExporter();
  // An export must be over before the next begins.
  const exportTimeoutMillis = Math.min(exportIntervalMillis, 10_000);
  provider = new MeterProvider({
    // Replicas count each for itself: without a name of its own one's numbers would be taken for the other's.
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.instance.id': randomUUID() }),
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis })],
  });
}

/**
 * What this system's instruments are made by. Their labels are codes and reasons, and nothing of anybody. The provider is not the global
 * one: what libraries count they label as they please, and it is not sent. Specs, where nothing began, set a global one.
 */
export function meter(): Meter {
  return (provider ?? metrics).getMeter('yiditong');
}

/** Sends what is left. */
export async function endMetrics(): Promise<void> {
  await provider?.shutdown();
  provider = null;
}
