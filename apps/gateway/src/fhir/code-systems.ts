import type { FhirElement } from './fhir-json.js';

const IDENTIFIER = 'urn:yiditong:identifier';
const CODE = 'urn:yiditong:code';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';

/** What identifiers are unique in. China publishes no URIs for these, so they are the platform's own; docs/fhir.md lists them. */
export const IDENTIFIERS = {
  settlement: `${IDENTIFIER}:settlement`,
  message: `${IDENTIFIER}:message`,
  person: `${IDENTIFIER}:person`,
  institution: `${IDENTIFIER}:institution`,
  division: `${IDENTIFIER}:division`,
  visit: `${IDENTIFIER}:visit-number`,
  coverage: `${IDENTIFIER}:coverage`,
  notice: `${IDENTIFIER}:clearing-notice`,
  bankSerial: `${IDENTIFIER}:bank-serial`,
} as const;

export const SYSTEMS = {
  nationalItem: `${CODE}:national-item`,
  hospitalItem: `${CODE}:hospital-item`,
  chargeCategory: `${CODE}:charge-category`,
  visitKind: `${CODE}:visit-kind`,
  diagnosis: `${CODE}:icd-10-medical-insurance`,
  chronicDisease: `${CODE}:chronic-disease`,
  adjudication: `${CODE}:adjudication`,
  reason: `${CODE}:reason`,
  clearedFund: `${CODE}:cleared-fund`,
  claimType: `${TERMINOLOGY}/claim-type`,
  priority: `${TERMINOLOGY}/processpriority`,
  standardAdjudication: `${TERMINOLOGY}/adjudication`,
  diagnosisType: `${TERMINOLOGY}/ex-diagnosistype`,
  relatedClaim: `${TERMINOLOGY}/ex-relatedclaimrelationship`,
  paymentType: `${TERMINOLOGY}/ex-paymenttype`,
  paymentPart: `${TERMINOLOGY}/payment-type`,
} as const;

export function concept(system: string, code: string, display?: string): FhirElement {
  return { coding: [coding(system, code, display)] };
}

export function coding(system: string, code: string, display?: string): FhirElement {
  return { system, code, display: display === '' ? undefined : display };
}

/** A reference to something that this platform doesn't give out itself, by its identifier. */
export function identified(type: string, system: string, value: string, display?: string): FhirElement {
  return { type, identifier: { system, value }, display: display === '' ? undefined : display };
}
