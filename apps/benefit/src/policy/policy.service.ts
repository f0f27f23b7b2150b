import { Injectable } from '@nestjs/common';
import { Clock, Database, decideOnce, type Actor } from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import { decodePolicy } from './policy.codec.js';
import { problemOf } from './policy-rules.js';
import { insertPolicy } from './policy.store.js';

export type PublishedPolicy = { readonly policyId: string; readonly publishedAt: string };

@Injectable()
export class PolicyService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async publish(actor: Actor, requestId: string, region: string, document: string): Promise<PublishedPolicy> {
    const policy = decodePolicy(document);
    if (policy.region !== region)
      throw new Rejection('POLICY_INVALID', { problem: 'region: differs from the address' });
    const problem = problemOf(policy);
    if (problem) throw new Rejection('POLICY_INVALID', { problem });
    const province = provinceOf(region);
    if (province !== actor.region) throw new Rejection('NOT_PERMITTED');

    const write = { scope: region, region: province, key: requestId, body: document };
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        const published = { policyId: uuidv7(), publishedAt: this.clock.now() };
        const { insurance, validFrom, validTo } = policy;
        await insertPolicy(tx, { region, province, insurance, validFrom, validTo, document, ...published });
        return { policyId: published.policyId, publishedAt: published.publishedAt.toISOString() };
      }),
    );
  }
}
