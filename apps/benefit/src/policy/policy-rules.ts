import { compareVersions, type PolicyDocument, type PolicyEffect } from '@yiditong/adjudication';
import { freeze } from '@yiditong/chassis';

/** What a policy differs in from another, or from nothing at all, and what that does to model cases. */
export type PolicyChange = {
  readonly standingPolicyId: string | null;
  readonly parts: readonly string[];
  readonly effects: readonly PolicyEffect[];
};

export function changeBetween(
  standing: { readonly policyId: string; readonly policy: PolicyDocument } | null,
  policy: PolicyDocument,
): PolicyChange {
  const before = standing?.policy ?? null;
  return {
    standingPolicyId: standing?.policyId ?? null,
    parts: differingParts(policy, before),
    effects: compareVersions(before, policy),
  };
}

/** The parts of a policy that another has otherwise, or all where there is no other: by name, in alphabetical order; each kind of visit is a part. */
export function differingParts(one: PolicyDocument, other: PolicyDocument | null): string[] {
  const [ours, theirs] = [partsOf(one), other === null ? new Map<string, string>() : partsOf(other)];
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  return [...names].filter((name) => ours.get(name) !== theirs.get(name)).sort();
}

function partsOf({ visits, ...rest }: PolicyDocument): Map<string, string> {
  const parts = [
    ...Object.entries(rest),
    ...Object.entries(visits).map(([kind, rule]) => [`visits.${kind}`, rule] as const),
  ];
  return new Map(parts.map(([name, part]) => [name, freeze(part)]));
}
