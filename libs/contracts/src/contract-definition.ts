import { fileURLToPath } from 'node:url';
import { loadSync, type PackageDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { withBillMessages } from './bill-messages.js';

const CONTRACTS = [
  'audit/v1/audit.proto',
  'benefit/v1/benefit.proto',
  'benefit/v1/credential.proto',
  'benefit/v1/estimate.proto',
  'benefit/v1/home_province.proto',
  'benefit/v1/policy.proto',
  'catalogue/v1/catalogue.proto',
  'catalogue/v1/harmonization.proto',
  'catalogue/v1/item.proto',
  'catalogue/v1/version.proto',
  'clearing/v1/clearing.proto',
  'clearing/v1/clearing_month.proto',
  'clearing/v1/statement.proto',
  'filing/v1/eligibility.proto',
  'filing/v1/entitlement.proto',
  'filing/v1/exchange.proto',
  'filing/v1/filing.proto',
  'filing/v1/rule.proto',
  'identity/v1/identity.proto',
  'settlement/v1/estimate.proto',
  'settlement/v1/hospital_ledger.proto',
  'settlement/v1/routing.proto',
  'settlement/v1/settlement.proto',
  'settlement/v1/visit.proto',
];

/**
 * The contracts as grpc-js needs them, for servers, clients and reflection alike: int64 arrives as
 * bigint, enums by name, absent messages as null.
 */
export const contractDefinition: PackageDefinition = withReadRequests(
  withBillMessages(
    loadSync(
      CONTRACTS.map((file) => `yiditong/${file}`),
      {
        includeDirs: [fileURLToPath(new URL('../../../proto', import.meta.url))],
        // proto-loader's types know only String and Number here; protobufjs takes any converter.
        longs: BigInt as unknown as typeof String,
        enums: String,
        defaults: true,
        oneofs: false,
      },
    ),
  ),
);

/** What a request is read as whose bytes are no message: grpc-js itself would answer INTERNAL, as for a fault of ours. */
export const UNREADABLE_REQUEST: object = Object.freeze({ unreadable: true });

function withReadRequests(definition: PackageDefinition): PackageDefinition {
  const services = Object.entries(definition).map(([name, part]) => [name, 'format' in part ? part : readSafely(part)]);
  return Object.fromEntries(services) as PackageDefinition;
}

function readSafely(service: ServiceDefinition): ServiceDefinition {
  const methods = Object.entries(service).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): object => {
      try {
        return method.requestDeserialize(bytes);
      } catch {
        return UNREADABLE_REQUEST;
      }
    };
    return [name, { ...method, requestDeserialize }];
  });
  return Object.fromEntries(methods) as ServiceDefinition;
}
