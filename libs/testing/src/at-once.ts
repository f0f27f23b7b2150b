import { Rejection } from '@yiditong/codes';

/** How long a wait may take on a slow machine before it counts as never; hand it to expect.poll. */
export const PATIENCE = { timeout: 20_000, interval: 20 } as const;

/** Begins so many calls before any has ended, and waits for all of them. */
export async function atOnce<T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)));
}

/** Repeats a call as a caller does who was told to retry with the same key: on a busy machine a storm may exhaust the pool. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Rejection) || error.reason !== 'SERVICE_UNAVAILABLE') throw error;
    }
  }
}

/** How a call ended: a word for its success, or the reason of its rejection. A fault is thrown on. */
export async function endOf(call: Promise<unknown>, success: string): Promise<string> {
  try {
    await call;
    return success;
  } catch (error) {
    if (error instanceof Rejection) return error.reason;
    throw error;
  }
}

/** A point in a story that some wait for and one passes. */
export type Gate = { readonly passed: Promise<void>; readonly open: () => void };

export function gate(): Gate {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
