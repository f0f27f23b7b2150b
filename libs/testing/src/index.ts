/** What specs share: real databases, what to find behind their tenancy, storms of calls, a clock that stands still. */
export { atOnce, endOf, gate, patiently, PATIENCE, type Gate } from './at-once.js';
export { privilegesOf, rowCounts, tablesHolding, waitingForLocks } from './behind-tenancy.js';
export { DemoTables1763740800000 } from './demo-tables.js';
export { FixedClock } from './fixed-clock.js';
export { tenancyProblems } from './tenancy.js';
export type { TestCluster } from './template-database.global.js';
export { createTestDatabase, queryAs, type TestDatabase } from './test-database.js';
