import type { RpcTarget } from './rpc-client.js';

function target(pkg: string, service: string): RpcTarget {
  return { token: Symbol(service), package: pkg, service };
}

function auditTarget(peer: string): RpcTarget {
  return { ...target('yiditong.audit.v1', 'AuditService'), peer };
}

/** Every gRPC service of the system, by the package that owns it. */
export const TARGETS = {
  filing: target('yiditong.filing.v1', 'FilingService'),
  eligibility: target('yiditong.filing.v1', 'EligibilityService'),
  family: target('yiditong.filing.v1', 'FamilyService'),
  entitlement: target('yiditong.filing.v1', 'EntitlementService'),
  filingRule: target('yiditong.filing.v1', 'RuleService'),
  filingFact: target('yiditong.filing.v1', 'FactService'),
  filingImport: target('yiditong.filing.v1', 'FilingImportService'),
  notification: target('yiditong.filing.v1', 'NotificationService'),
  catalogue: target('yiditong.catalogue.v1', 'CatalogueService'),
  catalogueDraft: target('yiditong.catalogue.v1', 'CatalogueDraftService'),
  catalogueVersion: target('yiditong.catalogue.v1', 'CatalogueVersionService'),
  catalogueItem: target('yiditong.catalogue.v1', 'CatalogueItemService'),
  harmonization: target('yiditong.catalogue.v1', 'HarmonizationService'),
  catalogueConflict: target('yiditong.catalogue.v1', 'CatalogueConflictService'),
  // More than any answer that explains itself at length has, as home-provinces.int.spec measures.
  homeProvince: { ...target('yiditong.benefit.v1', 'HomeProvinceService'), maxAnswerBytes: 4 * 1024 * 1024 },
  benefit: target('yiditong.benefit.v1', 'BenefitService'),
  policy: target('yiditong.benefit.v1', 'PolicyService'),
  credential: target('yiditong.benefit.v1', 'CredentialService'),
  modelClaims: target('yiditong.benefit.v1', 'EstimateService'),
  settlement: target('yiditong.settlement.v1', 'SettlementService'),
  visit: target('yiditong.settlement.v1', 'VisitService'),
  routing: target('yiditong.settlement.v1', 'RoutingService'),
  hospitalLedger: target('yiditong.settlement.v1', 'HospitalLedgerService'),
  institution: target('yiditong.settlement.v1', 'InstitutionService'),
  settlementCycle: target('yiditong.settlement.v1', 'SettlementCycleService'),
  estimate: target('yiditong.settlement.v1', 'EstimateService'),
  clearing: target('yiditong.clearing.v1', 'ClearingService'),
  statement: target('yiditong.clearing.v1', 'StatementService'),
  clearingMonth: target('yiditong.clearing.v1', 'ClearingMonthService'),
  identity: target('yiditong.identity.v1', 'IdentityService'),
} as const;

/** The audit trail of each service that has one: one contract, served by all for themselves. */
export const AUDIT_TARGETS = {
  filing: auditTarget('filing'),
  catalogue: auditTarget('catalogue'),
  benefit: auditTarget('benefit'),
  settlement: auditTarget('settlement'),
  clearing: auditTarget('clearing'),
  identity: auditTarget('identity'),
} as const;
