import type { Metadata } from '@grpc/grpc-js';
import { Injectable, Logger, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Rejection } from '@yiditong/codes';
import { tap, type Observable } from 'rxjs';
import { actorOf } from './caller.js';

/** One line an RPC: which, for whom, how long, with what outcome. Nothing of what was asked or answered. */
@Injectable()
export class ExchangeLog implements NestInterceptor {
  private readonly logger = new Logger('Rpc');

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const begun = performance.now();
    const { role, region } = actorOf(context.switchToRpc().getContext<Metadata>());
    const write = (outcome: string): void => {
      const ms = Math.round(performance.now() - begun);
      this.logger.log({ msg: 'rpc', rpc: context.getHandler().name, role, region, ms, outcome });
    };
    return next.handle().pipe(
      tap({
        next: () => write('OK'),
        error: (error: unknown) => write(error instanceof Rejection ? error.reason : 'FAULT'),
      }),
    );
  }
}
