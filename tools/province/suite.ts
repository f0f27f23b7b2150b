import { BATCH_CHECKS, ONCE_CHECKS, TRIAL_CHECKS } from './adjudicate-checks.js';
import { CLOSING_CHECKS, exampleChecks, MONOTONE_CHECKS } from './amount-checks.js';
import { CANCEL_CHECKS } from './cancel-checks.js';
import type { Cases } from './cases.js';
import type { Check, Group } from './check.js';
import { CONCURRENT_CHECKS } from './concurrent-checks.js';
import { Desk } from './desk.js';
import type { Endpoint } from './endpoint.js';
import { Mismatch } from './outcome.js';
import { MALFORMED_CHECKS, PERSON_CHECKS } from './refusal-checks.js';
import { REINSTATE_CHECKS } from './reinstate-checks.js';
import { QUERY_CHECKS, REVERSE_CHECKS } from './reverse-checks.js';
import { STAY_CHECKS } from './stay-checks.js';

/** What came of one case. A warning passes. */
export type CheckResult = Pick<Check, 'group' | 'id' | 'zh' | 'en'> & {
  readonly outcome: 'PASSED' | 'WARNED' | 'FAILED';
  /** In words; null where it came as the case says. */
  readonly expected: string | null;
  readonly came: string;
};

/** Every case, in the order in which they run. */
export function checksFor(cases: Cases): Check[] {
  return [
    ...exampleChecks(cases),
    ...[TRIAL_CHECKS, ONCE_CHECKS, BATCH_CHECKS, QUERY_CHECKS, REVERSE_CHECKS, CANCEL_CHECKS].flat(),
    ...[REINSTATE_CHECKS, STAY_CHECKS].flat(),
    ...[CONCURRENT_CHECKS, MALFORMED_CHECKS, PERSON_CHECKS, MONOTONE_CHECKS, CLOSING_CHECKS].flat(),
  ];
}

/**
 * Runs the cases, one after the other, and tells each as it ends. It asks over gRPC alone and takes back whatever it booked, so that it
 * can be run again.
 */
export async function runSuite(
  endpoint: Endpoint,
  cases: Cases,
  { only, tell }: { readonly only?: readonly Group[]; readonly tell?: (result: CheckResult) => void } = {},
): Promise<CheckResult[]> {
  const desk = new Desk(endpoint);
  const results: CheckResult[] = [];
  for (const check of checksFor(cases).filter(({ group }) => only === undefined || only.includes(group))) {
    const result = await runCheck(check, desk, cases);
    await desk.clearUp();
    results.push(result);
    tell?.(result);
  }
  return results;
}

async function runCheck({ group, id, zh, en, run }: Check, desk: Desk, cases: Cases): Promise<CheckResult> {
  const of = { group, id, zh, en };
  try {
    const came = await run(desk, cases);
    return typeof came === 'string'
      ? { ...of, outcome: 'PASSED', expected: null, came }
      : { ...of, outcome: 'WARNED', expected: null, came: came.warning };
  } catch (error) {
    if (error instanceof Mismatch) return { ...of, outcome: 'FAILED', expected: error.expected, came: error.came };
    const came = error instanceof Error ? error.message : String(error);
    return { ...of, outcome: 'FAILED', expected: 'an answer', came };
  }
}
