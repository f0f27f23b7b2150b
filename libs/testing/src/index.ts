/** What specs share: real databases, what to find behind their tenancy, storms of calls, a clock that stands still, keys. */
export { atOnce, endOf, gate, patiently, PATIENCE, type Gate } from './at-once.js';
export { auditFaults, auditTrail, type TrailEntry } from './audit-trail.js';
export { privilegesOf, rowCounts, tablesHolding, waitingForLocks } from './behind-tenancy.js';
export { DemoTables1763740800000 } from './demo-tables.js';
export { FailingSteps, FAILURES, type Failure, type FailureKind } from './failing-steps.js';
export { FixedClock } from './fixed-clock.js';
export type { TestCluster } from './template-database.global.js';
export { createTestDatabase, queryAs, type TestDatabase } from './test-database.js';
export { privateJwks } from './signing-keys.js';
export { testVault, type VaultOptions } from './test-vault.js';
export {
  AUDIT_HEAD,
  AUDIT_RECORD,
  IDEMPOTENCY,
  INBOX,
  MIGRATIONS,
  OUTBOX,
  PROPOSAL,
} from './tenancy/chassis-tables.js';
export { describeTenancy } from './tenancy/describe-tenancy.js';
export { areaOf, BYTES, dayOf, INSTANT, institutionOf, uuidOf } from './tenancy/sample-values.js';
export { MIGRATED, updateOf, type TenancySpec, type TenantTable } from './tenancy/tenant-table.js';
export { findInDatabase, type Find } from './find-in-database.js';
