import { setTimeout as sleep } from 'node:timers/promises';
import type { Bearer } from '../stack/tokens.js';

/** An answer of the gateway: its status, its body as sent, and the body read where it is JSON. */
export type ApiAnswer<T = unknown> = {
  readonly status: number;
  readonly text: string;
  readonly body: T;
  readonly retryAfter: number | null;
};

/** A problem document that the caller did not expect. */
export class UnexpectedAnswer extends Error {
  constructor(
    readonly answer: ApiAnswer,
    what: string,
  ) {
    super(`${what}: ${answer.status} ${answer.text.slice(0, 500)}`);
  }
}

type Content = { readonly type: string; readonly text: string };

const RETRY_FOR_MS = 120_000;
const RETRY_EVERY_MS = 250;
/** Too many requests, and a service that is not there: nothing was done, or the key says what. */
const TRY_AGAIN = [429, 503];

/** The public interface as a careful client uses it: what is not answered, or answered with 429 or 503, is sent again under its own key. */
export class ApiClient {
  constructor(private readonly gateway: string) {}

  async get<T>(path: string, token: Bearer): Promise<T> {
    const answer = await this.persistently<T>('GET', path, undefined, token);
    if (answer.status >= 400) throw new UnexpectedAnswer(answer, `GET ${path}`);
    return answer.body;
  }

  /** A file that must be there. */
  async text(path: string, token: Bearer): Promise<string> {
    const answer = await this.persistently('GET', path, undefined, token);
    if (answer.status >= 400) throw new UnexpectedAnswer(answer, `GET ${path}`);
    return answer.text;
  }

  /** A write that must succeed. */
  async write<T>(
    method: 'POST' | 'PUT',
    path: string,
    body: unknown,
    token: Bearer,
    idempotencyKey: string,
  ): Promise<T> {
    const answer = await this.persistently<T>(method, path, body, token, idempotencyKey);
    if (answer.status >= 400) throw new UnexpectedAnswer(answer, `${method} ${path}`);
    return answer.body;
  }

  /** A file of comma-separated values that must be taken; sent again, it replaces itself. */
  async upload<T>(path: string, csv: string, token: Bearer): Promise<T> {
    const answer = await definite<T>(`PUT ${path}`, () =>
      this.send('PUT', path, { type: 'text/csv', text: csv }, token),
    );
    if (answer.status >= 400) throw new UnexpectedAnswer(answer, `PUT ${path}`);
    return answer.body;
  }

  /** Sends until there is an answer that says what happened. */
  async persistently<T>(
    method: string,
    path: string,
    body: unknown,
    token: Bearer,
    idempotencyKey?: string,
  ): Promise<ApiAnswer<T>> {
    return definite(`${method} ${path}`, () => this.once<T>(method, path, body, token, idempotencyKey));
  }

  async once<T>(
    method: string,
    path: string,
    body: unknown,
    token: Bearer,
    idempotencyKey?: string,
  ): Promise<ApiAnswer<T>> {
    const content = body === undefined ? undefined : { type: 'application/json', text: JSON.stringify(body) };
    return this.send(method, path, content, token, idempotencyKey);
  }

  private async send<T>(
    method: string,
    path: string,
    content: Content | undefined,
    token: Bearer,
    idempotencyKey?: string,
  ): Promise<ApiAnswer<T>> {
    const answer = await fetch(`${this.gateway}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${typeof token === 'string' ? token : await token()}`,
        ...(content === undefined ? {} : { 'content-type': content.type }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(content === undefined ? {} : { body: content.text }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await answer.text();
    const retryAfter = answer.headers.get('retry-after');
    const isJson = /json(;|$)/.test(answer.headers.get('content-type') ?? '');
    return {
      status: answer.status,
      text,
      body: (isJson ? JSON.parse(text) : null) as T,
      retryAfter: retryAfter === null ? null : Number(retryAfter),
    };
  }
}

async function definite<T>(what: string, send: () => Promise<ApiAnswer<T>>): Promise<ApiAnswer<T>> {
  const deadline = Date.now() + RETRY_FOR_MS;
  for (;;) {
    const answer = await send().catch(() => null);
    if (answer && !TRY_AGAIN.includes(answer.status)) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: no definite answer within ${RETRY_FOR_MS / 1000} s`);
    await sleep(RETRY_EVERY_MS);
  }
}
