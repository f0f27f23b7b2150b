import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { MutualTls, OutgoingIdentity, RpcClient, TARGETS } from '@yiditong/chassis';
import type { benefitV1 } from '@yiditong/contracts';
import { endpointName, type Endpoint } from './endpoint-rules.js';
import { LineMetrics } from './exchange-metrics.js';
import { ProvinceLine, type Circuit } from './province-line.js';

type Client = RpcClient<benefitV1.HomeProvinceServiceClient>;
export type Line = { readonly calls: ProvinceLine; readonly client: Client };
type Standing = Line & { readonly endpoint: Endpoint };

/** A line to each province, which stands as long as its endpoint stays as it is. */
@Injectable()
export class HomeLines implements OnModuleDestroy {
  private readonly lines = new Map<string, Standing>();
  private readonly metrics = new LineMetrics(this.lines);
  /** The gateway's word for a hospital is for this system's services; a province's own program doesn't get it. */
  private readonly identity = new OutgoingIdentity('settlement', null, false);

  constructor(
    @Inject(TARGETS.homeProvince.token) private readonly hosted: Client,
    private readonly tls: MutualTls,
  ) {}

  lineTo(endpoint: Endpoint): Line {
    const standing = this.lines.get(endpoint.province);
    if (standing && isSame(standing.endpoint, endpoint)) return standing;
    // Calls under way on it come to their end.
    this.close(standing);
    const line = { endpoint, calls: new ProvinceLine(endpoint), client: this.clientOf(endpoint) };
    this.lines.set(endpoint.province, line);
    return line;
  }

  /** As it stands in this replica. */
  circuitTo(province: string): Circuit {
    return this.lines.get(province)?.calls.circuit ?? 'CLOSED';
  }

  onModuleDestroy(): void {
    this.metrics.end();
    for (const line of this.lines.values()) this.close(line);
  }

  /** Whoever listens at a province's address must show the certificate of that province, or nothing is said. */
  private clientOf({ kind, province, address }: Endpoint): Client {
    if (kind === 'HOSTED') return this.hosted;
    return new RpcClient({ ...TARGETS.homeProvince, peer: endpointName(province) }, address, this.identity, this.tls);
  }

  private close(line: Line | undefined): void {
    if (line && line.client !== this.hosted) line.client.onModuleDestroy();
  }
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return (['kind', 'address', 'maxConcurrent', 'timeoutMs'] as const).every((field) => one[field] === other[field]);
}
