import { setTimeout as sleep } from 'node:timers/promises';

/** Far more than anything here takes, also on a machine that is busy with something else. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** Looks again and again until what it sees is what is waited for, and gives that back; says what it saw last if it never is. */
export async function until<T>(
  look: () => Promise<T>,
  isIt: (seen: T) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (isIt(seen)) return seen;
    if (Date.now() > deadline)
      throw new Error(
        `still not there after ${patienceMs / 1000} s; last seen: ${JSON.stringify(seen).slice(0, 2_000)}`,
      );
    await sleep(LOOK_EVERY_MS);
  }
}
