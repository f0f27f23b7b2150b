import { metrics, type Attributes } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';

export type Point = { readonly labels: Attributes; readonly value: unknown };

/** For specs: what a collector would be sent. Called before what measures is made. */
export function measure(): { readonly pointsOf: (name: string) => Promise<Point[]> } {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  // Collected when a spec asks, so never by itself.
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  return {
    pointsOf: async (name) => {
      exporter.reset();
      await reader.forceFlush();
      const collected = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
      return collected
        .flatMap(({ metrics: measured }) => measured.filter(({ descriptor }) => descriptor.name === name))
        .flatMap(({ dataPoints }): Point[] =>
          dataPoints.map(({ attributes, value }) => ({ labels: attributes, value })),
        );
    },
  };
}
