import { businessDateOf } from '@yiditong/chassis';
import type { Reason, ReasonParams } from '@yiditong/codes';
import {
  decideEligibility,
  factAt,
  type Eligibility,
  type FilingRule,
  type Question,
  type RecordedFacts,
} from '@yiditong/eligibility';
import type { FactSheet } from './eligibility.store.js';

/** A visit as it is asked about; without `asOf` as of now. Where an institution is named, the treating region is its own. */
export type AskedVisit = Omit<Question, 'asOf' | 'treatingRegion'> & {
  readonly personId: string;
  readonly treatingRegion: string | null;
  readonly asOf: number | null;
};

export type Answer = { readonly eligibility: Eligibility; readonly asOf: number };

/** As somebody asks who may leave his own insured place out. */
export type DecidedVisit = Omit<AskedVisit, 'insuredRegion'> & { readonly insuredRegion: string | null };

/** Where an institution is named, its own division counts, as it was recorded then, and not what somebody says of it. */
export function answerOf(
  { personId: _personId, asOf: asked, treatingRegion: named, ...visit }: AskedVisit,
  facts: RecordedFacts,
  rules: readonly FilingRule[],
  now: number,
): Answer {
  const asOf = asked ?? now;
  const problem = timeProblem(visit.admittedOn, asOf, now);
  if (problem !== null) return { asOf, eligibility: refused('REQUEST_MALFORMED', { problem }) };
  if (visit.institutionCode === null && named !== null)
    return { asOf, eligibility: decideEligibility({ ...visit, treatingRegion: named, asOf }, facts, rules) };
  const institution = factAt(facts.institution ?? [], { ...visit, asOf });
  if (!institution)
    return { asOf, eligibility: refused('INSTITUTION_UNKNOWN', { institution: visit.institutionCode ?? '' }) };
  if (named !== null && named !== institution.region)
    return { asOf, eligibility: refused('REQUEST_MALFORMED', { problem: 'treating_region is not the institution’s' }) };
  return { asOf, eligibility: decideEligibility({ ...visit, treatingRegion: institution.region, asOf }, facts, rules) };
}

/**
 * What was recorded by an instant is known once it has passed, and the rules of a day once it has come: a later one may still change. By
 * the day, because a hospital's clock may be ahead.
 */
function timeProblem(admittedOn: string, asOf: number, now: number): string | null {
  if (asOf > now) return 'as_of lies in the future';
  return admittedOn > businessDateOf(new Date(asOf)) ? 'admitted_at lies after the day of as_of' : null;
}

function refused(reason: Reason, params: ReasonParams): Eligibility {
  return { covered: false, reason, params, article: '规程第十四条' };
}

/** Whether the person and the institution had been heard of by now. What was recorded since answers nothing yet. */
export function isComplete(sheet: FactSheet, { personId, institutionCode }: AskedVisit, now: number): boolean {
  return (
    isKnownPerson(sheet, personId, now) && (institutionCode === null || isKnownInstitution(sheet, institutionCode, now))
  );
}

function isKnownPerson({ insurance }: FactSheet, personId: string, now: number): boolean {
  return insurance.some((fact) => fact.personId === personId && fact.recordedAt <= now);
}

function isKnownInstitution({ institutions }: FactSheet, code: string, now: number): boolean {
  return institutions.some((fact) => fact.institutionCode === code && fact.recordedAt <= now);
}

/** What the trail says of a question. */
export function auditOf({ insuredRegion, treatingRegion, institutionCode, visitKind, asOf }: AskedVisit) {
  return {
    insuredRegion,
    treatingRegion,
    institutionCode,
    visitKind,
    asOf: asOf === null ? null : new Date(asOf).toISOString(),
  };
}

/** A disease is nobody's business in the trail. */
export function outcomeOf({ eligibility }: Answer) {
  return eligibility.covered
    ? { covered: true, basis: eligibility.basis, filingId: eligibility.filingId }
    : { covered: false, reason: eligibility.reason };
}
