import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  decideOnce,
  serviceActor,
  type Actor,
  type AuditEntry,
  type Tx,
} from '@yiditong/chassis';
import { Rejection, type RevocationReason } from '@yiditong/codes';
import type { InstitutionKey, KeyName, NewKey } from './key.entity.js';
import { isOpen, keysToTry, MOST_IN_FORCE } from './key-rules.js';
import { endKey, findKey, insertKey, keysOf, lockKeys } from './key.store.js';

/** The public keys that institutions sign their messages with. A key never changes; it is revoked, or runs out. */
@Injectable()
export class KeyService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Entering the same key again is no change. Rejects with SIGNING_KEY_TAKEN or SIGNING_KEYS_TOO_MANY. */
  async register(actor: Actor, requestId: string, key: NewKey): Promise<InstitutionKey> {
    const write = { scope: key.institutionCode, region: key.province, key: requestId, body: key };
    return this.database.transaction(actor, (tx) => decideOnce(tx, write, () => this.enter(tx, actor, key)));
  }

  /** Rejects with SIGNING_KEY_NOT_FOUND. */
  async revoke(actor: Actor, name: KeyName, reason: RevocationReason): Promise<InstitutionKey> {
    return this.database.transaction(actor, async (tx) => {
      await lockKeys(tx, name.institutionCode);
      const before = await findKey(tx, name);
      if (!before) throw new Rejection('SIGNING_KEY_NOT_FOUND');
      if (before.revokedAt !== null) return before;
      const revokedAt = this.clock.now();
      const after: InstitutionKey = { ...before, revokedAt, revocationReason: reason };
      await endKey(tx, name, reason, revokedAt);
      await appendAudit(tx, actor, { ...recordOf(after, 'REVOKE_CREDENTIAL'), before: { revokedAt: null } });
      return after;
    });
  }

  async list(actor: Actor, { province, institutionCode }: Omit<KeyName, 'keyId'>): Promise<InstitutionKey[]> {
    return this.database.transaction(actor, (tx) => keysOf(tx, province, institutionCode));
  }

  /** For those who verify. */
  async toTry({ province, institutionCode }: Omit<KeyName, 'keyId'>): Promise<InstitutionKey[]> {
    const keys = await this.database.transaction(serviceActor('identity', province), (tx) =>
      keysOf(tx, province, institutionCode),
    );
    return keysToTry(keys, this.clock.businessDate());
  }

  private async enter(tx: Tx, actor: Actor, key: NewKey): Promise<InstitutionKey> {
    await lockKeys(tx, key.institutionCode);
    const known = await findKey(tx, key);
    if (known) return sameKey(known, key);
    const today = this.clock.businessDate();
    const open = (await keysOf(tx, key.province, key.institutionCode)).filter((one) => isOpen(one, today));
    if (open.length >= MOST_IN_FORCE) throw new Rejection('SIGNING_KEYS_TOO_MANY', { count: String(open.length) });
    const registeredAt = this.clock.now();
    if (!(await insertKey(tx, key, registeredAt))) throw new Rejection('SIGNING_KEY_TAKEN');
    const entered: InstitutionKey = { ...key, registeredAt, revokedAt: null, revocationReason: null };
    await appendAudit(tx, actor, recordOf(entered, 'REGISTER_KEY'));
    return entered;
  }
}

function sameKey(known: InstitutionKey, key: NewKey): InstitutionKey {
  const same = (['publicKey', 'validFrom', 'validTo'] as const).every((field) => known[field] === key[field]);
  if (!same) throw new Rejection('SIGNING_KEY_TAKEN');
  return known;
}

function recordOf(key: InstitutionKey, action: 'REGISTER_KEY' | 'REVOKE_CREDENTIAL'): AuditEntry {
  const { province, institutionCode, keyId, region: _, ...after } = key;
  return { province, action, objectType: 'institution_key', objectId: `${institutionCode}/${keyId}`, after };
}
