import type { Cases } from './cases.js';
import type { Desk } from './desk.js';

/** What the checks are about; any of them can be run alone. */
export const GROUPS = [
  'examples',
  'trial',
  'once',
  'batch',
  'query',
  'reverse',
  'cancel',
  'reinstate',
  'stay',
  'concurrent',
  'malformed',
  'persons',
  'monotone',
  'identities',
  'deadline',
] as const;
export type Group = (typeof GROUPS)[number];

/** Said of what isn't as it should be, and breaks nothing. */
export type Warning = { readonly warning: string };

/** One case of the suite. It answers what came, or throws a Mismatch; what it booked is taken back after it. */
export type Check = {
  readonly group: Group;
  readonly id: string;
  /** What must be so. */
  readonly zh: string;
  readonly en: string;
  readonly run: (desk: Desk, cases: Cases) => Promise<string | Warning>;
};

export function inGroup(group: Group, checks: readonly Omit<Check, 'group'>[]): Check[] {
  return checks.map((check) => ({ group, ...check }));
}
