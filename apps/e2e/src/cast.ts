import { randomUUID } from 'node:crypto';
import type { Actor } from '@yiditong/access';
import { NATION, PROVINCES, provinceOf } from '@yiditong/codes';
import type { HospitalDesk, Visit } from './hospital-desk.js';

/** Somebody who calls, and how specs speak of him. */
export type Player = { readonly who: string; readonly actor: Actor };

/** A visit as far as it matters whose it is. */
export type Parties = {
  readonly personId: string;
  readonly insuredRegion: string;
  readonly insuredProvince: string;
  readonly institutionCode: string;
  readonly treatingRegion: string;
  readonly treatingProvince: string;
  /** A province that has no part in it. */
  readonly otherProvince: string;
};

/** How requests name a tenant, under whichever field their contract has for it. */
export type Tenant = {
  readonly personId: string;
  readonly province: string;
  readonly region: string;
  readonly institutionCode: string;
};

/** The actor's own names, where he has such; else those given. A bureau names an institution of its own division. */
export function tenantOf({ role, region, area, institution, person }: Actor, otherwise: Tenant): Tenant {
  const own = area ?? region;
  const isAgency = role === 'bureau' || role === 'operator';
  return {
    personId: person ?? otherwise.personId,
    province: isAgency ? own : otherwise.province,
    region: isAgency ? own : otherwise.region,
    institutionCode: institution ?? (role === 'bureau' ? `H${own}00001` : otherwise.institutionCode),
  };
}

export function partiesOf({ institutionCode, bill }: Visit, treatingRegion: string): Parties {
  const [insuredProvince, treatingProvince] = [provinceOf(bill.insuredRegion), provinceOf(treatingRegion)];
  const other = PROVINCES.find(({ code }) => code !== insuredProvince && code !== treatingProvince);
  return {
    personId: bill.personId,
    insuredRegion: bill.insuredRegion,
    insuredProvince,
    institutionCode,
    treatingRegion,
    treatingProvince,
    otherProvince: other?.code ?? '',
  };
}

/** Everybody who could call: each role, of the object's own tenant, of its neighbours, and of strangers. */
export function cast(parties: Parties, desk: HospitalDesk, visit: Visit): Player[] {
  const { insuredProvince, treatingProvince, otherProvince, insuredRegion } = parties;
  const insured = (who: string, region: string, person: string): Player => ({
    who,
    actor: { role: 'insured', region, subject: person, person },
  });
  const hospital = (who: string, institution: string): Player => ({
    who,
    actor: { role: 'hospital', region: provinceOf(institution.slice(1, 7)), subject: `${institution}-01`, institution },
  });
  const bureau = (who: string, region: string, area?: string): Player[] =>
    (['clerk', 'supervisor'] as const).map((rank) => ({
      who: `a ${rank} of ${who}`,
      actor: {
        role: 'bureau',
        region,
        subject: `bureau-${region}-${rank}`,
        rank,
        ...(area === undefined ? {} : { area }),
      },
    }));
  return [
    insured('the patient', insuredProvince, parties.personId),
    insured('a neighbour of the patient', insuredProvince, randomUUID()),
    insured('a person of another province', otherProvince, randomUUID()),
    hospital('the hospital', parties.institutionCode),
    hospital('another hospital of the province', desk.otherHospital(visit, true)),
    hospital('a hospital of another province', desk.otherHospital(visit, false)),
    ...bureau('the insured province', insuredProvince),
    ...bureau('the treating province', treatingProvince),
    ...bureau('a third province', otherProvince),
    ...bureau('the patient’s pooling area', insuredProvince, insuredRegion),
    ...bureau('another pooling area of the insured province', insuredProvince, `${insuredProvince.slice(0, 2)}9900`),
    ...(['clerk', 'supervisor'] as const).map((rank) => ({
      who: `the operator’s ${rank}`,
      actor: { role: 'operator' as const, region: NATION, subject: `operator-${rank}`, rank },
    })),
  ];
}

/** Whether a record of the visit is the actor's to see, decided with pencil and paper. */
export function isPartyTo(actor: Actor, parties: Parties): boolean {
  const { area, region } = actor;
  const within = (division: string): boolean =>
    provinceOf(division) === region && (area === undefined || division.startsWith(area.replace(/(00)+$/, '')));
  switch (actor.role) {
    case 'insured':
      return actor.person === parties.personId;
    case 'hospital':
      return actor.institution === parties.institutionCode;
    case 'bureau':
      return within(parties.insuredRegion) || within(parties.treatingRegion);
    case 'operator':
      return true;
    case 'service':
      return false;
  }
}

/** Whether a record of the person is the actor's to see. */
export function isHomeOf(actor: Actor, parties: Parties): boolean {
  return actor.role === 'bureau'
    ? isPartyTo(actor, { ...parties, treatingRegion: parties.insuredRegion })
    : isPartyTo(actor, parties);
}
