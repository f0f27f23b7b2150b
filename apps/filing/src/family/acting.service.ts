import { Injectable } from '@nestjs/common';
import { Database, serviceActor, type Actor } from '@yiditong/chassis';
import { findProvince, provinceOf, Rejection } from '@yiditong/codes';
import { agentsProvince } from './family.store.js';

/** Whose filings somebody works on, and as whom the database lets him. */
export type Acting = {
  /** The person whose filings they are. */
  readonly personId: string;
  /** Who does it: what the audit names. */
  readonly actor: Actor;
  /** Whose rows the transaction sees. */
  readonly tenant: Actor;
};

/** What a request says of whom it is about. */
export type Named = {
  readonly personId: string;
  /** Empty for oneself. */
  readonly forPersonId?: string;
  /** Where a hospital asks: the person's insured place, which is in another province than the hospital. */
  readonly insuredRegion?: string;
};

/** Finds out for whom an actor acts: himself, a family member who lets him, a patient at the bedside, or whom a bureau insures. */
@Injectable()
export class ActingService {
  constructor(private readonly database: Database) {}

  /** Rejects with FAMILY_ACCESS_MISSING, or NOT_PERMITTED where a role that has no family names one. */
  async of(actor: Actor, { personId, forPersonId = '', insuredRegion = '' }: Named): Promise<Acting> {
    if (actor.role !== 'insured' && forPersonId !== '') throw new Rejection('NOT_PERMITTED');
    switch (actor.role) {
      case 'insured':
        if (actor.person !== personId) throw new Rejection('NOT_PERMITTED');
        return forPersonId === '' || forPersonId === personId
          ? { personId, actor, tenant: actor }
          : this.asFamily(actor, personId, forPersonId);
      case 'hospital':
        if (!findProvince(insuredRegion))
          throw new Rejection('REQUEST_MALFORMED', { problem: 'insured_region is missing' });
        return { personId, actor, tenant: { ...serviceActor('filing', provinceOf(insuredRegion)), person: personId } };
      case 'bureau':
      case 'operator':
      case 'service':
        return { personId, actor, tenant: actor };
    }
  }

  /** The member may be insured in another province than the one who acts; both have the grant among their rows. */
  private async asFamily(actor: Actor, agent: string, member: string): Promise<Acting> {
    const province = await this.database.transaction(serviceActor('filing', actor.region), (tx) =>
      agentsProvince(tx, member, agent),
    );
    if (province === null) throw new Rejection('FAMILY_ACCESS_MISSING');
    return {
      personId: member,
      actor,
      tenant: { role: 'insured', region: province, subject: actor.subject, person: member },
    };
  }
}
