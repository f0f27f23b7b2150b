import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { Catch, Logger, type RpcExceptionFilter } from '@nestjs/common';
import { isReason, REASONS, Rejection, type ReasonParams } from '@yiditong/codes';
import { throwError, type Observable } from 'rxjs';
import { describeFault } from './fault.js';

const METADATA_KEY = 'rejection-bin';

/**
 * Turns what a handler throws into a gRPC error: a rejection keeps its reason and parameters; anything
 * else is a fault, whole in the log and opaque outside.
 */
@Catch()
export class RejectionFilter implements RpcExceptionFilter<unknown> {
  private readonly logger = new Logger('Fault');

  catch(error: unknown): Observable<never> {
    const rejection = error instanceof Rejection ? error : this.fault(error);
    return throwError(() => grpcErrorOf(rejection));
  }

  private fault(error: unknown): Rejection {
    this.logger.error(describeFault(error));
    return new Rejection('INTERNAL_FAULT');
  }
}

/** As it travels. */
export function grpcErrorOf({ reason, params }: Rejection): Pick<ServiceError, 'code' | 'details' | 'metadata'> {
  const metadata = new Metadata();
  metadata.set(METADATA_KEY, Buffer.from(JSON.stringify({ reason, params })));
  return { code: status[REASONS[reason].rpc], details: reason, metadata };
}

/** The rejection that a called service gave, or null where the call failed otherwise. */
export function rejectionOf(error: unknown): Rejection | null {
  if (typeof error !== 'object' || error === null || !('metadata' in error) || !(error.metadata instanceof Metadata))
    return null;
  const [value] = error.metadata.get(METADATA_KEY);
  if (value === undefined) return null;
  const { reason, params } = JSON.parse(value.toString()) as { reason: string; params: ReasonParams };
  return isReason(reason) ? new Rejection(reason, params) : null;
}
