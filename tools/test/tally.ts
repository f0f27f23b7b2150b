/** What a run of the suite came to. Failures that are no test (a hook, a file that does not load) are counted apart. */
export type Tally = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly brokenSuites: number;
};

export const NOTHING_RAN: Tally = { passed: 0, failed: 0, skipped: 0, brokenSuites: 0 };

export type Verdict = {
  readonly remarks: readonly string[];
  readonly passed: number;
  readonly failed: number;
  readonly lastLine: string;
  readonly exitCode: 0 | 1;
};

/** The verdict over a run, and the line that people and tools read it from. It is red unless everything shows that it is green. */
export function verdictOn(tally: Tally, run: { readonly exitCode: number | null; readonly inCi: boolean }): Verdict {
  const remarks: string[] = [];
  let failed = tally.failed + tally.brokenSuites;
  if (tally.brokenSuites > 0)
    remarks.push(`Failures that are no test but a file, a suite or a hook: ${tally.brokenSuites}.`);
  if (tally.skipped > 0 && run.inCi) {
    failed += tally.skipped;
    remarks.push(`Skipped tests: ${tally.skipped}. They count as failed, because nothing is skipped in CI.`);
  } else if (tally.skipped > 0) {
    remarks.push(`Skipped tests: ${tally.skipped}. CI would count them as failed.`);
  }
  if (failed === 0 && tally.passed === 0) {
    failed = 1;
    remarks.push('No test ran, which counts as a failure.');
  } else if (failed === 0 && run.exitCode !== 0) {
    failed = 1;
    remarks.push(`vitest ended with ${run.exitCode ?? 'a signal'} although no test failed, which counts as a failure.`);
  }
  return verdict(remarks, tally.passed, failed);
}

/** The verdict over runs that are parts of one: red if any of them is. */
export function verdictOnAll(parts: readonly Verdict[]): Verdict {
  const sum = (key: 'passed' | 'failed'): number => parts.reduce((total, part) => total + part[key], 0);
  return verdict(
    parts.flatMap(({ remarks }) => remarks),
    sum('passed'),
    sum('failed'),
  );
}

function verdict(remarks: readonly string[], passed: number, failed: number): Verdict {
  return { remarks, passed, failed, lastLine: `${passed} passed, ${failed} failed`, exitCode: failed === 0 ? 0 : 1 };
}
