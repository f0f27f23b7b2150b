/** Filing and point-of-care eligibility: the rules, as data and as functions over recorded facts. Pure. */
export * from './agreements.js';
export * from './destinations.js';
export * from './eligibility.js';
export * from './facts.js';
export * from './founding-rules.js';
export * from './lifecycle.js';
export * from './model-visit.js';
export * from './registration.js';
export * from './rules.js';
export { ELIGIBILITY_REASON_CODES, type Covered, type EligibilityReasonCode } from './grounds.js';
export { diseaseClassOf, factAt, type Uncovered } from './prerequisites.js';
export { holds, windowsOf } from './standing.js';
