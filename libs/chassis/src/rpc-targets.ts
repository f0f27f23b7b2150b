import type { RpcTarget } from './rpc-client.js';

function target(pkg: string, service: string): RpcTarget {
  return { token: Symbol(service), package: pkg, service };
}

/** Every gRPC service of the system, by the package that owns it. */
export const TARGETS = {
  filing: target('yiditong.filing.v1', 'FilingService'),
  catalogue: target('yiditong.catalogue.v1', 'CatalogueService'),
  homeProvince: target('yiditong.benefit.v1', 'HomeProvinceService'),
  benefit: target('yiditong.benefit.v1', 'BenefitService'),
  settlement: target('yiditong.settlement.v1', 'SettlementService'),
  institution: target('yiditong.settlement.v1', 'InstitutionService'),
  settlementCycle: target('yiditong.settlement.v1', 'SettlementCycleService'),
  clearing: target('yiditong.clearing.v1', 'ClearingService'),
} as const;
