import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { MethodDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { MutualTls, serviceActor } from '@yiditong/chassis';
import { contractDefinition, type benefitV1 } from '@yiditong/contracts';

/** Files in PEM: the authority's certificate, and the caller's own certificate and key; and the name in the endpoint's certificate. */
export type ClientTls = {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly name: string;
};

type Rpcs = {
  readonly Trial: readonly [benefitV1.TrialRequest, benefitV1.TrialResponse];
  readonly Adjudicate: readonly [benefitV1.AdjudicateRequest, benefitV1.AdjudicateResponse];
  readonly Cancel: readonly [benefitV1.CancelRequest, benefitV1.CancelResponse];
  readonly Reverse: readonly [benefitV1.ReverseRequest, benefitV1.ReverseResponse];
  readonly QueryAdjudication: readonly [benefitV1.QueryAdjudicationRequest, benefitV1.QueryAdjudicationResponse];
};

/** A call that was refused, by the reason's name. */
export type Refused = { readonly refused: string };

/** The service by whose certificate and under whose name the platform asks. */
const CALLER = 'settlement';
/** The platform waits five seconds; the suite waits longer, to tell what is slow from what never answers. */
const DEADLINE_MS = 30_000;

/** A home province's endpoint, asked as the platform asks it. */
export class Endpoint {
  private readonly client: Client;
  private readonly methods: ServiceDefinition;
  private readonly caller: Buffer;
  /** How long each call took. */
  readonly calls: { readonly rpc: string; readonly ms: number }[] = [];

  /** Asked on behalf of the province, by the six digits of its division, under the caller's own certificate. */
  constructor(address: string, province: string, tls: ClientTls | null = null, caller = CALLER) {
    if (tls === null && !/^(127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(address))
      throw new Error('明文只限本机，请给出证书 Plaintext is for loopback only: give --ca, --cert and --key');
    const channel = tls === null ? null : mutualTls(tls, caller);
    this.client = new Client(address, channel?.credentials ?? credentials.createInsecure(), channel?.channelOptions);
    this.caller = Buffer.from(JSON.stringify(serviceActor(caller, province)));
    this.methods = contractDefinition['yiditong.benefit.v1.HomeProvinceService'] as ServiceDefinition;
  }

  /** Throws where there is no answer, or an error that no reason names. */
  async ask<K extends keyof Rpcs>(rpc: K, request: Rpcs[K][0]): Promise<Rpcs[K][1] | Refused> {
    const method = this.methods[rpc] as MethodDefinition<object, object>;
    const metadata = new Metadata();
    metadata.set('actor-bin', this.caller);
    const begun = performance.now();
    try {
      return await this.send<Rpcs[K][1]>(method, metadata, request);
    } catch (error) {
      const refused = reasonOf(error as ServiceError);
      if (refused === null) throw new Error(`${rpc}: ${faultOf(error as ServiceError)}`, { cause: error });
      return { refused };
    } finally {
      this.calls.push({ rpc, ms: Math.round(performance.now() - begun) });
    }
  }

  close(): void {
    this.client.close();
  }

  private send<A>(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<object, object>,
    metadata: Metadata,
    request: object,
  ): Promise<A> {
    const options = { deadline: Date.now() + DEADLINE_MS };
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        options,
        (error, answer) => (error ? reject(error) : resolve(answer as A)),
      );
    });
  }
}

export function isRefused(answer: object): answer is Refused {
  return 'refused' in answer;
}

function mutualTls({ ca, certificate, key, name }: ClientTls, caller: string) {
  return new MutualTls(caller, { TLS_CA: ca, TLS_CERTIFICATE: certificate, TLS_KEY: key }).channelTo(name);
}

/** The reason as the platform reads it; null where the call failed otherwise. */
function reasonOf({ metadata }: ServiceError): string | null {
  const [value] = metadata?.get('rejection-bin') ?? [];
  if (value === undefined) return null;
  const { reason } = JSON.parse(value.toString()) as { readonly reason?: string };
  return reason ?? null;
}

function faultOf({ code, details, message }: ServiceError): string {
  return code === undefined ? message : `gRPC ${status[code]}: ${details}`;
}
