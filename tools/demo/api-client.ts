import { setTimeout as sleep } from 'node:timers/promises';
import type { Bearer } from '../stack/tokens.js';

/** An answer of the gateway: its status, its body as sent, and the body read. */
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

  /** Sends until there is an answer that says what happened. */
  async persistently<T>(
    method: string,
    path: string,
    body: unknown,
    token: Bearer,
    idempotencyKey?: string,
  ): Promise<ApiAnswer<T>> {
    const deadline = Date.now() + RETRY_FOR_MS;
    for (;;) {
      const answer = await this.once<T>(method, path, body, token, idempotencyKey).catch(() => null);
      if (answer && !TRY_AGAIN.includes(answer.status)) return answer;
      if (Date.now() > deadline)
        throw new Error(`${method} ${path}: no definite answer within ${RETRY_FOR_MS / 1000} s`);
      await sleep(RETRY_EVERY_MS);
    }
  }

  async once<T>(
    method: string,
    path: string,
    body: unknown,
    token: Bearer,
    idempotencyKey?: string,
  ): Promise<ApiAnswer<T>> {
    const answer = await fetch(`${this.gateway}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${typeof token === 'string' ? token : await token()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await answer.text();
    const retryAfter = answer.headers.get('retry-after');
    return {
      status: answer.status,
      text,
      body: JSON.parse(text) as T,
      retryAfter: retryAfter === null ? null : Number(retryAfter),
    };
  }
}
