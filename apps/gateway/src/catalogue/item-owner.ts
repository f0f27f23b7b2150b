import { OWN } from '@yiditong/access';
import type { Actor } from '@yiditong/chassis';
import { findProvince, Rejection } from '@yiditong/codes';
import { z } from 'zod';
import { institutionCode } from '../identity/identity.dto.js';

/** A hospital for its own items; a bureau for those of its institutions and for the province's own. */
export const OWNER_ACCESS = { hospital: OWN, bureau: OWN, provincial: true } as const;

export const ownerQuery = z.strictObject({
  institutionCode: institutionCode.optional().describe('医院不填；经办机构填所属机构，不填为本省自己的项目'),
});
export type OwnerQuery = z.infer<typeof ownerQuery>;

/** Whose items a request is about: a province's own have an empty institution. */
export type ItemOwner = { readonly province: string; readonly institutionCode: string };

/** Whose the caller names, or his own. Rejects with NOT_PERMITTED where they are somebody else's. */
export function ownerOf(actor: Actor, named: string | undefined): ItemOwner {
  const owner = { province: actor.region, institutionCode: named ?? actor.institution ?? '' };
  if (!owns(actor, owner.institutionCode)) throw new Rejection('NOT_PERMITTED');
  return owner;
}

function owns(actor: Actor, named: string): boolean {
  if (actor.institution !== undefined) return named === actor.institution;
  return named === '' || findProvince(named.slice(1, 7))?.code === actor.region;
}
