import { Injectable } from '@nestjs/common';
import { Database, nationalActor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { decodePolicy } from './policy.codec.js';
import { changeBetween, type PolicyChange } from './policy-rules.js';
import { findPolicy, publishedPolicies, type PolicyLine, type PolicyPage } from './policy.store.js';

/** So many comparisons are remembered: anybody may ask for one, and it takes thousands of adjudications. */
const MOST_REMEMBERED = 200;
/** What is published is everybody's to read, whoever asks and for whichever area. */
const READER = nationalActor('benefit');

/** Reads the published policies, which never change. */
@Injectable()
export class PublishedPolicyService {
  private readonly compared = new Map<string, PolicyChange>();

  constructor(private readonly database: Database) {}

  async list(page: PolicyPage): Promise<readonly PolicyLine[]> {
    return this.database.transaction(READER, (tx) => publishedPolicies(tx, page));
  }

  async find(policyId: string): Promise<PolicyLine & { readonly document: string }> {
    return this.database.transaction(READER, (tx) => findPolicy(tx, policyId));
  }

  /**
   * What a policy changes in comparison with another of the same area and insurance, of which there are few: it takes the process some
   * time, and anybody may ask. Rejects with POLICY_VERSION_NOT_FOUND or POLICIES_NOT_COMPARABLE.
   */
  async compare(policyId: string, otherPolicyId: string): Promise<PolicyChange> {
    const key = `${policyId} ${otherPolicyId}`;
    const known = this.compared.get(key);
    if (known) return known;
    const [after, before] = await this.database.transaction(READER, async (tx) => [
      await findPolicy(tx, policyId),
      await findPolicy(tx, otherPolicyId),
    ]);
    if (after.region !== before.region || after.insurance !== before.insurance)
      throw new Rejection('POLICIES_NOT_COMPARABLE');
    const standing = { policyId: otherPolicyId, policy: decodePolicy(before.document) };
    const change = changeBetween(standing, decodePolicy(after.document));
    const [oldest] = this.compared.keys();
    if (oldest !== undefined && this.compared.size >= MOST_REMEMBERED) this.compared.delete(oldest);
    this.compared.set(key, change);
    return change;
  }
}
