import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A span as OTLP's JSON carries it, with the service that sent it. */
export type CollectedSpan = {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly attributes?: readonly { readonly key: string; readonly value: unknown }[];
};

const NEW_LINE = Buffer.from('\n');

type OtlpBody = {
  readonly resourceSpans?: readonly {
    readonly resource?: {
      readonly attributes?: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
    };
    readonly scopeSpans?: readonly { readonly spans?: readonly Omit<CollectedSpan, 'service'>[] }[];
  }[];
};

/**
 * Takes spans over OTLP/HTTP as a collector does, and gives those of one trace back at /spans?trace=ID, or all at /spans. Whatever
 * it was ever sent, spans or not, is at /raw.
 */
export async function startTraceCollector(): Promise<{ readonly address: string; readonly stop: () => Promise<void> }> {
  const spans: CollectedSpan[] = [];
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://collector');
    if (request.method === 'GET') {
      if (url.pathname === '/raw') {
        response.end(Buffer.concat(bodies.flatMap((body) => [body, NEW_LINE])));
        return;
      }
      const wanted = url.searchParams.get('trace');
      response.end(JSON.stringify(spans.filter(({ traceId }) => wanted === null || traceId === wanted)));
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      bodies.push(body);
      if (url.pathname === '/v1/traces') spans.push(...spansOf(JSON.parse(body.toString()) as OtlpBody));
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
  });
  // A spec that reads all spans is busy for longer than a connection would be kept, and would find it closed under its next request.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function spansOf(body: OtlpBody): CollectedSpan[] {
  return (body.resourceSpans ?? []).flatMap(({ resource, scopeSpans }) => {
    const service = resource?.attributes?.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return (scopeSpans ?? []).flatMap((scope) => (scope.spans ?? []).map((span) => ({ ...span, service })));
  });
}
