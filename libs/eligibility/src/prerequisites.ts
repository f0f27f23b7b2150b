import { isChronicDiseaseCode, type Reason, type ReasonParams } from '@yiditong/codes';
import type { EntitlementVersion, InstitutionFact, InsuranceFact, Instant, Question, RecordedFacts } from './facts.js';
import { isInForce, type FilingRule } from './rules.js';

/** Why a visit is not covered, and by which article. */
export type Uncovered = {
  readonly covered: false;
  readonly reason: Reason;
  readonly params: ReasonParams;
  readonly article: string;
};

export function uncovered(reason: Reason, article: string, params: ReasonParams = {}): Uncovered {
  return { covered: false, reason, params, article };
}

const IDENTITY = '规程第十五条至第十七条';
const INSURANCE = '规程第十条';
const NETWORK = '规程第十四条';
const OPENED_DISEASES = '医保办发〔2024〕19号';
const DISEASE_SCOPE = '通知二(一)';

/** The first four characters of a national disease code, by which diseases are compared: M039 of M03902 and of M03900. */
export function diseaseClassOf(code: string): string {
  return code.slice(0, 4);
}

/** PERSON_UNKNOWN, INSURED_REGION_MISMATCH, INSURANCE_INACTIVE, or null. The state at admission decides. */
export function insuranceProblem(question: Question, facts: RecordedFacts): Uncovered | null {
  const insurance = factAt(facts.insurance, question);
  if (!insurance) return uncovered('PERSON_UNKNOWN', IDENTITY);
  if (insurance.insuredRegion !== question.insuredRegion) return uncovered('INSURED_REGION_MISMATCH', IDENTITY);
  return insurance.active ? null : uncovered('INSURANCE_INACTIVE', INSURANCE);
}

/** INSTITUTION_UNKNOWN, _NOT_NETWORKED, _SERVICE_NOT_NETWORKED, or null; null too where no institution is asked about. */
export function institutionProblem(question: Question, facts: RecordedFacts): Uncovered | null {
  const { institutionCode, visitKind, diseaseCode } = question;
  if (institutionCode === null) return null;
  const own = (facts.institution ?? []).filter((fact) => fact.institutionCode === institutionCode);
  const institution = factAt(own, question);
  const params = { institution: institutionCode };
  if (!institution) return uncovered('INSTITUTION_UNKNOWN', NETWORK, params);
  if (!institution.networked) return uncovered('INSTITUTION_NOT_NETWORKED', NETWORK, params);
  const opened = institution.visitKinds.includes(visitKind);
  const treats = visitKind !== 'CHRONIC' || institution.diseaseClasses.includes(diseaseClassOf(diseaseCode ?? ''));
  return opened && treats ? null : uncovered('INSTITUTION_SERVICE_NOT_NETWORKED', NETWORK, params);
}

/** DISEASE_CODE_INVALID or DISEASE_NOT_OPENED for a chronic visit, or null. */
export function diseaseProblem(question: Question, rules: readonly FilingRule[]): Uncovered | null {
  if (question.visitKind !== 'CHRONIC') return null;
  const code = question.diseaseCode ?? '';
  if (!isChronicDiseaseCode(code)) return uncovered('DISEASE_CODE_INVALID', OPENED_DISEASES);
  const diseaseClass = diseaseClassOf(code);
  const opened = rules.some(
    (rule) =>
      rule.content.kind === 'OPENED_DISEASE' &&
      rule.content.class === diseaseClass &&
      isInForce(rule, question.admittedOn),
  );
  return opened ? null : uncovered('DISEASE_NOT_OPENED', OPENED_DISEASES);
}

/** ENTITLEMENT_REQUIRED for a chronic visit whose disease the insured place hasn't recognised at admission, or null. */
export function entitlementProblem(question: Question, facts: RecordedFacts): Uncovered | null {
  if (question.visitKind !== 'CHRONIC') return null;
  const { asOf } = question;
  const entitled = facts.entitlements.some(
    (version) => version.recordedAt <= asOf && entitles(version, question) && isLatest(version, facts, asOf),
  );
  return entitled ? null : uncovered('ENTITLEMENT_REQUIRED', DISEASE_SCOPE);
}

function entitles(version: EntitlementVersion, { insuredRegion, diseaseCode, admittedOn }: Question): boolean {
  const { validFrom, validTo } = version;
  return (
    version.insuredRegion === insuredRegion &&
    diseaseClassOf(version.diseaseCode) === diseaseClassOf(diseaseCode ?? '') &&
    validFrom <= admittedOn &&
    (validTo === null || admittedOn <= validTo)
  );
}

function isLatest({ entitlementId, version }: EntitlementVersion, facts: RecordedFacts, asOf: Instant): boolean {
  return !facts.entitlements.some(
    (other) => other.entitlementId === entitlementId && other.version > version && other.recordedAt <= asOf,
  );
}

/**
 * The fact that held at admission: the latest change before or at it, else the earliest change of all, because records begin at some
 * day and a stay may have begun before. Of two for one instant the one recorded later corrects the other.
 */
export function factAt<F extends InsuranceFact | InstitutionFact>(
  facts: readonly F[],
  { admittedAt, asOf }: Pick<Question, 'admittedAt' | 'asOf'>,
): F | null {
  let found: F | null = null;
  for (const fact of facts) {
    if (fact.recordedAt <= asOf && (!found || supersedes(fact, found, admittedAt))) found = fact;
  }
  return found;
}

function supersedes<F extends InsuranceFact | InstitutionFact>(fact: F, found: F, admittedAt: Instant): boolean {
  if (fact.changedAt === found.changedAt) return isCorrection(fact, found);
  const later = fact.changedAt > found.changedAt;
  // Once both lie after the admission, the earlier is nearer to it.
  return later ? fact.changedAt <= admittedAt : found.changedAt > admittedAt;
}

/** Two records of one instant and one time of recording have no order of their own; their text gives them one, whatever order they come in. */
function isCorrection(fact: InsuranceFact | InstitutionFact, found: InsuranceFact | InstitutionFact): boolean {
  if (fact.recordedAt !== found.recordedAt) return fact.recordedAt > found.recordedAt;
  return JSON.stringify(fact) > JSON.stringify(found);
}
