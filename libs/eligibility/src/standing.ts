import type { FilingCategory } from '@yiditong/codes';
import type { FilingVersion, Instant, Question } from './facts.js';

/** A stretch of time in which the contents of one version of a filing hold. */
export type FilingWindow = {
  readonly filingId: string;
  /** The version whose contents hold. */
  readonly version: number;
  readonly category: FilingCategory;
  readonly insuredRegion: string;
  readonly destinationRegion: string;
  /** Business dates, both inclusive; null for open-ended. */
  readonly validFrom: string;
  readonly validTo: string | null;
  /** Admissions from this instant on; null where the validity alone decides, which lets a late filing hold (通知二(四)). */
  readonly since: Instant | null;
  /** Admissions before this instant; null where nothing has ended it. */
  readonly until: Instant | null;
  /** When the filing took effect for the first time. */
  readonly firstActiveAt: Instant;
  /** 承诺制: the filing, as last known, still owes its papers. */
  readonly owing: boolean;
};

/**
 * The windows of a person's filings as known at an instant, in any order. A filing holds from its first version in force; a change
 * ends one window and begins the next; cancelling and invalidating end it, from that instant on only, so that a stay which began
 * before is not touched (规程第十二条). Expiry is the last day of the validity itself and changes nothing.
 */
export function windowsOf(versions: readonly FilingVersion[], asOf: Instant): FilingWindow[] {
  const known = versions.filter(({ recordedAt }) => recordedAt <= asOf).toSorted(byFilingAndVersion);
  const windows: FilingWindow[] = [];
  let begin = 0;
  for (let end = 1; end <= known.length; end += 1) {
    if (known[end]?.filingId === known[begin]?.filingId) continue;
    windows.push(...windowsOfFiling(known.slice(begin, end)));
    begin = end;
  }
  return windows;
}

/** Whether a window holds the admission asked about: in its validity, and not before it began or from its end on. */
export function holds(
  window: FilingWindow,
  { admittedOn, admittedAt }: Pick<Question, 'admittedOn' | 'admittedAt'>,
): boolean {
  const valid = window.validFrom <= admittedOn && (window.validTo === null || admittedOn <= window.validTo);
  const begun = window.since === null || window.since <= admittedAt;
  return valid && begun && (window.until === null || admittedAt < window.until);
}

/** The versions are those of one filing, oldest first. */
function windowsOfFiling(versions: readonly FilingVersion[]): FilingWindow[] {
  const firstActiveAt = versions.find(({ state }) => state === 'ACTIVE')?.recordedAt;
  if (firstActiveAt === undefined) return [];
  const owing = versions.at(-1)?.owing ?? false;
  const openers = versions.filter(({ event, state }) => state === 'ACTIVE' && event !== 'SUPPLY');
  const endedAt = versions.find(({ event }) => event === 'CANCEL' || event === 'INVALIDATE')?.recordedAt ?? null;
  return openers.map(({ event: _event, state: _state, recordedAt, ...contents }, index) => ({
    ...contents,
    owing,
    firstActiveAt,
    since: index === 0 ? null : recordedAt,
    until: openers[index + 1]?.recordedAt ?? endedAt,
  }));
}

function byFilingAndVersion(one: FilingVersion, other: FilingVersion): number {
  if (one.filingId === other.filingId) return one.version - other.version;
  return one.filingId < other.filingId ? -1 : 1;
}
