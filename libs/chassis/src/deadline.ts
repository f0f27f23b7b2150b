import { AsyncLocalStorage } from 'node:async_hooks';
import type { Deadline } from '@grpc/grpc-js';

/** Until when the caller of the call that is being served waits, in milliseconds since the epoch. */
const serving = new AsyncLocalStorage<{ endsAt: number }>();

/**
 * Serves a call that its caller waits for until the deadline: no call that is made for it may outlive that, for nobody would hear its
 * answer. What goes on after the call was answered is this service's own work and has no deadline.
 */
export async function serveUntil<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
  const call = { endsAt: deadline instanceof Date ? deadline.getTime() : deadline };
  try {
    return await serving.run(call, work);
  } finally {
    call.endsAt = Infinity;
  }
}

/** How long the caller that is being served still waits, in milliseconds; infinite in a service's own work, zero or less where he has gone. */
export function remainingMs(): number {
  return (serving.getStore()?.endsAt ?? Infinity) - Date.now();
}
