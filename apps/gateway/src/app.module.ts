import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import {
  Clock,
  IdentityMint,
  MutualTls,
  OutgoingIdentity,
  peerAddress,
  provideRpcClient,
  TARGETS,
} from '@yiditong/chassis';
import { LoggerModule } from 'nestjs-pino';
import { auditClients } from './audit/audit-clients.js';
import { AuditController } from './audit/audit.controller.js';
import { REVOCATIONS } from './auth/authenticator.js';
import { RefusalAudit } from './auth/refusal-audit.js';
import { Revocations } from './auth/revocations.js';
import { CatalogueConflictController } from './catalogue/catalogue-conflict.controller.js';
import { CatalogueDownloadController } from './catalogue/catalogue-download.controller.js';
import { CatalogueDownloadService } from './catalogue/catalogue-download.service.js';
import { CatalogueDraftFileController } from './catalogue/catalogue-draft-file.controller.js';
import { CatalogueDraftController } from './catalogue/catalogue-draft.controller.js';
import { CatalogueVersionController } from './catalogue/catalogue-version.controller.js';
import { CatalogueController } from './catalogue/catalogue.controller.js';
import { ComparisonFileController } from './catalogue/comparison-file.controller.js';
import { ItemListFileController } from './catalogue/item-list-file.controller.js';
import { ItemListController } from './catalogue/item-list.controller.js';
import { ItemMappingController } from './catalogue/item-mapping.controller.js';
import { MappingDownloadController } from './catalogue/mapping-download.controller.js';
import { MatchController } from './catalogue/match.controller.js';
import { NationalItemController } from './catalogue/national-item.controller.js';
import { ClearingController } from './clearing/clearing.controller.js';
import { ClearingMonthController } from './clearing/clearing-month.controller.js';
import { NationalTableController } from './clearing/national-table.controller.js';
import { ClearingTablePrinter } from './clearing/clearing-table-printer.js';
import { CostMonthController } from './clearing/cost-month.controller.js';
import { ClearingTrialController } from './clearing/clearing-trial.controller.js';
import { StatementController } from './clearing/statement.controller.js';
import { environment } from './config.js';
import { CredentialController } from './credential/credential.controller.js';
import { EstimateController } from './estimate/estimate.controller.js';
import { EligibilityController } from './filing/eligibility.controller.js';
import { EntitlementController } from './filing/entitlement.controller.js';
import { EventStreams } from './filing/event-streams.js';
import { FamilyController } from './filing/family.controller.js';
import { FilingChangeController } from './filing/filing-change.controller.js';
import { FilingEventsController } from './filing/filing-events.controller.js';
import { FilingExportController } from './filing/filing-export.controller.js';
import { FilingImportFileController } from './filing/filing-import-file.controller.js';
import { FilingImportController } from './filing/filing-import.controller.js';
import { FilingReviewController } from './filing/filing-review.controller.js';
import { FilingRuleController } from './filing/filing-rule.controller.js';
import { FilingController } from './filing/filing.controller.js';
import { NotificationController } from './filing/notification.controller.js';
import { ReceiptController } from './filing/receipt.controller.js';
import { FhirController } from './fhir/fhir.controller.js';
import { HealthController } from './health/health.controller.js';
import { HealthService } from './health/health.service.js';
import { edgeProviders } from './http/edge-providers.js';
import { IdentityController } from './identity/identity.controller.js';
import { FILE_NUMBER_KEY } from './national/catalogue-files.js';
import { fileNumberKey } from './national/file-number.js';
import { NationalController } from './national/national.controller.js';
import { SignedMessageGuard } from './national/signed-message.guard.js';
import { SigningKeys } from './national/signing-keys.js';
import { SignInNumbers } from './national/sign-in-numbers.js';
import { transactionProviders } from './national/transaction-groups.js';
import { AccountController } from './reference/account.controller.js';
import { InstitutionController } from './reference/institution.controller.js';
import { PersonController } from './reference/person.controller.js';
import { PolicyController } from './reference/policy.controller.js';
import { PublishedPolicyController } from './reference/published-policy.controller.js';
import { RoutingController } from './routing/routing.controller.js';
import { SettlementController } from './settlement/settlement.controller.js';
import { VisitController } from './visit/visit.controller.js';
import { SettledBillService } from './slip/settled-bill.service.js';
import { SlipController } from './slip/slip.controller.js';
import { SlipPrinter } from './slip/slip-printer.js';

const addresses = {
  filing: peerAddress(environment, 'FILING_ADDRESS'),
  catalogue: peerAddress(environment, 'CATALOGUE_ADDRESS'),
  benefit: peerAddress(environment, 'BENEFIT_ADDRESS'),
  settlement: peerAddress(environment, 'SETTLEMENT_ADDRESS'),
  clearing: peerAddress(environment, 'CLEARING_ADDRESS'),
  identity: peerAddress(environment, 'IDENTITY_ADDRESS'),
};

