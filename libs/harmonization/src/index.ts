/** Which national item a hospital's or a province's own item is, and why. Pure. */
export * from './item.js';
export { approvalOf, approvalSpellings, claimedCodeOf } from './codes.js';
export * from './decide.js';
export * from './names.js';
export * from './score.js';
export * from './trigrams.js';
export { MAP_BPS, MARGIN_BPS, QUEUE_BPS, RULES_VERSION } from './weights.js';
