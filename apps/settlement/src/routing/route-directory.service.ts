import { Injectable } from '@nestjs/common';
import { ownsRegion } from '@yiditong/access';
import type { Actor } from '@yiditong/chassis';
import { PROVINCES } from '@yiditong/codes';
import type { Downtime, Endpoint } from './endpoint-rules.js';
import { HomeLines } from './home-lines.service.js';
import type { Circuit } from './province-line.js';
import { RouteBook } from './route-book.service.js';

export type Route = {
  readonly endpoint: Endpoint;
  readonly circuit: Circuit;
  readonly downtimes: readonly Downtime[];
  /** Whether the reader's own province is meant, who alone sees the address. */
  readonly isOwn: boolean;
};

/** The routes to all provinces, as this replica goes by them. */
@Injectable()
export class RouteDirectory {
  constructor(
    private readonly routes: RouteBook,
    private readonly lines: HomeLines,
  ) {}

  async list(actor: Actor): Promise<Route[]> {
    const isBureau = actor.role === 'bureau';
    return Promise.all(
      PROVINCES.map(async ({ code }) => ({
        endpoint: await this.routes.endpointOf(code),
        circuit: this.lines.circuitTo(code),
        downtimes: await this.routes.downtimesOf(code),
        isOwn: isBureau && ownsRegion(actor, code),
      })),
    );
  }
}
