/** What specs share: real databases, tenancy checks, a clock that stands still. */
export { FixedClock } from './fixed-clock.js';
export { tenancyProblems } from './tenancy.js';
export type { TestCluster } from './template-database.global.js';
export { createTestDatabase, queryAs, type TestDatabase } from './test-database.js';
