/** Runs a service: log, clock, configuration, gRPC both ways, transactions, idempotency, outbox, inbox, queues, telemetry. */
export { actorSchema, nationalActor, serviceActor, type Actor } from './actor.js';
export { appendAudit } from './audit/append-audit.js';
export { auditMac, type AuditAction, type AuditEntry, type AuditFacts } from './audit/audit-record.js';
export { AuditService } from './audit/audit.service.js';
export { AUDIT_TABLES, auditGrants } from './audit/audit-tables.js';
export { BackgroundLoop } from './background-loop.js';
export { actorOf, currentCaller, OutgoingIdentity } from './caller.js';
export { ChassisModule, databaseOptions } from './chassis.module.js';
export { businessDateOf, Clock, nextDay } from './clock.js';
export * from './codec.js';
export { peerAddress, readEnvironment, serviceEnvironment } from './config.js';
export {
  Database,
  narrowTenancySql,
  allowLongStatements,
  queryPrepared,
  tenancySql,
  violatedConstraint,
  type Statement,
  type Tenancy,
  type Tx,
} from './database.js';
export { remainingMs, serveUntil } from './deadline.js';
export { bodyHash, freeze, sha256, thaw } from './exact-json.js';
export { describeFault } from './fault.js';
export { groupBy } from './group-by.js';
export { decideOnce, IDEMPOTENCY_TABLE, type WriteKey } from './idempotency.js';
export { IdentityMint } from './identity.js';
export { acceptNew, INBOX_TABLE } from './inbox.js';
export { migrateDatabase, type MigrationClass } from './migrate.js';
export { appendOutbox, OUTBOX_TABLE, type PendingMessage } from './outbox.js';
export { OutboxRelay } from './outbox-relay.js';
export { normalisedIdNumber } from './personal-data/blind-index.js';
export type { CipherSuiteName } from './personal-data/cipher-suites.js';
export { MasterKeyMissing, SealBroken, type SealContext } from './personal-data/envelope.js';
export { personalDataEnvironment } from './personal-data/key-ring.js';
export { providePersonalData } from './personal-data/provide-personal-data.js';
export { RotationService } from './personal-data/rotation.service.js';
export { contextIn, type SealedTable } from './personal-data/sealed-table.js';
export { PersonalDataVault, type SealedColumns } from './personal-data/vault.js';
export * from './proposal/proposal.codec.js';
export {
  bodyOf,
  decideProposal,
  findProposal,
  propose,
  PROPOSAL_DECISIONS,
  PROPOSAL_STATES,
  proposalsOf,
  withdrawProposal,
  type Proposal,
  type ProposalBook,
  type ProposalPage,
} from './proposal/proposal.js';
export * from './proposal/proposal-table.js';
export { migrateQueues, queueModule } from './queue.js';
export { AnswerTooLarge, provideRpcClient, RpcClient } from './rpc-client.js';
export * from './rpc-targets.js';
export { runService, stopWhenTold, type Readiness } from './run-service.js';
export { SigningKeys, signingKeysText } from './signing-keys.js';
export { continueTrace, currentTraceId } from './telemetry/continue-trace.js';
export { meter } from './telemetry/metrics.js';
export { MutualTls } from './transport/transport.js';
export { isWorkingDay, isYearKnown, workingDaysAfter } from './work-calendar.js';
