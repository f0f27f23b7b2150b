import { Injectable } from '@nestjs/common';
import { Clock, Database, nationalActor } from '@yiditong/chassis';
import { hostedEndpoint, type Downtime, type Endpoint } from './endpoint-rules.js';
import { downtimesToCome, listEndpoints } from './endpoint.store.js';

/** A change counts in every replica after this at the latest; the one that made it knows at once. */
const FRESH_MS = 3_000;

type Routes = { readonly endpoints: ReadonlyMap<string, Endpoint>; readonly downtimes: readonly Downtime[] };
type Reading = { readonly begunAt: number; readonly routes: Promise<Routes> };

/** The registry as claims are routed by it: read at most every few seconds, however many bills there are. */
@Injectable()
export class RouteBook {
  private reading: Reading | null = null;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async endpointOf(province: string): Promise<Endpoint> {
    const { endpoints } = await this.routes();
    return endpoints.get(province) ?? hostedEndpoint(province);
  }

  /** Of the province, now and to come, earliest first. */
  async downtimesOf(province: string): Promise<Downtime[]> {
    const { downtimes } = await this.routes();
    return downtimes.filter((downtime) => downtime.province === province);
  }

  /** What was read before counts no more. */
  forget(): void {
    this.reading = null;
  }

  private routes(): Promise<Routes> {
    const now = performance.now();
    if (this.reading && now - this.reading.begunAt < FRESH_MS) return this.reading.routes;
    const reading: Reading = { begunAt: now, routes: this.read() };
    this.reading = reading;
    // One that failed is nobody's answer but of those who waited for it.
    reading.routes.catch(() => {
      if (this.reading === reading) this.reading = null;
    });
    return reading.routes;
  }

  private read(): Promise<Routes> {
    return this.database.transaction(nationalActor('settlement'), async (tx) => {
      const endpoints = await listEndpoints(tx);
      return {
        endpoints: new Map(endpoints.map((endpoint) => [endpoint.province, endpoint])),
        downtimes: await downtimesToCome(tx, this.clock.now()),
      };
    });
  }
}
