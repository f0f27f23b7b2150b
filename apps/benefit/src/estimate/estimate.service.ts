import { Injectable } from '@nestjs/common';
import type { Accumulators, Claim, Policy, StayAdjudication } from '@yiditong/adjudication';
import { Database, serviceActor, type Tx } from '@yiditong/chassis';
import { provinceOf, Rejection, type Insurance, type PersonType } from '@yiditong/codes';
import { findPolicy, policyInForce, type PolicyLine } from '../policy/policy.store.js';
import { decideModelClaim, unsaidOf, type UnsaidFact } from './model-claim.js';

/** What somebody asks who names nobody. */
export type ModelRequest = {
  readonly insuredRegion: string;
  readonly insurance: Insurance;
  readonly personType: PersonType;
  /** Of the benefit year of every claim. */
  readonly totals: Accumulators;
  readonly claims: readonly Claim[];
};

/** A published policy, and what everybody may know of it: where it comes from, and how far it may be relied on. */
export type StandingVersion = { readonly policy: Policy; readonly line: PolicyLine };

export type ModelAnswer = {
  readonly version: StandingVersion | null;
  readonly unsaid: readonly UnsaidFact[];
  readonly outcome: StayAdjudication | Rejection;
};

/** The calculator's arithmetic. It reads no person and writes nothing, so that the audit has nothing of it. */
@Injectable()
export class EstimateService {
  constructor(private readonly database: Database) {}

  /** As many answers as claims, in the same order. */
  async estimate({ insuredRegion, insurance, totals, claims }: ModelRequest): Promise<ModelAnswer[]> {
    const versions = await this.versionsOn(insuredRegion, insurance, [...new Set(claims.map((one) => one.endedOn))]);
    return claims.map((claim): ModelAnswer => {
      const version = versions.get(claim.endedOn) ?? null;
      if (version === null) {
        const outcome = new Rejection('POLICY_NOT_FOUND', { region: insuredRegion });
        return { version, unsaid: [], outcome };
      }
      const { policy } = version;
      return { version, unsaid: unsaidOf(claim, policy), outcome: decideModelClaim(claim, policy, totals) };
    });
  }

  /** Policies are public; they are read as the home province, whose they are. */
  private async versionsOn(
    region: string,
    insurance: Insurance,
    days: readonly string[],
  ): Promise<ReadonlyMap<string, StandingVersion | null>> {
    return this.database.transaction(serviceActor('benefit', provinceOf(region)), async (tx) => {
      const versions = new Map<string, StandingVersion | null>();
      for (const day of days) versions.set(day, await versionInForce(tx, region, insurance, day));
      return versions;
    });
  }
}

/** Null where no policy is in force on the business date. */
async function versionInForce(
  tx: Tx,
  region: string,
  insurance: Insurance,
  onDate: string,
): Promise<StandingVersion | null> {
  const policy = await policyInForce(tx, region, insurance, onDate);
  return policy && { policy, line: await findPolicy(tx, policy.policyId) };
}
