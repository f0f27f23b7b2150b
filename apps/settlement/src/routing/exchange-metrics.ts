import type { Counter, Histogram, ObservableGauge, ObservableResult } from '@opentelemetry/api';
import { meter } from '@yiditong/chassis';
import type { Exchange } from './exchange.store.js';
import type { Circuit, ProvinceLine } from './province-line.js';

/** Of a trial that is answered from memory, up to the longest time that a province may have. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const CIRCUITS: Readonly<Record<Circuit, number>> = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 };

/** Exchanges by insured province, operation, role and outcome: OK or a reason. Nothing of a person, a bill or a hospital. */
export class ExchangeMetrics {
  private readonly duration: Histogram;
  private readonly attempts: Counter;
  private readonly lost: Counter;

  constructor() {
    this.duration = meter().createHistogram('yiditong.exchange.duration', {
      unit: 's',
      description: 'Calls to home provinces, waiting and repeats included',
      advice: { explicitBucketBoundaries: SECONDS },
    });
    this.attempts = meter().createCounter('yiditong.exchange.attempts', {
      description: 'How many times calls to home provinces were sent',
    });
    this.lost = meter().createCounter('yiditong.exchange_log.lost', {
      description: 'Exchanges that no row was written of, by the SQLSTATE or reason',
    });
  }

  exchanged({ insuredProvince, operation, role, outcome, timeCostMs, attempts }: Exchange): void {
    const labels = { insured_province: insuredProvince, operation, role, outcome };
    this.duration.record(timeCostMs / 1_000, labels);
    this.attempts.add(attempts, labels);
  }

  lostRows(count: number, kind: string): void {
    this.lost.add(count, { kind });
  }
}

/** How each province's line stands in this replica, looked at when metrics are collected. */
export class LineMetrics {
  private readonly gauges: readonly (readonly [ObservableGauge, (result: ObservableResult) => void])[];

  constructor(lines: ReadonlyMap<string, { readonly calls: ProvinceLine }>) {
    const gauge = (name: string, description: string, valueOf: (line: ProvinceLine) => number) => {
      const observed = meter().createObservableGauge(`yiditong.province.${name}`, { description });
      const observe = (result: ObservableResult): void => {
        for (const [province, { calls }] of lines) result.observe(valueOf(calls), { insured_province: province });
      };
      observed.addCallback(observe);
      return [observed, observe] as const;
    };
    this.gauges = [
      gauge('circuit', '0 closed, 1 half open, 2 open', ({ circuit }) => CIRCUITS[circuit]),
      gauge('places.taken', 'Exchanges under way', ({ places }) => places.taken),
      gauge('places.limit', 'How many may be under way', ({ places }) => places.limit),
      gauge('places.waiting', 'Exchanges that wait for a place', ({ places }) => places.waiting),
    ];
  }

  end(): void {
    for (const [gauge, observe] of this.gauges) gauge.removeCallback(observe);
  }
}
