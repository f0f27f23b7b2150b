import type { Adjustment, Band, Policy, VisitRule } from '@yiditong/adjudication';
import { freeze } from '@yiditong/chassis';
import { HOSPITAL_LEVELS, PERSON_TYPES_OF, type Insurance, type VisitKind } from '@yiditong/codes';
import { compareRates, parseRate, ZERO_RATE, type Rate } from '@yiditong/money';

type Rules = Omit<Policy, 'policyId'>;

/** 通知 二(六): how far the ratio may fall below the local one. */
const MOST_POINTS: Record<keyof Policy['adjustments'], Rate> = {
  REFERRAL: parseRate('10%') ?? ZERO_RATE,
  EMERGENCY: parseRate('10%') ?? ZERO_RATE,
  OTHER_TEMPORARY: parseRate('20%') ?? ZERO_RATE,
};

/** What is wrong with a policy's content, or null: each sentence names the place and the rule. */
export function problemOf(policy: Rules): string | null {
  if (policy.validTo !== null && policy.validTo < policy.validFrom) return 'validTo: before validFrom';
  if (!policy.visits.INPATIENT) return 'visits: INPATIENT is missing';
  const visits = Object.entries(policy.visits) as [VisitKind, VisitRule][];
  const adjustments = Object.entries(policy.adjustments) as [keyof Policy['adjustments'], Adjustment][];
  return (
    visits
      .map(([kind, rule]) => bandProblem(`visits.${kind}.bands`, rule.bands, policy.insurance))
      .find((problem) => problem !== null) ??
    adjustments.map(([level, adjustment]) => pointsProblem(level, adjustment)).find((problem) => problem !== null) ??
    null
  );
}

/** The parts of a policy that another has otherwise, or all where there is no other: by name, in alphabetical order; each kind of visit is a part. */
export function differingParts(one: Rules, other: Rules | null): string[] {
  const [ours, theirs] = [partsOf(one), other === null ? new Map<string, string>() : partsOf(other)];
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  return [...names].filter((name) => ours.get(name) !== theirs.get(name)).sort();
}

function partsOf({ visits, ...rest }: Rules): Map<string, string> {
  const parts = [
    ...Object.entries(rest),
    ...Object.entries(visits).map(([kind, rule]) => [`visits.${kind}`, rule] as const),
  ];
  return new Map(parts.map(([name, part]) => [name, freeze(part)]));
}

function bandProblem(path: string, bands: readonly Band[], insurance: Insurance): string | null {
  if (bands.at(-1)?.upToFen !== null) return `${path}: the last band must be open-ended`;
  const limits = bands.slice(0, -1).map((band) => band.upToFen);
  const rising = limits.every((limit, index) => limit !== null && limit > (limits[index - 1] ?? 0n));
  if (!rising) return `${path}: limits must rise`;
  const complete = bands.every((band) =>
    PERSON_TYPES_OF[insurance].every((person) =>
      HOSPITAL_LEVELS.every((level) => band.ratio[person]?.[level] !== undefined),
    ),
  );
  return complete ? null : `${path}: a ratio is missing for a person type or hospital level`;
}

function pointsProblem(level: keyof Policy['adjustments'], adjustment: Adjustment): string | null {
  const tooFar = adjustment.mode === 'POINTS' && compareRates(adjustment.points, MOST_POINTS[level]) > 0;
  return tooFar ? `adjustments.${level}: more points than 通知 二(六) allows` : null;
}
