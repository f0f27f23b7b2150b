import { context, propagation, SpanKind, trace } from '@opentelemetry/api';

/** Runs work as a span of the trace that a message brought with it, which its sender's span began. */
export async function continueTrace<T>(name: string, traceparent: string, work: () => Promise<T>): Promise<T> {
  const parent = propagation.extract(context.active(), { traceparent });
  const span = trace.getTracer('yiditong').startSpan(name, { kind: SpanKind.CONSUMER }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), work);
  } finally {
    span.end();
  }
}

/** The current trace's id, for logs and problem documents; empty outside a trace. */
export function currentTraceId(): string {
  return trace.getSpanContext(context.active())?.traceId ?? '';
}
