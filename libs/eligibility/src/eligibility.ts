import { provinceOf } from '@yiditong/codes';
import { isLongTerm } from './categories.js';
import { covers, destinationFor } from './destinations.js';
import type { Question, RecordedFacts } from './facts.js';
import { bestGround, laterFirst, type Covered } from './grounds.js';
import {
  diseaseProblem,
  entitlementProblem,
  institutionProblem,
  insuranceProblem,
  uncovered,
  type Uncovered,
} from './prerequisites.js';
import type { FilingRule } from './rules.js';
import { holds, windowsOf, type FilingWindow } from './standing.js';

export type Eligibility = Covered | Uncovered;

/**
 * Decides one visit as of an instant, by the rules in force on the day of admission. Only what was recorded by that instant counts,
 * so that the same question has the same answer for ever. In this order: the same province, the insurance, the disease (of a chronic
 * visit), the institution, the entitlement (of a chronic visit), and last the grounds (see bestGround).
 */
export function decideEligibility(question: Question, facts: RecordedFacts, rules: readonly FilingRule[]): Eligibility {
  const held = windowsOf(facts.filings, question.asOf).filter(
    (window) => window.insuredRegion === question.insuredRegion && holds(window, question),
  );
  if (provinceOf(question.insuredRegion) === provinceOf(question.treatingRegion))
    return decideAtHome(question, facts, rules, held);
  return (
    prerequisiteProblem(question, facts, rules) ??
    bestGround(question, held, rules) ??
    uncovered('FILING_REQUIRED', '规程第十四条')
  );
}

/** 双向享受待遇: a long-term resident elsewhere who returns home is paid like a referral, once the pledge is made good (通知二(五)). */
function decideAtHome(
  question: Question,
  facts: RecordedFacts,
  rules: readonly FilingRule[],
  held: readonly FilingWindow[],
): Eligibility {
  const longTerm = held.filter(({ category }) => isLongTerm(category));
  const filing = longTerm.toSorted(supplyingFirst)[0];
  if (!filing || !isInsuredPlace(question, rules)) return uncovered('NOT_CROSS_PROVINCE', '规程第二条');
  const problem = prerequisiteProblem(question, facts, rules);
  if (problem) return problem;
  if (filing.owing) return uncovered('FILING_MATERIALS_OWED', '通知二(五)');
  return {
    covered: true,
    category: filing.category,
    benefitLevel: 'REFERRAL',
    basis: 'TWO_WAY_AT_HOME',
    filingId: filing.filingId,
    filingVersion: filing.version,
    article: '通知二(五)',
    reasonCode: 'TWO_WAY_AT_HOME',
  };
}

function prerequisiteProblem(question: Question, facts: RecordedFacts, rules: readonly FilingRule[]): Uncovered | null {
  return (
    insuranceProblem(question, facts) ??
    diseaseProblem(question, rules) ??
    institutionProblem(question, facts) ??
    entitlementProblem(question, facts)
  );
}

/** 参保地 is the pooling area, drawn as a filing to it would be; elsewhere in the province it is care inside the province. */
function isInsuredPlace(
  { admittedOn, insuredRegion, treatingRegion }: Question,
  rules: readonly FilingRule[],
): boolean {
  const pooled = destinationFor(rules, admittedOn, insuredRegion) ?? insuredRegion;
  return covers(rules, admittedOn, pooled, treatingRegion);
}

/** Of several the one that owes nothing, then as bestGround would choose. */
function supplyingFirst(one: FilingWindow, other: FilingWindow): number {
  const owing = Number(one.owing) - Number(other.owing);
  return owing === 0 ? laterFirst(one, other) : owing;
}
