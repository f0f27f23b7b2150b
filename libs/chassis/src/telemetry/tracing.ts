import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { positiveNumber } from './environment-number.js';
import { beginMetrics, endMetrics } from './metrics.js';

let provider: TracerProvider | null = null;

const HIDDEN = '-';

/**
 * Traces from HTTP through gRPC, SQL and jobs, and metrics, exported over OTLP where OTEL_EXPORTER_OTLP_ENDPOINT is set.
 * SQL is recorded without its parameters, which hold people's data.
 */
export function beginTelemetry(serviceName: string): void {
  beginMetrics(serviceName);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  const exported = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] !== undefined;
  provider = new TracerProvider({
    // Without a collector nothing is recorded, but trace ids still go with every call and into every log line.
    sampler: exported ? new ParentBasedSampler({ root: new AlwaysOnSampler() }) : new AlwaysOffSampler(),
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: exported ? [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), ...batchDelay() })] : [],
  });
  trace.setGlobalTracerProvider(provider);
  registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        // The exporter's own calls would trace themselves; health checks would drown everything else.
        ignoreIncomingRequestHook: (request) => request.url?.startsWith('/health') === true,
        // An address is what a caller wrote: people put ID numbers there, and names. The route stands in http.route.
        startIncomingSpanHook: () => ({ 'url.path': HIDDEN, 'url.query': HIDDEN }),
      }),
      // No trace goes on from a statement, so where nothing is exported its spans would be made for nobody.
      ...(exported ? [new PgInstrumentation({ requireParentSpan: true, enhancedDatabaseReporting: false })] : []),
      // Lines get the trace's id; they are written, not sent.
      new PinoInstrumentation({ disableLogSending: true }),
    ],
  });
}

function batchDelay(): { scheduledDelayMillis?: number } {
  const delay = positiveNumber('OTEL_BSP_SCHEDULE_DELAY');
  return delay === undefined ? {} : { scheduledDelayMillis: delay };
}

/** Sends what is left. */
export async function endTelemetry(): Promise<void> {
  await Promise.all([provider?.shutdown(), endMetrics()]);
}
