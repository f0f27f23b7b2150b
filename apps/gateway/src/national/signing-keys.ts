import { Inject, Injectable } from '@nestjs/common';
import { Clock, nationalActor, TARGETS, type RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { identityV1 } from '@yiditong/contracts';
import type { SignedBytes } from './signed-bytes.js';
import { isSignedBy, prepareKey, readSignature, type PreparedKey } from './signature.js';

/** About 100 KB each. */
const MAX_INSTITUTIONS = 500;
/** An institution whose signatures fail makes its keys be fetched again no more often than this. */
const FETCH_AGAIN_AFTER_MS = 2_000;

type Known = { readonly keys: readonly PreparedKey[]; readonly fetchedAt: number };

/**
 * Finds the key that made a signature. A key never changes under its id, and whether it is still good is asked with every
 * message elsewhere, so that keys may be kept here for as long as there is room.
 */
@Injectable()
export class SigningKeys {
  private readonly known = new Map<string, Known>();

  constructor(
    @Inject(TARGETS.identity.token) private readonly identity: RpcClient<identityV1.IdentityServiceClient>,
    private readonly clock: Clock,
  ) {}

  /** The id of the institution's key. Rejects with SIGNATURE_INVALID or SIGNING_KEY_UNKNOWN. */
  async keyOf(institutionCode: string, { signed, signature }: SignedBytes): Promise<string> {
    const numbers = readSignature(signature);
    if (!numbers) throw new Rejection('SIGNATURE_INVALID');
    const kept = this.known.get(institutionCode);
    const first = kept ?? (await this.fetch(institutionCode, []));
    const found = signerAmong(first.keys, signed, numbers);
    if (found) {
      this.keep(institutionCode, first);
      return found.keyId;
    }
    const mayHaveMore = kept && this.clock.now().getTime() - kept.fetchedAt >= FETCH_AGAIN_AFTER_MS;
    const fresh = mayHaveMore ? await this.fetch(institutionCode, kept.keys) : first;
    const added = fresh.keys.filter((key) => !first.keys.includes(key));
    const late = signerAmong(added, signed, numbers);
    if (late) {
      this.keep(institutionCode, fresh);
      return late.keyId;
    }
    throw new Rejection(fresh.keys.length === 0 ? 'SIGNING_KEY_UNKNOWN' : 'SIGNATURE_INVALID');
  }

  private async fetch(institutionCode: string, prepared: readonly PreparedKey[]): Promise<Known> {
    const { keys } = await this.identity.call('findInstitutionKeys', { institutionCode }, nationalActor('gateway'));
    return {
      keys: keys.map((key) => prepared.find(({ keyId }) => keyId === key.keyId) ?? prepareKey(key)),
      fetchedAt: this.clock.now().getTime(),
    };
  }

  /** Once a signature held, as the one used last; the one not used for longest makes room. Who only claims a code takes none. */
  private keep(institutionCode: string, found: Known): void {
    this.known.delete(institutionCode);
    this.known.set(institutionCode, found);
    const [oldest] = this.known.keys();
    if (oldest !== undefined && this.known.size > MAX_INSTITUTIONS) this.known.delete(oldest);
  }
}

function signerAmong(keys: readonly PreparedKey[], signed: Buffer, signature: Buffer): PreparedKey | undefined {
  return keys.find((key) => isSignedBy(key, signed, signature));
}
