import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, decodeInstant, describeFault, nationalActor, TARGETS, type RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { identityV1 } from '@yiditong/contracts';

const ASK_EVERY_MS = 1_000;
const DEADLINE_MS = 2_000;
/** Everything anew so often, should the list of changes ever have been wrong, as after the service's database was put back. */
const ALL_EVERY_MS = 60_000;

/** A credential that is about to be believed. Times are seconds since 1970, as tokens have them. */
export type CheckedCredential = {
  /** A token's `jti`; a signed message has none. */
  readonly tokenId?: string | undefined;
  readonly subject: string;
  readonly role: string;
  /** The credential's tenant: a province may revoke its own only. */
  readonly region: string;
  readonly issuedAt: number;
};

type Listed = { readonly key: string; readonly issuedUntil: number; readonly forgottenAt: number };

/**
 * What was revoked, kept in memory and brought up to date every second. Where the service that knows can't be reached, the last
 * list stays as it is: nothing more is refused and nothing less; the log and /health/ready say since when. Before the first list
 * nobody is let in, since anybody may have been revoked.
 */
@Injectable()
export class Revocations implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Revocations');
  private listed: ReadonlyMap<string, Listed> = new Map();
  private issuedUntil: ReadonlyMap<string, number> = new Map();
  private after = '';
  private allAt = Number.NEGATIVE_INFINITY;
  private askedAt: Date | null = null;
  private failing = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    @Inject(TARGETS.identity.token) private readonly identity: RpcClient<identityV1.IdentityServiceClient>,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule(0);
  }

  onApplicationShutdown(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  /** Rejects with SERVICE_UNAVAILABLE while nothing is known yet. */
  isRevoked({ tokenId, subject, role, region, issuedAt }: CheckedCredential): boolean {
    if (this.askedAt === null) throw new Rejection('SERVICE_UNAVAILABLE', { service: 'identity' });
    if (tokenId !== undefined && this.issuedUntil.has(keyOf({ region, role, tokenId, subject: '' }))) return true;
    const until = this.issuedUntil.get(keyOf({ region, role, subject, tokenId: '' }));
    return until !== undefined && issuedAt * 1000 <= until;
  }

  /** When the list was last known to be complete; null before the first time, when this gateway can't be called ready. */
  get completeAt(): Date | null {
    return this.askedAt;
  }

  /** Brings the list up to date, once. */
  async refresh(): Promise<void> {
    const now = this.clock.now();
    const all = now.getTime() - this.allAt >= ALL_EVERY_MS;
    const answer = await this.identity.call(
      'listRevocations',
      { after: all ? '' : this.after },
      nationalActor('gateway'),
      DEADLINE_MS,
    );
    const known = new Map(all ? [] : this.listed);
    for (const revocation of answer.revocations) known.set(revocation.revocationId, listedOf(revocation));
    for (const [id, { forgottenAt }] of known) if (forgottenAt <= now.getTime()) known.delete(id);
    this.listed = known;
    this.issuedUntil = latestOf(known.values());
    this.after = answer.nextAfter;
    this.askedAt = now;
    if (all) this.allAt = now.getTime();
  }

  private schedule(delayMs: number): void {
    this.timer = setTimeout(() => {
      void this.refresh()
        .then(
          () => this.succeeded(),
          (error: unknown) => this.failed(error),
        )
        .finally(() => {
          if (this.timer) this.schedule(ASK_EVERY_MS);
        });
    }, delayMs);
  }

  /** Said once when it is over, as the failure was said once when it began: not every second. */
  private succeeded(): void {
    if (this.failing) this.logger.log({ msg: 'revocations are up to date again' });
    this.failing = false;
  }

  private failed(error: unknown): void {
    if (!this.failing)
      this.logger.warn({
        ...describeFault(error),
        msg: 'revocations can’t be asked for; the last list stays in force',
        completeAt: this.askedAt?.toISOString() ?? null,
      });
    this.failing = true;
  }
}

type Named = Pick<identityV1.Revocation, 'region' | 'role' | 'subject' | 'tokenId'>;

function keyOf({ region, role, subject, tokenId }: Named): string {
  return JSON.stringify(tokenId === '' ? [region, role, 'subject', subject] : [region, role, 'token', tokenId]);
}

function listedOf(revocation: identityV1.Revocation): Listed {
  const { issuedUntil, forgottenAt } = revocation;
  return {
    key: keyOf(revocation),
    issuedUntil: issuedUntil ? decodeInstant(issuedUntil, 'issued_until').getTime() : Number.POSITIVE_INFINITY,
    forgottenAt: decodeInstant(forgottenAt, 'forgotten_at').getTime(),
  };
}

/** Of several for one subject the one that reaches furthest. */
function latestOf(listed: Iterable<Listed>): Map<string, number> {
  const latest = new Map<string, number>();
  for (const { key, issuedUntil } of listed) latest.set(key, Math.max(issuedUntil, latest.get(key) ?? 0));
  return latest;
}
