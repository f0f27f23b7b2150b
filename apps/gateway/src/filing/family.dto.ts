import { decodeInstant, familyRelationCodec, required } from '@yiditong/chassis';
import { FAMILY_RELATIONS } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { instant, region, uuid } from '../http/fields.js';

export const accessGrantBody = z.strictObject({
  agentPersonId: uuid.describe('代办人的人员编号 / who may act'),
  relation: z.enum(FAMILY_RELATIONS).describe('代办人是本人的：配偶、父母、子女、其他近亲属'),
  insuredRegion: region.optional().describe('参保地；经办机构为未成年人等登记时必填'),
});
export const familyAccessAnswer = z.object({
  accessId: uuid,
  personId: uuid.describe('被代办人'),
  agentPersonId: uuid.describe('代办人'),
  relation: z.enum(FAMILY_RELATIONS),
  grantedAt: instant,
  revokedAt: instant.nullable(),
});
export const familyAccessesAnswer = z.object({ accesses: z.array(familyAccessAnswer) });
export type AccessGrantBody = z.infer<typeof accessGrantBody>;
export type FamilyAccessAnswer = z.infer<typeof familyAccessAnswer>;

export function encodeGrant(
  requestId: string,
  personId: string,
  body: AccessGrantBody,
): filingV1.GrantFamilyAccessRequest {
  const { agentPersonId, relation, insuredRegion = '' } = body;
  return { requestId, personId, insuredRegion, agentPersonId, relation: familyRelationCodec.encode(relation) };
}

export function decodeFamilyAccess(wire: filingV1.FamilyAccess | null | undefined): FamilyAccessAnswer {
  const { accessId, personId, agentPersonId, relation, grantedAt, revokedAt } = required(wire, 'access');
  return {
    accessId,
    personId,
    agentPersonId,
    relation: familyRelationCodec.decode(relation),
    grantedAt: decodeInstant(grantedAt, 'granted_at').toISOString(),
    revokedAt: revokedAt ? decodeInstant(revokedAt, 'revoked_at').toISOString() : null,
  };
}
