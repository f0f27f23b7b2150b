import { Inject, Injectable } from '@nestjs/common';
import { businessDateOf, Clock, Database, serviceActor, type Tx } from '@yiditong/chassis';
import { Rejection, type Reason } from '@yiditong/codes';
import { refusalOfKey } from '../key/key-rules.js';
import { findKey } from '../key/key.store.js';
import { rememberMessage, type SignedMessage } from './admission.store.js';
import { checkFresh, type Freshness } from './freshness.js';

export const FRESHNESS = Symbol('FRESHNESS');

/**
 * How long a message is remembered after its own time: longer than any setting lets it be fresh, so that no change of the
 * setting, and no clock that runs a minute behind, opens the door to one that was forgotten.
 */
const REMEMBERED_MS = 16 * 60 * 1000;

/** Takes each signed message once. Freshness is decided here, where messages are remembered: two clocks would leave a gap. */
@Injectable()
export class AdmissionService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(FRESHNESS) private readonly freshness: Freshness,
  ) {}

  /**
   * Checked in this order: the key (SIGNING_KEY_UNKNOWN, CREDENTIAL_REVOKED, CREDENTIAL_EXPIRED), the time (MESSAGE_STALE,
   * MESSAGE_FROM_FUTURE), the message itself (MESSAGE_REPEATED).
   */
  async admit(message: SignedMessage): Promise<void> {
    const now = this.clock.now();
    const forgottenAt = new Date(message.sentAt.getTime() + REMEMBERED_MS);
    await this.database.transaction(serviceActor('identity', message.province), async (tx) => {
      const refusal = await this.refusalOfSigner(tx, message, now);
      if (refusal !== null) throw new Rejection(refusal);
      checkFresh(message.sentAt, now, this.freshness);
      if (!(await rememberMessage(tx, message, forgottenAt))) throw new Rejection('MESSAGE_REPEATED');
    });
  }

  private async refusalOfSigner(tx: Tx, message: SignedMessage, now: Date): Promise<Reason | null> {
    const key = await findKey(tx, message);
    return key === null ? 'SIGNING_KEY_UNKNOWN' : refusalOfKey(key, businessDateOf(now));
  }
}
