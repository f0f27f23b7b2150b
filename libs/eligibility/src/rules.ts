import type { BenefitLevel, RuleKind } from '@yiditong/codes';

/** A province that a filing may name as a whole (art. 11): a municipality, or a place that is pooled at that level. */
export type WholeProvinceRule = { readonly kind: 'WHOLE_PROVINCE'; readonly region: string };
/** Two places of which a filing to one opens the other: 省本级 and the capital (医保发〔2024〕21号). */
export type LinkedPlacesRule = { readonly kind: 'LINKED_PLACES'; readonly regions: readonly [string, string] };
/** Regions whose care counts as filed among themselves (视同备案), or needs no filing (免备案). */
export type AgreementRule = {
  readonly kind: 'AGREEMENT';
  readonly name: string;
  /** Whole provinces, prefectures or counties. The insured and the treating place each have to lie in one. */
  readonly parties: readonly string[];
  readonly effect: 'DEEMED_FILED' | 'EXEMPT';
  readonly benefitLevel: BenefitLevel;
};
/** A class of outpatient diseases opened across provinces: the first four characters of the national code. */
export type OpenedDiseaseRule = { readonly kind: 'OPENED_DISEASE'; readonly class: string; readonly nameZh: string };
/** A province's own: how long long-term filings are locked in (at most 6 months, art. 10), how long temporary ones last at least. */
export type ProvincePolicyRule = {
  readonly kind: 'PROVINCE_POLICY';
  readonly lockInMonths: number;
  readonly temporaryMonths: number;
};

export type RuleContent = WholeProvinceRule | LinkedPlacesRule | AgreementRule | OpenedDiseaseRule | ProvincePolicyRule;

/** A rule with its dates. It takes effect on a day after it was entered, so that it can't change what was decided before. */
export type FilingRule = {
  /** The province, or the nation. */
  readonly owner: string;
  /** The document that says so. */
  readonly source: string;
  /** First day, a business date. */
  readonly validFrom: string;
  /** Last day, or null. */
  readonly validTo: string | null;
  readonly content: RuleContent;
};

/** What a rule is about: of two with the same subject, at most one is in force on a day. */
export function subjectOf(content: RuleContent): string {
  switch (content.kind) {
    case 'WHOLE_PROVINCE':
      return content.region;
    case 'LINKED_PLACES':
      return content.regions.toSorted().join('-');
    case 'AGREEMENT':
      return content.name;
    case 'OPENED_DISEASE':
      return content.class;
    case 'PROVINCE_POLICY':
      return 'policy';
  }
}

/** Whether a rule is in force on a business date. */
export function isInForce(rule: FilingRule, on: string): boolean {
  return rule.validFrom <= on && (rule.validTo === null || on <= rule.validTo);
}

/** The contents of a kind that are in force on a business date. */
export function rulesInForce<K extends RuleKind>(
  rules: readonly FilingRule[],
  kind: K,
  on: string,
): Extract<RuleContent, { kind: K }>[] {
  return rules.flatMap((rule) => (isOfKind(rule.content, kind) && isInForce(rule, on) ? [rule.content] : []));
}

/** What holds where a province has said nothing: no lock-in, and the six months of 通知二(三). */
export const DEFAULT_POLICY: ProvincePolicyRule = { kind: 'PROVINCE_POLICY', lockInMonths: 0, temporaryMonths: 6 };

/** The policy of a province (six digits, ending in 0000) on a business date. */
export function policyOf(rules: readonly FilingRule[], province: string, on: string): ProvincePolicyRule {
  for (const rule of rules) {
    if (rule.content.kind === 'PROVINCE_POLICY' && rule.owner === province && isInForce(rule, on)) return rule.content;
  }
  return DEFAULT_POLICY;
}

function isOfKind<K extends RuleKind>(content: RuleContent, kind: K): content is Extract<RuleContent, { kind: K }> {
  return content.kind === kind;
}
