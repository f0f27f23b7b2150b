/** Who pays what: the treating place's line split and the home province's benefit rules. Pure. */
export * from './accumulators.js';
export * from './adjudicate.js';
export * from './asked.js';
export * from './benefit-year.js';
export * from './choice.js';
export { readClaim, type ClaimReading } from './claim-document.js';
export * from './claim.js';
export type { ExpectedResult, PolicyExample } from './example-document.js';
export { explain, type ExplainedStep, type Step } from './explanation.js';
export * from './line-split.js';
export * from './national-result.js';
export * from './policy-comparison.js';
export * from './policy-document.js';
export * from './policy-examples.js';
export * from './policy-linter.js';
export * from './policy.js';
export * from './stay.js';
