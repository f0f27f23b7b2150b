import { join } from 'node:path';
import { Client, status, type ServiceError } from '@grpc/grpc-js';
import type { MethodDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { Clock, IdentityMint, MutualTls, OutgoingIdentity, type Actor } from '@yiditong/chassis';
import { contractDefinition } from '@yiditong/contracts';
import type { Stack } from '@yiditong/tools';

/** How a call ended, as it came over the line: the status by name, and the reason and parameters where it was refused. */
export type RawAnswer = {
  readonly status: string;
  readonly reason: string | null;
  readonly params: Readonly<Record<string, string>>;
};

type Refusal = Pick<RawAnswer, 'reason' | 'params'>;

/** Calls the RPCs of one running service as the gateway does for an actor, with any bytes at all. */
export class RawRpc {
  private readonly client: Client;
  private readonly identity: Promise<OutgoingIdentity>;

  constructor(document: Stack['document'], privateJwk: string, service: string) {
    const file = (name: string): string => join(document.certificates, name);
    const settings = { TLS_CA: file('ca.crt'), TLS_CERTIFICATE: file('gateway.crt'), TLS_KEY: file('gateway.key') };
    const { credentials, channelOptions } = new MutualTls('gateway', settings).channelTo(service);
    this.client = new Client(document.grpc[service] ?? '', credentials, channelOptions);
    this.identity = IdentityMint.of(privateJwk, new Clock()).then((mint) => new OutgoingIdentity('gateway', mint));
  }

  async call(actor: Actor, path: string, request: object | Buffer): Promise<RawAnswer> {
    const { requestSerialize, responseDeserialize } = methodOf(path);
    const bytes = Buffer.isBuffer(request) ? request : requestSerialize(request);
    const metadata = await (await this.identity).metadataFor(actor);
    const deadline = new Date(Date.now() + 20_000);
    return new Promise((resolve) => {
      const serialize = (whole: Buffer): Buffer => whole;
      this.client.makeUnaryRequest(path, serialize, responseDeserialize, bytes, metadata, { deadline }, (error) => {
        resolve(answerOf(error));
      });
    });
  }

  close(): void {
    this.client.close();
  }
}

function answerOf(error: ServiceError | null): RawAnswer {
  const [detail] = error?.metadata.get('rejection-bin') ?? [];
  const rejection = detail === undefined ? { reason: null, params: {} } : (JSON.parse(detail.toString()) as Refusal);
  return { status: status[error?.code ?? status.OK], ...rejection };
}

/** A request as its contract writes it, to be changed byte by byte. */
export function bytesOf(path: string, request: object): Buffer {
  return methodOf(path).requestSerialize(request);
}

function methodOf(path: string): MethodDefinition<object, object> {
  const [, service = '', method = ''] = path.split('/');
  const found = (contractDefinition[service] as ServiceDefinition | undefined)?.[method];
  if (!found) throw new Error(`the contracts have no ${path}`);
  return found;
}
