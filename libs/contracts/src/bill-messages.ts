import type { PackageDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { ClassifyLinesRequest, ClassifyLinesResponse } from './gen/encoders/yiditong/catalogue/v1/catalogue.pb.js';
import { CheckEligibilityRequest, CheckEligibilityResponse } from './gen/encoders/yiditong/filing/v1/eligibility.pb.js';

/** What ts-proto generates for a message. */
type Message<T> = { encode: (message: T) => { finish: () => Uint8Array }; decode: (bytes: Uint8Array) => T };

/**
 * The package definition with generated encoders for the calls that every bill waits for: a bill has hundreds of int64, and
 * proto-loader makes three objects of each. Either reads what the other wrote. An absent message is undefined here.
 */
export function withBillMessages(definition: PackageDefinition): PackageDefinition {
  return {
    ...definition,
    ...encoding(definition, 'yiditong.catalogue.v1.CatalogueService', 'ClassifyLines', [
      ClassifyLinesRequest,
      ClassifyLinesResponse,
    ]),
    ...encoding(definition, 'yiditong.filing.v1.EligibilityService', 'CheckEligibility', [
      CheckEligibilityRequest,
      CheckEligibilityResponse,
    ]),
  };
}

function encoding<Q, A>(
  definition: PackageDefinition,
  service: string,
  method: string,
  [request, response]: readonly [Message<Q>, Message<A>],
): PackageDefinition {
  const methods = definition[service] as ServiceDefinition | undefined;
  const standing = methods?.[method];
  if (!methods || !standing) throw new Error(`the contracts have no ${service}/${method}`);
  const encoded = {
    ...standing,
    requestSerialize: (message: object) => bytesOf(request, message as Q),
    requestDeserialize: (bytes: Buffer) => request.decode(bytes) as object,
    responseSerialize: (message: object) => bytesOf(response, message as A),
    responseDeserialize: (bytes: Buffer) => response.decode(bytes) as object,
  };
  return { [service]: { ...methods, [method]: encoded } };
}

function bytesOf<T>(message: Message<T>, value: T): Buffer {
  const { buffer, byteOffset, byteLength } = message.encode(value).finish();
  return Buffer.from(buffer, byteOffset, byteLength);
}