@Module({
  imports: [
    DiscoveryModule,
    LoggerModule.forRoot({
      pinoHttp: { level: environment.LOG_LEVEL, base: { service: 'gateway' }, autoLogging: false },
    }),
  ],
  controllers: [
    HealthController,
    FilingController,
    FilingChangeController,
    ReceiptController,
    EligibilityController,
    FamilyController,
    EntitlementController,
    FilingReviewController,
    FilingExportController,
    FilingImportController,
    FilingImportFileController,
    FilingRuleController,
    NotificationController,
    FilingEventsController,
    SettlementController,
    VisitController,
    RoutingController,
    SlipController,
    FhirController,
    EstimateController,
    PersonController,
    AccountController,
    InstitutionController,
    CatalogueController,
    CatalogueDraftController,
    CatalogueDraftFileController,
    CatalogueVersionController,
    ComparisonFileController,
    NationalItemController,
    ItemListController,
    ItemListFileController,
    MatchController,
    ItemMappingController,
    CatalogueConflictController,
    MappingDownloadController,
    CatalogueDownloadController,
    PolicyController,
    PublishedPolicyController,
    ClearingController,
    ClearingMonthController,
    NationalTableController,
    StatementController,
    CostMonthController,
    ClearingTrialController,
    CredentialController,
    AuditController,
    IdentityController,
    NationalController,
  ],
  providers: [
    Clock,
    { provide: MutualTls, useFactory: () => new MutualTls('gateway', environment) },
    {
      provide: OutgoingIdentity,
      inject: [Clock],
      useFactory: async (clock: Clock) =>
        new OutgoingIdentity('gateway', await IdentityMint.of(environment.IDENTITY_PRIVATE_KEY, clock)),
    },
    provideRpcClient(TARGETS.filing, addresses.filing),
    provideRpcClient(TARGETS.eligibility, addresses.filing),
    provideRpcClient(TARGETS.family, addresses.filing),
    provideRpcClient(TARGETS.entitlement, addresses.filing),
    provideRpcClient(TARGETS.filingRule, addresses.filing),
    provideRpcClient(TARGETS.filingImport, addresses.filing),
    provideRpcClient(TARGETS.notification, addresses.filing),
    provideRpcClient(TARGETS.catalogue, addresses.catalogue),
    provideRpcClient(TARGETS.catalogueDraft, addresses.catalogue),
    provideRpcClient(TARGETS.catalogueVersion, addresses.catalogue),
    provideRpcClient(TARGETS.catalogueItem, addresses.catalogue),
    provideRpcClient(TARGETS.harmonization, addresses.catalogue),
    provideRpcClient(TARGETS.catalogueConflict, addresses.catalogue),
    provideRpcClient(TARGETS.benefit, addresses.benefit),
    provideRpcClient(TARGETS.policy, addresses.benefit),
    provideRpcClient(TARGETS.credential, addresses.benefit),
    provideRpcClient(TARGETS.settlement, addresses.settlement),
    provideRpcClient(TARGETS.visit, addresses.settlement),
    provideRpcClient(TARGETS.routing, addresses.settlement),
    provideRpcClient(TARGETS.hospitalLedger, addresses.settlement),
    provideRpcClient(TARGETS.estimate, addresses.settlement),
    provideRpcClient(TARGETS.institution, addresses.settlement),
    provideRpcClient(TARGETS.clearing, addresses.clearing),
    provideRpcClient(TARGETS.statement, addresses.clearing),
    provideRpcClient(TARGETS.clearingMonth, addresses.clearing),
    provideRpcClient(TARGETS.identity, addresses.identity),
    ...auditClients(addresses),
    {
      provide: HealthService,
      inject: [Clock, MutualTls],
      useFactory: (clock: Clock, tls: MutualTls) => new HealthService(addresses, clock, tls),
    },
    Revocations,
    RefusalAudit,
    SigningKeys,
    EventStreams,
    CatalogueDownloadService,
    SettledBillService,
    { provide: SlipPrinter, useFactory: () => new SlipPrinter() },
    { provide: ClearingTablePrinter, useFactory: () => new ClearingTablePrinter() },
    ...transactionProviders,
    { provide: FILE_NUMBER_KEY, useValue: fileNumberKey(environment.IDENTITY_PRIVATE_KEY) },
    {
      provide: SignInNumbers,
      inject: [Clock],
      useFactory: (clock: Clock) => new SignInNumbers(environment.IDENTITY_PRIVATE_KEY, clock),
    },
    { provide: REVOCATIONS, useExisting: Revocations },
    // Before the guards of every request, which count and limit whom this one makes known.
    { provide: APP_GUARD, useClass: SignedMessageGuard },
    ...edgeProviders({ issuers: environment.AUTH_ISSUERS, limits: environment.RATE_LIMITS }),
  ],
})
export class AppModule {}
