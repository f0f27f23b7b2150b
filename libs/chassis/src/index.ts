/** Runs a service: log, clock, configuration, gRPC both ways, transactions, idempotency, outbox, inbox, queues, telemetry. */
export * from './access.guard.js';
export * from './actor.js';
export { appendAudit } from './audit/append-audit.js';
export {
  auditMac,
  type AuditAction,
  type AuditEntry,
  type AuditFacts,
  type AuditPurpose,
} from './audit/audit-record.js';
export { AuditService, type Verification } from './audit/audit.service.js';
export { AUDIT_TABLES, auditGrants } from './audit/audit-tables.js';
export { actorOf, currentCaller, OutgoingIdentity, type Caller } from './caller.js';
export * from './chassis.module.js';
export * from './clock.js';
export * from './codec.js';
export * from './config.js';
export * from './database.js';
export * from './exact-json.js';
export * from './fault.js';
export * from './group-by.js';
export * from './idempotency.js';
export * from './identity.js';
export * from './inbox.js';
export * from './migrate.js';
export * from './outbox.js';
export * from './outbox-relay.js';
export { normalisedIdNumber } from './personal-data/blind-index.js';
export type { CipherSuiteName } from './personal-data/cipher-suites.js';
export { keyVersionOf, MasterKeyMissing, needsReseal, SealBroken, type SealContext } from './personal-data/envelope.js';
export {
  keyRingOf,
  personalDataEnvironment,
  type KeyRing,
  type PersonalDataEnvironment,
} from './personal-data/key-ring.js';
export { providePersonalData } from './personal-data/provide-personal-data.js';
export { RotationService, type RotationReport } from './personal-data/rotation.service.js';
export { contextIn, type SealedTable } from './personal-data/sealed-table.js';
export { PersonalDataVault, type SealedColumns } from './personal-data/vault.js';
export * from './proposal/proposal.codec.js';
export * from './proposal/proposal.js';
export * from './proposal/proposal-table.js';
export * from './queue.js';
export * from './rejection.filter.js';
export * from './rpc-client.js';
export * from './rpc-targets.js';
export * from './run-service.js';
export * from './telemetry/continue-trace.js';
export * from './telemetry/tracing.js';
export { MutualTls, peerOf, type Channel, type TlsSettings } from './transport/transport.js';
