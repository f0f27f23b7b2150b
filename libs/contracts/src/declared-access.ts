import type { MethodDefinition, PackageDefinition } from '@grpc/proto-loader';
import { contractDefinition } from './contract-definition.js';

/** What an RPC's `access` option says; proto/yiditong/common/v1/access.proto explains it. */
export type DeclaredAccess = {
  readonly insured?: string;
  readonly hospital?: string;
  readonly bureau?: string;
  readonly operator?: string;
  readonly services?: readonly string[];
  readonly supervisor?: boolean;
  readonly provincial?: boolean;
};

const OPTION = '(yiditong.common.v1.access)';

/**
 * Who may call each RPC, by its path, such as `/yiditong.filing.v1.FilingService/GetFiling`. An RPC that doesn't say so fails
 * the build and every start, before anybody could call it.
 */
export const declaredAccess: ReadonlyMap<string, DeclaredAccess> = new Map(
  rpcsOf(contractDefinition).map((rpc) => [rpc.path, declarationOf(rpc)]),
);

/** Of every service of a definition. */
export function rpcsOf(definition: PackageDefinition): MethodDefinition<object, object>[] {
  return Object.values(definition)
    .filter((one) => !('format' in one))
    .flatMap((service) => Object.values(service) as MethodDefinition<object, object>[]);
}

/** Throws, naming the RPC, where it doesn't say who may call it. */
export function declarationOf({ path, options }: MethodDefinition<object, object>): DeclaredAccess {
  const declared = (options as unknown as Readonly<Record<string, DeclaredAccess | undefined>>)[OPTION];
  if (declared === undefined || Object.keys(declared).length === 0)
    throw new Error(`${path} does not declare who may call it: give it the option ${OPTION}`);
  // A list of one arrives as its only member.
  const { services, ...roles } = declared;
  return services === undefined ? roles : { ...roles, services: [services].flat() };
}
