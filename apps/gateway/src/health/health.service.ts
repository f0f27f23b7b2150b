import { makeClientConstructor, type Client, type ServiceError } from '@grpc/grpc-js';
import type { OnModuleDestroy } from '@nestjs/common';
import type { Clock, MutualTls } from '@yiditong/chassis';
import { service } from 'grpc-health-check';

const DEADLINE_MS = 2_000;

type HealthClient = Client & {
  check(
    request: { service: string },
    options: { deadline: number },
    answer: (error: ServiceError | null, health?: { status: string }) => void,
  ): void;
};

/** Whether each service answers gRPC health checks with SERVING. */
export class HealthService implements OnModuleDestroy {
  private readonly clients: ReadonlyMap<string, HealthClient>;

  constructor(
    addresses: Readonly<Record<string, string>>,
    private readonly clock: Clock,
    tls: MutualTls,
  ) {
    const Health = makeClientConstructor(service, 'Health');
    this.clients = new Map(
      Object.entries(addresses).map(([name, address]) => {
        const { credentials, channelOptions } = tls.channelTo(name);
        const client = new Health(address, credentials, {
          ...channelOptions,
          'grpc.initial_reconnect_backoff_ms': 100,
          'grpc.max_reconnect_backoff_ms': 1000,
        });
        return [name, client as unknown as HealthClient];
      }),
    );
  }

  async services(): Promise<Record<string, 'up' | 'down'>> {
    const states = await Promise.all(
      [...this.clients].map(async ([name, client]) => [name, (await this.serves(client)) ? 'up' : 'down'] as const),
    );
    return Object.fromEntries(states);
  }

  onModuleDestroy(): void {
    for (const client of this.clients.values()) client.close();
  }

  private async serves(client: HealthClient): Promise<boolean> {
    const deadline = this.clock.now().getTime() + DEADLINE_MS;
    return new Promise((resolve) => {
      client.check({ service: '' }, { deadline }, (error, health) => resolve(!error && health?.status === 'SERVING'));
    });
  }
}
