import type { FilingRule } from '@yiditong/eligibility';

/** A row of `filing_rule`. */
export type FilingRuleRow = FilingRule & { readonly ruleId: string; readonly recordedAt: Date };
