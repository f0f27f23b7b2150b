import { Inject, Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, decideOnce, nationalActor, type Actor } from '@yiditong/chassis';
import { v7 as uuidv7 } from 'uuid';
import type { RevocationOrder } from './revocation.codec.js';
import { insertRevocation, revocationsSince, type Revocation } from './revocation.store.js';

export const TOKEN_MAX_LIFE_MS = Symbol('TOKEN_MAX_LIFE_MS');

/** What was ended before it expired. Those who check credentials keep it in memory and ask for what is new each second. */
@Injectable()
export class RevocationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(TOKEN_MAX_LIFE_MS) private readonly tokenMaxLifeMs: number,
  ) {}

  async revoke(actor: Actor, requestId: string, order: RevocationOrder): Promise<Revocation> {
    const write = { scope: order.region, region: order.region, key: requestId, body: order };
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        const revocation = this.revocationOf(order);
        await insertRevocation(tx, revocation);
        const { region: province, revocationId: objectId, ...after } = revocation;
        await appendAudit(tx, actor, {
          province,
          action: 'REVOKE_CREDENTIAL',
          objectType: 'credential',
          objectId,
          after,
        });
        return revocation;
      }),
    );
  }

  async since(after: string | null): Promise<{ readonly revocations: readonly Revocation[]; readonly next: string }> {
    return this.database.transaction(nationalActor('identity'), (tx) => revocationsSince(tx, after, this.clock.now()));
  }

  /** A token of any age has expired by itself when the longest life has passed from now; a subject's last one, from its issue. */
  private revocationOf({ until, ...order }: RevocationOrder): Revocation {
    const revokedAt = this.clock.now();
    const issuedUntil = order.subject === null ? null : (until ?? revokedAt);
    const lastIssued = Math.max(revokedAt.getTime(), issuedUntil?.getTime() ?? 0);
    return {
      ...order,
      revocationId: uuidv7(),
      issuedUntil,
      forgottenAt: new Date(lastIssued + this.tokenMaxLifeMs),
      revokedAt,
    };
  }
}
