import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { Logger } from '@nestjs/common';
import { ServerGrpc } from '@nestjs/microservices';
import { Rejection } from '@yiditong/codes';
import { UNREADABLE_REQUEST } from '@yiditong/contracts';
import { firstValueFrom, isObservable } from 'rxjs';
import { serveKnowingCaller } from './caller.js';
import { serveUntil } from './deadline.js';
import { grpcErrorOf } from './rejection.filter.js';
import { serveInSpan } from './telemetry/rpc-span.js';

type Call = ServerUnaryCall<object, object>;
/** Nest's own, with guards and filters around it; a refusal is an observable that fails. */
type Handler = (request: object, metadata: Call['metadata'], call: Call) => Promise<unknown>;

/**
 * How many calls a service has in hand at most. Whoever calls waits for a slow database or a slow peer; beyond this many there is no sense in
 * letting still more wait, and memory for them would have no bound.
 */
const CALLS_AT_ONCE = 1_000;
const RETRY_AFTER_SECONDS = '2';

/**
 * Nest's gRPC server, which serves each call in the trace that it belongs to, with its caller and its deadline at hand, and writes one line about it.
 * All of that is done here once and not in interceptors, each of which costs a short call more than what it does.
 */
export class RpcServer extends ServerGrpc {
  private readonly log = new Logger('Rpc');
  private calls = 0;

  override createUnaryServiceMethod(handle: Handler) {
    return (call: Call, answer: sendUnaryData<object>): void => {
      // Before anything is done, so that the caller may send the same again.
      if (this.calls >= CALLS_AT_ONCE)
        return answer(grpcErrorOf(new Rejection('SERVICE_BUSY', { seconds: RETRY_AFTER_SECONDS })));
      if (call.request === UNREADABLE_REQUEST)
        return answer(grpcErrorOf(new Rejection('REQUEST_MALFORMED', { problem: 'the bytes are no message' })));
      this.calls += 1;
      this.serve(handle, call)
        .finally(() => (this.calls -= 1))
        .then((message) => answer(null, message), answer);
    };
  }

  /** No contract has any; one that does needs what unary calls get here. */
  override createStreamServiceMethod(): never {
    throw new Error('streams are not served');
  }

  private serve(handle: Handler, call: Call): Promise<object> {
    const path = call.getPath();
    return serveInSpan(path, call.metadata, () =>
      serveKnowingCaller(async (caller) => {
        const begun = performance.now();
        // Which, for whom, how long, with what outcome. Nothing of what was asked or answered.
        const write = (outcome: string): void => {
          const { role, region } = caller()?.actor ?? {};
          const ms = Math.round(performance.now() - begun);
          this.log.log({ msg: 'rpc', rpc: path.slice(path.lastIndexOf('/') + 1), role, region, ms, outcome });
        };
        try {
          const message = await serveUntil(call.getDeadline(), async () => {
            const answered = await handle(call.request, call.metadata, call);
            return isObservable(answered) ? firstValueFrom(answered) : answered;
          });
          write('OK');
          return message as object;
        } catch (error) {
          write((error as { details?: string }).details ?? 'INTERNAL_FAULT');
          throw error;
        }
      }),
    );
  }
}
