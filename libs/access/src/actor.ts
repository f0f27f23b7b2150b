import { findProvince, NATION, type Rank, type Role } from '@yiditong/codes';

/** On whose behalf work is done: who, within which tenant, as what. */
export type Actor = {
  readonly role: Role;
  /** The tenant: a province, or the nation for the clearinghouse itself. */
  readonly region: string;
  /** Who it is within the role: an account, or a service's name. */
  readonly subject: string;
  /** 经办 or 复核; of bureaus and the operator only. */
  readonly rank?: Rank | undefined;
  /** 统筹区 of a bureau below its province, such as 131000; absent for the province's own. */
  readonly area?: string | undefined;
  /** 定点医药机构编码, of hospitals only. */
  readonly institution?: string | undefined;
  /** 人员编号, of insured persons only. */
  readonly person?: string | undefined;
};

/** What doesn't go together in an actor, or null. An account that is two things at once is nobody. */
export function actorProblem(actor: Actor): string | null {
  const { role, region, rank, area, institution, person } = actor;
  const national = role === 'operator' || (role === 'service' && region === NATION);
  if (national !== (region === NATION)) return 'the tenant does not go with the role';
  if (!national && findProvince(region)?.code !== region) return 'the tenant is not a province';
  if ((rank !== undefined) !== (role === 'bureau' || role === 'operator')) return 'the rank does not go with the role';
  if ((institution !== undefined) !== (role === 'hospital')) return 'the institution does not go with the role';
  if ((person !== undefined) !== (role === 'insured')) return 'the person does not go with the role';
  if (area !== undefined && (role !== 'bureau' || !isAreaOf(area, region))) return 'the area is not of the tenant';
  if (institution !== undefined && findProvince(institution.slice(1, 7))?.code !== region)
    return 'the institution is not of the tenant';
  return null;
}

/** The leading digits that every division of the actor's area shares: row-level security compares by them. Empty where all of the tenant is his. */
export function areaPrefix(area: string | undefined): string {
  return area === undefined ? '' : area.replace(/(00)+$/, '');
}

/** Whether a division belongs to the actor: to his province, and to his area where he has one. */
export function ownsRegion(actor: Actor, region: string): boolean {
  if (actor.region === NATION) return true;
  return findProvince(region)?.code === actor.region && region.startsWith(areaPrefix(actor.area));
}

function isAreaOf(area: string, province: string): boolean {
  return area !== province && findProvince(area)?.code === province;
}
