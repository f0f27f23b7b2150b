import type { Metadata } from '@grpc/grpc-js';
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context } from '@opentelemetry/api';

/** Serves a call as a span of the trace that it belongs to. */
export function serveInSpan<T>(path: string, metadata: Metadata, work: () => Promise<T>): Promise<T> {
  const caller = propagation.extract(ROOT_CONTEXT, metadata, {
    get: (carrier, key) => carrier.get(key).map(String),
    keys: (carrier) => Object.keys(carrier.getMap()),
  });
  return inSpan(SpanKind.SERVER, path, caller, work);
}

/** Makes a call as a span of the current trace, which goes with it in its metadata. */
export function callInSpan<T>(path: string, metadata: Metadata, work: () => Promise<T>): Promise<T> {
  return inSpan(SpanKind.CLIENT, path, context.active(), () => {
    propagation.inject(context.active(), metadata, { set: (carrier, key, value) => carrier.set(key, value) });
    return work();
  });
}

/** With the attributes that OpenTelemetry's conventions for RPC name; an error's text is a reason or gRPC's own, and holds nobody's data. */
async function inSpan<T>(kind: SpanKind, path: string, parent: Context, work: () => Promise<T>): Promise<T> {
  const [, service = '', method = ''] = path.split('/');
  const attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method };
  const span = trace.getTracer('yiditong').startSpan(`grpc.${service}/${method}`, { kind, attributes }, parent);
  try {
    const answer = await context.with(trace.setSpan(parent, span), work);
    span.setAttribute('rpc.grpc.status_code', 0);
    return answer;
  } catch (error) {
    const { code = -1, details = '' } = error as { code?: number; details?: string };
    span.setAttribute('rpc.grpc.status_code', code);
    span.setStatus({ code: SpanStatusCode.ERROR, message: details });
    throw error;
  } finally {
    span.end();
  }
}
