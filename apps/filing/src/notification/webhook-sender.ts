import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { WebhookMessage } from './webhook-message.js';
import { isAddressAllowed, webhookUrlOf, type Mode } from './webhook-url.js';

/** How an attempt ended: an HTTP status, or what kept an answer from coming. */
export type Attempt = { readonly status: number } | { readonly status: null; readonly problem: Problem };
/** The closed list of what an attempt that got no answer is said to have failed by; nothing of a receiver's own words is kept. */
export type Problem =
  | 'address_not_allowed'
  | 'timeout'
  | 'dns'
  | 'refused'
  | 'reset'
  | 'unreachable'
  | 'tls'
  | 'protocol'
  | 'stopped'
  | 'failed';

export type SenderSettings = {
  readonly mode: Mode;
  /** For the whole of an attempt: name, connection, answer. */
  readonly timeoutMs?: number;
  /** How a name becomes addresses. */
  readonly resolveName?: typeof resolve;
};

const TIMEOUT_MS = 10_000;
const MOST_ANSWER_BYTES = 1_024;
const NOT_ALLOWED = 'ERR_ADDRESS_NOT_ALLOWED';

const PROBLEM_BY_CODE: Readonly<Record<string, Problem>> = {
  [NOT_ALLOWED]: 'address_not_allowed',
  ABORT_ERR: 'timeout',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ENODATA: 'dns',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EPROTO: 'tls',
};
/** OpenSSL's and Node's words for certificates and handshakes. */
const TLS_CODE = /^(ERR_(SSL|TLS)|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH)/;

/**
 * Posts notifications to where bureaus said. An address is as untrusted as whoever typed it: the rule for it is applied again with
 * every attempt, to the address that the connection is really made to; no redirect is followed, and of an answer nothing counts
 * but its status.
 */
export class WebhookSender {
  /** A connection for each attempt: one that is kept open would be past the check of its address. */
  private readonly agents = {
    'http:': new HttpAgent({ keepAlive: false }),
    'https:': new HttpsAgent({ keepAlive: false }),
  };

  constructor(private readonly settings: SenderSettings) {}

  /** Never throws. The signal gives it up at once, as `stopped`. */
  async send(address: string, message: WebhookMessage, stop: AbortSignal): Promise<Attempt> {
    const { mode, timeoutMs = TIMEOUT_MS } = this.settings;
    const url = webhookUrlOf(address, mode);
    if (!url) return { status: null, problem: 'address_not_allowed' };
    const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
    try {
      // A trace would record the address, and tell the receiver of our traces.
      return { status: await context.with(suppressTracing(context.active()), () => this.post(url, message, signal)) };
    } catch (error) {
      return { status: null, problem: stop.aborted ? 'stopped' : problemOf(error) };
    }
  }

  private async post(url: URL, { body, headers }: WebhookMessage, signal: AbortSignal): Promise<number> {
    const secure = url.protocol === 'https:';
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: this.agents[secure ? 'https:' : 'http:'],
      lookup: this.lookup,
      signal,
    };
    return new Promise((answered, failed) => {
      const request = secure ? requestHttps(url, options) : requestHttp(url, options);
      let status: number | undefined;
      request.on('response', (response) => {
        status = response.statusCode ?? 0;
        takeIn(response, () => answered(status ?? 0));
      });
      // What breaks after the status is no matter.
      request.on('error', (error) => (status === undefined ? failed(error) : answered(status)));
      request.end(body);
    });
  }

  /** In place of the system's lookup for a connection, so that what was checked is what is connected to. */
  private readonly lookup = (
    hostname: string,
    options: LookupOptions,
    callback: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
  ): void => {
    const { mode, resolveName = resolve } = this.settings;
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error) callback(error, []);
      // One that is not allowed spoils all: who mixes them means to get past the check.
      else if (!first || !addresses.every(({ address }) => isAddressAllowed(address, mode)))
        callback(
          Object.assign(new Error('the name leads into a network that is not public'), { code: NOT_ALLOWED }),
          [],
        );
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** The rest of an answer means nothing; it is taken in up to a bound, so that a polite receiver isn't cut off. */
function takeIn(response: IncomingMessage, done: () => void): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_ANSWER_BYTES) response.destroy();
  });
  response.on('error', done);
  response.on('close', done);
}

function problemOf(error: unknown): Problem {
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout';
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (TLS_CODE.test(code)) return 'tls';
  return PROBLEM_BY_CODE[code] ?? (code.startsWith('HPE_') ? 'protocol' : 'failed');
}
