import type { MessageTypeDefinition } from '@grpc/proto-loader';
import { contractDefinition, type benefitV1 } from '@yiditong/contracts';

type Messages = {
  readonly Claim: benefitV1.Claim;
  readonly AdjudicateAnswer: benefitV1.AdjudicateAnswer;
  readonly CancelResponse: benefitV1.CancelResponse;
};

/** A message as protobuf writes it, which is how the books keep it: what is answered again is the first answer, byte for byte. */
export function bytesOf<K extends keyof Messages>(name: K, message: Messages[K]): Uint8Array {
  return definitionOf(name).serialize(message);
}

/** Throws where the bytes are none. */
export function messageOf<K extends keyof Messages>(name: K, bytes: Uint8Array): Messages[K] {
  return definitionOf(name).deserialize(Buffer.from(bytes));
}

function definitionOf<K extends keyof Messages>(name: K): MessageTypeDefinition<Messages[K], Messages[K]> {
  return contractDefinition[`yiditong.benefit.v1.${name}`] as never;
}
